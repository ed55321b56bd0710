"""Make clean what a person will open: the graded notebook in ``autograded/``.

formgrader shows this notebook in the instructor's browser, with all that the instructor may do
there. Of a student's it holds answers and outputs. Both are looked at before it is written, each
on its own: harmless text stays to the letter; a written answer that would act is shown as what it
is, as text; of outputs, the forms that act are left out. Each time a note says so. What the
student handed in stays untouched in ``submitted/``.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from imbalance_grader.texts import harmless
from imbalance_grader.texts.aside import Aside, TooMuch
from imbalance_lab.printable import one_line, printable

LONGEST = 50_000  # characters of an answer or an output that are shown
_SHORT = 2_000  # what no library takes long for
_MOST_OUTPUTS = 200  # of a cell
_MOST_IN_ALL = 1_000  # outputs of a notebook, and
_MOST_LETTERS = 10_000_000  # of these
_LARGEST_PICTURES = 20 << 20  # letters of all that are attached to the answers of a notebook
_SECONDS = 8.0  # for looking at one notebook; what comes after is cut short
_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
_LOST = "[a picture is not there, is too large, or is no PNG, JPEG, GIF or WebP]"
_CUT = "… cut off here; all of it is in submitted/"
# Names that formgrader's page has for elements of its own.
_OWN_NAMES = {"notebook", "notebook-container", "statusmessage", "MathJax", "jQuery", "_"}


class Cleaner:
    """Cleans the notebooks of a class, one after another.

    Parameters
    ----------
    aside : Aside
        Who looks at the texts.
    """

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._names: list[str] = []
        self._begin()

    def _begin(self) -> None:
        """Begin with another notebook, which may take as much as each."""
        self._looked = self._aside.spent
        self._outputs_left = _MOST_IN_ALL
        self._letters_left = _MOST_LETTERS
        self._pictures_left = _LARGEST_PICTURES

    def clean(
        self, notebook: NotebookNode, own: Set[str], handed_in: Sequence[bytes] = ()
    ) -> NotebookNode:
        """Return a graded notebook in which nothing of the student's acts.

        Parameters
        ----------
        notebook : NotebookNode
        own : set of str
            The instructor's texts, which stay as they are.
        handed_in : sequence of bytes, optional
            The student's files, for the pictures in written answers.
        """
        self._begin()
        made: NotebookNode = copy.deepcopy(notebook)
        self._names = sorted(set(_names(made)))
        for cell in made.cells:
            theirs = cell.source not in own
            if cell.cell_type == "code":
                cell.source = self._code(cell.source) if theirs else cell.source
                cell.outputs = list(self._outputs(cell.outputs))
            elif theirs:
                cell.pop("attachments", None)
                cell.cell_type = "markdown"  # of a raw cell, every page shows something else
                self._write(cell, handed_in)
        return made

    # --- answers -----------------------------------------------------------------------------

    def _write(self, cell: NotebookNode, handed_in: Sequence[bytes]) -> None:
        """Make a written answer harmless."""
        text = printable(cell.source)
        acts, wanted = self._look(cut(text))
        if acts:
            cell.source = as_text(text, acts)
            return
        cell.source = cut(text)
        if wanted:
            grade_id = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            found = self._pictures(handed_in, grade_id, text, wanted)
            cell.attachments = {name: found.get(name, {"image/png": _PIXEL}) for name in wanted}
            if lost := [name for name in wanted if name not in found]:
                # Before the answer, which could make something else of what stands after it.
                cell.source = f"{_fenced(_LOST, ', '.join(lost))}\n\n{cell.source}"

    def _look(self, text: str) -> tuple[str, list[str]]:
        """Return why some Markdown is not harmless, or the attachments that it shows."""
        try:
            found = json.loads(self._ask(harmless.look, text, self._names))
        except TooMuch as much:
            return f"something that could not be shown: {much}", []
        return found["acts"], found["pictures"]

    def _pictures(
        self, handed_in: Sequence[bytes], grade_id: str, text: str, wanted: list[str]
    ) -> dict[str, Any]:
        """Return those of the attachments that are pictures."""
        found: dict[str, Any] = {}
        for content in handed_in:
            most = self._pictures_left
            with contextlib.suppress(TooMuch):
                more = self._ask(harmless.attached, content, grade_id, text, wanted, most)
                found |= json.loads(more)
                self._pictures_left -= len(more)
        return found

    def _code(self, code: str) -> str:
        """Return code that can be coloured in time, or its beginning."""
        code = printable(code)
        if len(code) <= _SHORT:
            return code
        try:
            self._ask(harmless.colours, code)
        except TooMuch:
            return f"{code[:_SHORT]}\n# {_CUT}"
        return code if len(code) <= LONGEST else f"{code[:LONGEST]}\n# {_CUT}"

    # --- outputs -----------------------------------------------------------------------------

    def _outputs(self, outputs: list[Any]) -> Iterator[NotebookNode]:
        """Yield outputs in which nothing acts; a note says what was left out."""
        shown = outputs[: min(_MOST_OUTPUTS, self._outputs_left)]
        self._outputs_left -= len(shown)
        for number, output in enumerate(shown):
            self._letters_left -= _length(output)
            if self._letters_left < 0:
                shown = shown[:number]
                break
            if output.output_type == "stream":
                yield new_output("stream", name=output.name, text=_text(output.text))
            elif output.output_type == "error":
                lines = _text(output.traceback, "\n").split("\n")
                name, message = one_line(output.ename), _text(output.evalue)[:_SHORT]
                yield new_output("error", ename=name, evalue=message, traceback=lines)
            else:
                yield self._shown(output)
        if len(outputs) > len(shown):
            yield _note(f"{len(outputs) - len(shown)} more outputs")

    def _shown(self, output: NotebookNode) -> NotebookNode:
        """Return something that was displayed, in the forms of it that are harmless."""
        data = {mime: self._form(mime, printable(_joined(t))) for mime, t in output.data.items()}
        kept = {mime: text for mime, text in data.items() if text}
        lost = sorted({mime for mime in output.data if mime not in kept and output.data[mime]})
        if lost and not set(kept) - {"text/plain"}:
            note = f"[left out, as it could act on a page, or is too large: {', '.join(lost)}]"
            kept["text/plain"] = "\n".join(filter(None, (kept.get("text/plain", ""), note)))
        count = {"execution_count": output.get("execution_count")}
        more = count if output.output_type == "execute_result" else {}
        shown: NotebookNode = new_output(output.output_type, data=kept, **more)
        return shown

    def _form(self, mime: str, text: str) -> str:
        """Return one form of what was displayed, made harmless; "" where that cannot be."""
        if mime == "text/plain":
            return cut(text)
        try:
            if mime == "text/html":
                return self._ask(harmless.cleaned_output, text)
            if mime == "text/markdown":
                acts, wanted = self._look(cut(text))
                return "" if acts or wanted else cut(text)
            if mime == "text/latex":
                return "" if harmless.acting_command(cut(text)) else cut(text)
            if mime in ("image/png", "image/jpeg"):
                text = "".join(text.split())
                return text if self._ask(harmless.picture_kind, text) == mime else ""
        except TooMuch:
            pass
        return ""

    def _ask(self, *question: Any) -> str:
        """Have a text looked at; after too long with one notebook, give up on the rest."""
        if self._aside.spent - self._looked >= _SECONDS:
            raise TooMuch("others of this notebook took too long already")
        return self._aside(*question)


def as_text(text: str, why: str) -> str:
    """Return Markdown that shows a text as it was typed, with a note why."""
    return _fenced(f"[shown as text, because of {one_line(why)}]", cut(text))


def _fenced(note: str, text: str) -> str:
    """Return Markdown of which nothing is made. Both may hold words of the student's."""
    longest = max((len(run) for run in re.findall(r"`+", note + text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{note}\n\n{text}\n{fence}"


def cut(text: str) -> str:
    """Return a text, or its beginning and where all of it is."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n{_CUT}"


def _length(output: NotebookNode) -> int:
    """Return how many letters an output holds, in all its forms."""
    texts = (output.get(key, "") for key in ("text", "evalue", "traceback"))
    return sum(len(_joined(text)) for text in (*texts, *output.get("data", {}).values()))


def _note(what: str) -> NotebookNode:
    note: NotebookNode = new_output("display_data", data={"text/plain": f"[left out: {what}]"})
    return note


def _text(value: Any, between: str = "") -> str:
    return cut(printable(_joined(value, between)))


def _joined(value: Any, between: str = "") -> str:
    """Return text in one piece, "" for what is no text."""
    parts = value if isinstance(value, list) else [value]
    return between.join(part for part in parts if isinstance(part, str))


def _names(notebook: NotebookNode) -> Iterator[str]:
    """Yield the names that formgrader gives to elements of the page."""
    yield from _OWN_NAMES
    for cell in notebook.cells:
        grade_id = str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if grade_id:
            yield from (grade_id, f"{grade_id}_extra_credit", f"{grade_id}-comment")
