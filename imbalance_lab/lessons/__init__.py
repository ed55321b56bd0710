"""The lessons as they were handed out, and what brings a student's notebook back to that form.

``%%start_over`` brings one exercise back to its first state, `mend` a notebook that was damaged. A
dated copy is made first, and no answer is lost. In a terminal: ``python -m imbalance_lab --help``.
"""

from imbalance_lab.lessons.files import look, mend

__all__ = ["look", "mend"]
