"""What `nbgrader collect` takes from an exchange into which everybody writes."""

from __future__ import annotations

import contextlib
import getpass
import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect

from imbalance_grader.inbound import Collect, take_plain

ME = getpass.getuser()
LESSON = "00-start-here"
WHEN = "2026-03-01 10:00:00.000000 UTC"
SOLUTION = "the instructor's solution"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "solutions" / LESSON).mkdir(parents=True)
    (tmp_path / "solutions" / LESSON / "start-here.ipynb").write_text(SOLUTION)
    (tmp_path / "exchange" / "course" / "inbound").mkdir(parents=True)
    return tmp_path


def hand_in(course: Path, name: str, content: str | None = "mine") -> Path:
    folder = course / "exchange" / "course" / "inbound" / name
    folder.mkdir()
    if content is None:
        solution = course / "solutions" / LESSON / "start-here.ipynb"
        (folder / "start-here.ipynb").symlink_to(solution)
    else:
        (folder / "start-here.ipynb").write_text(content)
    (folder / "timestamp.txt").write_text(WHEN)
    return folder


@contextlib.contextmanager
def folders_in_folders(top: Path, files: tuple[int, ...] = ()) -> Iterator[None]:
    """Have 1,500 folders, one in the other; not even pytest could take them away again."""
    before = Path.cwd()
    os.chdir(top)
    for number in range(1_500):
        Path("d").mkdir()
        os.chdir("d")
        if number in files:
            Path("b.txt").write_text("")
    os.chdir(before)
    try:
        yield
    finally:
        subprocess.run(["rm", "-r", str(top / "d")], check=True)


def collect(course: Path, how: type = Collect, **settings: object) -> dict[str, str]:
    """Collect, and return what then lies in `submitted/`, by path."""
    place = CourseDirectory(root=str(course), course_id="course", assignment_id=LESSON)
    exchange = str(course / "exchange")
    how(coursedir=place, authenticator=None, root=exchange, update=True, **settings).start()
    found = sorted((course / "submitted").rglob("*.ipynb"))
    return {str(path.relative_to(course / "submitted")): path.read_text() for path in found}


MINE = f"{ME}/{LESSON}/start-here.ipynb"


@pytest.fixture(autouse=True)
def open_exchange(course: Path) -> None:
    (course / "exchange").chmod(0o1777)


class TestCollect:
    def test_takes_the_newest_of_each_student(self, course):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}+abc")
        hand_in(course, f"{ME}+{LESSON}+{WHEN.replace('10:', '11:')}+def", "newer")
        assert collect(course) == {MINE: "newer"}

    def test_takes_the_last_one_in_time_where_that_is_asked_for(self, course):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}+abc")
        later = WHEN.replace("10:", "11:")
        late = hand_in(course, f"{ME}+{LESSON}+{later}+def", "late")
        (late / "timestamp.txt").write_text(later)
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "course") as gradebook:
            gradebook.add_assignment(LESSON, duedate="2026-03-01 10:30 UTC")
        assert collect(course) == {MINE: "late"}
        assert collect(course, before_duedate=True) == {MINE: "mine"}

    def test_a_link_is_not_followed(self, course, caplog):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}+abc", None)
        assert collect(course) == {}
        assert "start-here.ipynb is left out: start-here.ipynb is a link" in caplog.text

    def test_nbgraders_own_hands_in_the_solution_for_her(self, course):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}+abc", None)
        assert collect(course, ExchangeCollect) == {MINE: SOLUTION}

    def test_a_link_in_place_of_the_whole_submission(self, course, caplog):
        place = course / "exchange" / "course" / "inbound" / f"{ME}+{LESSON}+{WHEN}+abc"
        place.symlink_to(course / "solutions" / LESSON)
        assert collect(course) == {}
        assert "is not collected: it is no folder" in caplog.text

    def test_a_newer_one_in_another_ones_name_does_not_take_its_place(
        self, course, caplog, monkeypatch
    ):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}+abc")
        forged = hand_in(course, f"bela+{LESSON}+{WHEN}+xyz", "forged")
        monkeypatch.setattr("imbalance_grader.inbound.os.geteuid", lambda: -1)  # another collects
        assert collect(course) == {MINE: "mine"}
        assert f"{forged.name} is not collected: it is {ME}'s, not bela's" in caplog.text

    def test_what_the_collector_put_there_and_where_all_accounts_are_one(self, course, monkeypatch):
        hand_in(course, f"bela+{LESSON}+{WHEN}+xyz", "hers")
        hers = {f"bela/{LESSON}/start-here.ipynb": "hers"}
        assert collect(course) == hers
        monkeypatch.setattr("imbalance_grader.inbound.os.geteuid", lambda: -1)
        assert collect(course, check_owner=False) == hers

    @pytest.mark.parametrize(
        "name", ["+never+x", "+2026-13-45 UTC+x", "+\x1b[2J", "+", "+\nall is well+x"]
    )
    def test_a_strange_name_stops_nobody_elses(self, course, caplog, name):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}+abc")
        hand_in(course, f"chen+{LESSON}{name}", "strange")
        assert collect(course) == {MINE: "mine"}
        assert "its name does not say" in caplog.text
        assert "\x1b" not in caplog.text
        assert "\nall is well" not in caplog.text

    def test_folders_within_folders_stop_nobody_elses(self, course, caplog):
        hand_in(course, f"{ME}+{LESSON}+{WHEN}")
        deep = hand_in(course, f"other+{LESSON}+{WHEN}")
        with folders_in_folders(deep):
            taken = collect(course, check_owner=False)
        assert taken == {MINE: "mine", f"other/{LESSON}/start-here.ipynb": "mine"}
        assert "folders deep" in caplog.text

    def test_where_all_accounts_are_one_a_name_that_is_none_is_not_taken(self, course, caplog):
        hand_in(course, f"\x1b[2Jada\n+{LESSON}+{WHEN}+abc")
        assert collect(course, check_owner=False) == {}
        assert "its name does not say" in caplog.text
        assert "\x1b" not in caplog.text


class TestTakePlain:
    def test_what_is_no_plain_file_is_left_out_and_named(self, tmp_path):
        source = tmp_path / "source"
        (source / "below").mkdir(parents=True)
        (source / "below" / "a.txt").write_text("a")
        (source / "pipe").write_text("")
        (source / "pipe").unlink()
        os.mkfifo(source / "pipe")
        (source / "up").symlink_to(tmp_path)
        (tmp_path / "other").write_text("other")
        os.link(tmp_path / "other", source / "second-name")
        (source / "large").write_bytes(bytes(200))
        said = list(take_plain(source, tmp_path / "target", 100))
        copied = [path for path in (tmp_path / "target").rglob("*") if path.is_file()]
        assert [str(path.relative_to(tmp_path / "target")) for path in copied] == ["below/a.txt"]
        assert [text.split(" is left out: ")[0] for text in said] == [
            "large",
            "pipe",
            "second-name",
            "up",
        ]

    def test_files_without_end(self, tmp_path, monkeypatch):
        monkeypatch.setattr("imbalance_grader.inbound.MOST_FILES", 3)
        (tmp_path / "source").mkdir()
        for number in range(5):
            (tmp_path / "source" / f"{number}").write_text("")
        said = list(take_plain(tmp_path / "source", tmp_path / "target", 100))
        assert [text[1:] for text in said] == [" and more: there are over 3 files and folders"]

    def test_folders_without_end(self, tmp_path):
        """Python's own walk over folders calls itself for each that lies in another."""
        source = tmp_path / "source"
        source.mkdir()
        (source / "a.txt").write_text("")
        with folders_in_folders(source, files=(8, 9, 990)):
            said = list(take_plain(source, tmp_path / "target", 100))
        below = Path(*["d"] * 10)
        why = "is left out: it lies more than 10 folders deep"
        assert sorted(said) == [f"{below}/b.txt {why}", f"{below}/d {why}"]
        copied = [path for path in (tmp_path / "target").rglob("*") if path.is_file()]
        assert {str(path.relative_to(tmp_path / "target")) for path in copied} == {
            "a.txt",
            f"{below.parent}/b.txt",
        }


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
