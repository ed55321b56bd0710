"""An editable install points to the packages; hatchling would copy what is forced into a wheel."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NoCopies(BuildHookInterface):  # type: ignore[type-arg]
    """Leave the four packages out of an editable wheel, so that no stale copy hides them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Replace the forced files of an editable wheel by one that is no Python."""
        if version == "editable":
            name = self.metadata.core.name.replace("-", "_")
            info = f"{name}-{self.metadata.version}.dist-info"
            build_data["force_include_editable"] = {"../LICENSE": f"{info}/LICENSE"}
