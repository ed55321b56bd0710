"""What a student has solved so far, kept by her own checks as they run; and help in steps.

`progress` shows how far she is, `hint` opens the next hint of an exercise whose check has failed,
`solution` the model solution for those who learn alone.

Nothing is sent anywhere, and nothing of it reaches grading: it is a file of her own, in the folder
of the course. ``IMBALANCE_LAB_PROGRESS=off`` in the environment switches it off.
"""

from imbalance_lab.progress.hints import hint
from imbalance_lab.progress.view import progress
from imbalance_lab.progress.worked import solution

__all__ = ["hint", "progress", "solution"]
