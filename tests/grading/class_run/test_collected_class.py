"""A collected class of two, from the platform's archive to its grades, in the real sandbox."""

from __future__ import annotations

import json

import pytest
from archive_helpers import notebook, zipped
from class_run_helpers import ASSIGNMENT

from imbalance_grader import cli


@pytest.mark.usefixtures("engine_of_the_command")
def test_from_archive_to_grades(course, tmp_path, capsys):
    archive, worksheet = tmp_path / "class.zip", tmp_path / "worksheet.csv"
    right = notebook(course, "A reason.")
    wrong = right.replace(b"return 2 * x", b"return 3 * x")
    zipped(
        {
            "Jürgen Müller_71_assignsubmission_file_/toy (2).ipynb": right,
            "张伟_72_assignsubmission_file_/work.zip": zipped({"w/final.ipynb": wrong}),
        },
        archive,
    )
    worksheet.write_text(
        "Identifier,Full name,Email address,Grade,Last modified (grade)\n"
        "Participant 71,Jürgen Müller,jm@x.edu,-,-\nParticipant 72,张伟,zw@x.edu,-,-\n",
        encoding="utf-8",
    )
    place = ["--course", str(course.root)]
    mapping = ["--mapping", str(worksheet)]
    assert cli.main(["collect", ASSIGNMENT, str(archive), *mapping, *place]) == 0
    assert cli.main(["assignment", ASSIGNMENT, "--jobs", "1", "--quiet", *place]) == 0
    export = ["export", ASSIGNMENT, "--moodle", str(worksheet), "--unmarked", "--json"]
    capsys.readouterr()
    assert cli.main([*export, *place]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["grades"] == {"jm@x.edu": 7, "zw@x.edu": 5}
    assert cli.main(["course", *place]) == 0
    assert "1 waiting" in capsys.readouterr().out
