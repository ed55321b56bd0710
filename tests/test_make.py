"""What is asked of make: a value that cannot be is named in one line, before anything is done."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ASKED = {
    "lab PORT=abc": "PORT=abc: say a number from 1 to 65535",
    "lab PORT=0": "PORT=0: say a number from 1 to 65535",
    "lab PORT=99999": "PORT=99999: say a number from 1 to 65535",
    "lab PORT=": "PORT=: say a number from 1 to 65535",
    "lab IP=nonsense.invalid": "IP=nonsense.invalid: ",
    "lab IP=192.0.2.1": "IP=192.0.2.1: ",  # nobody's, by RFC 5737
    "lab IP=": "IP=: it is empty; say localhost",
    "lab BROWSER=maybe": "BROWSER=maybe: say yes or no",
    "lab TEACH=ja": "TEACH=ja: say yes or no",
    "handout AGAIN=true": "AGAIN=true: say yes or no",
    "handout SOLUTIONS=YES": "SOLUTIONS=YES: say yes or no",
    "handout VARIANT=": "VARIANT=: say yes or no",
    "handout LESSONS=99": "--lessons: no lesson '99' (there are: 00-start-here, 01-",
    "handout OUTPUT=": "OUTPUT=: it is empty; say one, or leave it out",
    "handout LESSONS=": "LESSONS=: it is empty",
    "handout AGAIN=yes EXERCISES=": "EXERCISES=: it is empty",
    "handout REPOSITORY=": "REPOSITORY=: it is empty",
    "lessons ONLY=": "ONLY=: it is empty",
    "evidence STUDY=": "STUDY=: it is empty",
    "evidence STUDY=smote SCHEDULER=": "SCHEDULER=: it is empty",
    "solutions ONLY=06 COURSE=": "COURSE=: it is empty",
    "lessons ONLY=99": "no lesson that starts with 99 under solutions/ (found: 00-start-here/",
    "lessons JOBS=0": "JOBS=0: say a whole number from 1",
    "lessons JOBS=abc": "JOBS=abc: say a whole number from 1",
    "test JOBS=1.5": "JOBS=1.5: say a whole number from 1",
    "evidence JOBS=-1": "JOBS=-1: say a whole number from 1",
    "evidence STUDY=nosuch": "there is no study 'nosuch'; there are [",
    "evidence STUDY=smote/nosuch": "'nosuch'",
    "evidence STUDY=smote SCHEDULER=nowhere": "scheduler must be the address of a Dask scheduler",
    "solutions ONLY=99": "no lesson '99' in ",
}


def make(asked: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "-o", ".venv/.installed", *options, *asked.split()]
    # As in a shell of its own: it may be make that runs the tests, and says so in more lines.
    from_make = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    environment = {name: value for name, value in os.environ.items() if name not in from_make}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("asked", ASKED)
def test_what_cannot_be_is_named_in_one_line_before_anything_is_done(asked: str) -> None:
    run = make(asked)
    assert run.returncode == 2
    lines = (run.stdout + run.stderr).splitlines()
    said = [line for line in lines if not line.startswith("make: ***")]  # that is make's own end
    assert len(said) == 1, run.stdout + run.stderr
    assert ASKED[asked] in said[0]


def test_a_browser_that_the_environment_names_is_none_of_these(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BROWSER", "firefox")
    run = make("lab", "--dry-run")
    assert run.returncode == 0
    assert "--no-browser" not in run.stdout
