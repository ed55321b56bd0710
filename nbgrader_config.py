"""How nbgrader runs this course. See https://nbgrader.readthedocs.io for every option."""

import json
import os
from importlib.util import find_spec
from pathlib import Path

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory

try:
    from imbalance_builder.preprocessors import TolerateUnsolved
except ModuleNotFoundError:  # where students work: nothing is released from there
    TolerateUnsolved = None

c = get_config()  # noqa: F821 (given by traitlets, which runs this file)

# What this class's hidden inputs are drawn from; `imbalance-lab-grade new-inputs` writes it. The
# environment hands it on to our grader and to nbgrader's own kernels.
secret = Path(__file__).with_name("hidden-inputs.secret")
if secret.is_file():
    os.environ["IMBALANCE_LAB_SECRET"] = secret.read_text(encoding="utf-8").strip()
else:  # a process may have graded another course before
    os.environ.pop("IMBALANCE_LAB_SECRET", None)

# What the visible checks of this class's variant try; `make handout VARIANT=yes` writes it.
variant = Path(__file__).with_name("variant")
if variant.is_dir():
    os.environ["IMBALANCE_LAB_RECORDED"] = str(variant)
else:
    os.environ.pop("IMBALANCE_LAB_RECORDED", None)

c.CourseDirectory.course_id = "imbalance-lab"
# What `imbalance-lab-grade exchange` wrote: the course's name, and the folder for handing in.
exchange = Path(__file__).with_name("exchange.json")
if exchange.is_file():
    told = json.loads(exchange.read_text(encoding="utf-8"))
    c.CourseDirectory.course_id, c.Exchange.root = told["course_id"], told["root"]
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
# Intermediate copies; nbgrader would otherwise leave two more folders in the root.
c.CourseDirectory.solution_directory = "build/solution"
c.CourseDirectory.source_with_tests_directory = "build/source_with_tests"
# A text source lies beside each notebook and must never be released.
c.CourseDirectory.ignore = [
    *CourseDirectory.ignore.default(),
    ".DS_Store",
    "*.py",
]

# The quotation is drawn with a line beside it, so that it is seen as a place to write. An answer
# that is still these words counts as not given: everything compares it with what was released.
c.ClearSolutions.text_stub = (
    "> *Double-click here, or press Enter, and write your answer in place of this sentence.*"
)

# nbgrader's own steps, and last the course's one: unsolved cells may fail in "Run All".
if TolerateUnsolved is not None:
    c.GenerateAssignment.preprocessors = [
        *GenerateAssignment.preprocessors.default(),
        TolerateUnsolved,
    ]

# Archives hold STUDENT_NOTEBOOK.ipynb, or what a learning platform makes of it. An id has letters
# and digits of any script and a few signs, and never "..": it becomes a folder.
LETTER = r"\w\u0300-\u036f\u0900-\u109f"  # with the marks that belong to letters
STUDENT = rf"(?!.*\.\.)[^\W](?:[{LETTER} .@+'’-]*[{LETTER}])?"
c.FileNameCollectorPlugin.named_regexp = (
    r"^(?:.*[/\\])?"
    r"(?:[^/\\]*?_(?:LATE_)?(?=\d+_\d{5,}_))?"  # Canvas: the student's name before the number
    r"(?:[^/\\]*_(?=[^_/\\]+_attempt_))?"  # Blackboard: the assignment before the student
    rf"(?P<student_id>\d+(?=_\d{{5,}}_)|{STUDENT}(?=_attempt_|_assignsubmission_)|{STUDENT})"
    r"(?:_\d{5,}_|_attempt_[\d-]+_|_assignsubmission_file_?[/\\]?|_)"
    r"(?P<file_id>[a-z0-9-]+?)(?:-\d+| ?\(\d+\)|-Copy\d+)?\.ipynb$"
)

# Everybody writes into the exchange: what is taken from there is looked at.
if find_spec("imbalance_grader"):
    c.ExchangeFactory.collect = "imbalance_grader.inbound.Collect"

# Where students have copies of their own, only our grader knows whose letters are whose.
if find_spec("imbalance_grader") and (variant / "students").is_dir():
    c.Autograde.sanitize_preprocessors = [
        "imbalance_grader.formgrader.RefuseCopies",
        *Autograde.sanitize_preprocessors.default(),
    ]

# formgrader's own buttons grade in the sandbox too; nbgrader's commands stay nbgrader's.
c.NbGraderAPI.Autograde.exporter_class = "imbalance_grader.formgrader.Autograde"
c.NbGraderAPI.GenerateFeedback.exporter_class = "imbalance_grader.formgrader.Feedback"

c.Execute.timeout = 120
