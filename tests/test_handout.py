"""The hand-out: no answer in it, whole by itself, the same each time, graded to the point."""

from __future__ import annotations

import ast
import contextlib
import fcntl
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from released import ROOT, fill_in, points, solution_cells
from test_docs import leads_nowhere, local_links
from test_environment import PLATFORMS, PYTHONS, applies, marker_environment

import imbalance_oracles
from imbalance_builder.course import BuildError, Course
from imbalance_builder.handout import cli, solutions_page
from imbalance_builder.handout.address import launch_link
from imbalance_builder.handout.choice import choose
from imbalance_builder.handout.cut import cut, exercises_of
from imbalance_builder.handout.make import Handout
from imbalance_builder.handout.needs import student_pins, student_project
from imbalance_builder.handout.pages import INSTRUCTORS as INSTRUCTORS_PAGES
from imbalance_builder.preprocessors import TOLERATED
from imbalance_grader import cli as grader
from imbalance_oracles import secret
from imbalance_oracles.registry import quizzes

FIRST = "00-start-here/start-here"
OWN = "https://github.com/ada/rare-events"
ITS_COURSE = "https://github.com/imbalance-lab/imbalance-lab"
HALF = ("--lessons", "02", "05", "--exercises", "02:confusion_counts,precision-recall", "05:")


def made(folder: Path, *options: str) -> Handout:
    assert cli.main(["--root", str(ROOT), "--output", str(folder), *options]) == 0
    return Handout(folder)


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Handout:
    """All lessons, as an instructor with a repository of her own hands them out."""
    return made(tmp_path_factory.mktemp("all") / "handout", "--repository", OWN)


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Handout:
    """Two exercises of lesson 02, and lesson 05 without any."""
    return made(tmp_path_factory.mktemp("half") / "handout", *HALF)


# What is secret, from the sources: nobody has to remember to add to a list.

REGION = re.compile(
    r"### BEGIN (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(.*?)### END (?:SOLUTION|HIDDEN TESTS|MARK)",
    re.DOTALL,
)
INSTRUCTORS = [path.parent.name for path in ROOT.glob("imbalance_*/__init__.py")]
WORDS = ("### BEGIN", "### END", "imbalance_oracles", "imbalance_grader", "imbalance_sandbox")


def plain(text: str) -> str:
    """Return a text with one blank between words, however it was indented or broken."""
    return " ".join(text.split())


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a JSON document; a notebook has a text's lines in a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
        yield from value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


@cache
def secrets() -> tuple[str, ...]:
    """Return solutions, hidden tests, marking schemes, model answers and oracles, all `plain`."""
    found = []
    for path in sorted((ROOT / "solutions").glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            found += REGION.findall(cell.source)
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution") and about.get("grade"):
                found.append(cell.source.split("###")[0])
    bodies = [plain(body) for body in oracles()]
    return tuple(sorted({*map(plain, found), *bodies} - {""}))


def oracles() -> Iterator[str]:
    """Yield the body of each function of the oracles, those left out that say next to nothing."""
    for path in sorted(Path(imbalance_oracles.__file__).parent.glob("*.py")):
        code = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                text = "\n".join(filter(None, (ast.get_source_segment(code, x) for x in body)))
                if len(text) > 50:
                    yield text


@cache
def letters() -> re.Pattern[str]:
    """Return what finds the right letters of a whole quiz, as a dictionary, a list or a line."""
    each = []
    for quiz in quizzes().values():
        one = [rf"{number}\W{{1,6}}{q.right}" for number, q in sorted(quiz.items())]
        quoted = [rf"[\"']{q.right}[\"']" for _, q in sorted(quiz.items())]
        listed = r"\s*,\s*".join(quoted)
        each += [r"\W{1,6}".join(one), r"[\[({]\s*" + listed + r"\s*,?\s*[\])}]"]
    return re.compile("|".join(rf"(?:{pattern})" for pattern in each))


def found_in(content: bytes) -> list[str]:
    """Return what is secret and stands in a file."""
    text = content.decode("utf-8", "replace")
    with contextlib.suppress(ValueError):
        text = "\n".join([text, *texts_in(json.loads(text))])
    flat = plain(text)
    hits = [word for word in WORDS if word in text]
    hits += [secret for secret in secrets() if secret in flat]
    return hits + [match[0] for match in letters().finditer(flat)]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def objects_of(repository: Path) -> list[bytes]:
    """Return every object of a repository, reachable or not."""
    listed = git(repository, "cat-file", "--batch-all-objects", "--batch-check").split(b"\n")
    kinds = [line.split() for line in listed if line]
    return [git(repository, "cat-file", kind.decode(), name.decode()) for name, kind, _ in kinds]


def git(repository: Path, *command: str) -> bytes:
    run = ["git", f"--git-dir={repository}", *command]
    return subprocess.run(run, capture_output=True, check=True).stdout


class TestNothingSecret:
    def test_the_search_finds_what_is_secret_in_the_course_itself(self, handout):
        """Or it would prove nothing."""
        solutions = list(handout.course.glob("solutions/*/*.ipynb"))
        with_answers = 0
        for path in solutions:
            cells = nbformat.read(path, as_version=4).cells
            regions = {plain(text) for cell in cells for text in REGION.findall(cell.source)}
            assert regions <= set(found_in(path.read_bytes()))
            with_answers += bool(regions)  # a notebook for more may have no exercise
        assert with_answers >= 15
        quizzed = (ROOT / "solutions" / f"{FIRST}.py").read_bytes()
        assert any(letters().fullmatch(hit) for hit in found_in(quizzed))
        assert len(secrets()) > 300
        oracle = (ROOT / "imbalance_oracles" / "metrics.py").read_bytes()
        assert len(found_in(oracle)) > 5

    def test_in_no_file_of_the_folder(self, handout):
        for name, content in files_of(handout.student).items():
            assert found_in(content) == [], name
            assert not found_in(name.encode()), name

    def test_in_no_file_of_the_archive(self, handout):
        with zipfile.ZipFile(handout.archive) as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
            modes = {
                entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.filelist
            }
        folder = files_of(handout.student)
        assert packed == {f"imbalance-lab/{name}": folder[name] for name in folder}
        assert {name for name, mode in modes.items() if mode != 0o644} == {
            "imbalance-lab/postBuild"
        }

    def test_in_no_object_of_the_repository(self, handout):
        objects = objects_of(handout.repository)
        contents = set(files_of(handout.student).values())
        assert contents < set(objects)
        for content in set(objects) - contents:  # trees, and the commit
            assert found_in(content) == []
        assert git(handout.repository, "rev-list", "--all", "--count").split() == [b"1"]

    def test_who_clones_what_was_pushed_as_the_guide_prints_it_has_the_folder(
        self, handout, tmp_path
    ):
        web = tmp_path / "web.git"
        subprocess.run(["git", "init", "--quiet", "--bare", str(web)], check=True)
        (line,) = re.findall(
            r"^    (git -C handout/\S+ push .*)$", text("docs/grading.md"), re.MULTILINE
        )
        place = {"https://github.com/OWNER/NAME": str(web), "handout/imbalance-lab.git": "."}
        command = [place.get(word, word) for word in line.split()]
        subprocess.run(command, cwd=handout.repository, check=True, capture_output=True)
        here = tmp_path / "here"
        subprocess.run(["git", "clone", "--quiet", "-b", "main", str(web), str(here)], check=True)
        shutil.rmtree(here / ".git")
        assert files_of(here) == files_of(handout.student)
        assert os.access(here / "postBuild", os.X_OK)

    def test_nothing_else_comes_along(self, handout):
        """A new file is the student's to see, or the hand-out should not have it."""
        assert {path.name for path in handout.student.iterdir()} == {
            *("lessons", "docs", "imbalance_lab", "README.md", "LICENSE", "LICENSE-text"),
            *("pyproject.toml", "requirements.txt", "environment.yml", "postBuild"),
            *("keep-my-work.ipynb", "see-my-progress.ipynb"),
        }
        pages = {path.name for path in (handout.student / "docs").iterdir()}
        assert {"glossary.md", "bibliography.md", "claims.md", "decision-card.md"} <= pages
        assert not {path.name for path in INSTRUCTORS_PAGES} & pages
        assert all((ROOT / path).exists() for path in INSTRUCTORS_PAGES)
        ends = {Path(name).suffix for name in files_of(handout.student)}
        assert not {".zip", ".whl", ".gz", ".pyc"} & ends  # which the search could not read

    def test_model_solutions_only_for_those_who_learn_alone(self, handout, tmp_path):
        """In a class's hand-out is none; beside them the other one has no secret either."""
        place = "imbalance_lab/lessons/worked.json"
        assert not (handout.student / place).exists()
        assert "solution(" not in (handout.student / "README.md").read_text(encoding="utf-8")
        other = made(tmp_path / "alone", "--lessons", "00", "--solutions")
        there = files_of(other.student)
        known = json.loads(there.pop(place))
        assert set(known) == {FIRST}
        assert set(known[FIRST]) == set(solution_cells(FIRST))
        assert "imbalance_oracles" not in json.dumps(known)
        assert "MARK SCHEME" not in json.dumps(known)
        assert 'solution("cost_of")' in there["README.md"].decode()
        assert [name for name, content in there.items() if found_in(content)] == []
        (other.course / "gradebook.db").touch()  # now a class works with it
        again = [*("--root", str(ROOT), "--output", str(tmp_path / "alone")), "--again"]
        assert cli.main([*again, "--lessons", "00", "--solutions"]) == 1

    def test_no_path_or_name_of_this_machine(self, handout):
        for name, content in files_of(handout.student).items():
            assert str(ROOT).encode() not in content, name
        commit = git(handout.repository, "log", "-1", "--format=%an %ae %cn %ce %s")
        assert commit == b"Imbalance Lab  Imbalance Lab  Imbalance Lab, for students\n"

    def test_work_can_be_taken_along_and_the_notebook_for_it_is_the_same_each_time(self, handout):
        keep = nbformat.read(handout.student / "keep-my-work.ipynb", as_version=4)
        kinds = ["markdown", "code", "markdown", "code"]
        assert [cell.cell_type for cell in keep.cells] == kinds
        assert [cell.id for cell in keep.cells] == [f"keep-my-work-{n}" for n in range(4)]
        assert "pack_work()" in keep.cells[1].source
        assert "take_up_work" in keep.cells[3].source
        nbformat.validate(keep)

    def test_progress_has_a_page_of_its_own(self, handout, half):
        for given in (handout, half):
            page = nbformat.read(given.student / "see-my-progress.ipynb", as_version=4)
            assert [cell.cell_type for cell in page.cells] == ["markdown", "code"]
            assert page.cells[1].source.endswith("progress()")
            assert "](see-my-progress.ipynb)" in (given.student / "README.md").read_text("utf-8")

    def test_every_answer_is_as_released(self, handout):
        for lesson in Course(ROOT).lessons():
            name = f"{lesson.topic}/{lesson.name}"
            given = nbformat.read(handout.student / "lessons" / f"{name}.ipynb", as_version=4)
            solved = solution_cells(name)
            answers = [c for c in given.cells if c.metadata.get("nbgrader", {}).get("solution")]
            assert len(answers) == len(solved)
            for cell in answers:
                assert plain(cell.source) != plain(solved[cell.metadata.nbgrader.grade_id])


class TestWholeByItself:
    @pytest.mark.parametrize("which", ["handout", "half"])
    def test_every_relative_link_leads_to_a_file_in_it(self, which, request):
        student = request.getfixturevalue(which).student
        count = 0
        for page in [*student.rglob("*.md"), *student.rglob("*.ipynb")]:
            for link in links_of(page):
                assert not leads_nowhere(page, link), (page.name, link)
                target = (page.parent / link.partition("#")[0]).resolve()
                assert target.is_relative_to(student.resolve())
                count += 1
        assert count > 100

    def test_lessons_are_those_that_were_built(self, handout):
        for path in (handout.student / "lessons").rglob("*.ipynb"):
            stored = ROOT / "lessons" / path.relative_to(handout.student / "lessons")
            assert path.read_bytes() == stored.read_bytes()

    @pytest.mark.parametrize("python", PYTHONS)
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_pins_are_what_a_student_needs_on_every_machine(self, platform, python):
        project = tomllib.loads(student_project(text("pyproject.toml")))["project"]
        lines = student_pins(text("pyproject.toml"), text("requirements.txt")).splitlines()
        every = [Requirement(line) for line in lines if not line.startswith("#")]
        environment = marker_environment(platform, python)
        pins = {p.name: next(iter(p.specifier)).version for p in every if applies(p, environment)}
        for wanted in map(Requirement, project["dependencies"]):
            if applies(wanted, environment):
                assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), wanted
        assert {"jupyterlab", "nbgrader", "ipykernel", "tornado", "threadpoolctl"} <= set(pins)
        assert not {"pytest", "distributed", "jupytext", "pyseccomp", "playwright"} & set(pins)

    def test_pins_are_closed(self):
        """What a pinned package needs here is pinned too, as its own metadata says."""
        from importlib.metadata import requires

        lines = student_pins(text("pyproject.toml"), text("requirements.txt")).splitlines()
        pins = {Requirement(line).name for line in lines if not line.startswith("#")}
        here = [r for r in map(Requirement, lines[1:]) if applies(r, {"extra": ""})]
        for pin in here:
            for needed in map(Requirement, requires(pin.name) or []):
                if applies(needed, {"extra": ""}):
                    assert canonicalize_name(needed.name) in pins, (pin.name, needed.name)

    def test_binder_builds_it_and_opens_the_first_lesson(self, handout, tmp_path):
        command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
        run = subprocess.run(
            [*command, "--user-id", "1000", "--user-name", "student", str(handout.student)],
            text=True,
            capture_output=True,
            check=True,
        )
        said = run.stdout + run.stderr
        assert "Building conda environment for python=3.11" in said
        assert said.index("RUN ./postBuild") > said.index("env update")
        # `.` and requirements.txt are there only after the repository was copied.
        assert said.index("env update") > said.index("COPY --chown=1000:1000 src/")
        readme = (handout.student / "README.md").read_text(encoding="utf-8")
        assert launch_link(OWN, f"lessons/{FIRST}.ipynb", ITS_COURSE) in readme
        assert f"jupyter lab lessons/{FIRST}.ipynb" in readme

    def test_without_a_repository_there_is_no_badge_and_the_chosen_lesson_is_first(self, half):
        readme = (half.student / "README.md").read_text(encoding="utf-8")
        assert "mybinder" not in readme
        assert "jupyter lab lessons/02-metrics/metrics.ipynb" in readme
        assert "lessons/02-metrics/metrics.ipynb" in (half.student / "postBuild").read_text("utf-8")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def links_of(page: Path) -> list[str]:
    if page.suffix == ".md":
        return local_links(page.read_text(encoding="utf-8"))
    cells = nbformat.read(page, as_version=4).cells
    return [x for c in cells if c.cell_type == "markdown" for x in local_links(c.source)]


@pytest.fixture(scope="module")
def python(handout, tmp_path_factory) -> Path:
    """Return the interpreter of an environment into which the hand-out was installed."""
    folder = tmp_path_factory.mktemp("student") / "env"
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # The libraries that are here; a .pth file that lies among them is not read from there.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    here = tmp_path_factory.mktemp("copy") / "imbalance-lab"
    shutil.copytree(handout.student, here)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(site)]
    subprocess.run([*pip, *options, str(here)], check=True)
    return folder / "bin" / "python"


class TestAsAStudent:
    """In an environment of its own, which knows nothing of this repository."""

    def run(self, python: Path, *command: str, cwd: Path) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "IMBALANCE"))}
        done = subprocess.run(
            [str(python), *command], cwd=cwd, env=clean, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def test_only_the_students_package_is_there(self, python, tmp_path):
        code = (
            "import importlib.util as u, imbalance_lab, sys; print(imbalance_lab.__file__); "
            "print([name for name in sys.argv[1:] if u.find_spec(name)])"
        )
        where, there = self.run(python, "-c", code, *INSTRUCTORS, cwd=tmp_path).splitlines()
        assert Path(where).is_relative_to(python.parents[1])
        assert there == "['imbalance_lab']"

    def test_a_lesson_runs_unsolved(self, python, handout, tmp_path):
        shutil.copytree(handout.student / "lessons" / "00-start-here", tmp_path / "00-start-here")
        with tempfile.TemporaryDirectory() as sockets:  # ports can be wanted by two at once
            (tmp_path / "conftest.py").write_text(
                "import functools, jupyter_client, nbval.kernel\n"
                "nbval.kernel.KernelManager = functools.partial("
                f"jupyter_client.KernelManager, transport='ipc', ip='{sockets}/k')\n"
            )
            options = ["--nbval-lax", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
            said = self.run(
                python, "-m", "pytest", *options, "--rootdir=.", f"{FIRST}.ipynb", cwd=tmp_path
            )
        assert re.search(r"\d{2} passed", said)

    def test_its_checks_tell_right_from_wrong(self, python, tmp_path):
        wrong = "def imbalance_ratio(y):\n    return 1.0"
        lesson = fill_in(FIRST, solve=["class-table", "quiz"], answers={"imbalance-ratio": wrong})
        nbformat.write(lesson, tmp_path / "lesson.ipynb")
        code = (
            "import nbformat, sys, tempfile; from nbclient import NotebookClient\n"
            "from jupyter_client import AsyncKernelManager\n"
            "book = nbformat.read('lesson.ipynb', as_version=4)\n"
            "with tempfile.TemporaryDirectory() as folder:\n"
            "    kernel = AsyncKernelManager(transport='ipc', ip=folder + '/k')\n"
            "    NotebookClient(book, km=kernel, resources={'metadata': {'path': '.'}}).execute()\n"
            "nbformat.write(book, 'lesson.ipynb')\n"
        )
        self.run(python, "-c", code, cwd=tmp_path)
        cells = nbformat.read(tmp_path / "lesson.ipynb", as_version=4).cells
        by_id = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in cells}
        failed = {
            name: any(output.output_type == "error" for output in by_id[f"{name}-check"].outputs)
            for name in ("class-table", "imbalance-ratio")
        }
        assert failed == {"class-table": False, "imbalance-ratio": True}
        for cell in cells:
            if cell.cell_type == "code" and TOLERATED not in cell.metadata.get("tags", []):
                assert not any(output.output_type == "error" for output in cell.outputs)


class TestAgain:
    def test_same_input_gives_the_same_bytes(self, half, tmp_path, monkeypatch):
        monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        second = made(tmp_path / "elsewhere", *HALF)
        assert second.archive.read_bytes() == half.archive.read_bytes()
        refs = [git(each.repository, "rev-parse", "main") for each in (half, second)]
        assert refs[0] == refs[1]

    def test_what_is_the_instructors_own_stays(self, half, tmp_path, capsys):
        folder = tmp_path / "handout"
        shutil.copytree(half.folder, folder)
        place = Handout(folder)
        own = {"gradebook.db": b"marks", "nbgrader_config.py": b"mine", "submitted/ada/x": b"work"}
        for name, content in own.items():
            (place.course / name).parent.mkdir(parents=True, exist_ok=True)
            (place.course / name).write_bytes(content)
        command = ["--root", str(ROOT), "--output", str(folder), "--lessons", "00"]
        assert cli.main(command) == 1
        assert "exists: name another folder, or renew it by --again" in capsys.readouterr().err
        assert cli.main([*command, "--again"]) == 0
        for name, content in own.items():
            assert (place.course / name).read_bytes() == content
        assert {p.name for p in (place.course / "solutions").iterdir() if p.is_dir()} == {
            *("00-start-here", "02-metrics", "05-resampling")
        }
        assert [p.name for p in (place.student / "lessons").iterdir()] == ["00-start-here"]
        assert sorted(p.name for p in tmp_path.iterdir()) == ["handout"]

    def test_it_waits_for_a_command_of_the_class_and_says_so(self, half, tmp_path, capsys):
        """A grading would otherwise go on with another version of what it began with."""
        folder = tmp_path / "handout"
        shutil.copytree(half.folder, folder)
        lock = Handout(folder).course / "grading" / ".lock"
        before = Handout(folder).course / "solutions" / "02-metrics" / "before"
        before.touch()
        lock.parent.mkdir()
        stood: list[bool] = []

        def end() -> None:
            stood.append(before.exists())
            fcntl.flock(file, fcntl.LOCK_UN)

        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            threading.Timer(3, end).start()
            made(folder, "--again", "--lessons", "02")
        assert (stood, before.exists()) == ([True], False)
        said = "Another command is writing in the class's course; waiting until it ends."
        assert said in capsys.readouterr().err

    def test_what_a_killed_one_left_beside_it_is_cleared(self, tmp_path):
        """It holds solutions, in a folder that a listing does not show."""
        left = tmp_path / ".handout-half-made-0a1b2c3_"
        left.mkdir()
        made(tmp_path / "handout", "--lessons", "00")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["handout"]

    def test_a_folder_that_is_no_hand_out_is_left_alone(self, tmp_path, capsys):
        (tmp_path / "mine").mkdir()
        command = ["--root", str(ROOT), "--output", str(tmp_path / "mine"), "--again"]
        assert cli.main(command) == 1
        assert "holds no hand-out" in capsys.readouterr().err
        assert list((tmp_path / "mine").iterdir()) == []


class TestAnotherClone:
    """What lies in an instructor's clone and is not the course's does not come along."""

    @pytest.fixture
    def clone(self, tmp_path) -> Path:
        folder = tmp_path / "clone"
        for name in ("imbalance_lab", "docs", "solutions/00-start-here", "lessons/00-start-here"):
            shutil.copytree(ROOT / name, folder / name)
        for name in ("LICENSE", "LICENSE-text", "pyproject.toml", "requirements.txt"):
            shutil.copy(ROOT / name, folder / name)
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        return folder

    def hand_out(self, clone: Path) -> int:
        return cli.main(["--root", str(clone), "--output", str(clone / "handout")])

    def test_its_own_secret_goes_to_the_instructor_only(self, clone):
        (clone / secret.FILE).write_text("of this class")
        for folder in ("solutions/00-start-here", "lessons/00-start-here", "imbalance_lab"):
            for name in (".ipynb_checkpoints", "__pycache__"):
                (clone / folder / name).mkdir(exist_ok=True)
                (clone / folder / name / "start-here-checkpoint.ipynb").write_text("solved")
        (clone / "gradebook.db").write_text("marks")
        assert self.hand_out(clone) == 0
        place = Handout(clone / "handout")
        assert (place.course / secret.FILE).read_text() == "of this class"
        for name, content in files_of(place.student).items():
            assert "checkpoint" not in name
            assert b"of this class" not in content, name
        assert not {secret.FILE, "gradebook.db"} & {p.name for p in place.student.iterdir()}

    def test_what_was_not_built_is_not_handed_out(self, clone, capsys):
        (clone / "solutions" / "00-start-here" / "marks.csv").write_text("ada,10")
        assert self.hand_out(clone) == 1
        said = capsys.readouterr().err
        assert "lessons/00-start-here/marks.csv is not what its solution gives" in said
        assert not (clone / "handout").exists()

    def test_a_lesson_that_is_older_than_its_solution_is_not_handed_out(self, clone, capsys):
        lesson = clone / "lessons" / f"{FIRST}.ipynb"
        lesson.write_text(lesson.read_text(encoding="utf-8").replace("Start here", "Begin"))
        assert self.hand_out(clone) == 1
        assert "run make lessons" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        lambda place: cli.main(["--root", str(ROOT), "--lessons", "00", "--output", place]),
        lambda place: solutions_page.main(["00", "--course", str(ROOT), "--output", place]),
    ],
    ids=["handout", "solutions"],
)
def test_a_place_where_nothing_can_be_written_is_named(tmp_path, capsys, command):
    (tmp_path / "file").write_text("mine")
    assert command(str(tmp_path / "file" / "handout")) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{tmp_path}/file" in err
    assert (tmp_path / "file").read_text() == "mine"


class TestChosen:
    def test_there_are_just_those_lessons_and_exercises(self, half):
        lessons = sorted(half.student.glob("lessons/*/*.ipynb"))
        assert [p.stem for p in lessons if "deeper" not in p.stem] == ["metrics", "resampling"]
        metrics, resampling = (nbformat.read(path, as_version=4) for path in lessons)
        assert [e.name for e in exercises_of(metrics)] == ["confusion-counts", "precision-recall"]
        assert exercises_of(resampling) == []
        said = "\n".join(c.source for c in metrics.cells if c.cell_type == "markdown")
        assert said.count("*This exercise is not part of this hand-out.*") == 4
        minutes = re.search(r"\*\*Time\*\* (\d+)", metrics.cells[0].source)[1]
        assert f"| {minutes} min | 3 |" in (half.student / "README.md").read_text(encoding="utf-8")

    def test_each_lesson_is_kept_once_more_as_it_was_handed_out(self, handout, half):
        for student in (handout.student, half.student):
            kept = student / "imbalance_lab" / "lessons" / "kept"
            there = {
                path.relative_to(kept).with_suffix(".ipynb").as_posix(): path.read_bytes()
                for path in kept.glob("*/*.json")
            }
            assert there == {n: c for n, c in files_of(student / "lessons").items() if n in there}
            assert len(there) == len(list(student.glob("lessons/*/*.ipynb")))

    def test_progress_is_told_of_what_is_there(self, handout, half):
        listed = "imbalance_lab/exercises/course.json"
        assert (handout.student / listed).read_bytes() == (ROOT / listed).read_bytes()
        there = json.loads((half.student / listed).read_text(encoding="utf-8"))
        names = {x["name"]: [task["key"].split("/")[-1] for task in x["tasks"]] for x in there}
        assert names == {"02-metrics/metrics": ["confusion-counts", "precision-recall"]}

    def test_no_other_cell_has_changed(self, half):
        whole = nbformat.read(ROOT / "lessons" / "02-metrics" / "metrics.ipynb", as_version=4)
        part = nbformat.read(half.student / "lessons/02-metrics/metrics.ipynb", as_version=4)
        led = re.compile(r"\[([^\]]*)\]\(\.\./\d\d-[^)]*\)")  # to lessons that are not handed out
        texts = {cell.id: led.sub(r"\1", cell.source) for cell in whole.cells}
        outside = [c for c in part.cells if "not part of this hand-out" not in c.source]
        assert len(outside) > 55
        for cell in outside:
            assert led.sub(r"\1", cell.source) == texts[cell.id]

    def test_grading_gives_just_those_points(self, half, tmp_path, capsys):
        course = tmp_path / "course"
        shutil.copytree(half.course, course)
        solved = solution_cells("02-metrics/metrics")
        given = half.student / "lessons" / "02-metrics" / "metrics.ipynb"
        for student, answered in {"ada": True, "bela": False}.items():
            lesson = nbformat.read(given, as_version=4)
            for cell in lesson.cells:
                about = cell.metadata.get("nbgrader", {})
                if answered and about.get("solution"):
                    cell.source = solved[about["grade_id"]]
            place = course / "submitted" / student / "02-metrics"
            place.mkdir(parents=True)
            nbformat.write(lesson, place / "metrics.ipynb")
        capsys.readouterr()
        command = ["assignment", "02-metrics", "--course", str(course), "--json", "--jobs", "1"]
        assert grader.main(command) == 0
        told = json.loads(capsys.readouterr().out)["submissions"]
        whole = points("02-metrics/metrics")
        wanted = whole["confusion-counts-check"] + whole["precision-recall-check"]
        assert {s["student"]: (s["score"], s["max_score"]) for s in told} == {
            "ada": (wanted, wanted),
            "bela": (0, wanted),
        }

    def test_the_half_day_plan_is_handed_out_as_the_guide_prints_it(self):
        (line,) = re.findall(
            r"^    make handout LESSONS=.*$", text("docs/grading.md"), re.MULTILINE
        )
        asked = dict(word.split("=", 1) for word in shlex.split(line) if "=" in word)
        lessons, exercises = (asked[name].split() for name in ("LESSONS", "EXERCISES"))
        choice = choose(Course(ROOT), lessons, exercises)
        plan = text("docs/syllabus.md").partition("## Half a day")[2].partition("\n## ")[0]
        taught = re.findall(r"\(\.\./lessons/([^/]+)/", plan)
        assert list(choice.topics) == sorted(set(taught))
        for topic, number in re.findall(r"lessons/([^/]+)/[^|]*?with exercises? ([\d and]+)", plan):
            (core,) = (x for x in Course(ROOT).lessons([topic]) if not x.optional)
            solved = nbformat.read(core.solution, as_version=4)
            names = [exercise.name for exercise in exercises_of(solved)]
            wanted = {names[int(n) - 1] for n in re.findall(r"\d", number)}
            assert choice.exercises[topic] == wanted

    @pytest.mark.parametrize("lesson", Course(ROOT).lessons(), ids=str)
    def test_every_exercise_can_be_chosen_alone_or_says_what_it_needs(self, lesson):
        notebook = nbformat.read(lesson.solution, as_version=4)
        names = [exercise.name for exercise in exercises_of(notebook)]
        for name in names:
            together = {name}
            while more := needed_by(notebook, together):
                together |= more
            left = cut(notebook, frozenset(together))
            assert {exercise.name for exercise in exercises_of(left)} == together

    @pytest.mark.parametrize(
        ("lessons", "exercises", "message"),
        [
            (["13"], [], "no lesson '13' .there are: 00-start-here, 01-"),
            (["0"], [], "no lesson '0'"),
            ([], ["02"], "wants LESSON:NAME,NAME such as 02:precision-recall, got '02'"),
            ([], ["99:a"], "--exercises: no lesson '99'"),
            (["01"], ["02:quiz"], "names 02-metrics, which --lessons leaves out"),
            ([], ["02:quiz", "02-metrics:wilson-interval"], "names 02-metrics twice"),
        ],
    )
    def test_what_cannot_be_chosen_is_said(self, lessons, exercises, message):
        with pytest.raises(BuildError, match=message):
            choose(Course(ROOT), lessons, exercises)

    @pytest.mark.parametrize(
        ("exercises", "message"),
        [
            (
                "02:wilson-interval,nonsense",
                "02-metrics has no exercise nonsense (there are: choose-",
            ),
            ("12:promise", "12-capstone: exercise promise uses fit_detector, the answer of"),
        ],
    )
    def test_an_exercise_that_cannot_be_had_is_said(self, tmp_path, capsys, exercises, message):
        lesson = exercises.partition(":")[0]
        command = ["--root", str(ROOT), "--output", str(tmp_path / "x"), "--lessons", lesson]
        assert cli.main([*command, "--exercises", exercises]) == 1
        assert message in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []


def needed_by(notebook: nbformat.NotebookNode, names: set[str]) -> set[str]:
    """Return what has to be chosen too, as the refusal says."""
    try:
        cut(notebook, frozenset(names))
    except BuildError as error:
        said = re.fullmatch(r"exercise \S+ uses \w+, the answer of exercise (\S+): .+", str(error))
        return {said[1]}
    return set()


class TestAddress:
    @pytest.mark.parametrize(
        ("repository", "place"),
        [
            (OWN, "gh/ada/rare-events"),
            (f"{OWN}.git", "gh/ada/rare-events"),
            (f"{OWN}/", "gh/ada/rare-events"),
            ("https://gitlab.com/uni/stats/rare", "gl/uni%2Fstats%2Frare"),
            ("https://git.uni.edu/ada/rare", "git/https%3A%2F%2Fgit.uni.edu%2Fada%2Frare"),
        ],
    )
    def test_binder_opens_a_lesson_of_the_instructors_own_repository(self, repository, place):
        link = launch_link(repository, "lessons/01-a/b.ipynb", ITS_COURSE)
        opened = "urlpath=lab%2Ftree%2Flessons%2F01-a%2Fb.ipynb"
        assert link == f"https://mybinder.org/v2/{place}/HEAD?{opened}"

    @pytest.mark.parametrize(
        ("repository", "message"),
        [
            ("nonsense", "got 'nonsense'"),
            ("", "got ''"),
            ("http://github.com/a/b", "https://github.com/OWNER/NAME, got"),
            ("git@github.com:a/b.git", "https://github.com/OWNER/NAME, got"),
            ("https://github.com/a", "an owner and a name"),
            ("https://github.com/a/b/tree/main", "an owner and a name"),
            ("https://github.com/../b", "an owner and a name"),
            ("https://github.com/a/b)](javascript:x", "an owner and a name"),
            ("https://github.com/a/b?x=1", "https://github.com/OWNER/NAME, got"),
            ("https://localhost/a/b", "https://github.com/OWNER/NAME, got"),
            ("https://[::1/a/b", "https://github.com/OWNER/NAME, got"),
            ("https://me:token@github.com/a/b", "without a name or a password"),
            (f"{ITS_COURSE}.git", "is the course's, with all its answers"),
            (ITS_COURSE.upper().replace("HTTPS", "https"), "with all its answers"),
        ],
    )
    def test_nonsense_is_refused_with_what_is_wanted(self, repository, message):
        with pytest.raises(BuildError) as caught:
            launch_link(repository, "lessons/01-a/b.ipynb", ITS_COURSE)
        assert message in str(caught.value)
        assert "token" not in str(caught.value)
