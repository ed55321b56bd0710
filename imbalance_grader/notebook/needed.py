"""Which cells a submission needs to be scored, apart from its answers.

The text of a lesson runs experiments that no answer uses, and they are the same for everybody; a
student's own cells try things out. So a cell of the text, or of the student's own, runs only if it
makes, or may change, a name that an answer takes from the notebook or makes itself, or that a cell
takes which runs for this reason. Of the other cells the imports run, since an answer may use those
as well; and so do, at the place of each check, the imports that a student sees in it.

Where an answer can reach names in ways that its text does not show (``eval``, ``globals``, a
magic), or is no Python at all, everything runs; and so it does where a cell of the text, or one of
the student's own, is like that. A slow or failing cell of the student's own that no answer uses is
therefore not even started.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from imbalance_grader.notebook.arrange import Step
from imbalance_grader.notebook.parts import Part, binds, describe, guarded
from imbalance_grader.notebook.source import SourceCell


class Run(NamedTuple):
    """What to run of one step, and whether that is all of it."""

    code: str
    whole: bool


def text_parts(cells: Sequence[SourceCell]) -> list[dict[str, Any] | None] | None:
    """Describe the cells of the text, once for all submissions.

    Parameters
    ----------
    cells : sequence of SourceCell
        The notebook.

    Returns
    -------
    list of dict or None, or None
        For each cell, as plain values, what `needed_code` asks of it; None for a cell that is no
        code of the text. None instead of the list if it cannot be told what one of them does.
    """
    parts = [describe(_text(cell)) if _is_text(cell) else None for cell in cells]
    if any(part is not None and not part.told for part in parts):
        return None
    return [None if part is None else asdict(part) for part in parts]


def needed_code(
    steps: Sequence[Step],
    cells: Sequence[SourceCell],
    described: Sequence[Mapping[str, Any] | None] | None,
) -> list[Run]:
    """Return what to run of each step in the student's process.

    Parameters
    ----------
    steps : sequence of Step
        The notebook as the student has it.
    cells : sequence of SourceCell
        The instructor's notebook.
    described : sequence of mapping or None, or None
        What `text_parts` returned for these cells.

    Returns
    -------
    list of Run
        In the order of the steps.
    """
    whole = [_whole(step, cells) for step in steps]
    answers, parts = _sorted_out(steps, cells, described)
    wanted = {name for cell in cells for name in cell.answers}
    running = _running(parts, answers, wanted)
    told = (
        described is not None
        and all(part.told for part in answers)
        and not any(part.roundabout for part in parts.values())
        and not any(parts[number].remembers for number in running)
    )
    if not told:
        running = set(parts)
    taken = {name for part in answers for name in part.takes}
    taken |= {name for number in running for name in parts[number].takes}
    return [
        _run(number, step, cells, whole[number], parts, running, taken if told else None)
        for number, step in enumerate(steps)
    ]


def _run(
    number: int,
    step: Step,
    cells: Sequence[SourceCell],
    whole: str,
    parts: Mapping[int, Part],
    running: set[int],
    taken: set[str] | None,
) -> Run:
    cell = None if step.place is None else cells[step.place]
    if cell is not None and cell.role == "graded":
        return Run(guarded(_seen_imports(cell, taken)), whole=False)
    if number not in parts or number in running:
        return Run(whole, whole=True)
    wanted = {name for each in cells for name in each.answers}
    if not parts[number].is_python and binds(whole, wanted):
        return Run(whole, whole=True)  # for what Python says to it
    imports = parts[number].imports
    return Run(guarded(imports), whole="\n".join(imports) == whole.strip())


def _whole(step: Step, cells: Sequence[SourceCell]) -> str:
    """Return the code of a step, "" for text."""
    if step.code is not None:
        return step.code
    assert step.place is not None
    return _text(cells[step.place]) if cells[step.place].runs else ""


def _sorted_out(
    steps: Sequence[Step],
    cells: Sequence[SourceCell],
    described: Sequence[Mapping[str, Any] | None] | None,
) -> tuple[list[Part], dict[int, Part]]:
    """Return the parts that always run, and by their step those that run where needed."""
    answers = []
    parts = {}
    for number, step in enumerate(steps):
        cell = None if step.place is None else cells[step.place]
        if cell is not None and cell.takes_text and cell.runs:
            answers.append(describe(step.code or ""))
        elif cell is None or (step.code is not None and _is_text(cell)):
            parts[number] = describe(step.code or "")
        elif _is_text(cell):
            known = (
                described[step.place] if described is not None and step.place is not None else None
            )
            parts[number] = describe(_text(cell)) if known is None else Part(**known)
    return answers, parts


def _is_text(cell: SourceCell) -> bool:
    return cell.role == "code" and cell.runs


def _text(cell: SourceCell) -> str:
    return str(cell.cell["source"])


def _seen_imports(cell: SourceCell, taken: set[str] | None) -> list[str]:
    """Return the imports of a check that its students see and use, or all of them."""
    try:
        tree = ast.parse(cell.released)
    except SyntaxError:
        return []
    seen = (part for part in tree.body if isinstance(part, ast.Import | ast.ImportFrom))
    return [
        ast.unparse(part)
        for part in seen
        if taken is None
        or any((alias.asname or alias.name).partition(".")[0] in taken for alias in part.names)
    ]


def _running(
    parts: Mapping[int, Part], answers: Sequence[Part], wanted_by_checks: set[str]
) -> set[int]:
    """Return the steps that run as a whole, by what the answers make and take."""
    made = _names(part.binds for part in answers)
    imported = _names(part.imported for part in [*parts.values(), *answers])
    spread = _Spread(parts, answers)
    for number, part in parts.items():
        if part.sets or not imported.isdisjoint(part.patches) or not made.isdisjoint(part.makes):
            spread.run(number)
    for name in _names(part.takes for part in answers) | wanted_by_checks:
        spread.want(name)
    return spread.finished()


class _Spread:
    """How the need for one name brings about the need for others, each looked at once."""

    def __init__(self, parts: Mapping[int, Part], answers: Sequence[Part]) -> None:
        self.parts = parts
        self.makers: dict[str, list[int]] = defaultdict(list)
        self.takers: dict[str, list[int]] = defaultdict(list)
        self.users: dict[str, list[Part]] = defaultdict(list)  # whose functions may take a name
        # Of names that only a `def` or `class` makes, those who call them change nothing,
        # but for what those take in turn.
        self.data = _names(
            {*p.makes, *p.patches} - {*p.defines, *p.guarded} for p in parts.values()
        )
        # But who calls a method of theirs may: a registry's, or one that fills what a class holds.
        defined = _names(p.defines for p in [*parts.values(), *answers])
        self.data |= defined & _names(p.reaches for p in parts.values())
        for number, part in parts.items():
            for name in part.makes:
                self.makers[name].append(number)
            for name in part.takes:
                self.takers[name].append(number)
        for part in [*parts.values(), *answers]:
            for name in part.takes if part.defines else ():
                self.users[name].append(part)
        self.running: set[int] = set()
        self.wanted: set[str] = set()
        self.changing: set[str] = set()
        self._to_take: list[str] = []
        self._to_change: list[str] = []

    def run(self, number: int) -> None:
        """Let a step run, with all that it takes."""
        if number not in self.running:
            self.running.add(number)
            self._to_take += self.parts[number].takes

    def want(self, name: str) -> None:
        """Let a name be made, and be changed by whoever may change it."""
        if name not in self.wanted:
            self.wanted.add(name)
            for number in self.makers.get(name, ()):
                self.run(number)
            if name in self.data:
                self._to_change.append(name)

    def finished(self) -> set[int]:
        """Return the steps that run once nothing follows from anything any more."""
        while self._to_take or self._to_change:
            if self._to_take:
                self.want(self._to_take.pop())
            else:
                self._change(self._to_change.pop())
        return self.running

    def _change(self, name: str) -> None:
        if name not in self.changing:
            self.changing.add(name)
            for number in self.takers.get(name, ()):
                self.run(number)
            for part in self.users.pop(name, ()):
                self._to_change += [each for each in part.defines if each not in self.changing]


def _names(groups: Iterable[Iterable[str]]) -> set[str]:
    return {name for group in groups for name in group}
