"""The page for those who only want the answer: does SMOTE help me, and the like.

Each question leads to a study; below its verdict stands what the lesson measured, so that there is
an answer to read while rows of the laboratory are still being run.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from imbalance_builder.bibliography import escaped
from imbalance_builder.pages import Collected
from imbalance_lab.claims import VERDICTS, Claim
from imbalance_lab.evidence import Result, study
from imbalance_site.studies import NOT_SHOWN, has_numbers, picture_of, sign, verdict_of

#: The question that people ask, the study that tests it, and the lesson that explains it.
QUESTIONS = (
    ("Does SMOTE make a model better?", "smote", "06"),
    ("Do SMOTE's invented rows pass for real ones?", "invented", "06"),
    ("Should I move the threshold instead of balancing the data?", "threshold", "09"),
    ("Do class weights help me?", "weights", "07"),
    ("Do class weights help a neural network?", "networks", "07"),
    ("Does focal loss help me?", "focal", "08"),
    ("Should I drop negatives?", "undersampling", "05"),
    ("Do I need a balanced forest, EasyEnsemble or RUSBoost?", "ensembles", "11"),
    ("With a handful of positives, should I use an anomaly detector?", "anomaly", "11"),
    ("Are my probabilities wrong, and what mends them?", "calibration", "10"),
    ("Is it the ratio that makes my problem hard?", "count", "01"),
    ("Do I need stratified folds?", "folds", "04"),
    ("May I resample or scale before the split?", "leaks", "04"),
    ("Which interval do I put beside my recall?", "intervals", "02"),
    ("Which estimate tells me what next month will bring?", "backtests", "12"),
    ("What does it cost to follow the decision card?", "plans", "12"),
)

HEAD = """\
# Does SMOTE help me?

You have a rare class and a piece of advice, and you want to know whether the advice is right. Below
is what we measured, question by question. There are two kinds of evidence:

- **The laboratory** ran, or is running, every piece of advice on simulated and on real data, with
  the same budget for both sides. Its verdicts are *holds*, *holds only if*, *does not hold* and
  *not shown*. The last one is an answer too: it says that nobody should be sure yet.
- **A lesson** makes a smaller experiment that you can follow and change. Its verdict speaks about
  the data and the models of that experiment.

What to do in which order stands on the [decision card](docs/decision-card.md).
"""


def advice_page(lessons: list[Collected], pictures: Path) -> str:
    """Return the page in Markdown, and write its pictures."""
    parts = [HEAD, _overview(lessons)]
    for question, name, number in QUESTIONS:
        taught = [lesson for lesson in lessons if lesson.number == number]
        parts.append(_section(question, study(name), taught, pictures))
    return "\n\n".join(parts) + "\n"


def _overview(lessons: list[Collected]) -> str:
    """Return all questions with how many pieces of advice got which verdict."""
    lines = ["| question | laboratory | lesson |", "| --- | --- | --- |"]
    for question, name, number in QUESTIONS:
        found = study(name)
        tested = _counts([found.verdict_on(comparison) for comparison in found.comparisons])
        taught = _counts([claim.verdict for claim in _claims(lessons, number)])
        lines.append(f"| [{question}](#answer-{name}) | {tested} | {taught} |")
    legend = " · ".join(f"{sign(v)} {v}" for v in (*VERDICTS, NOT_SHOWN))
    return "\n".join(lines) + f"\n\nThe numbers count pieces of advice: {legend}."


def _counts(verdicts: list[str]) -> str:
    found = Counter(verdicts)
    return " · ".join(f"{n} {sign(v)}" for v in (*VERDICTS, NOT_SHOWN) if (n := found[v]))


def _claims(lessons: list[Collected], number: str) -> list[Claim]:
    return [claim for lesson in lessons if lesson.number == number for claim in lesson.claims]


def _section(question: str, found: Result, taught: list[Collected], pictures: Path) -> str:
    """Return one question: the first advice in full, then the others, then the lesson's claims."""
    facts = found.facts()
    parts = [
        f"(answer-{found.name})=\n## {question}",
        f"**Advice:** {escaped(facts['advice'])}",
        f"**Laboratory:** {verdict_of(facts)}",
    ]
    if has_numbers(facts):
        parts.append(picture_of(found.name, facts["name"], pictures))
    if len(found.comparisons) > 1:
        parts += ["More advice of this kind, tested:", _others(found)]
    claims = _claims(taught, taught[0].number)
    if claims:
        parts += [f"**What lesson {taught[0].number} measured:**", "\n".join(map(_claim, claims))]
    parts.append(
        f"**Look closer:** [all intervals and the design](studies/{found.name}.md), or the lesson "
        f"[{escaped(taught[0].title)}](lessons/{taught[0].lesson}.ipynb). **Run it again:** `make "
        f"evidence STUDY={found.name}` in a clone of the course, or [one run](rerun-{found.name}) "
        "in a notebook."
    )
    return "\n\n".join(parts)


def _others(found: Result) -> str:
    lines = ["| advice | verdict |", "| --- | --- |"]
    for name in found.comparisons[1:]:
        verdict = found.verdict_on(name)
        link = f"[{escaped(found.advice(name))}]({found.name}-{name})"
        lines.append(f"| {link} | {sign(verdict)} {verdict} |")
    return "\n".join(lines)


def _claim(claim: Claim) -> str:
    return (
        f"- *{escaped(claim.advice)}* {sign(claim.verdict)} **{claim.found}** "
        f"{escaped(claim.because)}"
    )
