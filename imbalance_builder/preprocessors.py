"""The one step that this course adds to nbgrader's release: unsolved cells may fail.

Named in ``nbgrader_config.py``, so that ``nbgrader generate_assignment``, the formgrader's button
and the build program all release the same.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

TRY_TAG = "try-it"
TOLERATED = "raises-exception"


class TolerateUnsolved(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Let "Run All" pass over the cells that fail until the student has solved them.

    Answer cells, the cells that try an answer and their graded cells get the tag
    ``raises-exception``, which JupyterLab, nbclient and nbval know. Every other cell must run.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, cell_index: int
    ) -> tuple[NotebookNode, Any]:
        """Tag one cell."""
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "code" and ("nbgrader" in cell.metadata or TRY_TAG in tags):
            cell.metadata["tags"] = sorted(tags | {TOLERATED})
        return cell, resources
