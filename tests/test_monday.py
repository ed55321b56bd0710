"""The Monday page, command by command as it is printed, by an instructor and two students."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from released import ROOT, solution_cells
from warm_commands import write_stub

PAGE = ROOT / "docs" / "monday.md"
FIRST = "00-start-here"
NOTEBOOK = f"{FIRST}/start-here"
WEB = "https://github.com/imbalance-lab/imbalance-lab"
WORDS = "I would count each class first, and say which rows the share is of."
END = "-- end of block --"
# Chen hands in nothing, so there is no grade of hers to export: the page says so.
CODES = {"imbalance-lab-grade export": 1}


@dataclass(frozen=True)
class Block:
    """A fenced block of the page, or what somebody does between two of them."""

    kind: str
    text: str

    @property
    def who(self) -> str:
        said = re.match(r"# as (\w+)\n", self.text)
        return said[1] if said else "instructor"


def blocks_of(page: str) -> list[Block]:
    """Return the fenced blocks and the comments of a page, in order."""
    found = re.finditer(
        r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$|^<!-- (?P<comment>.+?) -->$",
        page,
        re.MULTILINE | re.DOTALL,
    )
    return [
        Block("between", m["comment"]) if m["comment"] else Block(m["kind"], m["text"])
        for m in found
    ]


class Terminal:
    """The terminal of one person, in which one block is given after another."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        home.mkdir()
        self.home = home
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=home,
            env=environment | {"HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.give("trap 'echo \"-- code $?: $BASH_COMMAND --\"' ERR\n")

    def give(self, text: str, meanwhile: Callable[[str], None] = lambda line: None) -> str:
        """Return what a block says, with a line for each command that ended with another code."""
        assert self._bash.stdin
        assert self._bash.stdout
        self._bash.stdin.write(f"{{\n{text}}} < /dev/null\necho '{END}'\n")
        self._bash.stdin.flush()
        said = []
        for line in self._bash.stdout:
            if line.rstrip("\n") == END:
                return "".join(said)
            said.append(line)
            meanwhile(line)
        pytest.fail(f"the terminal is closed after\n{text}\nIt said:\n{''.join(said)}")

    def close(self) -> None:
        self._bash.communicate("exit\n", timeout=30)


def as_published(folder: Path) -> Path:
    """Make a repository of the course as it stands here, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    who = ["-c", "user.name=course", "-c", "user.email="]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "course"]):
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


class Monday:
    """All who take part, and what they do between the commands."""

    def __init__(self, folder: Path, address: Path, server: int) -> None:
        self.folder = folder
        self.address = address
        self.server = server  # the process that forks the commands
        published = as_published(folder / "published")
        self._environment = os.environ | {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{published}.insteadOf",
            "GIT_CONFIG_VALUE_0": WEB,
            "OMP_NUM_THREADS": "1",
        }
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IMBALANCE_LAB_SECRET"):
            self._environment.pop(name, None)
        self._terminals: dict[str, Terminal] = {}
        self.clone = folder / "instructor" / "imbalance-lab"
        self.course = self.clone / "handout" / "instructor"

    def terminal(self, who: str) -> Terminal:
        if who not in self._terminals:
            environment = self._environment | {"LOGNAME": who}
            if who != "instructor":  # on the machine where the instructor has installed the course
                path = f"{self.clone / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
                environment["PATH"] = path
            self._terminals[who] = Terminal(self.folder / who, environment)
            if who != "instructor":
                self._terminals[who].give(self.own_things())
        return self._terminals[who]

    def own_things(self) -> str:
        """Return the page's first block with what an instructor would write there."""
        return (
            "export CLASS=rare-events\n"
            f"export EXCHANGE={self.folder / 'exchange'}\n"
            'export DUE="2099-03-02 12:00 Europe/Berlin"\n'
        )

    def close(self) -> None:
        for terminal in self._terminals.values():
            terminal.close()

    # What happens between the commands ------------------------------------------------------

    def environment_is_made(self) -> None:
        """Make what the first call of make installs, of what is installed here."""
        place = self.clone / ".venv"
        venv.EnvBuilder(symlinks=True).create(place)
        here = sysconfig.get_path("purelib")
        there = Path(sysconfig.get_path("purelib", vars={"base": str(place)}))
        (there / "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
        for name in ("nbgrader", "imbalance-lab-grade"):
            write_stub(place / "bin" / name, self.address)
        (place / ".installed").touch()

    def solves(self, who: str, names: tuple[str, ...] | None = None) -> None:
        path = self.folder / who / NOTEBOOK
        notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
        solved = solution_cells(NOTEBOOK) | {"reflection": WORDS}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in solved and (names is None or name in names):
                cell.source = solved[name]
        nbformat.write(notebook, path.with_suffix(".ipynb"))

    def past_due(self) -> None:
        """Let the due date be this moment: what has come is in time, what comes is late."""
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} +0000"
        said = self.terminal("instructor").give(f"imbalance-lab-grade due {FIRST} '{now}'\n")
        assert "is due" in said

    def marks(self, line: str) -> None:
        """Mark as a browser would, where a line has the address, and press Ctrl-C."""
        found = re.search(r"(http://127\.0\.0\.1:\d+)(/\S+/)\?token=\S+", line)
        if not found:
            return
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        browser.open(found[0]).close()
        for number in (1, 2):
            address = f"{found[1]}{found[2]}answer/{number}"
            with browser.open(address) as page:
                desk = BeautifulSoup(page.read(), "html.parser").find(id="desk")
            seen = {"answer": desk["data-answer"], "mark": desk["data-mark"]}
            mark = json.dumps({"seen": seen, "points": 1}).encode()
            kind = {"Content-Type": "application/json", "X-XSRFToken": desk["data-xsrf"]}
            headers = kind | {"Origin": found[1]}
            browser.open(urllib.request.Request(address, mark, headers)).close()
        children = Path(f"/proc/{self.server}/task/{self.server}/children")
        (command,) = children.read_text().split()
        os.kill(int(command), signal.SIGINT)

    def platforms_tables(self) -> None:
        (self.course / "Grades-Course.csv").write_text(
            "Student,ID,SIS User ID,SIS Login ID,Section,00 Start here (77)\n"
            "    Points Possible,,,,,10\n"
            '"Lovelace, Ada",1001,,ada,A,\n"Bartók, Béla",1002,,bela,A,\n"Chen, J.",1003,,chen,A,\n'
        )
        head = "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade"
        rows = [
            f"Participant {number},{name},{student},{student}@example.org,,,10.00,Yes,-,-,"
            for number, (student, name) in enumerate(
                {"ada": "Ada Lovelace", "bela": "Béla Bartók", "chen": "Jingrun Chen"}.items(), 5001
            )
        ]
        more = "Grade can be changed,Last modified (submission),Last modified (grade)"
        lines = [f"{head},{more},Feedback comments", *rows]
        (self.course / "worksheet.csv").write_text("\n".join(lines) + "\n")

    def between(self) -> dict[str, Callable[[], None]]:
        return {
            "ada solves one exercise": lambda: self.solves("ada", ("class-table",)),
            "ada solves everything": lambda: self.solves("ada"),
            "bela solves everything": lambda: self.solves("bela"),
            "it is past the due date": self.past_due,
            "the tables of Canvas and Moodle are here": self.platforms_tables,
        }


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """Serve the commands while the tests of this module run."""
    address = tmp_path_factory.mktemp("warm") / "socket"
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("warm_commands.py")), str(address)],
        start_new_session=True,
    )
    while not address.exists():
        assert server.poll() is None
        time.sleep(0.1)
    yield address, server.pid
    server.terminate()
    server.wait(30)


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory, warm: tuple[Path, int]) -> Iterator[Monday]:
    """Give every command of the page."""
    monday = Monday(tmp_path_factory.mktemp("monday"), *warm)
    between, begun = monday.between(), False
    said = ""
    for block in blocks_of(PAGE.read_text(encoding="utf-8")):
        if block.kind == "between":
            between.pop(block.text)()
        elif block.kind == "text":
            promised(block.text, said)
        else:
            assert block.kind == "sh", f"a block of {block.kind!r} is neither given nor promised"
            text = block.text if begun else monday.own_things()
            begun = True
            said = monday.terminal(block.who).give(text, monday.marks)
            went_well(block.text, said)
            if "git clone" in block.text:
                monday.environment_is_made()
    assert not between, f"the page does not let these things happen: {list(between)}"
    yield monday
    monday.close()


def promised(lines: str, said: str) -> None:
    flat = " ".join(said.split())
    for line in lines.splitlines():
        assert " ".join(line.split()) in flat, said


def went_well(text: str, said: str) -> None:
    """Fail where a command ended otherwise than the page lets expect."""
    for code, command in re.findall(r"^-- code (\d+): (.*) --$", said, re.MULTILINE):
        expected = [code for start, code in CODES.items() if command.startswith(start)]
        assert [int(code)] == expected, f"{command}\n{said}"


def test_the_readme_begins_as_the_page_does() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = blocks_of(readme.partition("## Teaching with it")[2].partition("\n## ")[0])
    printed = commands_of(block.text)
    page = [commands_of(b.text) for b in blocks_of(PAGE.read_text(encoding="utf-8"))]
    assert printed in page


def commands_of(text: str) -> list[str]:
    return [line.partition("  #")[0].strip() for line in text.splitlines()]


def test_what_the_page_promises_is_there(monday: Monday) -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## What is there now")[2]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row)]
    assert len(paths) > 8
    for path in paths:
        place = monday.course / path
        assert any(place.iterdir()) if place.is_dir() else place.stat().st_size, path


def test_everybody_has_what_she_earned(monday: Monday) -> None:
    with Gradebook(f"sqlite:///{monday.course / 'gradebook.db'}", "rare-events") as gradebook:
        ada, bela = (gradebook.find_submission(FIRST, who) for who in ("ada", "bela"))
        assert ada.score == bela.score == ada.max_score - 1  # of the written answer
        assert ada.total_seconds_late == bela.total_seconds_late == 0
        assert [n.late_submission_penalty or 0 for n in bela.notebooks] == [0]


def test_students_find_their_feedback(monday: Monday) -> None:
    why = "The contract had two readings."
    for who, waived in {"ada": False, "bela": True}.items():  # ada fetched before it was waived
        (page,) = (monday.folder / who / FIRST).glob("feedback/*/start-here.html")
        text = page.read_text(encoding="utf-8")
        assert "class_table" in text
        assert (why in text) is waived


def test_the_exchange_lets_nobody_take_anothers_place(monday: Monday) -> None:
    exchange = monday.folder / "exchange"
    assert stat.S_IMODE(exchange.stat().st_mode) == 0o1777
    own = exchange / "rare-events"
    assert stat.S_IMODE(own.stat().st_mode) == 0o755
    assert stat.S_IMODE((own / "inbound").stat().st_mode) == 0o3733
    assert stat.S_IMODE((own / "nbgrader_config.py").stat().st_mode) == 0o644


def test_grades_are_in_the_tables_of_the_platforms(monday: Monday) -> None:
    folder = monday.course / "grading" / FIRST
    found = {}
    for name, column in {"canvas": "00 Start here (77)", "moodle": "Grade"}.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found[name] = [float(row[column] or 0) for row in csv.DictReader(file)]
    # Chen has no grade; Canvas' first row says how many points there are.
    assert found == {"canvas": [10, 9, 9, 0], "moodle": [9, 9]}


STOCK = f"""\
nbgrader generate_assignment {FIRST} --force
nbgrader validate solutions/{FIRST}/start-here.ipynb
nbgrader release_assignment {FIRST} --force
nbgrader autograde {FIRST} --student ada --force
nbgrader generate_feedback {FIRST} --student ada --force
nbgrader release_feedback {FIRST}
"""


@pytest.mark.long
def test_nbgraders_own_commands_work_in_the_course_folder(monday: Monday) -> None:
    released = monday.course / "lessons" / f"{NOTEBOOK}.ipynb"
    before = released.read_bytes()
    said = monday.terminal("instructor").give(STOCK)
    went_well(STOCK, said)
    assert "Success! Your notebook passes all the tests." in said
    assert released.read_bytes() == before
    with Gradebook(f"sqlite:///{monday.course / 'gradebook.db'}", "rare-events") as gradebook:
        ada = gradebook.find_submission(FIRST, "ada")
        assert ada.score == ada.max_score - 1  # the mark that was given by hand is kept
