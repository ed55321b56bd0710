"""The exception with which a check says that an answer is not right yet."""

from __future__ import annotations


class CheckFailed(AssertionError):
    """An answer is not right yet; the text says what came, what was expected, and on what.

    Attributes
    ----------
    exercise : str
        Name of the exercise.
    mistake : str
        Name of the known mistake, "" where none explains what came.
    """

    def __init__(self, text: str, exercise: str = "", mistake: str = "") -> None:
        super().__init__(text)
        self.exercise = exercise
        self.mistake = mistake

    def _render_traceback_(self) -> list[str]:
        """Show the message alone: IPython calls this instead of printing the check's own code."""
        return str(self).splitlines()


class NotWrittenYet(CheckFailed):
    """Nothing is written yet: the answer still is as it was handed out."""

    def __init__(self, exercise: str) -> None:
        super().__init__(f"{exercise}: not written yet.", exercise)
