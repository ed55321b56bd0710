"""The page for those who only want the answer: does SMOTE help me, and the like.

Each question leads to a study; below its verdict stands what lessons measured of the same advice,
so that there is an answer to read while rows of the laboratory are still being run.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from imbalance_builder.bases import Basis
from imbalance_builder.bibliography import escaped
from imbalance_builder.pages import Collected
from imbalance_lab.claims import SIGNS, VERDICTS, Claim
from imbalance_lab.evidence import Result, studies, study
from imbalance_site.studies import has_numbers, picture_of, verdict_of

#: What people ask, by the study that tests it, in the order of the page. A study that is not here
#: stands at the end with its own question.
QUESTIONS = {
    "smote": "Does SMOTE make a model better?",
    "invented": "Do SMOTE's invented rows pass for real ones?",
    "components": "Should I reduce the features before SMOTE?",
    "mislabelled": "Does ADASYN add rows where they are needed?",
    "threshold": "Should I move the threshold instead of balancing the data?",
    "weights": "Do class weights help me?",
    "networks": "Do class weights help a neural network?",
    "norms": "Do weights last in a network with batch normalisation or weight decay?",
    "focal": "Does focal loss help me?",
    "undersampling": "Should I drop negatives?",
    "ensembles": "Do I need a balanced forest, EasyEnsemble or RUSBoost?",
    "sizes": "Do I need a better model?",
    "anomaly": "With a handful of positives, should I use an anomaly detector?",
    "detectors": "Are anomaly detectors better on real data?",
    "calibration": "Are my probabilities wrong, and what mends them?",
    "count": "Is it the ratio that makes my problem hard?",
    "choices": "By which number should I choose a model?",
    "folds": "Do I need stratified folds?",
    "leaks": "May I resample or scale before the split?",
    "customers": "My customers come back: how do I split?",
    "backtests": "Which estimate tells me what next month will bring?",
    "intervals": "Which interval do I put beside my recall?",
    "bootstrap": "Can I trust a bootstrap interval for F1?",
    "plans": "What does it cost to follow the decision card?",
}

HEAD = """\
# Does SMOTE help me?

You have a rare class and a piece of advice, and you want to know whether the advice is right. Below
is what we measured, question by question. There are two kinds of evidence:

- **The laboratory** runs every piece of advice on simulated and on real data, with the same budget
  for both sides. Its verdicts are *holds*, *holds only if*, *does not hold* and
  *not shown*. The last one is an answer too: it says that nobody should be sure yet.
- **A lesson** makes a smaller experiment that you can follow and change. Its verdict speaks about
  the data and the models of that experiment. Once a study is finished, the study counts.

What to do in which order stands on the [decision card](docs/decision-card.md); advice that no study
tests is on the [page of claims](docs/claims.md).
"""

Claimed = list[tuple[Collected, Claim]]


def advice_page(lessons: list[Collected], bases: dict[str, Basis], pictures: Path) -> str:
    """Return the page in Markdown, and write its pictures.

    Parameters
    ----------
    lessons : list of Collected
        What the lessons claim.
    bases : dict of str to Basis
        Which study each claim rests on, by its advice.
    pictures : Path
        Folder for the pictures of the studies.
    """
    claimed: dict[str, Claimed] = {name: [] for name in questions()}
    for lesson in lessons:
        for claim in lesson.claims:
            if (basis := bases.get(claim.advice)) and basis.study:
                claimed[basis.study].append((lesson, claim))
    parts = [HEAD, _overview(claimed)]
    parts += [_section(study(name), claimed[name], pictures) for name in claimed]
    return "\n\n".join(parts) + "\n"


def questions() -> dict[str, str]:
    """Return the question of every study, in the order of the page."""
    known = {name: asked for name, asked in QUESTIONS.items() if name in studies()}
    return known | {name: study(name).question for name in studies() if name not in known}


def _overview(claimed: dict[str, Claimed]) -> str:
    """Return all questions with how many pieces of advice got which verdict."""
    lines = ["| question | laboratory | lessons |", "| --- | --- | --- |"]
    for name, question in questions().items():
        found = study(name)
        tested = _counts([found.verdict_on(comparison) for comparison in found.comparisons])
        taught = _counts([claim.verdict for _, claim in claimed[name]])
        lines.append(f"| [{escaped(question)}](#answer-{name}) | {tested} | {taught} |")
    legend = " · ".join(f"{SIGNS[verdict]} {verdict}" for verdict in VERDICTS)
    return "\n".join(lines) + f"\n\nThe numbers count pieces of advice: {legend}."


def _counts(verdicts: list[str]) -> str:
    found = Counter(verdicts)
    # No line ends between a number and its sign.
    return " · ".join(f"{found[v]}&nbsp;{SIGNS[v]}" for v in VERDICTS if found[v])


def _section(found: Result, claimed: Claimed, pictures: Path) -> str:
    """Return one question: its first advice in full, then the others, then what lessons say."""
    facts = found.facts()
    parts = [
        f"(answer-{found.name})=\n## {escaped(questions()[found.name])}",
        f"**Advice:** {escaped(facts['advice'])}",
        f"**Laboratory:** {verdict_of(facts)}",
    ]
    if has_numbers(facts):
        parts.append(picture_of(found.name, facts["name"], pictures))
    if len(found.comparisons) > 1:
        parts += ["More advice of this kind, tested:", _others(found)]
    if claimed:
        parts += ["**In the lessons:**", "\n".join(_claim(*each) for each in claimed)]
    parts.append(
        f"**Look closer:** [all intervals and the design](studies/{found.name}.md). **Run it "
        f"again:** `make evidence STUDY={found.name}` in a clone of the course, or [one "
        f"run](rerun-{found.name}) in a notebook."
    )
    return "\n\n".join(parts)


def _others(found: Result) -> str:
    lines = ["| advice | verdict |", "| --- | --- |"]
    for name in found.comparisons[1:]:
        verdict = found.verdict_on(name)
        link = f"[{escaped(found.facts(name)['advice'])}]({found.name}-{name})"
        lines.append(f"| {link} | {SIGNS[verdict]} {verdict} |")
    return "\n".join(lines)


def _claim(lesson: Collected, claim: Claim) -> str:
    said = f"{SIGNS[claim.verdict]} **{claim.found}** {escaped(claim.because)}"
    where = f"[lesson {lesson.number}](lessons/{lesson.lesson}.ipynb)"
    return f"- *{escaped(claim.advice)}* {said} ({where})"
