"""The numbers of quiz questions: every draw that is possible is fair, and its key is right."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from released import ROOT

from imbalance_builder.course import Course
from imbalance_builder.source import read_source
from imbalance_lab.checks import Question
from imbalance_oracles import shuffled
from imbalance_oracles.numbers import Numbers, replaced
from imbalance_oracles.quiz_numbers import NUMBERS
from imbalance_oracles.registry import quizzes
from imbalance_oracles.shuffled import Change

OPTION = re.compile(r"^- ([a-z])\) (.*)", re.MULTILINE)
NUMBER = re.compile(r"(?<!\w)−?\d[\d,]*(?:\.\d+)?")
WORDS = {"three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9}
ONE_IN = {"ten": 10, "twenty": 20, "twenty-five": 25, "forty": 40, "fifty": 50, "a hundred": 100}
LESSONS = {lesson.topic[:2]: lesson for lesson in Course(ROOT).lessons() if not lesson.optional}
EVERY = [
    pytest.param(lesson, number, id=f"{lesson}-{number}")
    for lesson, questions in NUMBERS.items()
    for number in questions
]


def odds(p: float) -> float:
    return p / (1 - p)


def back(o: float) -> float:
    return o / (1 + o)


def roc_auc(asked: str) -> float:
    """Count, for each positive, the negatives that stand below it."""
    order = re.findall(r"positive|negative", asked.partition(":")[2])
    below = [order[at:].count("negative") for at, each in enumerate(order) if each == "positive"]
    return sum(below) / (len(below) * order.count("negative"))


def wilson(share: float, n: float, *_: float) -> tuple[float, float]:
    """Return the two shares from which what was seen is just 1.96 standard errors away."""
    found = np.linspace(0.001, 0.9999, 100_000)
    near = np.abs(share - found) <= NormalDist().inv_cdf(0.975) * np.sqrt(found * (1 - found) / n)
    return found[near][0], found[near][-1]


def reviewed(large: float, p_large: float, small: float, p_small: float, price: float) -> str:
    """Say which payments are worth a review, as options say it; a fraud costs 15 besides."""
    sure = {a for a, p in ((large, p_large), (small, p_small)) if p * (a + 15) > price}
    return {0: "Neither", 2: "Both"}.get(len(sure)) or f"Only the one of €{sure.pop():g}"


def waiting(*given: float) -> str:
    """Say what is worth most, as the options say it."""
    *leads, _, worth, price = given
    switch = worth * sum(leads) / 3
    wait = worth * sum(max(lead, 0) for lead in leads) / 3 - price
    assert wait > switch > 0
    return f"Wait, about €{round(wait, -1):,.0f}"


def month_that_is_final(today: float, final: float) -> tuple[float, float]:
    """Return first and last of the newest 30 days of which each label is final today."""
    days = [day for day in np.arange(today) if day + final < today][-30:]
    return days[0], days[-1]


def flagged_from(gamma: float, alpha: float, says: float) -> float:
    """Return the truth for which the expected focal loss is flat where the model says that."""

    def slope(loss: Any) -> float:
        return (loss(says + 1e-5) - loss(says - 1e-5)) / 2e-5

    up = slope(lambda q: -alpha * (1 - q) ** gamma * math.log(q))
    down = slope(lambda q: -(1 - alpha) * q**gamma * math.log(1 - q))
    return down / (down - up)


# What is right, worked out from the numbers in the question in another way than the key does: a
# number that the right option has to show as it rounds, or the words with which it begins.
RIGHT: dict[tuple[str, int], Any] = {
    ("00", 2): lambda asked, ratio: f"1/{ratio + 1:g}, which is {100 / (ratio + 1):g}%",
    ("01", 1): lambda asked, ill, right: 1 - (100 - right) / ill,
    ("01", 4): lambda asked, fa, ma, fb, mb, *_: (fa - fb) / (mb - ma),
    ("02", 1): lambda asked, recall, specificity, ill: (
        recall * ill / (recall * ill + (1 - specificity) * (100 - ill))
    ),
    ("02", 3): lambda asked, best: f"{best / 2:.2f}; {2 / best - 1:g}",
    ("02", 4): lambda asked, p, fp, q, fq, ill: (fq - fp) / 100 * (100 - ill) / ((q - p) * ill),
    ("02", 5): lambda asked, n, *_: f"up to {300 / n:g}%",
    ("03", 1): lambda asked: roc_auc(asked),
    ("03", 2): lambda asked, recall, flagged, _, one, n: recall / (recall + flagged * (n - 1)),
    ("03", 5): lambda asked, pos, neg, area, new: (
        (area * pos * neg + pos * new) / (pos * (neg + new))
    ),
    ("04", 3): lambda asked, n, folds: f"1 in {2 ** (n - 1):,.0f}",
    ("04", 4): lambda asked, train, test: math.sqrt((1 / 10 + test / train) / (1 / 10)),
    ("04", 5): lambda asked, machines, broke: f"Of machines, stratified; {broke / 5:g}.",
    ("05", 1): lambda asked, percent, one, to, ratio, at: back(
        odds(at) * odds(percent / 100) / ratio
    ),
    ("05", 2): lambda asked, pos, kept: 100 * (1 / pos) / (1 / pos + 1 / kept),
    ("05", 4): lambda asked, frauds, rows: (
        rows // (frauds * (1 + WORDS[re.search(r"keep (\w+) negatives", asked)[1]]))
    ),
    ("05", 5): lambda asked, rows, one, to, weight, at: back(odds(at) * odds(1 / rows) / weight),
    ("06", 1): lambda asked, x, y, u, v: f"$({x + (u - x) / 4:g}, {y + (v - y) / 4:g})$",
    ("06", 2): lambda asked, k, rows: rows / 4,
    ("06", 3): lambda asked, *given: 2 / 3 + given[-1] / 3,
    ("07", 2): lambda asked, *given: back(odds(given[-1]) / given[-2]),
    ("07", 3): lambda asked, n, pos, c, *weights: weights[-1] * pos / (n / 2),
    ("07", 4): lambda asked, miss, alarm, *_: back((alarm / miss) ** 2),
    ("07", 5): lambda asked, percent, neg, pos: (
        pos / percent / (pos / percent + neg / (100 - percent))
    ),
    ("08", 1): lambda asked, alpha: f"A {1 / alpha - 1:.0f}th of a negative",
    ("08", 2): lambda asked, *given: flagged_from(*given),
    ("08", 4): lambda asked, hard, easy, gamma: ((1 - hard) / (1 - easy)) ** gamma,
    ("09", 1): lambda asked, alarm, miss, percent: alarm / (alarm + miss),
    ("09", 3): lambda asked, one, n, *_: n * n,
    ("09", 4): lambda asked, n, ill, t, found, flagged: (found - odds(t) * flagged) / n,
    ("09", 5): lambda asked, *given: reviewed(*given),
    ("10", 2): lambda asked, percent, says: back(odds(says) * percent / 100),
    ("10", 5): lambda asked, percent, says, *_: 100 * back(odds(says) * odds(percent / 100)),
    ("11", 1): lambda asked, trees, rows, pos: trees * (1 - pos / rows) ** rows,
    ("11", 2): lambda asked, n, recall, at, precision: (
        f"{n * recall / 100 * (1 / precision - 1):,.0f}, and the plain forest"
    ),
    ("11", 4): lambda asked, recall, n, *_: "about {:.2f} to {:.2f}".format(*wilson(recall, n)),
    ("11", 5): lambda asked, *given: waiting(*given),
    ("12", 1): lambda asked, today, final: (
        "Days {0} to {1}, with a model that has learned from days before {0}.".format(
            *(round(day) for day in month_that_is_final(today, final))
        )
    ),
    ("12", 2): lambda asked, *given: max(
        zip(given[:4], given[4:], strict=True), key=lambda one: one[1] * (one[0] + 15)
    )[0],
    ("12", 3): lambda asked, day: (
        f"The rows before day {day:g}, with the labels as they were known on day {day:g}."
    ),
}


def value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def is_right(lesson: str, number: int, asked: str, option: str, near: float = 0) -> bool:
    """Say whether an option is right, as the numbers in the question have it, or is near to it."""
    right = RIGHT[lesson, number](asked, *map(value, NUMBER.findall(asked)))
    if isinstance(right, str):
        return option.startswith(right)
    if not (shown := NUMBER.findall(option)):
        return False
    last_digit = 10.0 ** -len(shown[0].partition(".")[2])
    allowed = near * abs(right) if near else 0.5001 * last_digit
    return abs(value(shown[0]) - right) <= allowed


@cache
def quiz_text(lesson: str) -> str:
    """Return the cell with a lesson's quiz, as it is published."""
    place = LESSONS[lesson]
    cells = read_source(ROOT / "solutions" / place.topic / f"{place.name}.py").cells
    return str(next(cell.source for cell in cells if "\n- a) " in cell.source))


def parts(text: str) -> dict[int, tuple[str, dict[str, str]]]:
    """Return each question of a quiz with its options."""
    _, *rest = re.split(r"^\*\*(\d+)\.\*\* ", text, flags=re.MULTILINE)
    return {
        int(number): (part.partition("- a)")[0], dict(OPTION.findall(part)))
        for number, part in zip(rest[::2], rest[1::2], strict=True)
    }


def every_draw(lesson: str, number: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield question and options with each set of numbers that may be drawn."""
    asked, options = parts(quiz_text(lesson))[number]
    numbers = NUMBERS[lesson][number]
    for shown in [numbers.published, *numbers.every]:
        assert shown.keys() <= {"", *options}
        pairs = {
            part: list(zip(numbers.published[part], given, strict=True))
            for part, given in shown.items()
        }
        yield (
            replaced(asked, pairs[""]),
            {letter: replaced(words, pairs.get(letter, ())) for letter, words in options.items()},
        )


@pytest.mark.parametrize(("lesson", "number"), EVERY)
def test_whatever_is_drawn_one_option_is_right_and_no_two_are_the_same(lesson, number):
    right = quizzes()[lesson][number].right
    for asked, options in every_draw(lesson, number):
        assert is_right(lesson, number, asked, options[right]), (asked, options)
        wrong = [words for letter, words in options.items() if letter != right]
        assert not any(is_right(lesson, number, asked, words, 0.04) for words in wrong), options
        assert len(set(options.values())) == len(options), options
        for shown in NUMBER.findall(" ".join(options.values())):
            assert len(re.sub(r"\D", "", shown).strip("0")) <= 4, options


@pytest.mark.parametrize(("lesson", "number"), EVERY)
def test_there_are_other_numbers_and_what_is_said_of_an_option_names_none(lesson, number):
    numbers = NUMBERS[lesson][number]
    assert len(numbers.every) >= 4
    assert numbers.published not in numbers.every
    varies = {
        old
        for shown in numbers.every
        for part, given in shown.items()
        for old, new in zip(numbers.published[part], given, strict=True)
        if old != new
    }
    for says in quizzes()[lesson][number].mistakes.values():
        assert not varies & set(re.findall(r"[−\d.,/]*\d", says)), says


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_class_and_a_student_of_it_get_numbers_and_letters_of_their_own(lesson):
    published, questions = quiz_text(lesson), quizzes()[lesson]
    seen = {published}
    for of in ("a class", "another", "a third one"):
        changes = shuffled.draw_changes(questions, lesson, of)
        key = shuffled.moved(questions, changes)
        text = changed(published, changes)
        again = shuffled.from_json(shuffled.to_json(changes))
        own = shuffled.draw_changes(key, lesson, f"{of}/ada", again)
        for made, its_key in ((text, key), (changed(text, own), shuffled.moved(key, own))):
            assert made not in seen
            seen.add(made)
            assert_the_key_is_right(lesson, made, its_key)
        assert changed(published, shuffled.draw_changes(questions, lesson, of)) == text


def changed(text: str, changes: shuffled.Changes) -> str:
    return shuffled.rewritten([text, "score_quiz("], changes, "99", "x")[0]


def assert_the_key_is_right(lesson: str, text: str, key: Mapping[int, Question]) -> None:
    """Compare a key with the text that it is of, and with the published one where no number is."""
    published, questions = parts(quiz_text(lesson)), quizzes()[lesson]
    found = parts(text)
    assert found.keys() == key.keys() == questions.keys()
    for number, (asked, options) in found.items():
        there, before = published[number]
        right = options[key[number].right]
        if number in NUMBERS.get(lesson, {}):
            assert is_right(lesson, number, asked, right)
            assert (asked, sorted(options.values())) != (there, sorted(before.values()))
        else:
            assert right == before[questions[number].right]
            assert (asked, sorted(options.values())) == (there, sorted(before.values()))
        for letter, says in key[number].mistakes.items():
            assert questions[number].mistakes[of_says(questions[number], says)] == says
            if number not in NUMBERS.get(lesson, {}):
                assert options[letter] == before[of_says(questions[number], says)]


def of_says(question: Question, says: str) -> str:
    (letter,) = [letter for letter, known in question.mistakes.items() if known == says]
    return letter


def test_options_that_could_be_taken_for_each_other_are_not_drawn():
    def shown(one: str = "1", other: str = "2") -> dict[str, list[str]]:
        return {"": [one], "a": [one], "b": [other], "c": []}

    given = [("3", "3"), ("0.100", "0.101"), ("1", "2"), ("1,000", "900"), ("1/50", "−50")]
    assert [one["b"] for one in Numbers(shown, given).every] == [["900"], ["−50"]]
    assert [one["b"] for one in Numbers(shown, given, worded=True).every] == [
        ["3"],
        ["0.101"],
        ["900"],
        ["−50"],
    ]


def test_numbers_are_replaced_one_after_the_other_and_whole():
    pairs = [("2", "5"), ("5", "2"), ("2", "7")]
    assert replaced("1,2 of 0.2: 2% and 5, 12, 2.", pairs) == "1,2 of 0.2: 5% and 2, 12, 7."
    for text in ("2 and 2", "25", "2.5 and 2"):
        with pytest.raises(ValueError, match="'5' is not where it should be"):
            replaced(text, [("5", "6")])


def test_a_question_that_was_rewritten_since_is_not_mixed_up():
    """A student's copy is made of what her class was handed out, maybe by an older package."""
    questions = quizzes()["00"]
    done = shuffled.draw_changes(questions, "00", "a class")
    without = {n: Change(change.letters) for n, change in done.items()}
    kept = shuffled.draw_changes(questions, "00", "ada", without)
    assert not any(change.numbers for change in kept.values())
    odd = {**done, 2: Change(done[2].letters, {"": (("19", "9"), ("1", "2"))})}
    with pytest.raises(ValueError, match="question 2 of lesson 00 has other numbers than it had"):
        shuffled.draw_changes(questions, "00", "ada", odd)
