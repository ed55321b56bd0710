"""The quiz questions whose numbers vary, by lesson and number.

Each function has the published numbers as its defaults. What is not here asks for something that
is seen in a picture, in an explorer or in an example of the lesson, or has an answer in words.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from math import floor, sqrt

from imbalance_oracles.numbers import Numbers, Shown, fixed, plain, rounds_well

WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 7: "seven", 8: "eight", 9: "nine"}
ONE_IN = {100: "a hundred", 50: "fifty", 40: "forty", 25: "twenty-five", 20: "twenty", 10: "ten"}


def odds(probability: float) -> float:
    """Return the odds of a probability."""
    return probability / (1 - probability)


def probability(of_odds: float) -> float:
    """Return the probability of odds."""
    return of_odds / (1 + of_odds)


def _00_share_of_the_rarer(ratio: int = 19) -> Shown:
    share = 100 / (ratio + 1)
    return {
        "": [f"{ratio}"],
        "a": [f"1/{ratio}", plain(100 / ratio, 2)],
        "b": [f"1/{ratio + 1}", plain(share)],
        "c": [f"{ratio}"],
    }


def _01_skill(ill: int = 2, accuracy: int = 97) -> Shown:
    gained = accuracy - (100 - ill)
    return {
        "": [f"{ill}", f"{accuracy}"],
        "a": [plain(accuracy / 100)],
        "b": [plain(gained / ill)],
        "c": [plain(-gained / ill)],
        "d": [plain(gained / 100)],
    }


def _01_price_of_a_miss(
    price: int = 10, misses: int = 5, fewer: int = 5, alarms: int = 10
) -> Shown:
    more = price * fewer
    return {
        "": [f"{alarms + more}", f"{misses}", f"{alarms}", f"{misses + fewer}"],
        "b": [f"{price}"],
        "c": ["1"],
        "d": [f"{more}"],
    }


def _precision(recall: float, flagged: float, prevalence: float) -> float:
    return probability(recall / flagged * odds(prevalence))


def _02_alarm(recall: float = 0.8, specificity: float = 0.9, percent: int = 5) -> Shown:
    share = percent / 100
    return {
        "": [fixed(recall), fixed(specificity), f"{percent}"],
        "a": [fixed(specificity)],
        "b": [fixed(recall)],
        "c": [fixed(_precision(recall, 1 - specificity, share))],
        "d": [fixed(share)],
    }


def _02_best_f1(best: float = 0.4) -> Shown:
    half = best / 2
    return {
        "": [fixed(best)],
        "a": ["0.50", "1"],
        "b": [fixed(best), plain(1 / odds(best))],
        "c": [fixed(half), plain(1 / best)],
        "d": [fixed(half), plain(1 / odds(half))],
    }


def _02_price(p: float, fp: int, q: float, fq: int, percent: int) -> float:
    return (fq - fp) / (100 * (q - p)) / odds(percent / 100)


def _02_which_detector(
    p: float = 0.6, fp: int = 1, q: float = 0.8, fq: int = 5, percent: int = 1
) -> Shown:
    price = round(_02_price(p, fp, q, fq, percent))
    return {
        "": [fixed(p), f"{fp}", fixed(q), f"{fq}", f"{percent}"],
        "a": [plain(price / 10)],
        "b": [f"{price}"],
        "c": [plain(1 / odds(percent / 100))],
    }


def _02_none_missed(positives: int = 60) -> Shown:
    return {
        "": [f"{positives}"],
        "a": [plain(300 / positives, 2)],
        "b": [plain(100 / positives, 2)],
        "c": [plain(1000 / positives, 2)],
        "d": ["0"],
    }


def _pairs_won(ranks: str) -> int:
    return sum(ranks[at:].count("-") for at, sign in enumerate(ranks) if sign == "+")


def _03_area(ranks: str = "+--++-") -> Shown:
    won, at = _pairs_won(ranks), [i for i, sign in enumerate(ranks, 1) if sign == "+"]
    return {
        "": [{"+": "positive", "-": "negative"}[sign] for sign in ranks],
        "a": [fixed((9 - won) / 9)],
        "b": [fixed(won / 9)],
        "c": [fixed((won + 1) / 9)],
        "d": [fixed(sum(k / i for k, i in enumerate(at, 1)) / 3)],
    }


def _03_rarer(recall: int = 80, flagged: int = 10, one_in: int = 100) -> Shown:
    balanced = recall / (recall + flagged)
    return {
        "": [f"{recall}", f"{flagged}", fixed(balanced), f"{one_in}"],
        "a": [fixed(balanced)],
        "b": [fixed(recall / 100)],
        "c": [plain(_precision(recall, flagged, 1 / one_in), 2)],
        "d": [plain(balanced / one_in, 2)],
    }


def _03_easy_negatives(area: float = 0.76, positives: int = 50, negatives: int = 500) -> Shown:
    return {
        "": [f"{positives}", f"{negatives}", fixed(area), f"{negatives}"],
        "a": [fixed(area)],
        "b": [fixed((area + 1) / 2)],
        "c": [fixed(area / 2)],
        "d": ["0.99"],
    }


def _04_empty_fold(positives: int = 6) -> Shown:
    return {
        "": [f"{positives}"],
        "a": [plain(2**positives)],
        "b": [plain(2 ** (positives - 1))],
        "c": [f"{positives}"],
        "d": ["2"],
    }


def _04_corrected(train: int = 700, test: int = 300) -> Shown:
    factor = 1 + 10 * test / train
    return {
        "": [plain(train), plain(test)],
        "a": [fixed(sqrt(1 + test / train), 1)],
        "b": [fixed(sqrt(factor), 1)],
        "c": [fixed(sqrt(10), 1)],
        "d": [fixed(factor, 1)],
    }


def _04_machines(machines: int = 200, broke: int = 10) -> Shown:
    every = [f"{broke}"]
    return {"": [f"{machines}", *every], "a": every, "b": [f"{broke // 5}"], "c": every, "d": every}


def _05_threshold(percent: int = 2, negatives: int = 4) -> Shown:
    share = percent / 100
    return {
        "": [f"{percent}", f"{negatives}", plain(1 / negatives), "0.5"],
        "a": [plain(share)],
        "b": [plain(probability(negatives * odds(share)), 2)],
        "c": [plain(1 / (1 + negatives), 2)],
        "d": ["0.5"],
    }


def _05_information(positives: int = 500, each: int = 3) -> Shown:
    kept = each * positives
    return {
        "": [f"{positives}", plain(kept)],
        "a": [plain(kept / 10_000)],
        "b": ["50"],
        "c": ["67"],
        "d": [plain(100 * each / (1 + each), 2)],
    }


def _05_trees(frauds: int = 300, alone: int = 80, each: int = 5) -> Shown:
    return {
        "": [f"{frauds}", plain(alone * frauds), WORDS[each]],
        "a": [f"{floor(alone / (1 + each))}"],
        "b": [f"{alone // each}"],
        "c": [f"{alone // 2}"],
        "d": [f"{alone}"],
    }


def _05_twice(one_in: int = 50, weight: int = 10, threshold: float = 0.3) -> Shown:
    once = odds(threshold) / (one_in - 1)
    return {
        "": [f"{one_in}", f"{weight}", plain(threshold)],
        "a": [plain(threshold)],
        "b": [plain(1 / one_in)],
        "c": [plain(probability(once), 1)],
        "d": [plain(probability(once / weight), 1)],
    }


def _06_quarter_way(x: int = 2, y: int = 10, right: int = 4, up: int = -8) -> Shown:
    return {
        "": [f"{x}", f"{y}", f"{x + right}", f"{y + up}"],
        "a": [f"{x + 3 * right // 4}", f"{y + 3 * up // 4}"],
        "b": [f"{x + right // 4}", f"{y + up // 4}"],
        "c": [f"{x + right // 4}", f"{y + up}"],
        "d": [f"{x - right // 4}", f"{y - up // 4}"],
    }


def _06_lines_at_d(rows: int = 400) -> Shown:
    return {
        "": [plain(rows)],
        "a": ["0"],
        "b": [plain(rows / 8)],
        "c": [plain(rows / 4)],
        "d": [plain(rows / 2)],
    }


def _06_kept_variance(correlation: float = 0.7) -> Shown:
    lost = 1 - correlation
    return {
        "": [plain(correlation)],
        "a": ["0.67"],
        "b": [fixed(correlation)],
        "c": [fixed(1 - lost / 2)],
        "d": [fixed(1 - lost / 3)],
    }


def _07_undone(weight: int = 99, says: float = 0.8) -> Shown:
    return {
        "": [f"{weight}", plain(says)],
        "a": [plain(says)],
        "b": [plain(probability(odds(says) / weight), 1)],
        "c": [plain(says / weight, 1)],
    }


def _07_penalty(rows: int = 1000, each: int = 10) -> Shown:
    strength = 2 * (each - 1) / each
    return {
        "": [plain(rows), plain(rows / each), f"{each - 1}"],
        "a": [plain(1 / strength, 2)],
        "b": ["1"],
        "c": [plain(strength)],
        "d": [f"{each - 1}"],
    }


def _07_twice(miss: int = 60, alarm: int = 4) -> Shown:
    return {
        "": [f"{miss}", f"{alarm}", f"{alarm}", f"{miss}", f"{alarm}/{miss + alarm}"],
        "a": [plain(probability((alarm / miss) ** 2), 2)],
        "b": [plain(alarm / (miss + alarm), 3)],
        "c": ["0.5"],
        "d": [plain(miss / (miss + alarm), 2)],
    }


def _07_leaf(percent: int = 5, negatives: int = 18, positives: int = 2) -> Shown:
    share, leaf = percent / 100, positives / (negatives + positives)
    return {
        "": [f"{percent}", f"{negatives}", f"{positives}"],
        "a": [fixed(leaf)],
        "b": ["0.50"],
        "c": [fixed(probability(odds(leaf) / odds(share)))],
        "d": [fixed(1 - share)],
    }


def _08_alpha(one_in: int = 100) -> Shown:
    ratio = one_in - 1
    return {
        "": [ONE_IN[one_in], plain(1 / one_in)],
        "a": [f"{ratio}"],
        "c": [_ordinal(ratio)],
        "d": [_ordinal(ratio**2)],
    }


def _ordinal(number: int) -> str:
    """Write an ordinal number with its article."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    article = "An" if str(number).startswith("8") else "A"
    return f"{article} {number:,}{'th' if 10 < number % 100 < 20 else ending}"


def _08_flags_from(gamma: int = 3, alpha: float = 0.8) -> Shown:
    return {
        "": [f"{gamma}", plain(alpha), "0.5"],
        "a": [plain((1 - alpha) ** gamma, 2)],
        "b": [plain(1 - alpha)],
        "c": ["0.5"],
        "d": [plain(alpha)],
    }


def _08_hard_to_easy(hard: float = 0.5, easy: float = 0.9) -> Shown:
    ratio = (1 - hard) / (1 - easy)
    return {
        "": [plain(hard), plain(easy)],
        "a": [plain(easy / hard, 2)],
        "b": [plain(ratio)],
        "c": [plain(ratio**2)],
        "d": [plain((1 - easy) ** -2)],
    }


def _09_costs(alarm: int = 5, miss: int = 95, percent: int = 1) -> Shown:
    return {
        "": [f"{alarm}", f"{miss}", f"{percent}"],
        "a": ["0.5"],
        "b": [plain(alarm / miss, 2)],
        "c": [plain(alarm / (alarm + miss))],
        "d": [plain(percent / 100)],
    }


def _09_corrected_twice(price: int = 50) -> Shown:
    return {
        "": [f"{price}", f"{price}", f"1/{price + 1}", f"{price}"],
        "a": [f"{price}"],
        "b": [f"{price + 1}"],
        "c": [f"{2 * price}"],
        "d": [plain(price**2)],
    }


def _09_net_benefit(
    threshold: float = 0.1, ill: int = 20, found: int = 15, alarms: int = 90
) -> Shown:
    return {
        "": ["1,000", f"{ill}", plain(threshold), f"{found}", f"{alarms}"],
        "a": [plain((found - alarms * odds(threshold)) / 1000)],
        "b": [plain((found - alarms * threshold) / 1000)],
        "c": [plain(found / 1000)],
        "d": [plain((found - alarms) / 1000)],
    }


def _09_reviewed(
    large: int = 65, unlikely: float = 0.06, small: int = 25, likely: float = 0.08
) -> Shown:
    return {
        "": [f"{large}", plain(unlikely), f"{small}", plain(likely)],
        "b": [f"{large}"],
        "c": [f"{small}"],
    }


def _10_undersampled(percent: int = 1, says: float = 0.8) -> Shown:
    kept = percent / 100
    return {
        "": [f"{percent}", plain(says)],
        "a": [plain(says)],
        "b": [plain(probability(odds(says) * kept), 2)],
        "c": [plain(says * kept)],
        "d": [plain((1 - says) * kept)],
    }


def _10_balanced(percent: int = 2, says: float = 0.3) -> Shown:
    share = percent / 100
    return {
        "": [f"{percent}", plain(says)],
        "a": [plain(100 * probability(odds(says) * odds(share)), 1)],
        "b": [f"{percent}"],
        "c": [plain(percent * says)],
        "d": [plain(100 * says)],
    }


def _11_without(positives: int, trees: int) -> float:
    return trees * 0.99 ** (100 * positives)


def _11_bootstraps(positives: int = 3, trees: int = 200) -> Shown:
    return {
        "": [plain(trees), f"{100 * positives}", f"{positives}"],
        "b": [plain(trees / 100)],
        "c": [f"{_11_without(positives, trees):.0f}"],
        "d": [f"{trees // positives}"],
    }


def _11_false_alarms(positives: int = 200, recall: int = 70, precision: float = 0.14) -> Shown:
    caught = positives * recall // 100
    flagged = round(caught / precision)
    return {
        "": [f"{positives}", f"{recall}", plain(precision)],
        "a": [f"{caught}"],
        "b": [plain(flagged - caught)],
        "c": [plain(flagged - caught)],
        "d": [plain(flagged)],
    }


def _11_wald(share: float, n: int) -> list[str]:
    half = 1.96 * sqrt(share * (1 - share) / n)
    return [fixed(share - half), fixed(share + half)]


def _11_wilson(share: float, n: int) -> list[str]:
    z = 1.96**2 / n
    half = sqrt(z * (share * (1 - share) + z / 4))
    return [fixed((share + z / 2 + sign * half) / (1 + z)) for sign in (-1, 1)]


def _11_interval(recall: float = 0.9, positives: int = 10, rows: int = 5000) -> Shown:
    return {
        "": [plain(recall), f"{positives}", plain(rows)],
        "a": _11_wilson(recall, positives),
        "b": _11_wald(recall, rows),
        "c": _11_wald(recall, positives),
    }


def _11_waiting(
    worse: int = 5, better: int = 8, worth: int = 100_000, waiting: int = 1_500
) -> Shown:
    switch, knowing = worth * (better - worse) / 300, worth * better / 300
    return {
        "": [plain(-worse / 100), plain(better / 100), plain(worth, 6), plain(waiting)],
        "a": ["0"],
        "b": [plain(switch, 6)],
        "c": [plain(round(knowing - waiting, -1), 6)],
        "d": [plain(round(knowing, -1), 6)],
    }


def _11_worth_waiting(worse: int, better: int, worth: int, waiting: int) -> bool:
    """Return whether to wait is clearly the best, and a switch worth a round sum."""
    switch = worth * (better - worse) / 300
    return switch >= 100 and switch % 100 == 0 and worth * better / 300 - waiting > 1.1 * switch


def _12_days_that_judge(today: int = 200, final: int = 30) -> Shown:
    newest = [f"{today - 30}", f"{today - 1}"]
    start = today - final - 30
    judge = [f"{start}", f"{today - final - 1}"]
    return {
        "": [f"{today}", f"{final}"],
        "a": newest,
        "b": newest,
        "c": [*judge, f"{start}"],
        "d": judge,
    }


Payment = tuple[int, float]


def _12_review(
    likeliest: Payment = (3, 0.8),
    best: Payment = (20, 0.6),
    without_15: Payment = (130, 0.1),
    largest: Payment = (600, 0.02),
    order: tuple[int, ...] = (3, 0, 2, 1),
) -> Shown:
    payments = [likeliest, best, without_15, largest]
    return {
        "": [f"{payments[i][0]}" for i in order] + [plain(payments[i][1]) for i in order],
        **{letter: [f"{amount}"] for letter, (amount, _) in zip("abcd", payments, strict=True)},
    }


def _12_told_apart(*payments: Payment) -> bool:
    """Return whether each mistake chooses the payment that stands for it, by 5% or more."""
    ranks: list[Callable[[Payment], float]] = [
        lambda one: one[1],
        lambda one: one[1] * (one[0] + 15),
        lambda one: one[1] * one[0],
        lambda one: one[0],
    ]
    return all(
        rank(chosen) > 1.05 * max(rank(one) for one in payments if one != chosen)
        for rank, chosen in zip(ranks, payments, strict=True)
    )


def _12_rehearsal(day: int = 90) -> Shown:
    return {
        "": [f"{day}"],
        "a": [f"{day}", f"{day + 29}"],
        "d": [f"{day}", f"{day}"],
    }


NUMBERS = {
    "00": {2: Numbers(_00_share_of_the_rarer, [(r,) for r in (3, 7, 9, 15, 24)])},
    "01": {
        1: Numbers(
            _01_skill,
            [
                (ill, accuracy)
                for ill, accuracy in product((2, 4, 5, 8, 10, 20), range(81, 100))
                if 0 < abs(accuracy - 100 + ill) < ill
            ],
        ),
        4: Numbers(
            _01_price_of_a_miss,
            product((5, 8, 10, 12, 15, 20, 25, 30), (3, 5, 6, 10), (2, 3, 4, 5), (5, 10, 20)),
        ),
    },
    "02": {
        1: Numbers(
            _02_alarm,
            [
                (recall, specificity, percent)
                for recall in (0.6, 0.7, 0.75, 0.8, 0.9)
                for specificity, percent in product((0.8, 0.85, 0.9, 0.95), (1, 2, 4, 5, 10))
                if 0.1 < _precision(recall, 1 - specificity, percent / 100) < 0.6
            ],
        ),
        3: Numbers(_02_best_f1, [(best,) for best in (0.1, 0.16, 0.2, 0.32, 0.8)]),
        4: Numbers(
            _02_which_detector,
            [
                each
                for each in product((0.5, 0.6, 0.7), (1, 2), (0.75, 0.8, 0.9), (4, 5, 6), (1, 2, 4))
                if abs(_02_price(*each) / round(_02_price(*each)) - 1) < 0.02
                and round(_02_price(*each)) > 5
            ],
        ),
        5: Numbers(_02_none_missed, [(n,) for n in (30, 40, 50, 75, 100, 120, 150, 200, 300)]),
    },
    "03": {
        1: Numbers(
            _03_area,
            [
                (ranks,)
                for ranks in sorted(set(map("".join, permutations("+++---"))))
                if 2 < _pairs_won(ranks) < 8
            ],
        ),
        2: Numbers(
            _03_rarer, product((60, 70, 80, 90), (2, 4, 5, 10, 15, 20), (50, 100, 200, 500))
        ),
        5: Numbers(
            _03_easy_negatives,
            product(
                (0.62, 0.64, 0.68, 0.7, 0.72, 0.74, 0.78, 0.8, 0.82, 0.84),
                (20, 40, 50, 60, 80),
                (300, 400, 500, 600, 800),
            ),
        ),
    },
    "04": {
        3: Numbers(_04_empty_fold, [(n,) for n in (4, 5, 7, 8, 9, 10)]),
        4: Numbers(
            _04_corrected,
            [
                (rows - rows * percent // 100, rows * percent // 100)
                for rows, percent in product((500, 1000, 2000, 4000), (10, 20, 25, 30, 40))
            ],
        ),
        5: Numbers(
            _04_machines, product((100, 150, 250, 300, 400), (10, 15, 20, 25, 30)), worded=True
        ),
    },
    "05": {
        1: Numbers(_05_threshold, product((1, 2, 3, 4, 5), (2, 4, 5, 10))),
        2: Numbers(_05_information, product((200, 300, 400, 500, 800), (3, 4, 9))),
        4: Numbers(
            _05_trees,
            [
                (frauds, alone, each)
                for frauds, alone, each in product(
                    (100, 200, 250, 300, 400, 500), (60, 72, 80, 84, 90, 120), (3, 4, 5, 7, 8, 9)
                )
                if alone % each == 0
            ],
        ),
        5: Numbers(
            _05_twice,
            [
                (one_in, weight, threshold)
                for one_in, weight, threshold in product(
                    (20, 25, 40, 50, 100), (5, 10, 20), (0.2, 0.3, 0.4)
                )
                if rounds_well(probability(odds(threshold) / (one_in - 1)))
                and rounds_well(probability(odds(threshold) / (one_in - 1) / weight))
            ],
        ),
    },
    "06": {
        1: Numbers(_06_quarter_way, product((2, 3, 5), (9, 10, 12), (4, 8), (-8, -4, 4, 8))),
        2: Numbers(_06_lines_at_d, [(n,) for n in (80, 160, 200, 240, 600, 800, 1000, 1200)]),
        3: Numbers(
            _06_kept_variance,
            [(c,) for c in (0.1, 0.16, 0.22, 0.28, 0.34, 0.4, 0.46, 0.52, 0.58, 0.64, 0.76)],
        ),
    },
    "07": {
        2: Numbers(
            _07_undone,
            [
                (weight, says)
                for weight, says in product((19, 24, 39, 49, 99, 199), (0.6, 0.7, 0.75, 0.8, 0.9))
                if rounds_well(probability(odds(says) / weight)) and rounds_well(says / weight)
            ],
        ),
        3: Numbers(_07_penalty, product((500, 1000, 2000, 3000, 4000), (4, 5, 10, 20))),
        4: Numbers(_07_twice, product((30, 40, 50, 60, 75, 80, 90, 96), (2, 3, 4, 5, 6, 8))),
        5: Numbers(
            _07_leaf,
            [
                (percent, rows - positives, positives)
                for percent, rows, positives in product(
                    (2, 4, 5, 10), (10, 20, 25, 50), range(1, 6)
                )
            ],
        ),
    },
    "08": {
        1: Numbers(_08_alpha, [(n,) for n in (10, 20, 25, 40, 50)], worded=True),
        2: Numbers(_08_flags_from, product((2, 3, 4), (0.6, 0.7, 0.75, 0.8, 0.85, 0.9))),
        4: Numbers(
            _08_hard_to_easy,
            [
                (0.5, 0.95),
                (0.6, 0.9),
                (0.6, 0.95),
                (0.6, 0.98),
                (0.7, 0.9),
                (0.7, 0.95),
                (0.8, 0.95),
                (0.8, 0.98),
            ],
        ),
    },
    "09": {
        1: Numbers(
            _09_costs,
            [
                (alarm, rest - alarm, percent)
                for alarm, rest, percent in product(
                    (2, 3, 4, 5, 6, 8, 10, 20, 30), (20, 40, 50, 100, 200), (1, 2, 3)
                )
                if alarm / rest < 0.3
            ],
        ),
        3: Numbers(_09_corrected_twice, [(n,) for n in (8, 9, 10, 12, 15, 18, 20, 22, 24)]),
        4: Numbers(
            _09_net_benefit,
            [
                (threshold, ill, found, alarms)
                for threshold, each in ((0.05, 19), (0.1, 9), (0.2, 4))
                for ill, found, paid in product((15, 20, 25, 30), range(8, 21), range(4, 15))
                if found < ill and paid < found < (alarms := paid * each)
            ],
        ),
        5: Numbers(
            _09_reviewed,
            [
                (large, unlikely, small, likely)
                for large, unlikely in ((65, 0.06), (85, 0.05), (85, 0.06), (185, 0.03))
                for small, likely in ((25, 0.08), (25, 0.09), (35, 0.07), (10, 0.12), (10, 0.13))
            ],
            worded=True,
        ),
    },
    "10": {
        2: Numbers(_10_undersampled, product((1, 2, 5, 10), (0.6, 0.7, 0.75, 0.8, 0.9))),
        5: Numbers(
            _10_balanced,
            [
                (percent, says)
                for percent, says in product((1, 2, 4, 5), (0.2, 0.25, 0.3, 0.4))
                if rounds_well(probability(odds(says) * odds(percent / 100)))
            ],
        ),
    },
    "11": {
        1: Numbers(
            _11_bootstraps,
            [
                (positives, trees)
                for positives, trees in product((2, 3), (100, 200, 300, 400, 500, 600, 800, 1000))
                if rounds_well(_11_without(positives, trees), 2)
            ],
        ),
        2: Numbers(
            _11_false_alarms,
            [
                (positives, recall, precision)
                for positives, recall, precision in product(
                    (100, 150, 200, 300, 400, 500), (60, 70, 80, 90), (0.1, 0.12, 0.15, 0.2, 0.25)
                )
                if positives * recall / 100 / precision % 10 == 0
            ],
            worded=True,
        ),
        4: Numbers(
            _11_interval,
            [
                (recall, positives, rows)
                for recall, positives in ((0.8, 10), (0.9, 10), (0.9, 20), (0.95, 20))
                for rows in (2000, 3000, 4000, 5000, 8000)
            ],
        ),
        5: Numbers(
            _11_waiting,
            [
                each
                for each in product(
                    (2, 3, 4, 5, 6),
                    (4, 5, 6, 7, 8, 9, 10),
                    (100_000, 150_000, 200_000, 300_000),
                    (500, 1_000, 1_500, 2_000, 2_500),
                )
                if _11_worth_waiting(*each)
            ],
        ),
    },
    "12": {
        1: Numbers(
            _12_days_that_judge,
            product((120, 150, 160, 180, 210, 240, 270, 300), (20, 40, 45, 50, 60)),
            worded=True,
        ),
        2: Numbers(
            _12_review,
            [
                (*payments, order)
                for payments in product(
                    product((2, 4, 5), (0.7, 0.8, 0.9)),
                    product((20, 25, 30), (0.5, 0.6)),
                    product((110, 120, 150), (0.1, 0.15)),
                    product((400, 500, 700), (0.01, 0.02)),
                )
                if _12_told_apart(*payments)
                for order in ((1, 3, 0, 2), (2, 0, 3, 1), (0, 2, 1, 3), (3, 1, 2, 0))
            ],
        ),
        3: Numbers(_12_rehearsal, [(day,) for day in (60, 70, 75, 80, 100, 110, 120)], worded=True),
    },
}
