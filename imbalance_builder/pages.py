"""The pages that collect from all lessons: popular advice, the bibliography, and their sizes.

They are made from the executed notebooks in ``solutions/`` and from ``docs/references.bib``, never
by running anything, so that they say what the lessons say. A course without that file has no
such pages.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from imbalance_builder.bases import Basis, read_bases, unfit_bases
from imbalance_builder.bibliography import REFERENCES, Reference, escaped, read_references
from imbalance_builder.course import BuildError, Course, Lesson, by_length
from imbalance_builder.sizes import PAGE as SIZES
from imbalance_builder.sizes import Size, size_of, sizes_page
from imbalance_builder.sources import Sources, read_sources, told, unfit_sources
from imbalance_lab.claims import MIME_TYPE, SIGNS, VERDICTS, Claim

CLAIMS = "docs/claims.md"
BIBLIOGRAPHY = "docs/bibliography.md"
TITLE = re.compile(r"# (?P<number>\d\d) · (?P<title>[^:\n]+): (?P<question>.+)")
CITATION = re.compile(r"docs/bibliography\.md#([\w.-]+)")
MEANINGS = {
    "holds": "measured or derived, and so it is",
    "holds only if": "true under the condition that is named, and not beyond it",
    "does not hold": "measured or derived, and it is otherwise",
    "not shown": "the runs are too few or too different to tell",
}

CLAIMS_HEAD = """\
# Popular advice, put to the test

What guides to imbalanced data commonly say, and what came out when the lessons tried it. Each
entry names the advice, the verdict, the numbers behind it and a paper to read on, which explains
or measures the same thing and need not agree; where we could confirm none, it says so. The numbers
are outputs of the lesson's own cells: open it to see the experiment, and to repeat it. Coverage
rows are those of the [table of what such guides teach](coverage.csv).

An experiment of a lesson is small, so that it runs while you wait. Where a study of the
[laboratory](laboratory.md) tests the same advice, its entry names the study and the comparison;
once all its runs are made, its verdict is the one that counts. In parentheses stand the mean
difference over all conditions, the smallest difference that matters, and how many conditions said
yes, no, or stayed open. That difference was written down before the runs; where a comparison came
after them, its study says so. Comparisons that bear on the advice, for it or against it, are told
beside it.

An entry says if its advice was measured in its notebook only. Then it names the smallest difference
that matters there, and an interval of the verdict lies beyond it or within it; that difference was
chosen when the numbers were known, and the runs are few, so such a verdict is worth less than a
study's. It also says if the advice follows from definitions, or was argued and not measured.

For {named} of the {all} pieces of advice a page is named that gives it, in its own words; the
passage was looked up. Where a search found none, the entry says so. Advice that two lessons test
has two entries and is counted once.

A value in square brackets is a 95% interval over repeated runs, of a paired difference where there
is a sign before it. A verdict speaks about the data and the models of its experiment; the
condition is part of it.
"""

BIBLIOGRAPHY_HEAD = f"""\
# Bibliography

Every reference of the course, and the lessons that cite it. The list is made from
[references.bib]({Path(REFERENCES).name}).
"""


@dataclass
class Collected:
    """What one executed notebook holds for the pages."""

    lesson: Lesson
    number: str
    title: str
    question: str
    size: Size
    claims: list[Claim] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)

    @property
    def link(self) -> str:
        """The student's notebook, linked from a page in ``docs/``."""
        return f"[{escaped(f'{self.number} · {self.title}')}](../{self._release})"

    @property
    def _release(self) -> str:
        return self.lesson.release.relative_to(self.lesson.root).as_posix()


def make_pages(course: Course) -> dict[Path, str]:
    """Return the text of each page by its path; none for a course without references.

    Raises
    ------
    BuildError
        If a lesson was never built, cites what is not in the bibliography, or nobody cites an
        entry; the message lists every break.
    """
    if not (course.root / REFERENCES).exists():
        return {}
    references = read_references(course.root / REFERENCES)
    lessons = sorted(map(collect, course.lessons()), key=lambda lesson: by_length(lesson.lesson))
    bases = read_bases(course.root)
    claims = [claim for lesson in lessons for claim in lesson.claims]
    sources = read_sources(course.root)
    problems = _problems(lessons, references) + (unfit_bases(claims, bases) if bases else [])
    problems += unfit_sources([claim.advice for claim in claims], sources)
    if problems:
        raise BuildError("\n".join(problems))
    return {
        course.root / CLAIMS: claims_page(lessons, references, bases, sources),
        course.root / BIBLIOGRAPHY: bibliography_page(lessons, references),
        course.root / SIZES: sizes_page(
            course.root, [(found.lesson, found.link, found.size) for found in lessons]
        ),
    }


def write_pages(course: Course) -> None:
    """Write the pages that are not as the notebooks say."""
    for path, text in make_pages(course).items():
        if _stored(path) != text:
            path.write_text(text, encoding="utf-8")


def page_differences(course: Course) -> list[str]:
    """Return the stored pages that are not what the stored notebooks give."""
    made = make_pages(course)
    found = []
    for path in (course.root / name for name in (CLAIMS, BIBLIOGRAPHY, SIZES)):
        name = path.relative_to(course.root).as_posix()
        stored = _stored(path)
        if stored is None and path in made:
            found.append(f"{name}: it is not there: it was never built")
        elif stored is not None and path not in made:
            found.append(f"{name}: there is no {REFERENCES} to make it from")
        elif stored is not None and stored != made[path]:
            found.append(f"{name}: line {_first_difference(stored, made[path])}")
    return found


def _stored(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def collect(lesson: Lesson) -> Collected:
    """Return what an executed notebook holds for the pages: title, claims, references cited."""
    if not lesson.solution.exists():
        raise BuildError(f"{lesson} was never built, and {CLAIMS} collects from every lesson")
    notebook = nbformat.read(lesson.solution, as_version=4)
    cells = notebook.cells
    title = TITLE.match(cells[0].source) if cells else None
    if title is None:
        raise BuildError(f'{lesson}: the first cell must begin like "# 01 · Title: question?"')
    question = title["question"][0].upper() + title["question"][1:]
    collected = Collected(lesson, title["number"], title["title"], question, size_of(notebook))
    for cell in cells:
        if cell.cell_type == "markdown":
            collected.cited.update(CITATION.findall(cell.source))
        for output in cell.get("outputs", []):
            if MIME_TYPE in output.get("data", {}):
                collected.claims.append(Claim(**output.data[MIME_TYPE]))
    collected.cited.update(claim.reference for claim in collected.claims if claim.reference)
    return collected


def _problems(lessons: list[Collected], references: dict[str, Reference]) -> list[str]:
    """Return what lessons cite that is not there, and what is there that nobody cites."""
    unknown = [
        f"{lesson.lesson}: {key} is cited, and {REFERENCES} has no such key"
        for lesson in lessons
        for key in sorted(lesson.cited - set(references))
    ]
    uncited = set(references).difference(*(lesson.cited for lesson in lessons))
    if uncited:
        return [*unknown, f"{REFERENCES}: no lesson cites {', '.join(sorted(uncited))}"]
    return unknown


def _first_difference(stored: str, made: str) -> str:
    """Return number and content of the first line that differs."""
    old, new = stored.splitlines(), made.splitlines()
    pairs = zip(old, new, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
    return f"{at + 1} is not what the notebooks give: {new[at] if at < len(new) else 'nothing'!r}"


def claims_page(
    lessons: list[Collected],
    references: dict[str, Reference],
    bases: dict[str, Basis],
    sources: Sources,
) -> str:
    """Return the page of popular advice: how often each verdict was reached, then every claim."""
    testing = [lesson for lesson in lessons if lesson.claims]
    repeated = {basis.advice for basis in bases.values() if basis.again}
    counted = [c for lesson in testing for c in lesson.claims if c.advice not in repeated]
    verdicts = Counter(claim.verdict for claim in counted)
    table = ["| verdict | what it means | pieces of advice |", "| --- | --- | ---: |"]
    table += [f"| {SIGNS[v]} {v} | {MEANINGS[v]} | {verdicts[v]} |" for v in VERDICTS]
    table += [f"| | all | {verdicts.total()} |"]
    named = len(set(sources) - repeated)
    parts = [CLAIMS_HEAD.format(named=named, all=verdicts.total()), "\n".join(table) + "\n"]
    topic = ""
    for lesson in testing:
        if lesson.lesson.topic != topic:
            parts.append(f"## lesson {lesson.number}\n")
            topic = lesson.lesson.topic
        parts.append(f"{lesson.link}: {escaped(lesson.question)}\n")
        parts += [_claim(claim, references, bases, sources) for claim in lesson.claims]
    return "\n".join(parts)


def _claim(
    claim: Claim,
    references: dict[str, Reference],
    bases: dict[str, Basis],
    sources: Sources,
) -> str:
    """Return one claim: who says it, verdict, numbers, what it rests on and where to read on."""
    further = ["Reference: no paper that we could confirm"]
    if claim.reference:
        label = escaped(references[claim.reference].label)
        further = [f"Reference: [{label}]({Path(BIBLIOGRAPHY).name}#{claim.reference})"]
    if claim.evidence:
        rows = ", ".join(claim.evidence.split())
        further.append(f"Coverage rows: [{rows}](coverage.csv)")
    lines = [
        f"### {escaped(claim.advice)}",
        told(sources.get(claim.advice, [])) if sources else "",
        f"{SIGNS[claim.verdict]} **{claim.found}** {escaped(claim.because)}",
        bases[claim.advice].told() if claim.advice in bases else "",
        " · ".join(further),
    ]
    return "\n\n".join(filter(None, lines)) + "\n"


def bibliography_page(lessons: list[Collected], references: dict[str, Reference]) -> str:
    """Return the bibliography: one heading a key, the reference, the lessons that cite it."""
    parts = [BIBLIOGRAPHY_HEAD]
    for key, reference in references.items():
        citing = ", ".join(lesson.link for lesson in lessons if key in lesson.cited)
        parts.append(f"## {key}\n\n{reference.full}\n\nCited in {citing}.\n")
    return "\n".join(parts)
