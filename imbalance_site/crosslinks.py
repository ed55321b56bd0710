"""A Sphinx extension: where a text says "lesson 07", it leads there."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

LESSON = re.compile(r"(?<=[Ll]esson )(\d\d)\b|(?<=[Ll]essons )(\d\d)\b")
NO_LINKS_IN = (nodes.reference, nodes.literal, nodes.literal_block, nodes.title, nodes.raw)


class LinkLessons(SphinxPostTransform):
    """Make the number of another lesson a link to its main notebook."""

    default_priority = 500
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Replace the texts of one page."""
        for text in list(self.document.findall(nodes.Text)):
            inside = text.parent
            while inside is not None and not isinstance(inside, NO_LINKS_IN):
                inside = inside.parent
            if inside is None and LESSON.search(text):
                text.parent.replace(text, self._pieces(str(text)))

    def _pieces(self, text: str) -> list[nodes.Node]:
        pieces: list[nodes.Node] = []
        end = 0
        for found in LESSON.finditer(text):
            target = self.config.lesson_pages.get(found[0])
            if target is None or target == self.env.docname:
                continue
            uri = self.app.builder.get_relative_uri(self.env.docname, target)
            pieces.append(nodes.Text(text[end : found.start()]))
            pieces.append(nodes.reference("", found[0], internal=True, refuri=uri))
            end = found.end()
        return [*pieces, nodes.Text(text[end:])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform, and the setting that says which page a lesson's number has."""
    app.add_config_value("lesson_pages", {}, "env", (dict,))
    app.add_post_transform(LinkLessons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
