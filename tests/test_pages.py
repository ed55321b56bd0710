"""The pages that collect from all lessons say what the notebooks say, or the build says why not."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import nbformat
import pytest
from released import ROOT

from imbalance_builder import cli
from imbalance_builder.bases import (
    Basis,
    answers,
    contradicted,
    joint,
    numbers_of,
    read_bases,
    undecided,
    unfit_bases,
)
from imbalance_builder.bibliography import escaped, read_references
from imbalance_builder.course import BuildError, Course
from imbalance_builder.pages import collect, make_pages, page_differences, write_pages
from imbalance_builder.sources import Source, read_sources, told, unfit_sources
from imbalance_lab.claims import MIME_TYPE, Claim
from imbalance_lab.evidence import Result, studies, study

BIB = """
@article{weiss2004, author = {Weiss, Gary M.}, title = {Mining with rarity: a {B}ig _case_},
  journal = {ACM SIGKDD Explorations}, volume = {6}, number = {1}, pages = {7--19},
  year = {2004}, doi = {10.1145/1007730.1007734}}
@misc{opitz2019, author = {Opitz, Juri and B{\\"u}rst, Sebastian}, title = {Macro F1 and Macro F1},
  year = {2019}, eprint = {1911.03347}, archiveprefix = {arXiv}}
"""
HEAD = "# 01 · A toy: does it work?\n\nThe rest."
READING = "- Opitz (2019). [*Macro*](../../docs/bibliography.md#opitz2019)."
CLAIM = Claim("Count | the *rare*.", "holds only if", "x_1 < 3 [1, 2].", "weiss2004", "E01 E02")


def write_lesson(
    root: Path, name: str, texts: tuple[str, ...] = (HEAD, READING), claims: tuple = (CLAIM,)
) -> None:
    """Write a lesson as the build leaves it: a source, and an executed notebook."""
    cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    for claim in claims:
        output = nbformat.v4.new_output(
            "execute_result", {"text/plain": str(claim), MIME_TYPE: asdict(claim)}
        )
        cells.append(nbformat.v4.new_code_cell("Claim(...)", outputs=[output]))
    path = root / "solutions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".py").write_text('raise RuntimeError("pages never run a source")\n')
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path.with_suffix(".ipynb"))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of one lesson that has one claim and cites two references."""
    write_lesson(tmp_path, "01-toy/toy")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "references.bib").write_text(BIB, encoding="utf-8")
    return Course(tmp_path)


def page(course: Course, name: str) -> str:
    return make_pages(course)[course.root / "docs" / f"{name}.md"]


class TestClaimsPage:
    def test_a_claim_is_told_with_verdict_numbers_lesson_reference_and_rows(self, course):
        entry = page(course, "claims").split("## lesson 01\n")[1]
        assert entry == (
            "\n[01 · A toy](../lessons/01-toy/toy.ipynb): Does it work?\n"
            "\n### Count \\| the \\*rare\\*.\n"
            "\n◐ **Holds only if** x\\_1 \\< 3 \\[1, 2\\].\n"
            "\nReference: [Weiss (2004)](bibliography.md#weiss2004) · "
            "Coverage rows: [E01, E02](coverage.csv)\n"
        )

    def test_a_claim_that_no_paper_explains_says_so(self, course):
        alone = Claim("Always.", "does not hold", "It was not.", evidence="E01")
        write_lesson(course.root, "02-more/more", (HEAD.replace("01", "02"),), (alone,))
        entry = page(course, "claims").split("### Always.\n")[1]
        assert "\nReference: no paper that we could confirm · Coverage rows: [E01]" in entry

    def test_verdicts_are_counted(self, course):
        wrong = Claim("Always.", "does not hold", "It was not.")
        shown = Claim("Ever.", "not shown", "The interval holds the margin.")
        claims = (wrong, CLAIM, shown)
        write_lesson(course.root, "02-more/more", (HEAD.replace("01", "02"),), claims)
        text = page(course, "claims")
        counts = {
            row.split(" | ")[0][4:]: int(row.rstrip(" |").split(" | ")[-1])
            for row in text.splitlines()
            if row.startswith(("| ✓", "| ◐", "| ✗", "| ○"))
        }
        assert counts == {"holds": 0, "holds only if": 2, "does not hold": 1, "not shown": 1}
        assert "| | all | 4 |" in text
        assert "○ **Not shown.** The interval" in text

    def test_a_lesson_comes_before_its_variants_and_has_one_heading(self, course):
        write_lesson(course.root, "01-toy/a-toy-in-pytorch", (HEAD.replace("A toy", "B"), READING))
        text = page(course, "claims")
        assert text.count("## lesson 01\n") == 1
        assert text.index("[01 · A toy]") < text.index("[01 · B]")

    def test_every_claim_of_the_course_is_on_it_once(self):
        text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
        told = [line[4:] for line in text.splitlines() if line.startswith("### ")]
        shown = [
            escaped(output.data[MIME_TYPE]["advice"])
            for path in (ROOT / "solutions").glob("*/*.ipynb")
            for cell in nbformat.read(path, as_version=4).cells
            for output in cell.get("outputs", [])
            if MIME_TYPE in output.get("data", {})
        ]
        assert len(shown) > 40
        assert sorted(told) == sorted(shown)


#: Comparisons that no claim of the lessons is about: they are about ways to measure, or say of one
#: more detector or one more remedy beside a customer's history what the others say.
ABOUT_NO_CLAIM = [
    *(("bootstrap", one) for one in ("stratified", "plain", "draws", "pooled", "pooled-plain")),
    *(("calibration", f"{way}-mends") for way in ("platt", "isotonic", "temperature")),
    *(("customers", one) for one in ("customers", "time", "customers-too-little")),
    *(("customers", f"history-or-{one}") for one in ("smote", "weights", "undersample")),
    *(("customers", f"{one}-on-top") for one in ("smote", "weights", "undersample")),
    *(
        ("detectors", f"{one}-{rival}{few}")
        for one in ("isolation-forest", "one-class-svm", "outlier-factor")
        for rival in ("logistic", "forest")
        for few in ("", "-few")
        if few == "" or rival == "forest" or one == "outlier-factor"
    ),
    ("folds", "bias"),
    *(("intervals", one) for one in ("normal", "bootstrap", "as-counted", "wilson-bound")),
    *(("intervals", one) for one in ("order-statistic", "naive", "corrected")),
    ("invented", "memory"),
    *(("leaks", one) for one in ("selection", "scaling", "none")),
    *(("smote", one) for one in ("smote-default-beats-tuning", "clouds", "categories")),
]


def result(verdict: str, done: int = 4) -> Result:
    """Return a study of four runs, so many of them done, with one comparison."""
    conditions = [{"answer": answer, "unit": "repeat", "n": 20} for answer in ("no", "no", "open")]
    comparison = {"name": "a", "verdict": verdict, "advice": "Toys help.", "measure": "roc_auc"}
    comparison |= {"margin": 0.02, "relative": False, "conditions": conditions}
    comparison |= {"finished": done == 4}
    comparison |= {"overall": {"mean": -0.0114, "low": -0.02, "high": -0.002, "answer": "no"}}
    first = {"columns": [], "values": []}
    return Result(
        {"name": "toy", "question": "Toy?", "protocol": "trial", "rows": [done, 4]}
        | {"comparisons": [comparison], "first": first}
    )


class TestBases:
    ADVICE = CLAIM.advice

    def basis(self, **changes: str) -> Basis:
        given = {"basis": "study", "study": "toy", "comparison": "a", "sense": "same"} | changes
        return Basis(self.ADVICE, **given)

    def test_every_claim_of_the_course_rests_on_something_that_exists(self):
        claims = [claim for lesson in Course(ROOT).lessons() for claim in collect(lesson).claims]
        assert unfit_bases(claims, read_bases(ROOT)) == []

    def test_no_claim_of_the_course_contradicts_a_study_that_is_finished(self):
        claims = [claim for lesson in Course(ROOT).lessons() for claim in collect(lesson).claims]
        assert contradicted(claims, read_bases(ROOT)) == []

    def test_every_verdict_of_a_lesson_s_own_cells_is_decided_by_its_margin(self):
        claims = [claim for lesson in Course(ROOT).lessons() for claim in collect(lesson).claims]
        bases = read_bases(ROOT)
        assert undecided(claims, bases) == []
        assert sum(bool(basis.margin) for basis in bases.values()) > 8

    @pytest.mark.parametrize(
        ("because", "margin", "said"),
        [
            ("by +0.04 [+0.01, +0.07].", "0.02 precision", ["open"]),
            ("by +0.04 [+0.03, +0.07], then -0.1 [−0.2, −0.03].", "0.02 F1", ["beyond"] * 2),
            ("by +0.00 [-0.01, +0.01].", "0.02 F1", ["within"]),
            ("by -11% [-14%, -8%] and +1% [-2%, +4%].", "5% of the bill", ["beyond", "within"]),
            ("by +302 [+180, +423] €.", "26 € of the bill", ["beyond"]),
            ("three times as many", "0.02 F1", []),
        ],
    )
    def test_an_interval_answers_if_it_lies_beyond_or_within_the_margin(
        self, because, margin, said
    ):
        assert answers(because, margin) == said
        claim = Claim(self.ADVICE, "holds", because)
        bases = {self.ADVICE: Basis(self.ADVICE, "lesson", margin=margin)}
        assert bool(undecided([claim], bases)) == (not {*said} - {"open"})
        assert undecided([Claim(self.ADVICE, "not shown", because)], bases) == []

    @pytest.mark.parametrize(
        ("sense", "said", "found"),
        [
            ("same", "holds only if", []),
            ("same", "does not hold", ["says 'does not hold'"]),
            ("same", "not shown", ["says 'not shown'"]),
            ("opposite", "holds", ["says 'does not hold'"]),
            ("opposite", "holds only if", []),
        ],
    )
    def test_a_finished_study_has_the_last_word(self, sense, said, found):
        bases = {self.ADVICE: self.basis(sense=sense)}
        problems = contradicted([CLAIM], bases, lambda _: result(said))
        assert len(problems) == len(found)
        assert all(text in problem for text, problem in zip(found, problems, strict=True))

    def test_a_comparison_that_is_not_finished_says_nothing_yet(self):
        basis = self.basis()
        assert contradicted([CLAIM], {self.ADVICE: basis}, lambda _: result("holds", 3)) == []
        assert "a: not finished" in basis.told(lambda _: result("holds", 3))
        assert "a: holds (" in basis.told(lambda _: result("holds"))

    def test_the_numbers_behind_a_verdict_are_told(self):
        told = self.basis(sense="opposite").told(lambda _: result("holds"))
        assert told == (
            "Study: [`toy`](laboratory.md), a: does not hold (roc auc -0.011 "
            r"\[-0.020, -0.002\], margin 0.02; conditions: 0 yes, 2 no, 1 open; all simulated). "
            "It tests the opposite advice."
        )

    @pytest.mark.parametrize(
        ("said", "together"),
        [
            (["holds", "holds"], "holds"),
            (["holds", "does not hold"], "holds only if"),
            (["not shown", "holds only if"], "holds only if"),
            (["not shown", "holds"], "not shown"),
            (["not shown", "does not hold"], "not shown"),
        ],
    )
    def test_advice_of_two_parts_has_the_verdict_of_both(self, said, together):
        assert joint(said) == together
        assert joint(reversed(said)) == together

    def test_each_part_is_told_with_its_verdict(self):
        told = self.basis(comparison="a a").told(lambda _: result("holds"))
        assert told.count("a: holds (roc auc") == 2
        assert told.endswith("Together: holds.")

    def test_shares_are_told_as_shares_and_real_sets_as_sources(self):
        facts = result("holds").facts("a") | {"relative": True, "margin": 0.05}
        facts["conditions"] = [*facts["conditions"], {"answer": "yes", "unit": "family", "n": 27}]
        told = numbers_of(facts)
        assert r"-1% \[-2%, +0%\], margin 5%" in told
        assert told.endswith("1 yes, 2 no, 1 open; with 27 sources of real sets)")
        assert numbers_of(facts | {"overall": {"answer": "open"}}) == ""

    def test_what_else_bears_on_it_is_told_for_and_against(self):
        basis = Basis(self.ADVICE, "lesson", beside="toy/a", margin="0.02 F1")
        told = basis.told(lambda _: result("does not hold"))
        assert told.startswith(
            "Measured in this notebook only. The smallest difference that matters, named after its "
            "cells had run: 0.02 F1. Beside it, [`toy`](laboratory.md)"
        )
        assert "a (“Toys help.”): does not hold (roc auc" in told
        assert "not finished: [`toy`](laboratory.md), a." in basis.told(lambda _: result("x", 3))
        alone = Basis(self.ADVICE, "lesson", margin="0.02 F1").told()
        assert alone.startswith("Measured in this notebook only; no study of the laboratory tests")
        assert Basis(self.ADVICE, "derived").told().startswith("Follows from definitions;")

    def test_advice_that_is_repeated_counts_once_and_has_one_verdict(self, course):
        other = Claim("Toys help much.", "does not hold", "no")
        bases = {self.ADVICE: Basis(self.ADVICE, "argued")}
        bases[other.advice] = Basis(other.advice, "argued", again=self.ADVICE)
        assert "Says again: “" + self.ADVICE in bases[other.advice].told()
        assert "has not the verdict of" in contradicted([CLAIM, other], bases)[0]
        assert unfit_bases([CLAIM, other], bases) == []
        bases[self.ADVICE] = Basis(self.ADVICE, "argued", again="gone")
        assert "repeats no other advice: 'gone'" in unfit_bases([CLAIM, other], bases)[0]

    def test_the_course_counts_no_advice_twice(self):
        repeated = [basis for basis in read_bases(ROOT).values() if basis.again]
        assert len(repeated) == 1
        text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
        assert f"| | all | {text.count(chr(10) + '### ') - 1} |" in text

    def test_no_unfavourable_comparison_of_these_claims_is_left_out(self):
        """What the page once passed over: a comparison with another answer than the chosen one."""
        bases = {basis.comparison: set(basis.named()) for basis in read_bases(ROOT).values()}
        assert ("folds", "spread-ap") in bases["spread-f1"]
        assert ("backtests", "nearest") in bases["random-split"]
        assert ("choices", "accuracy-own-threshold") in bases["accuracy"]
        assert ("components", "before-smote-default") in bases["before-smote"]
        assert ("focal", "calibration-slope") in bases["calibrated"]

    def test_every_comparison_is_told_with_a_claim_or_is_about_none(self):
        """What is declared shows on the page of claims, whatever it says."""
        told = set(ABOUT_NO_CLAIM)
        for basis in read_bases(ROOT).values():
            told |= {*basis.named(), *((basis.study, one) for one in basis.comparison.split())}
        declared = {(name, one) for name in studies() for one in study(name).comparisons}
        assert declared - told == set()
        assert set(ABOUT_NO_CLAIM) <= declared

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"study": "smoke"}, "there is no study 'smoke'"),
            ({"study": "smote", "comparison": "b"}, "has no comparison 'b'"),
            ({"study": "smote", "comparison": "tomek", "sense": "like"}, "basis or sense"),
            ({"basis": "lesson", "margin": "0.02 F1"}, "rests on no study, so it names none"),
            ({"basis": "derived"}, "rests on no study, so it names none"),
            (dict.fromkeys(("study", "comparison", "sense"), "") | {"basis": "lesson"}, "a margin"),
            ({"study": "smote", "comparison": "tomek", "margin": "0.02 F1"}, "has a margin if"),
            ({"basis": "hearsay"}, "basis or sense"),
            ({"study": "smote", "comparison": "tomek", "beside": "smote/b"}, "no comparison 'b'"),
            (
                {"study": "smote", "comparison": "tomek", "beside": "smote"},
                "no comparison of 'smote' is",
            ),
        ],
    )
    def test_an_unfit_line_is_named(self, changes, message):
        (problem,) = unfit_bases([CLAIM], {self.ADVICE: self.basis(**changes)})
        assert message in problem

    def test_a_claim_has_one_line_and_a_line_one_claim(self):
        assert "no line for the claim" in unfit_bases([CLAIM], {})[0]
        bases = {self.ADVICE: Basis(self.ADVICE, "argued")}
        assert "claimed 2 times" in unfit_bases([CLAIM, CLAIM], bases)[0]
        assert "no lesson claims" in unfit_bases([], bases)[0]

    def test_the_page_says_what_a_claim_rests_on(self, course):
        path = course.root / "evidence" / "claims.csv"
        path.parent.mkdir()
        path.write_text(f"advice,basis,study,comparison,sense\n{self.ADVICE},argued,,,\n")
        assert "\n\nRests on an argument; it was not measured.\n\nReference:" in page(
            course, "claims"
        )
        path.write_text("advice,basis,study,comparison,sense\nOther.,argued,,,\n")
        with pytest.raises(BuildError, match="no line for the claim"):
            make_pages(course)

    def test_pages_are_written_alone(self, course):
        assert cli.main(["--pages", "--root", str(course.root)]) == 0
        assert "## lesson 01" in (course.root / "docs" / "claims.md").read_text(encoding="utf-8")
        with pytest.raises(SystemExit):
            cli.main(["--pages", "--check", "--root", str(course.root)])


class TestSources:
    """Advice is said by somebody."""

    ADVICE = CLAIM.advice

    def test_the_course_names_pages_for_advice_that_its_lessons_test(self):
        claims = [
            claim.advice for lesson in Course(ROOT).lessons() for claim in collect(lesson).claims
        ]
        sources = read_sources(ROOT)
        assert unfit_sources(claims, sources) == []
        assert len(sources) >= len(claims) - 1

    def test_a_page_is_told_beside_the_advice(self, course):
        table = course.root / "evidence" / "sources.csv"
        table.parent.mkdir(exist_ok=True)
        table.write_text(f"advice,title,address\n{self.ADVICE},A guide,https://example.org/guide\n")
        text = page(course, "claims")
        assert "Said, for instance, by [A guide](https://example.org/guide)." in text

    def test_that_nobody_was_found_is_told(self, course):
        nobody = "No page was found that gives it in so many words."
        assert told([]) == nobody
        assert nobody not in page(course, "claims"), "a course without the table never searched"
        text = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
        assert text.count(nobody) + text.count("Said, for instance, by") == text.count("\n### ")

    @pytest.mark.parametrize(
        ("advice", "title", "address", "problem"),
        [
            ("something else", "A guide", "https://example.org", "no lesson claims"),
            (CLAIM.advice, "A guide", "example.org", "is no address of a page"),
            (CLAIM.advice, " ", "https://example.org", "has no title"),
        ],
    )
    def test_a_line_that_does_not_fit_is_named(self, advice, title, address, problem):
        sources = {advice: [Source(advice, title, address)]}
        (found,) = unfit_sources([CLAIM.advice], sources)
        assert problem in found


class TestBibliography:
    def test_a_reference_is_full_has_its_key_as_anchor_and_names_who_cites_it(self, course):
        text = page(course, "bibliography")
        assert text.split("## ")[1:] == [
            "opitz2019\n\nJ. Opitz and S. Bürst. *Macro F1 and Macro F1*. 2019. "
            "[arXiv:1911.03347](https://arxiv.org/abs/1911.03347).\n"
            "\nCited in [01 · A toy](../lessons/01-toy/toy.ipynb).\n\n",
            "weiss2004\n\nG. M. Weiss. *Mining with rarity: a Big \\_case\\_*. "
            "*ACM SIGKDD Explorations*, 6(1):7–19, 2004. "
            "[doi:10.1145/1007730.1007734](https://doi.org/10.1145/1007730.1007734).\n"
            "\nCited in [01 · A toy](../lessons/01-toy/toy.ipynb).\n",
        ]

    @pytest.mark.parametrize(
        ("authors", "label"),
        [
            ("Weiss, Gary", "Weiss (2004)"),
            ("Saito, T. and Rehmsmeier, M.", "Saito & Rehmsmeier (2004)"),
            ("van den Goorbergh, R. and Y, B. and Z, C.", "van den Goorbergh et al. (2004)"),
            ("{scikit-learn developers}", "scikit-learn developers (2004)"),
        ],
    )
    def test_a_text_names_it_by_authors_and_year(self, tmp_path, authors, label):
        path = tmp_path / "references.bib"
        path.write_text(f"@misc{{a2004, author={{{authors}}}, title={{T}}, year={{2004}}}}")
        assert read_references(path)["a2004"].label == label

    def test_a_doi_with_angle_brackets_stays_a_link(self, tmp_path):
        path = tmp_path / "references.bib"
        path.write_text("@misc{a1950, author={A}, title={T}, year={1950}, doi={10.1/(1950)<1:V>2}}")
        full = read_references(path)["a1950"].full
        assert full.endswith("[doi:10.1/(1950)\\<1:V\\>2](https://doi.org/10.1/(1950)%3C1:V%3E2).")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (BIB + "@misc{oops", "syntax error in line 7"),
            (BIB + BIB, "repeated bibliography entry"),
            (BIB.replace("year = {2004}", "month = {5}"), "weiss2004 has no year"),
            (BIB.replace("author = {W", "editor = {W"), "weiss2004 has no author"),
            (BIB.replace("weiss2004", "Weiss_2004"), 'the key "Weiss_2004" needs lower-case'),
            (BIB.replace("journal =", "issn ="), "missing journal in weiss2004"),
        ],
        ids=["no BibTeX", "twice", "no year", "no author", "key", "no journal"],
    )
    def test_what_is_wrong_with_an_entry_is_said(self, course, text, message):
        (course.root / "docs" / "references.bib").write_text(text, encoding="utf-8")
        with pytest.raises(BuildError, match=r"references\.bib: ") as error:
            make_pages(course)
        assert message in str(error.value)


class TestErrors:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("weiss2004", "weiss2005", "01-toy/toy: weiss2005 is cited"),
            ("#opitz2019", "#opitz", "01-toy/toy: opitz is cited"),
            ("#opitz2019", "", "docs/references.bib: no lesson cites opitz2019"),
            ("# 01 · A toy:", "# A toy:", 'must begin like "# 01 · Title: question?"'),
        ],
        ids=["claim", "link", "nobody", "title"],
    )
    def test_what_does_not_fit_together_is_named(self, course, old, new, message):
        path = course.root / "solutions" / "01-toy" / "toy.ipynb"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        with pytest.raises(BuildError) as error:
            make_pages(course)
        assert message in str(error.value)

    def test_a_lesson_that_was_never_built_is_named(self, course):
        (course.root / "solutions" / "01-toy" / "toy.ipynb").unlink()
        with pytest.raises(BuildError, match="01-toy/toy was never built"):
            make_pages(course)


class TestCommand:
    """The pages as `python -m imbalance_builder` writes and compares them."""

    @pytest.fixture
    def buildable(self, course) -> Course:
        source = "\n".join(f"# {line}".rstrip() for line in f"{HEAD}\n\n{READING}".splitlines())
        claim = f"from imbalance_lab.claims import Claim\n\nClaim(**{asdict(CLAIM)})"
        path = course.root / "solutions" / "01-toy" / "toy.py"
        path.write_text(f"# %% [markdown]\n{source}\n\n# %%\n{claim}\n", encoding="utf-8")
        shutil.copy(ROOT / "nbgrader_config.py", course.root)
        return course

    def run(self, course: Course, *options: str) -> int:
        return cli.main(["--root", str(course.root), *options])

    def test_pages_are_written_and_agree_until_somebody_edits_one(self, buildable, capsys):
        assert self.run(buildable) == 0
        assert self.run(buildable, "--check") == 0
        claims = buildable.root / "docs" / "claims.md"
        lines = claims.read_text(encoding="utf-8").splitlines()
        number = next(n for n, line in enumerate(lines, start=1) if "**Holds only" in line)
        claims.write_text("\n".join(lines).replace("**Holds only", "**Always") + "\n")
        capsys.readouterr()
        assert self.run(buildable, "--check") == 1
        said = capsys.readouterr().err
        where = f"docs/claims.md: line {number} is not what the notebooks give"
        assert f"{where}: '◐ **Holds only if" in said
        assert '"make lessons" builds what is stored again' in said
        assert "are what their sources give" not in said

    def test_an_error_is_told_in_both_and_the_notebooks_are_built_all_the_same(
        self, buildable, capsys
    ):
        source = buildable.root / "solutions" / "01-toy" / "toy.py"
        source.write_text(source.read_text("utf-8").replace("weiss2004", "weiss2005"), "utf-8")
        for options in ((), ("--check",)):
            assert self.run(buildable, *options) == 1
            assert "01-toy/toy: weiss2005 is cited" in capsys.readouterr().err
        assert (buildable.root / "lessons" / "01-toy" / "toy.ipynb").exists()


class TestFiles:
    def test_writing_twice_changes_nothing(self, course):
        write_pages(course)
        assert page_differences(course) == []
        claims = course.root / "docs" / "claims.md"
        before = claims.stat().st_mtime_ns
        write_pages(course)
        assert claims.stat().st_mtime_ns == before

    def test_a_missing_page_is_named(self, course):
        write_pages(course)
        (course.root / "docs" / "bibliography.md").unlink()
        assert page_differences(course) == [
            "docs/bibliography.md: it is not there: it was never built"
        ]

    def test_pages_without_references_are_named_and_none_is_made(self, course):
        write_pages(course)
        (course.root / "docs" / "references.bib").unlink()
        assert make_pages(course) == {}
        assert page_differences(course)[0].startswith("docs/claims.md: there is no docs/references")

    def test_the_stored_pages_of_the_course_are_what_its_notebooks_give(self):
        assert (ROOT / "docs" / "references.bib").exists()
        assert page_differences(Course(ROOT)) == []
