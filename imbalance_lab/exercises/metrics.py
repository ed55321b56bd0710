"""Exercises of lesson 02, metrics at a threshold."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import norm

from imbalance_lab.checks import Exercise, Mistake, Quiz
from imbalance_lab.checks.calls import Raised, Returned


def _counts(y_true, y_pred, pos_label):
    truth = np.array([label == pos_label for label in y_true])
    flag = np.array([label == pos_label for label in y_pred])
    return tuple(
        int(np.sum(cell)) for cell in (~truth & ~flag, ~truth & flag, truth & ~flag, truth & flag)
    )


def _last_label(y_true, y_pred):
    return max({*list(y_true), *list(y_pred)})


def _share(part, whole):
    return part / whole if whole else 0.0


def _reordered(*order):
    def wrong(y_true, y_pred, pos_label):
        counts = _counts(y_true, y_pred, pos_label)
        return tuple(counts[place] for place in order)

    return wrong


def _exact_negatives_only(y_true, y_pred, pos_label):
    _, fp, fn, tp = _counts(y_true, y_pred, pos_label)
    pairs = zip(y_true, y_pred, strict=True)
    return sum(a == b and a != pos_label for a, b in pairs), fp, fn, tp


CONFUSION_COUNTS = Exercise(
    "confusion_counts",
    lesson="02",
    section="Four counts, and which class is which",
    arguments=("y_true", "y_pred", "pos_label"),
    mistakes=(
        Mistake(
            "false positives and false negatives are swapped",
            "The second word is what was predicted: a false positive was called positive, and that"
            " was false.",
            wrong=_reordered(0, 2, 1, 3),
        ),
        Mistake(
            "the order is (tp, fp, fn, tn)",
            "All four counts are right, but the contract asks for (tn, fp, fn, tp), the order in"
            " which scikit-learn's matrix is read.",
            wrong=_reordered(3, 1, 2, 0),
        ),
        Mistake(
            "the label that sorts last is taken for the positive class",
            "Sorting knows nothing about meaning: “fraud” sorts before “ok”. The positive class is"
            " the one that `pos_label` names.",
            wrong=lambda y_true, y_pred, pos_label: _counts(
                y_true, y_pred, _last_label(y_true, y_pred)
            ),
        ),
        Mistake(
            "only the label 1 counts as positive",
            "The positive class can have any label. `pos_label` says which.",
            wrong=lambda y_true, y_pred, pos_label: _counts(y_true, y_pred, 1),
        ),
        Mistake(
            "a negative that was taken for another negative is not counted",
            "All labels but `pos_label` are negative. Whether one negative class was taken for"
            " another does not matter here.",
            wrong=_exact_negatives_only,
        ),
        Mistake(
            "shares instead of counts",
            "The four numbers add up to the number of samples.",
            wrong=lambda y_true, y_pred, pos_label: tuple(
                count / len(y_true) for count in _counts(y_true, y_pred, pos_label)
            ),
        ),
    ),
)


def _precision_recall(y_true, y_pred, pos_label):
    _, fp, fn, tp = _counts(y_true, y_pred, pos_label)
    return _share(tp, tp + fp), _share(tp, tp + fn)


def _with_specificity(y_true, y_pred, pos_label=1):
    tn, fp, _, tp = _counts(y_true, y_pred, pos_label)
    return _share(tp, tp + fp), _share(tn, tn + fp)


def _of_all_samples(y_true, y_pred, pos_label=1):
    tp = _counts(y_true, y_pred, pos_label)[3]
    return tp / len(y_true), tp / len(y_true)


def _undefined(call, expected, outcome):
    """Return whether a division by zero was left to Python or NumPy."""
    if isinstance(outcome, Raised):
        return "ZeroDivisionError" in outcome.error
    if not isinstance(outcome, Returned):
        return False
    try:
        return bool(np.isnan(np.asarray(outcome.value, dtype=float)).any())
    except (TypeError, ValueError):
        return False


PRECISION_RECALL = Exercise(
    "precision_recall",
    lesson="02",
    section="Two questions, two denominators",
    arguments=("y_true", "y_pred", "pos_label"),
    mistakes=(
        Mistake(
            "precision and recall are swapped",
            "Precision looks at what was flagged, recall at what was there to be found.",
            wrong=lambda y_true, y_pred, pos_label=1: _precision_recall(y_true, y_pred, pos_label)[
                ::-1
            ],
        ),
        Mistake(
            "the label that sorts last is taken for the positive class",
            "Both numbers change completely when the other class is called positive. Use"
            " `pos_label`.",
            wrong=lambda y_true, y_pred, pos_label=1: _precision_recall(
                y_true, y_pred, _last_label(y_true, y_pred)
            ),
            section="Four counts, and which class is which",
        ),
        Mistake(
            "specificity instead of recall",
            "The second number is the share of the negatives that were left in peace. Recall is"
            " about the positives.",
            wrong=_with_specificity,
        ),
        Mistake(
            "both are divided by the number of samples",
            "Each of the two has a denominator of its own: all that was flagged, and all that was"
            " there to be found.",
            wrong=_of_all_samples,
        ),
        Mistake(
            "a division by zero",
            "Where nothing was flagged, precision has no denominator; where there is no positive,"
            " recall has none. The contract says what to return then.",
            when=_undefined,
        ),
    ),
)


def _f(precision, recall, weight):
    return _share((1 + weight) * precision * recall, weight * precision + recall)


F_BETA = Exercise(
    "f_beta",
    lesson="02",
    section="One number out of two",
    arguments=("precision", "recall", "beta"),
    mistakes=(
        Mistake(
            "beta is on the wrong side",
            "A large beta must pull the value towards recall. Try beta = 100: the value should be"
            " close to recall.",
            wrong=lambda precision, recall, beta=1.0: _f(recall, precision, beta**2),
        ),
        Mistake(
            "beta is not squared",
            "In the formula beta always comes squared.",
            wrong=lambda precision, recall, beta=1.0: _f(precision, recall, beta),
        ),
        Mistake(
            "beta is ignored",
            "This is F1. It prices a miss like a false alarm; beta changes that.",
            wrong=lambda precision, recall, beta=1.0: _f(precision, recall, 1.0),
        ),
        Mistake(
            "the arithmetic mean",
            "The plain mean of precision and recall is above one half for a model that flags"
            " everything. Look again at which mean is used.",
            wrong=lambda precision, recall, beta=1.0: (precision + recall) / 2,
        ),
        Mistake(
            "a division by zero",
            "Where precision and recall are both zero the formula has no value. The contract says"
            " what to return then.",
            when=_undefined,
        ),
    ),
)


def _balanced(tn, fp, fn, tp):
    return (_share(tn, tn + fp) + _share(tp, tp + fn)) / 2


def _mcc(tn, fp, fn, tp):
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return _share(tp * tn - fp * fn, math.sqrt(below))


def _no_root(tn, fp, fn, tp):
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return _balanced(tn, fp, fn, tp), _share(tp * tn - fp * fn, below)


def _plain_accuracy(tn, fp, fn, tp):
    return (tn + tp) / (tn + fp + fn + tp), _mcc(tn, fp, fn, tp)


def _geometric(tn, fp, fn, tp):
    return math.sqrt(_share(tn, tn + fp) * _share(tp, tp + fn)), _mcc(tn, fp, fn, tp)


def _precision_in_the_mean(tn, fp, fn, tp):
    return (_share(tp, tp + fp) + _share(tp, tp + fn)) / 2, _mcc(tn, fp, fn, tp)


BALANCED_ACCURACY_AND_MCC = Exercise(
    "balanced_accuracy_and_mcc",
    lesson="02",
    section="Both classes in one number",
    arguments=("tn", "fp", "fn", "tp"),
    mistakes=(
        Mistake(
            "the first number is plain accuracy",
            "Accuracy counts every sample alike, so the common class decides it. Take the share of"
            " right answers inside each class first.",
            wrong=_plain_accuracy,
        ),
        Mistake(
            "the first number is the G-mean",
            "The square root of a product is the geometric mean. Balanced accuracy is the"
            " arithmetic one.",
            wrong=_geometric,
        ),
        Mistake(
            "the first number averages precision and recall",
            "Balanced accuracy averages the recall of both classes: recall and specificity.",
            wrong=_precision_in_the_mean,
        ),
        Mistake(
            "the square root of the Matthews correlation is missing",
            "A correlation can reach 1. Try a perfect detector, and look at what is under the"
            " fraction line.",
            wrong=_no_root,
        ),
        Mistake(
            "the sign of the Matthews correlation is lost",
            "A detector that is worse than guessing has a negative correlation.",
            wrong=lambda tn, fp, fn, tp: (_balanced(tn, fp, fn, tp), abs(_mcc(tn, fp, fn, tp))),
        ),
        Mistake(
            "a division by zero",
            "A detector that never flags makes the denominator of the Matthews correlation zero."
            " The contract says what to return then.",
            when=_undefined,
        ),
    ),
)


def _wilson(k, n, z, centred=True):
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n) if centred else share
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def _two_sided(confidence):
    return float(norm.ppf((1 + confidence) / 2))


def _wald(n_successes, n, confidence=0.95):
    share, z = n_successes / n, _two_sided(confidence)
    half = z * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


WILSON_INTERVAL = Exercise(
    "wilson_interval",
    lesson="02",
    section="How sure is a recall from twenty positives?",
    arguments=("n_successes", "n", "confidence"),
    mistakes=(
        Mistake(
            "the interval that trusts the observed share",
            "This is the Wald interval: it takes the spread from the observed share, so 0 of 20"
            " gets an interval without any width. Wilson asks which true shares are compatible"
            " with what was seen.",
            wrong=_wald,
        ),
        Mistake(
            "the Wald interval, cut off at 0 and 1",
            "Cutting it off hides that the interval left the possible values, and does not mend"
            " its width.",
            wrong=lambda n_successes, n, confidence=0.95: (
                max(0.0, _wald(n_successes, n, confidence)[0]),
                min(1.0, _wald(n_successes, n, confidence)[1]),
            ),
        ),
        Mistake(
            "the quantile of a one-sided interval",
            "A 95% interval leaves 2.5% on each side, not 5%.",
            wrong=lambda n_successes, n, confidence=0.95: _wilson(
                n_successes, n, float(norm.ppf(confidence))
            ),
        ),
        Mistake(
            "the centre is the observed share",
            "Wilson's interval is not centred on the observed share: its centre is drawn towards"
            " one half.",
            wrong=lambda n_successes, n, confidence=0.95: _wilson(
                n_successes, n, _two_sided(confidence), centred=False
            ),
        ),
        Mistake(
            "the confidence is always 95%",
            "Another confidence needs another quantile z.",
            wrong=lambda n_successes, n, confidence=0.95: _wilson(n_successes, n, _two_sided(0.95)),
        ),
    ),
)


def _class_scores(y_true, y_pred, labels):
    """Return precision, recall, F1 and support of each class, one row a class."""
    rows = []
    for label in labels:
        _, fp, fn, tp = _counts(y_true, y_pred, label)
        rows.append(
            (_share(tp, tp + fp), _share(tp, tp + fn), _share(2 * tp, 2 * tp + fp + fn), tp + fn)
        )
    return np.array(rows)


def _all_labels(y_true, y_pred):
    return sorted({*list(y_true), *list(y_pred)})


def _weighted(y_true, y_pred):
    scores = _class_scores(y_true, y_pred, _all_labels(y_true, y_pred))
    return float(np.average(scores[:, 2], weights=scores[:, 3]))


def _f1_of_means(y_true, y_pred):
    precision, recall, *_ = _class_scores(y_true, y_pred, _all_labels(y_true, y_pred)).mean(axis=0)
    return float(_share(2 * precision * recall, precision + recall))


MACRO_F1 = Exercise(
    "macro_f1",
    lesson="02",
    section="More than two classes",
    arguments=("y_true", "y_pred"),
    mistakes=(
        Mistake(
            "the micro average",
            "Adding up the counts of all classes before dividing gives plain accuracy, which the"
            " common classes decide.",
            wrong=lambda y_true, y_pred: float(
                np.mean([a == b for a, b in zip(y_true, y_pred, strict=True)])
            ),
        ),
        Mistake(
            "the average is weighted by how common each class is",
            "With these weights the rare classes hardly count. In the macro average every class"
            " has one vote.",
            wrong=_weighted,
        ),
        Mistake(
            "the F1 of the averaged precision and recall",
            "Another quantity has the same name, and it is never smaller. Take the F1 of each"
            " class first, then average.",
            wrong=_f1_of_means,
        ),
        Mistake(
            "classes that were never predicted are left out",
            "A class that the model has given up has an F1 of 0, and that belongs in the average.",
            wrong=lambda y_true, y_pred: float(
                _class_scores(y_true, y_pred, sorted(set(y_pred)))[:, 2].mean()
            ),
        ),
        Mistake(
            "classes that occur only among the predictions are left out",
            "The contract asks for every class that occurs in `y_true` or in `y_pred`.",
            wrong=lambda y_true, y_pred: float(
                _class_scores(y_true, y_pred, sorted(set(y_true)))[:, 2].mean()
            ),
        ),
        Mistake(
            "a division by zero",
            "A class without a true positive has an F1 of 0. The contract says so.",
            when=_undefined,
        ),
    ),
)

QUIZ = Quiz("02")
