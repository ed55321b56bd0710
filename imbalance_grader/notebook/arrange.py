"""Put a student's cells and the instructor's together: what runs, and in which order.

The student's notebook decides the order, for that is what she ran and validated. In it an
instructor's cell that she left alone is the instructor's own, a graded cell always is; an answer
cell may come in pieces; a cell of the text may be changed; and between them stand cells of her own.
What she deleted is put back. So a right answer is right wherever she wrote it, and each deviation
is said: to her in the message of the exercise, to the instructor in a remark.

Cells are known by nbgrader's name for them, else by their text, else by the format's own id. Where
another program has dropped all of these, an answer is still found by the name that it makes. A
student's `imbalance_lab.lessons.match` goes further, where she sees what comes of it: it takes a
cell for another that it is only like. Points are given for nothing that is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from imbalance_grader.names import shown
from imbalance_grader.notebook.intake import LONGEST_CELL, Malformed, StudentCell
from imbalance_grader.notebook.parts import binds, has_code, stands_alone
from imbalance_grader.notebook.source import SourceCell
from imbalance_grader.notebook.variant import Origin
from imbalance_lab.lessons.released import plain

MOST_OWN = 300  # cells of the student's own that can run
LONGEST_OWN = 400_000  # characters in all of them
MOST_PIECES = 50  # cells of one answer
_FURTHEST = 3  # cells back to which a piece of an answer is joined
_MOST_JOINED = 200_000  # characters of a notebook that are read to see whether pieces fit together
_TELLING = 60  # characters from which the text of a cell tells of which lesson it is
_ENOUGH = 0.2  # share of a lesson's telling cells from which a notebook is that lesson


@dataclass(frozen=True)
class Step:
    """One cell on the way through the notebook.

    Parameters
    ----------
    place : int or None
        Of the instructor's cell that it is or stands for; None for a cell of the student's own.
    code : str or None
        What the student wrote there; None where the cell is as the instructor has it.
    """

    place: int | None
    code: str | None = None


@dataclass
class Script:
    """A student's notebook, made ready to be run and scored.

    Parameters
    ----------
    steps : list of Step
        Every cell of the instructor's once, but answers in as many pieces as they have.
    texts : dict of str to str
        For each answer cell, coded or written, the student's text, in one piece.
    makers : dict of str to list of int
        For each coded answer the places in `steps` where it is made.
    untouched : set of str
        Answers that are nowhere in the notebook.
    notes : dict of str to list of str
        For each answer what the student should know of how it was read.
    remarks : list of str
        The same for the instructor, and what concerns the whole notebook.
    origin : Origin
        Whose copy of the lesson it was made from.
    """

    steps: list[Step] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    makers: dict[str, list[int]] = field(default_factory=dict)
    untouched: set[str] = field(default_factory=set)
    notes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    remarks: list[str] = field(default_factory=list)
    origin: Origin = field(default_factory=lambda: Origin(""))

    @property
    def is_worked(self) -> bool:
        """Whether any answer was given."""
        return bool(set(self.texts) - self.untouched)


def arrange(cells: Sequence[StudentCell], source: Sequence[SourceCell]) -> Script:
    """Arrange a student's cells for running.

    Parameters
    ----------
    cells : sequence of StudentCell
    source : sequence of SourceCell
        The instructor's notebook.

    Returns
    -------
    Script

    Raises
    ------
    Malformed
        If it is not this lesson's notebook, or an answer's text cannot be taken.
    """
    places = _match(cells, source)
    named = {cell.grade_id for cell in cells} & {cell.grade_id for cell in source if cell.grade_id}
    _refuse_other_lesson(cells, source, places, named)
    arranging = _Arranging(cells, source, places)
    script = arranging.script()
    if not named:
        script.remarks.insert(
            0,
            "the names of its cells (nbgrader's metadata) were lost in another program; what could "
            "be recognised by its text was graded",
        )
    return script


# --- which cell is which -------------------------------------------------------------------------


def _match(cells: Sequence[StudentCell], source: Sequence[SourceCell]) -> list[int | None]:
    """Return for each of the student's cells the place of the instructor's cell that it is."""
    by_name = {cell.grade_id: place for place, cell in enumerate(source) if cell.grade_id}
    places = [by_name.get(cell.grade_id) for cell in cells]
    taken = set(places)
    by_text: dict[str, list[int]] = defaultdict(list)
    for place, original in enumerate(source):
        if place not in taken and original.released.strip():
            by_text[plain(original.released)].append(place)
    last = -1
    for number, cell in enumerate(cells):
        if places[number] is None and (same := by_text.get(plain(cell.text))):
            # Of cells with the same text, the next one in the instructor's order.
            chosen = next((place for place in same if place > last), same[0])
            same.remove(chosen)
            places[number] = chosen
        known = places[number]
        last = last if known is None else known
    taken = set(places)
    by_id = {
        original.cell.get("id"): place
        for place, original in enumerate(source)
        if place not in taken and original.role == "code"
    }
    for number, cell in enumerate(cells):
        if places[number] is None and cell.is_code and cell.id:
            places[number] = by_id.pop(cell.id, None)
    return places


def _refuse_other_lesson(
    cells: Sequence[StudentCell],
    source: Sequence[SourceCell],
    places: Sequence[int | None],
    named: set[str],
) -> None:
    others = [cell.grade_id for cell in cells if cell.grade_id and cell.grade_id not in named]
    if len(set(others)) > len(named):
        raise Malformed(
            f"it is another lesson's notebook: {_title(cells)}its cells are named "
            f"{_listed(dict.fromkeys(others))}, which this lesson does not have"
        )
    if named or _is_the_lesson(cells, source, places):
        return
    raise Malformed(
        f"it is no notebook of this lesson: {_title(cells)}none of its cells has a name that the "
        "lesson gave it, and hardly any its text. If another program has changed it, copy the "
        "answers into a fresh copy of the lesson"
    )


def _is_the_lesson(
    cells: Sequence[StudentCell], source: Sequence[SourceCell], places: Sequence[int | None]
) -> bool:
    """Return whether a notebook without names is this lesson, by texts or by what it makes."""
    telling = {p for p, cell in enumerate(source) if len(cell.released.strip()) >= _TELLING}
    if len(telling & set(places)) >= max(1.0, _ENOUGH * len(telling)):
        return True
    wanted = {name for cell in source for name in cell.answers}
    code = [cell.text for cell in cells if cell.is_code][:MOST_OWN]
    room = list(accumulate(map(len, code)))
    read = [text for text, length in zip(code, room, strict=True) if length <= LONGEST_OWN]
    made = {name for text in read for name in binds(text, wanted)}
    return len(made) >= 2 and len(made) >= len(wanted) / 2


def _title(cells: Sequence[StudentCell]) -> str:
    lines = (line for cell in cells if not cell.is_code for line in cell.text.splitlines())
    found = next((line.lstrip("# ") for line in lines if line.startswith("# ")), "")
    return f"its title is “{shown(found)}”; " if found else ""


# --- the order -----------------------------------------------------------------------------------


class _Arranging:
    """One student's notebook on its way to a `Script`."""

    def __init__(
        self,
        cells: Sequence[StudentCell],
        source: Sequence[SourceCell],
        places: Sequence[int | None],
    ) -> None:
        self.cells = cells
        self.source = source
        self.places = places
        self.result = Script()
        self.own_answers: dict[str, list[Step]] = {}
        self.joinable = _MOST_JOINED

    def script(self) -> Script:
        pieces = self._pieces()
        steps = self._put_back(self._in_order(pieces))
        self._find_in_own_cells(steps)
        self._judge_after_answers(steps)
        self._finish(steps)
        return self.result

    def _pieces(self) -> dict[int, str]:
        """Return the text of each cell that takes part of an answer, by its number."""
        by_place: dict[int, list[int]] = defaultdict(list)
        for number, place in enumerate(self.places):
            if place is not None and self.source[place].takes_text:
                by_place[place].append(number)
        kept: dict[int, str] = {}
        for place, original in enumerate(self.source):
            if original.takes_text:
                numbers = by_place.get(place, [])
                kept |= self._piece(original, numbers)
        return kept

    def _piece(self, original: SourceCell, numbers: list[int]) -> dict[int, str]:
        """Choose among the cells that carry the name of one answer, and note what was done."""
        name = original.grade_id
        if len(numbers) > MOST_PIECES:
            raise Malformed(f"the answer {name} is there {len(numbers):,} times")
        for number in numbers:
            if self.cells[number].problem:
                raise Malformed(f"the answer {name}: {self.cells[number].problem}")
        texts = {number: self.cells[number].text for number in numbers}
        released = plain(original.released)
        filled = {
            number: text
            for number, text in texts.items()
            if (has_code(text) if original.runs else text.strip()) and plain(text) != released
        }
        last_of = {plain(text): number for number, text in filled.items()}
        filled = {n: text for n, text in filled.items() if last_of[plain(text)] == n}
        if not filled:
            self.result.untouched.add(name)
            self.result.texts[name] = next(
                (text for text in texts.values() if plain(text) == released),
                next(iter(texts.values()), original.released),
            )
            return {numbers[0]: self.result.texts[name]} if numbers else {}
        if len(texts) > 1:
            filled = self._several(original, filled, len(texts))
        self.result.texts[name] = _joined(filled.values(), "\n" if original.runs else "\n\n")
        return filled

    def _several(self, original: SourceCell, filled: dict[int, str], count: int) -> dict[int, str]:
        """Return the pieces to run of an answer that stands in several cells."""
        name = original.grade_id
        if sum(map(len, filled.values())) > LONGEST_CELL:
            raise Malformed(f"the answer {name} has more than {LONGEST_CELL:,} characters")
        pieces = self._put_together(filled) if original.runs else filled
        if len(filled) == 1:
            what = "one of them counts, as the others are empty, unchanged or the same"
        elif len(pieces) == len(filled) and original.runs:
            what = "they were run one after the other"
        else:
            what = "their texts were joined"
        self._say(name, f"is there {count} times: {what}")
        return pieces

    def _put_together(self, texts: Mapping[int, str]) -> dict[int, str]:
        """Return pieces of an answer by the number of their cell; joined if no Python by itself.

        A cell that was split in the middle of a function is joined with the one before it; a whole
        answer with a slip in it stays a piece of its own.
        """
        pieces: list[tuple[int, str]] = []
        for number, text in texts.items():
            broken = not stands_alone(text) or bool(pieces and not stands_alone(pieces[-1][1]))
            for count in range(1, min(len(pieces), _FURTHEST) + 1) if broken else ():
                whole = self._whole([*(piece for _, piece in pieces[-count:]), text])
                if whole is not None:
                    pieces[-count:] = [(number, whole)]
                    break
            else:
                pieces.append((number, text))
        return dict(pieces)

    def _whole(self, texts: Sequence[str]) -> str | None:
        """Return pieces as one that is Python by itself, None if none is, or too much was read."""
        for between in ("\n", ""):
            together = _joined(texts, between)
            self.joinable -= len(together)
            if self.joinable < 0:
                return None
            if stands_alone(together):
                return together
        return None

    def _say(self, name: str, what: str, note: str = "") -> None:
        self.result.remarks.append(f"{name} {what}")
        self.result.notes[name].append(note or f"The cell “{name}” {what}.")

    def _in_order(self, pieces: Mapping[int, str]) -> list[Step]:
        """Return the student's cells in her order; a graded cell may come more than once."""
        steps = []
        own, length = 0, 0
        left_out = 0
        for number, (cell, place) in enumerate(zip(self.cells, self.places, strict=True)):
            original = None if place is None else self.source[place]
            if original is None:
                if not cell.is_code or not has_code(cell.text):
                    continue
                own, length = own + 1, length + len(cell.text)
                if own > MOST_OWN or length > LONGEST_OWN:
                    left_out += 1
                    continue
                steps.append(Step(None, cell.text))
            elif original.takes_text:
                if original.runs and number in pieces:
                    steps.append(Step(place, pieces[number]))
            elif original.role == "code" and plain(cell.text) != plain(original.released):
                steps.append(Step(place, cell.text))
            else:
                steps.append(Step(place))
        left_out += sum(bool(c.problem) and c.is_code and not c.grade_id for c in self.cells)
        if left_out:
            self.result.remarks.append(
                f"{left_out} cells of the student's own were left out, as too many or too long"
            )
        return _once(steps, self.source)

    def _put_back(self, steps: list[Step]) -> list[Step]:
        """Return the steps with the instructor's cells that the student deleted.

        Each stands behind the cell before it, so that what she wrote there comes after it; a
        graded cell as late as possible, so that it comes after what she wrote.
        """
        steps = list(steps)
        for place, original in enumerate(self.source):
            if any(step.place == place for step in steps):
                continue
            if original.takes_text and not original.runs:
                code = None
            else:
                code = original.released if original.takes_text else None
            if original.role == "graded":
                later = (i for i, step in enumerate(steps) if (step.place or -1) > place)
                at = next(later, len(steps))
            else:
                before = [i for i, step in enumerate(steps) if step.place == place - 1]
                at = before[-1] + 1 if before else 0
            steps.insert(at, Step(place, code))
        return steps

    # --- answers elsewhere -----------------------------------------------------------------------

    def _find_in_own_cells(self, steps: list[Step]) -> None:
        """Look for answers whose cell is untouched, or gone, among the student's own cells."""
        there = {place for place in self.places if place is not None}
        found = []
        for place, original in enumerate(self.source):
            name = original.grade_id
            if not original.takes_text or name not in self.result.untouched:
                continue
            elsewhere = self._own_code(name, steps) if original.runs else self._own_text(place)
            if elsewhere:
                found.append(name)
                self.result.untouched.discard(name)
                self.result.texts[name] = elsewhere
                self.result.notes[name].append(
                    "Your answer was taken from a cell of your own; the cell that was handed out "
                    "for it is empty, unchanged or gone."
                )
            elif place not in there:
                self._say(
                    name,
                    "is not in the notebook",
                    f"The cell “{name}”, in which this answer belongs, is not in your notebook.",
                )
        if found:
            self.result.remarks.append(f"taken from cells of the student's own: {_listed(found)}")

    def _own_code(self, answer: str, steps: list[Step]) -> str:
        """Return the own cells that make what an answer should make, which then need not run."""
        names = {
            n for cell in self.source for n, made_by in cell.answers.items() if made_by == answer
        }
        own = [step for step in steps if step.place is None and binds(step.code or "", names)]
        if not own:
            return ""
        self.own_answers[answer] = own
        for number, step in enumerate(steps):
            if step.place is not None and self.source[step.place].grade_id == answer:
                steps[number] = Step(step.place, "")
        return _joined((step.code or "" for step in own), "\n\n")

    def _own_text(self, place: int) -> str:
        """Return what the student wrote in text cells of her own where a written answer belongs."""
        known = {n: found for n, found in enumerate(self.places) if found not in (None, place)}
        if place in self.places:
            at = self.places.index(place)
            low = max((n for n in known if n < at), default=-1)
            high = min((n for n in known if n > at), default=len(self.cells))
        else:
            low = max((n for n, found in known.items() if (found or 0) < place), default=-1)
            if low < 0:
                return ""
            high = min((n for n in known if n > low), default=len(self.cells))
        given = {line.strip() for cell in self.source for line in cell.released.splitlines()} - {""}
        texts = (
            "\n".join(line for line in cell.text.splitlines() if line.strip() not in given)
            for cell, found in zip(
                self.cells[low + 1 : high], self.places[low + 1 : high], strict=True
            )
            if found is None and not cell.is_code
        )
        whole = _joined((text for text in texts if text.strip()), "\n\n")
        if len(whole) > LONGEST_CELL:
            raise Malformed(
                f"{self.source[place].grade_id} has more than {LONGEST_CELL:,} characters"
            )
        return whole

    # --- checks after what they check ------------------------------------------------------------

    def _judge_after_answers(self, steps: list[Step]) -> None:
        """Move a graded cell behind the answer that it judges, where the student put it before."""
        for place, original in enumerate(self.source):
            if original.role != "graded":
                continue
            at = next(i for i, step in enumerate(steps) if step.place == place)
            needed = [self._last_made(steps, answer, at) for answer in original.answers.values()]
            latest = max(needed, default=-1)
            if latest > at:
                steps.insert(latest + 1, steps[at])
                del steps[at]

    def _last_made(self, steps: list[Step], answer: str, at: int) -> int:
        """Return the place of the last step that makes an answer, of those before `at` if any."""
        own = self.own_answers.get(answer)
        if own:
            found = [i for i, step in enumerate(steps) if any(step is each for each in own)]
            return max([i for i in found if i < at] or found)
        found = [
            i
            for i, step in enumerate(steps)
            if step.place is not None and self.source[step.place].grade_id == answer
        ]
        return max(found, default=-1)

    def _finish(self, steps: list[Step]) -> None:
        self.result.steps = steps
        for original in self.source:
            name = original.grade_id
            if not original.takes_text or not original.runs:
                continue
            own = self.own_answers.get(name, [])
            self.result.makers[name] = [
                i
                for i, step in enumerate(steps)
                if any(step is each for each in own)
                or (step.place is not None and self.source[step.place] is original)
            ]


def _once(steps: list[Step], source: Sequence[SourceCell]) -> list[Step]:
    """Return the steps with each cell that is no answer once: its first copy."""
    first: dict[int | None, int] = {}
    for number, step in enumerate(steps):
        first.setdefault(step.place, number)
    return [
        step
        for number, step in enumerate(steps)
        if step.place is None or source[step.place].takes_text or first[step.place] == number
    ]


def _joined(texts: Iterable[str], between: str) -> str:
    return between.join(text.strip("\n") for text in texts)


def _listed(names: Iterable[str]) -> str:
    names = [shown(name) for name in names]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
