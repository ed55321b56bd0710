"""The program of docs/integrity.md does what the page says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from class_run_helpers import ASSIGNMENT, HALF, RIGHT, WORDS, PretendedEngine, crew_of

from imbalance_grader.class_run.run import grade_class
from imbalance_grader.course.classroom import Classroom

PAGE = Path(__file__).resolve().parents[3] / "docs" / "integrity.md"


def test_it_takes_out_answers_and_nothing_else(course):
    course.submit("ann", double="def double(x):\n    return x + x")
    course.submit("Zoë Q")
    classroom = Classroom(course.root)
    grade_class(classroom, classroom.assignment(ASSIGNMENT), crew_of(PretendedEngine()))
    released = course.root / "lessons" / ASSIGNMENT
    released.mkdir(parents=True)
    shutil.copy(course.root / "solutions" / ASSIGNMENT / "toy.ipynb", released)
    (program,) = re.findall(r"^```python\n(.+?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    (course.root / "answers.py").write_text(program)
    subprocess.run([sys.executable, "answers.py", ASSIGNMENT], cwd=course.root, check=True)
    folder = course.root / "likeness"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.py")}
    assert found == {"class/ann/toy.py", "class/Zoë Q/toy.py", "template/toy.py"}
    ann = (folder / "class" / "ann" / "toy.py").read_text("utf-8")
    assert "return x + x" in ann
    assert HALF in ann
    assert RIGHT not in ann
    assert WORDS not in ann
    assert "check(" not in ann
