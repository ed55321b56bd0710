"""Put the instructor's packages, which lie beside this folder, into the wheel."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = (
    "imbalance_builder",
    "imbalance_evidence",
    "imbalance_grader",
    "imbalance_oracles",
    "imbalance_sandbox",
)


class InstructorsPackages(BuildHookInterface):  # type: ignore[type-arg]
    """Include the packages, but not in an editable installation: a copy would hide them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to what hatchling includes."""
        if version == "standard":
            build_data["force_include"] |= {f"../{name}": name for name in PACKAGES}
