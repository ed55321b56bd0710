"""A result belongs to exactly the bytes that were graded, whatever happens to the folder."""

from __future__ import annotations

import shutil

from class_run_helpers import ASSIGNMENT, PretendedEngine, crew_of

from imbalance_grader.class_run.run import Options, Watcher, grade_class
from imbalance_grader.course.classroom import Classroom
from imbalance_grader.notebook.results import State


class Meddling(PretendedEngine):
    """Does something to the course while it grades."""

    def __init__(self, meddle) -> None:
        super().__init__()
        self.meddle = meddle

    def grade(self, *arguments):
        self.meddle()
        return super().grade(*arguments)


class Between(Watcher):
    """Does something to the course when it is known what will be graded."""

    def __init__(self, meddle) -> None:
        self.meddle = meddle

    def planned(self, plan, workers) -> None:
        self.meddle()


def grade(course, engine=None, watcher=None):
    classroom = Classroom(course.root)
    assignment = classroom.assignment(ASSIGNMENT)
    crew = crew_of(engine or PretendedEngine())
    return {r.student: r for r in grade_class(classroom, assignment, crew, Options(), watcher)}


def test_what_is_handed_in_while_it_is_graded_is_graded_next_time(course):
    course.submit("ann", double="WRONG")
    first = grade(course, Meddling(lambda: course.submit("ann")))
    assert first["ann"].points == 5.0
    again = PretendedEngine()
    assert grade(course, again)["ann"].points == 7.0
    assert again.graded == ["ann"]
    grade(course, again)
    assert again.graded == ["ann"]


def test_a_folder_swapped_for_a_link_after_planning_credits_nobody(course):
    course.submit("ann")
    course.submit("bob", double="WRONG")
    own = course.root / "submitted" / "bob" / ASSIGNMENT

    def swap() -> None:
        shutil.rmtree(own)
        own.symlink_to(course.root / "submitted" / "ann" / ASSIGNMENT)

    records = grade(course, watcher=Between(swap))
    assert records["ann"].points == 7.0
    assert (records["bob"].state, records["bob"].points) == (State.MALFORMED, 0.0)
    assert "link" in records["bob"].detail
