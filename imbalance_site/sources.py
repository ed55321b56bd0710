"""Put together the folder of sources that Sphinx makes the site from.

It has the shape of the repository, so that the links of lessons and docs lead where they lead
there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat

from imbalance_builder.bases import read_bases
from imbalance_builder.course import Course, by_length
from imbalance_builder.handout.pages import mend_links
from imbalance_builder.pages import Collected, collect
from imbalance_evidence import STUDIES
from imbalance_lab.claims import SIGNS
from imbalance_lab.evidence import studies, study
from imbalance_site import lessons
from imbalance_site.advice import advice_page
from imbalance_site.studies import page_of

PAGES = Path(__file__).with_name("pages")
#: What is one page of the repository is another one here.
ELSEWHERE = {"README.md": "index.md"}
#: Notes that name the mistakes to expect and what to listen for are for instructors.
KEPT_BACK = shutil.ignore_patterns("teaching")
#: JupyterLab keeps the capitals of a heading in its anchor; here it has none.
ANCHOR = re.compile(r"(\]\([^()\s]*#)([^()\s]+)\)")
STUDY = re.compile(r"(?<=\| )`(\w+)`(?= \|)|\[`(\w+)`\]\(laboratory\.md\)")
FLOWCHART = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
MINUTES = re.compile(r"\*\*Time\*\* (\d+) minutes")


def assemble(source: Path, course: Course) -> None:
    """Write all sources of the site into an empty folder.

    Raises
    ------
    BuildError
        If a lesson was never built.
    """
    pictures, drawings = source / "_pictures" / "pictures", source / "studies" / "pictures"
    for folder in (pictures, drawings, source / "downloads"):
        folder.mkdir(parents=True)
    collected = sorted(map(collect, course.lessons()), key=lambda found: by_length(found.lesson))
    for found in collected:
        _lesson(found, source, pictures)
    _docs(source, course.root)
    for found in collected:  # to download as they are, links too
        shutil.copyfile(found.lesson.release, source / "downloads" / f"{found.lesson.name}.ipynb")
    _studies(source, drawings)
    _front_page(source, collected)
    _write(source / "advice.md", advice_page(collected, read_bases(course.root), drawings))
    lessons_page = _contents("Lessons", map(_entry, collected), _lesson_table(collected, ""))
    _write(source / "lessons" / "index.md", lessons_page)


def _front_page(source: Path, collected: list[Collected]) -> None:
    """Write the front page: its text, the lessons, and all guides that it does not name."""
    text = (PAGES / "index.md").read_text(encoding="utf-8")
    guides = [f"docs/{page.stem}" for page in sorted((source / "docs").glob("*.md"))]
    others = [name for name in guides if f"\n{name}\n" not in text]
    text = text.replace("<!-- guides -->", "\n".join(others))
    _write(source / "index.md", text.replace("<!-- lessons -->", _lesson_table(collected)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _lesson(found: Collected, source: Path, pictures: Path) -> None:
    """Write a lesson's page."""
    page = source / "lessons" / f"{found.lesson}.ipynb"
    page.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(lessons.page_of(found.lesson, pictures), page)


def _docs(source: Path, root: Path) -> None:
    """Copy the guides, tables and pictures of the repository; their links lead within the site."""
    shutil.copytree(root / "docs", source / "docs", ignore=KEPT_BACK)
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        shutil.copyfile(root / name, source / name)
    for page in (source / "index.md", source / "lessons" / "index.md"):
        page.touch()  # links lead there; its text comes last
    for page in [*source.glob("*.md"), *source.glob("docs/*.md")]:
        text = page.read_text(encoding="utf-8")
        for there, here in ELSEWHERE.items():
            text = re.sub(rf"(\]\((?:\.\./)?){re.escape(there)}", rf"\g<1>{here}", text)
        text = ANCHOR.sub(lambda found: f"{found[1]}{found[2].lower()})", text)
        _write(page, FLOWCHART.sub(lambda found: _chains(found[1]), text))
    mend_links(source)
    for name in ("claims.md", "laboratory.md"):
        page = source / "docs" / name
        _write(page, STUDY.sub(_to_study, page.read_text(encoding="utf-8")))


def _to_study(found: re.Match[str]) -> str:
    name = found[1] or found[2]
    return f"[`{name}`](../studies/{name}.md)" if name in studies() else found[0]


def _chains(flowchart: str) -> str:
    """Return a flowchart's arrows as a list; drawing it would need a program in the browser."""
    named = re.sub(r"l(\d\d)", r"lesson \1", flowchart.replace("-->", "→"))
    return "\n".join(f"- {line.strip()}" for line in named.splitlines() if "→" in line)


def _studies(source: Path, drawings: Path) -> None:
    """Write a page for each study, and the list of them."""
    shutil.copytree(STUDIES, source / "studies" / "code", ignore=lambda *_: ["__pycache__"])
    for name in studies():
        _write(source / "studies" / f"{name}.md", page_of(name, drawings))
    lines = ["| question | runs done | verdict on its first advice |", "| --- | ---: | --- |"]
    for name in studies():
        found = study(name)
        (done, runs), verdict = found.runs, found.verdict_on()
        said = f"{SIGNS[verdict]} {verdict}"
        lines.append(f"| [{found.question}]({name}.md) | {done / runs:.0%} | {said} |")
    table = "\n".join(lines)
    _write(source / "studies" / "index.md", _contents("The laboratory's studies", studies(), table))


def _entry(found: Collected) -> str:
    return f"{found.number} · {found.title} <{found.lesson}>"


def _lesson_table(collected: list[Collected], folder: str = "lessons/") -> str:
    """Return all lessons with their question and their time; their pages are in `folder`."""
    lines = ["| lesson | question | minutes |", "| --- | --- | ---: |"]
    for found in collected:
        first = nbformat.read(found.lesson.release, as_version=4).cells[0].source
        minutes = MINUTES.search(first)
        link = f"[{found.number} · {found.title}]({folder}{found.lesson}.ipynb)"
        lines.append(f"| {link} | {found.question} | {minutes[1] if minutes else ''} |")
    return "\n".join(lines)


def _contents(title: str, entries: Iterable[str], table: str) -> str:
    """Return a page with a table of others, and put them into the contents at its side."""
    listed = "\n".join(entries)
    return f"# {title}\n\n{table}\n\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{listed}\n```\n"
