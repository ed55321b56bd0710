"""A guess that is no Python does not stop the notebook, and what is Python stays as it is."""

from __future__ import annotations

from test_progress import lesson, run  # noqa: F401

SHOW = 'print(f"you predicted {my_prediction:.3f}")'


def test_guesses_in_any_form(lesson):  # noqa: F811
    guesses = {
        "10%": "0.100",
        "12.5 %  # about": "0.125",
        "0,25": "0.250",
        "0.5": "0.500",
        "1 / 4": "0.250",
        "known": "3.000",
        "about half": "about half",
        "dont_know": "dont_know",
    }
    cells = ["import imbalance_lab\nknown = 3"]
    for guess in guesses:
        cells += [f"# mine\nmy_prediction = {guess}", SHOW]
    cells += ["rest = 10 % 3\nmy_prediction = {'a': 0.5}\nprint(rest, my_prediction)"]
    shown = run(lesson, *cells)
    assert shown[2:-1:2] == [[f"you predicted {text}\n"] for text in guesses.values()]
    assert not any(shown[1:-1:2])  # the guesses themselves show nothing
    assert shown[-1] == ["1 {'a': 0.5}\n"]
