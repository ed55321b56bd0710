"""Which lessons are handed out, and which exercises of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from imbalance_builder.course import BuildError, Course, Lesson


@dataclass(frozen=True)
class Choice:
    """The notebooks to hand out, in order.

    Parameters
    ----------
    lessons : tuple of Lesson
    exercises : dict of str to frozenset of str
        The exercises that stay, by the lesson's folder; a folder that is not in it keeps all.
    """

    lessons: tuple[Lesson, ...]
    exercises: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def topics(self) -> tuple[str, ...]:
        """The folders of the lessons, which nbgrader calls assignments."""
        return tuple(dict.fromkeys(lesson.topic for lesson in self.lessons))


def choose(course: Course, lessons: Sequence[str] = (), exercises: Sequence[str] = ()) -> Choice:
    """Return what an instructor asks for.

    Parameters
    ----------
    course : Course
    lessons : sequence of str, default=()
        Numbers or folders, such as "02" or "02-metrics"; all lessons if there is none.
    exercises : sequence of str, default=()
        "LESSON:NAME,NAME", where a name is that of the gradebook ("wilson-interval") or of the
        function ("wilson_interval"); "LESSON:" leaves none.

    Raises
    ------
    BuildError
        If there is no such lesson, or one is named twice. Whether the exercises are there is
        found out when the notebooks are cut.
    """
    every = course.lessons()
    topics = [_topic(name, every, "--lessons") for name in lessons] or [x.topic for x in every]
    kept: dict[str, frozenset[str]] = {}
    for text in exercises:
        number, colon, names = text.partition(":")
        if not colon:
            raise BuildError(
                f"--exercises wants LESSON:NAME,NAME such as 02:precision-recall, got {text!r}"
            )
        topic = _topic(number, every, "--exercises")
        if topic not in topics:
            raise BuildError(f"--exercises names {topic}, which --lessons leaves out")
        if topic in kept:
            raise BuildError(f"--exercises names {topic} twice: put all its names after one colon")
        parts = (name.strip().replace("_", "-") for name in names.split(","))
        kept[topic] = frozenset(name for name in parts if name)
    chosen = [lesson for lesson in every if lesson.topic in topics]
    chosen.sort(key=lambda lesson: (lesson.topic, lesson.optional))  # optional ones follow
    return Choice(tuple(chosen), kept)


def _topic(name: str, lessons: list[Lesson], option: str) -> str:
    """Return the folder of the lesson that is called so."""
    topics = dict.fromkeys(lesson.topic for lesson in lessons)
    for topic in topics:
        if name in (topic, topic[:2]):
            return topic
    raise BuildError(f"{option}: no lesson {name!r} (there are: {', '.join(topics)})")
