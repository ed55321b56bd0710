"""Record what the visible checks try: inputs and values, computed from the answer keys.

The files under ``imbalance_lab/exercises/recorded/`` are all that students get of the keys.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import imbalance_lab.exercises
from imbalance_builder.course import BuildError
from imbalance_lab.checks.compare import difference
from imbalance_lab.checks.quiz import seal
from imbalance_lab.checks.recorded import PRACTICE, read_trials, write_trials
from imbalance_lab.checks.trials import Refusal, Trial, Trials
from imbalance_oracles.registry import keys, quizzes

FOLDER = Path(imbalance_lab.exercises.__file__).parent / "recorded"


def record_examples() -> list[str]:
    """Write what has changed, remove what no key stands behind; return the names of the files."""
    FOLDER.mkdir(exist_ok=True)
    wanted = _wanted()
    stale = [name for name in wanted if _differs(name, wanted[name])]
    for name in stale:
        (FOLDER / name).write_text(wanted[name], encoding="utf-8")
    left = _left(wanted)
    for path in left:
        path.unlink()
    return stale + [path.name for path in left]


def example_differences() -> list[str]:
    """Return where what is recorded differs from what the keys give."""
    wanted = _wanted()
    found = [f"{name}: not what the key gives" for name in wanted if _differs(name, wanted[name])]
    return found + [f"{path.name}: no key gives it" for path in _left(wanted)]


def _left(wanted: Collection[str]) -> list[Path]:
    """Return what no key stands behind, and is no chosen data to practise a decision on."""
    known = {path.name for path in FOLDER.glob(PRACTICE.format("*"))}.union(wanted)
    return [path for path in FOLDER.glob("*.json") if path.name not in known]


def _wanted() -> dict[str, str]:
    texts = {}
    for name, key in keys().items():
        try:
            texts[f"{name}.json"] = write_trials(key.visible())
        except TypeError as error:
            raise BuildError(f"exercise {name}: {error}") from error
    for lesson, questions in quizzes().items():
        texts[f"quiz-{lesson}.json"] = seal(lesson, questions).to_json()
    return texts


def _differs(name: str, text: str) -> bool:
    """Return whether a file says something else; the last digits of a number are the machine's."""
    path = FOLDER / name
    if not path.exists():
        return True
    stored = path.read_text(encoding="utf-8")
    if stored == text or name.startswith("quiz-"):
        return stored != text
    old, new = read_trials(stored), read_trials(text)
    return _calls(old) != _calls(new) or difference(_parts(old), _parts(new)) is not None


def _calls(trials: Trials) -> list[int]:
    return [len(trials.values), *(len(calls) for _, calls in trials.laws)]


def _parts(trials: Trials) -> list[object]:
    values = [_trial_parts(trial) for trial in trials.values]
    laws = [[name, [[list(c.args), dict(c.kwargs)] for c in calls]] for name, calls in trials.laws]
    return [values, laws]


def _trial_parts(trial: Trial) -> list[object]:
    mistaken = {name: _plain(value) for name, value in trial.mistaken.items()}
    given = [list(trial.call.args), dict(trial.call.kwargs)]
    steps = [[s.method, list(s.args), dict(s.kwargs)] for s in trial.call.then]
    return [given, steps, _plain(trial.expected), mistaken, trial.rel, trial.abs_]


def _plain(value: object) -> object:
    return f"refused with {value.error}" if isinstance(value, Refusal) else value
