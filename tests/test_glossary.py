"""The glossary has every term once, and the course leads to it where a term is first used."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import pytest
from released import ROOT

from imbalance_builder.course import Course, Lesson
from imbalance_builder.source import read_source

GLOSSARY = ROOT / "docs" / "glossary.md"
LESSONS = {str(lesson): lesson for lesson in Course(ROOT).lessons()}
IN_ORDER = sorted(LESSONS.values(), key=lambda lesson: (lesson.topic, len(lesson.name)))
LINK = re.compile(r"\[([^\]]+)\]\(\.\./\.\./docs/glossary\.md#([^)]+)\)")
# What is no prose: code, formulas, headings, and where links lead.
NO_PROSE = re.compile(
    r"^```.*?^```|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`|^#[^\n]*$|\]\([^)]*\)", re.MULTILINE | re.DOTALL
)
END_OF_TEACHING = re.compile(r"## (Claims, tested|Quiz|Take away)")
# Words that the language has too: an earlier mention may mean the ordinary word.
EVERYDAY = {
    *("confidence", "device", "group", "label", "lift"),
    *("noise", "promise", "ratio", "safe", "score"),
}


@dataclass(frozen=True)
class Term:
    """An entry: where it is taught, or, for a synonym, which entry explains it."""

    name: str
    text: str
    lesson: str | None
    see: str | None

    @property
    def anchor(self) -> str:
        return self.name.replace(" ", "-")


def read_glossary() -> list[Term]:
    """Return the entries in their order, the table of symbols left out."""
    terms = []
    for section in GLOSSARY.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, text = section.split("\n", 1)
        taught = re.search(r"\nTaught in \[lesson .+\]\(\.\./lessons/(.+)\.ipynb\)\.\n", text)
        see = re.fullmatch(r"\nSee \[.+\]\(#(.+)\)\.\n*", text)
        terms.append(Term(name, text, taught and taught[1], see and see[1]))
    assert terms.pop().name == "symbols"
    return terms


TERMS = read_glossary()
MAIN = {term.anchor: term for term in TERMS if not term.see}
named = pytest.mark.parametrize("term", MAIN.values(), ids=lambda term: term.anchor)
each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=str)


def names_of(term: Term) -> list[str]:
    """Return the entry's name and its synonyms'."""
    return [term.name, *(other.name for other in TERMS if other.see == term.anchor)]


def pattern(names: list[str]) -> re.Pattern[str]:
    """Return a pattern for any of these names as whole words, plural or not."""
    words = "|".join(r"[\s-]".join(map(re.escape, re.split("[ -]", name))) for name in names)
    return re.compile(rf"(?<![\w-])({words})(s|es)?(?![\w-])", re.IGNORECASE)


@cache
def prose_of(lesson: Lesson) -> str:
    """Return a lesson's prose from after its overview to its claims, all else blanked."""
    texts = []
    for cell in read_source(lesson.source).cells[1:]:
        if END_OF_TEACHING.match(cell.source):
            break
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata:
            texts.append(cell.source)
    return NO_PROSE.sub(lambda found: blank(found, keep="glossary.md"), "\n\n".join(texts))


def own_words(text: str, term: Term) -> str:
    """Return a text without the links to other terms."""
    return LINK.sub(lambda found: f"{found[1]} " if found[2] == term.anchor else blank(found), text)


def blank(found: re.Match[str], keep: str = "\0") -> str:
    """Return as many blanks as were found, unless they hold what is to be kept."""
    return found[0] if keep in found[0] else re.sub(r"[^\n]", " ", found[0])


def mentions(text: str, term: Term) -> re.Match[str] | None:
    """Return the first mention of a term that is not part of a longer one."""
    own = names_of(term)
    longer = [
        name
        for other in MAIN.values()
        for name in names_of(other)
        if other != term and any(pattern([one]).search(name) for one in own)
    ]
    return pattern(own).search(pattern(longer).sub(blank, text) if longer else text)


class TestEntries:
    def test_they_are_in_alphabetical_order_and_each_is_there_once(self):
        spelled = [re.sub("[-_]", " ", term.name) for term in TERMS]
        assert spelled == sorted(spelled)
        assert [name for name, times in Counter(spelled).items() if times > 1] == []

    def test_a_heading_is_its_own_anchor_on_github_and_in_jupyterlab(self):
        assert [
            t.name for t in TERMS if not re.fullmatch(r"[a-z0-9_]+([ -][a-z0-9_]+)*", t.name)
        ] == []

    def test_each_explains_itself_or_says_where(self):
        unfinished = [t.name for t in TERMS if not t.see and (not t.lesson or len(t.text) < 60)]
        assert unfinished == []
        assert [t.name for t in TERMS if t.lesson and t.lesson not in LESSONS] == []

    def test_links_among_them_lead_to_entries_that_explain(self):
        targets = re.findall(r"\]\(#([^)]+)\)", GLOSSARY.read_text(encoding="utf-8"))
        assert set(targets) - set(MAIN) - {"symbols"} == set()


class TestLessons:
    @each_lesson
    def test_links_lead_to_entries_that_explain(self, lesson):
        linked = {anchor for _, anchor in LINK.findall(lesson.source.read_text(encoding="utf-8"))}
        assert linked - set(MAIN) == set()

    @named
    def test_the_lesson_that_teaches_a_term_links_it_once(self, term):
        anchors = [anchor for _, anchor in LINK.findall(prose_of(LESSONS[term.lesson]))]
        assert anchors.count(term.anchor) == 1

    @each_lesson
    def test_a_link_stands_where_the_term_is_first_used(self, lesson):
        text = prose_of(lesson)
        late = []
        for link in LINK.finditer(text):
            if link[2] in EVERYDAY:
                continue
            term = MAIN[link[2]]
            before = own_words(text[: link.start()], term)
            earlier = mentions(before, term)
            if earlier:
                late.append(
                    f"{term.name}: {before[max(0, earlier.start() - 40) : earlier.end()]!r}"
                )
        assert late == []

    @pytest.mark.parametrize("anchor", sorted(set(MAIN) - EVERYDAY))
    def test_the_first_lesson_that_uses_a_term_links_it(self, anchor):
        term = MAIN[anchor]
        until_taught = IN_ORDER[: IN_ORDER.index(LESSONS[term.lesson])]
        using = (
            lesson for lesson in until_taught if mentions(own_words(prose_of(lesson), term), term)
        )
        first = next(using, LESSONS[term.lesson])
        assert f"docs/glossary.md#{anchor})" in prose_of(first)

    @each_lesson
    def test_its_new_words_are_in_the_glossary(self, lesson):
        last = read_source(lesson.source).cells[-1].source
        listed = re.search(r"\*\*New words:\*\*(.*?)(\n\n|$)", last, re.DOTALL)
        words = re.findall(r"(?<!\*)\*([^*]+)\*", re.sub(r"\s+", " ", listed[1] if listed else ""))
        assert words or lesson.is_deeper  # which may have no new ones
        known = {name for term in TERMS for name in (term.name, f"{term.name}s")}
        assert [word for word in words if word.lower() not in known] == []
