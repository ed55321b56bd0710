"""Every solution changed in every small way, to see whether the visible check notices.

Cosmic Ray's operators make the changes (a comparison, a constant, an arithmetic or logical
operator, an exception, a loop that never runs); two operators of the same form are added: a
statement that is left out, and a keyword argument that is left out.
"""

from __future__ import annotations

import ast
import contextlib
import re
import signal
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import parso
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator, operator_names

from imbalance_builder.source import read_source

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).parent / "equivalent.toml"
SECONDS = 10  # after which a mutant that never ends counts as noticed

# Swaps that no slip of a hand makes (a shift for a sum, `is` for `==`) are left out.
_SWAPS = {"Add": {"Sub"}, "Sub": {"Add"}, "Mul": {"Div"}, "Div": {"Mul", "FloorDiv"}}
_SWAPS |= {"FloorDiv": {"Div"}, "Pow": {"Mul"}, "Mod": {"FloorDiv"}}
_SWAPS |= {"BitAnd": {"BitOr"}, "BitOr": {"BitAnd"}}
_BINARY = re.compile(r"core/ReplaceBinaryOperator_(\w+)_(\w+)")
_COMPARISON = re.compile(r"core/ReplaceComparisonOperator_(\w+)_(\w+)")
_BODY = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


class NeverEnds(BaseException):
    """A mutant was stopped; no `Exception`, which a check would take for the answer's own."""


class DropStatement(Operator):
    """Leave out one statement of a function."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        """Name every simple statement and every block, but the function itself and its text."""
        inside = node.parent is not None and node.parent.type == "suite"
        if inside and node.type not in ("newline", "funcdef") and not _is_text(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Put `pass` in its place, so that the block stays one."""
        return _in_place_of(node, parso.parse("pass\n").children[0])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Show the operator."""
        return (Example("def f():\n    x = 1\n", "def f():\n    pass\n"),)


class DropKeyword(Operator):
    """Leave out one keyword argument of a call."""

    def mutation_positions(self, node: Any) -> Iterator[Any]:
        """Name every ``name=value`` among the arguments of a call."""
        if node.type == "argument" and node.children[1:2] and node.children[1] == "=":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Put an empty unpacking in its place: the commas around it stay right."""
        return _in_place_of(node, parso.parse("f(**{})").children[0].children[1].children[1])

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Show the operator."""
        return (Example("f(x, axis=1)", "f(x, **{})"),)


def _in_place_of(node: Any, new: Any) -> Any:
    new.get_first_leaf().prefix = node.get_first_leaf().prefix  # its indentation
    return new


def _is_text(node: Any) -> bool:
    first = node.get_first_leaf()
    return bool(first.type == "string" and first.get_next_leaf().type == "newline")


@dataclass(frozen=True)
class Mutant:
    """A solution with one small change.

    Parameters
    ----------
    notebook, exercise : str
    before, after : str
        The lines that were changed, without indentation.
    code : str
        The text of the whole answer cell.
    """

    notebook: str
    exercise: str
    before: str
    after: str
    code: str

    @property
    def name(self) -> str:
        """What it is called in a report and in the list of the equivalent ones."""
        return f"{self.exercise}: {self.before} -> {self.after or '(left out)'}"


def operators() -> list[Operator]:
    """Return the operators whose changes a student could make."""
    names = []
    for name in operator_names():
        binary, comparison = _BINARY.fullmatch(name), _COMPARISON.fullmatch(name)
        if binary:
            if binary[2] in _SWAPS.get(binary[1], ()):
                names.append(name)
        elif comparison:
            if not {"Is", "IsNot"} & set(comparison.groups()):
                names.append(name)
        elif name not in ("core/RemoveDecorator", "core/VariableReplacer", "core/VariableInserter"):
            names.append(name)
    return [*(get_operator(name)() for name in sorted(names)), DropStatement(), DropKeyword()]


@cache
def mutants_of(notebook: str) -> tuple[Mutant, ...]:
    """Return all mutants of the coded answers of a notebook, each change once."""
    found: dict[str, Mutant] = {}
    for grade_id, code in _solutions(notebook).items():
        exercise = grade_id.replace("-", "_")
        first, last = _lines_of_solution(code)
        for changed in _mutated(code):
            before, after, line = _difference(code, changed)
            if first <= line <= last and _is_python(changed):
                mutant = Mutant(notebook, exercise, before, after, changed)
                found.setdefault(mutant.name, mutant)
    return tuple(found.values())


def _solutions(notebook: str) -> dict[str, str]:
    """Return the text of each answer cell that defines a function with a check."""
    source = read_source(ROOT / "solutions" / f"{notebook}.py")
    marked = {c.metadata.nbgrader.grade_id: c for c in source.cells if "nbgrader" in c.metadata}
    return {
        grade_id: cell.source
        for grade_id, cell in marked.items()
        if cell.metadata.nbgrader.solution and f"{grade_id}-check" in marked and grade_id != "quiz"
    }


def _lines_of_solution(code: str) -> tuple[int, int]:
    """Return the first and last line that the student writes: the contract is not changed."""
    found = _BODY.search(code)
    assert found, "an answer has a solution"
    return code[: found.start(1)].count("\n"), code[: found.end(1)].count("\n")


def _mutated(code: str) -> Iterator[str]:
    """Yield the code with each change of each operator."""
    for operator in operators():
        for occurrence in count():
            changed = MutationVisitor.mutate_code(code, operator, occurrence)
            if changed is None:
                break
            yield str(changed)


def _difference(code: str, changed: str) -> tuple[str, str, int]:
    """Return the first lines that differ, and where."""
    old, new = code.splitlines(), changed.splitlines()
    start = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    end = 0
    while end < min(len(old), len(new)) - start - 1 and old[-1 - end] == new[-1 - end]:
        end += 1
    before, after = (
        " ".join(part.strip() for part in lines[start : len(lines) - end]) for lines in (old, new)
    )
    return before, after, start


def _is_python(code: str) -> bool:
    with contextlib.suppress(SyntaxError):
        ast.parse(code)
        return True
    return False


@cache
def equivalent() -> dict[str, str]:
    """Return the reason why each of some mutants is no mistake, by its name."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    return {name: group["reason"] for group in listed for name in group["names"]}


# --- running them ---------------------------------------------------------------------------------


@cache
def namespace(notebook: str) -> dict[str, Any]:
    """Return what the notebook imports and its solved answers, which a mutant may use."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in read_source(ROOT / "solutions" / f"{notebook}.py").cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or about.get("grade"):
            continue
        if about.get("solution"):
            exec(compile(cell.source, "solution", "exec"), names)
        else:
            kept = [s for s in ast.parse(cell.source).body if _imports(s)]
            exec(compile(ast.Module(kept, []), "text", "exec"), names)
    return names


def _imports(statement: ast.stmt) -> bool:
    """Return whether a statement imports, or tries to: a PyTorch notebook says what is missing."""
    tried = statement.body if isinstance(statement, ast.Try) else [statement]
    return all(isinstance(one, ast.Import | ast.ImportFrom) for one in tried)


def answer_of(mutant: Mutant) -> Any:
    """Return the function that a mutant defines."""
    names = dict(namespace(mutant.notebook))
    exec(compile(mutant.code, "mutant", "exec"), names)
    return names[mutant.exercise]


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    """Raise `NeverEnds` in what never ends, again and again in case a check goes on."""

    def stop(number: int, frame: Any) -> None:
        raise NeverEnds

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
