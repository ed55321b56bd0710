"""The build program: sources are understood, built the same every time, released by nbgrader."""

from __future__ import annotations

import base64
import io
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import matplotlib.image
import nbformat
import nbval.kernel
import numpy as np
import pytest
from jupyter_client.connect import LocalPortCache

from imbalance_builder import cli, compare
from imbalance_builder.course import BuildError, Course, Lesson
from imbalance_builder.execute import Run, run_lesson
from imbalance_builder.source import PROGRESS_WORDS, read_source

ROOT = Path(__file__).resolve().parents[1]

SOURCE = '''\
# %% [markdown]
# # A lesson to build

# %%
import imbalance_lab.plots
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

values = np.arange(3)
print(values.sum())

# %%
_, axes = plt.subplots(figsize=(2, 2))
_ = axes.plot(values)

# %%
ipywidgets.IntSlider(value=3)

# %% tags=["raises-exception"]
values[7]

# %% answer="double"
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% try="double"
double(3)

# %% graded="double" points=2
assert double(1) == 2
### BEGIN HIDDEN TESTS
assert double(2) == 4
### END HIDDEN TESTS

# %% [markdown] written="why" points=1.5
# Because addition is repeated.
#
# ### BEGIN MARK SCHEME
# One and a half points for the word repeated.
# ### END MARK SCHEME

# %%
print("the end of the story")
'''


def new_course(root: Path, source: str = SOURCE) -> Course:
    """Make a course of one lesson."""
    folder = root / "solutions" / "01-toy"
    folder.mkdir(parents=True)
    (folder / "toy.py").write_text(source, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root)


def build(course: Course, *options: str) -> int:
    return cli.main(["--root", str(course.root), *options])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course that was built once; tests copy it before they change it."""
    course = new_course(tmp_path_factory.mktemp("course"))
    assert build(course) == 0
    return course


@pytest.fixture
def changed(built: Course, tmp_path: Path) -> Course:
    """A copy of the built course, to be changed."""
    shutil.copytree(built.root, tmp_path / "copy")
    return Course(tmp_path / "copy")


def lesson_of(course: Course) -> Lesson:
    return Lesson(course.root, "01-toy", "toy")


def cell_of(notebook: Path, cell_id: str) -> nbformat.NotebookNode:
    cells = nbformat.read(notebook, as_version=4).cells
    return next(cell for cell in cells if cell.id == cell_id)


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def write_source(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "toy.py"
    path.write_text(text, encoding="utf-8")
    return path


ANSWER = '# %% answer="a"\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\n\n'
GRADED = '# %% graded="a" points=1\nassert a == 1\n\n'
SCHEME = "# ### BEGIN MARK SCHEME\n# x\n# ### END MARK SCHEME\n"


class TestSource:
    def test_headings_show_the_points_of_the_cell_below_them(self, tmp_path):
        text = (
            "# %% [markdown]\n# ## Theme\n#\n# ### Exercise 1\n#\n# Write it.\n\n"
            f"{ANSWER}{GRADED}# %% [markdown]\n# ## Words\n#\n# Say it.\n\n"
            f'# %% [markdown] written="w" points=1.5\n{SCHEME}\n# %% [markdown]\n# ## End\n'
        )
        cells = read_source(write_source(tmp_path, text)).cells
        shown = [cell.source for cell in cells if cell.cell_type == "markdown"]
        assert shown == [
            "## Theme\n\n### Exercise 1 (1 point)\n\nWrite it.",
            "## Words (1.5 points)\n\nSay it.",
            SCHEME.replace("# ", "", 1).replace("\n# ", "\n").strip(),
            PROGRESS_WORDS,
            "## End",
        ]

    @pytest.mark.parametrize(
        ("cell_id", "expected"),
        [
            ("double", {"grade": False, "solution": True, "locked": False}),
            ("double-check", {"grade": True, "solution": False, "locked": True, "points": 2}),
            ("why", {"grade": True, "solution": True, "locked": False, "points": 1.5}),
        ],
    )
    def test_short_header_becomes_nbgrader_metadata(self, tmp_path, cell_id, expected):
        notebook = read_source(write_source(tmp_path, SOURCE))
        cell = next(cell for cell in notebook.cells if cell.id == cell_id)
        always = {"grade_id": cell_id, "schema_version": 3, "task": False}
        assert cell.metadata.nbgrader == expected | always

    def test_free_cells_carry_no_metadata(self, tmp_path):
        notebook = read_source(write_source(tmp_path, SOURCE))
        assert notebook.cells[0].metadata == {}
        assert notebook.cells[1].metadata == {}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('# %% anwser="a"\nx = 1\n', "unknown key anwser"),
            ("# %%\n\n\ndef f():\n    return 1\n", "begins with an empty line"),
            ("# %% Set-up\nx = 1\n", "unknown key title"),
            ('# %% answer="a" graded="a" points=1\nx = 1\n', "says answer, graded"),
            ('# %% answer="A_1"\nx = 1\n', "lower-case letters, digits, hyphens"),
            ('# %% [markdown] answer="a"\n# text\n', "belongs on a code cell"),
            ('# %% written="a" points=1\nx = 1\n', "belongs on a markdown cell"),
            ("# %% points=2\nx = 1\n", "points belong on"),
            ('# %% graded="a"\nx = 1\n', "needs a positive number of points"),
            ('# %% graded="a" points=0\nx = 1\n', "needs a positive number of points"),
            (
                '# %% tags="nbval-skip"\nx = 1\n',
                "'nbval-skip' is not of type 'array' at ['metadata']['tags']",
            ),
            ('# %% tags=["nbval-skip"]\nx = 1\n', "unknown tag nbval-skip"),
            ('# %% answer="a"\na = 1\n\n' + GRADED, "needs ### BEGIN SOLUTION"),
            ('# %% [markdown] written="w" points=1\n# text\n', "needs ### BEGIN MARK SCHEME"),
            ("# %%\n### BEGIN SOLUTION\n### END SOLUTION\n", "has no place in a free cell"),
            (
                ANSWER.replace("### END", "# END") + GRADED,
                'has no place in a cell of kind "answer"',
            ),
            (
                '# %% graded="a" points=1\n### BEGIN HIDDEN TESTS\nassert a\n',
                "must come in pairs, in this order",
            ),
            (ANSWER + GRADED.rstrip() + "\nassert a" * 6, "imports not counted; this one has 7"),
            ("# %%\n" + "x = 1\n" * 26, "at most 25 lines; this one has 26"),
            ("# %%\nx = 1\nx;\n", 'ends with ";"'),
            (ANSWER, 'answer="a" has no graded="a"'),
            (GRADED, 'graded="a" has no answer="a" before it'),
            (GRADED + ANSWER, 'graded="a" has no answer="a" before it'),
            ('# %% try="a"\na\n\n' + ANSWER + GRADED, 'try="a" has no answer="a" before it'),
            (ANSWER + GRADED + ANSWER + GRADED, "the grade id a is used 2 times"),
            (
                ANSWER + GRADED + '# %% [markdown] written="a" points=1\n' + SCHEME,
                "the grade id a is used 2 times",
            ),
            (
                "# %%\nmy_prediction = None\n\n# %%\nfrom imbalance_lab import plots\n",
                "my_prediction: no cell above this guess imports imbalance_lab",
            ),
            (
                "# %%\nimport imbalance_lab\n\n# %%\nmy_prediction = None\n",
                "my_prediction: say behind it what a guess looks like: # such as 0.1",
            ),
            (
                "# %%\nimport imbalance_lab\n\n# %%\nmy_recall = None  # a share\n",
                "a guess stands alone, as my_prediction = None; this one is my_recall",
            ),
        ],
    )
    def test_broken_rule_is_named(self, tmp_path, text, message):
        with pytest.raises(BuildError) as error:
            read_source(write_source(tmp_path, text))
        assert message in str(error.value)
        assert "toy.py" in str(error.value)

    def test_comments_blanks_and_markers_do_not_count_in_a_graded_cell(self, tmp_path):
        hidden = "### BEGIN HIDDEN TESTS\n" + "# why\n\nassert a\n" * 5 + "### END HIDDEN TESTS\n"
        notebook = read_source(write_source(tmp_path, ANSWER + GRADED.rstrip() + "\n" + hidden))
        assert [cell.cell_type for cell in notebook.cells[:2]] == ["code"] * 2

    def test_ids_stay_when_a_cell_is_inserted(self, tmp_path):
        before = read_source(write_source(tmp_path, SOURCE))
        after = read_source(write_source(tmp_path, "# %%\nnew = 1\n\n" + SOURCE))
        assert [cell.id for cell in after.cells][1:] == [cell.id for cell in before.cells]

    def test_equal_cells_have_ids_of_their_own(self, tmp_path):
        notebook = read_source(write_source(tmp_path, "# %%\nx = 1\n\n" * 3))
        assert len({cell.id for cell in notebook.cells}) == 3

    def test_code_that_says_a_verdict_before_its_box_is_folded(self, tmp_path):
        claims = ['# %%\nClaim("x", verdict="holds")\n', '# %%\ny = 1\nClaim(\n    "x")\n']
        others = ["# %%\nfrom imbalance_lab.claims import Claim\n", "# %% [markdown]\n# Claim(\n"]
        text = "\n".join([*claims, '# %% tags=["hide-input"]\nx = 1\n', *others])
        cells = read_source(write_source(tmp_path, text)).cells
        folded = [cell.metadata.get("jupyter") == {"source_hidden": True} for cell in cells]
        assert folded == ["hide-input" in cell.metadata.get("tags", []) for cell in cells]
        assert folded == [True, True, True, False, False]

    def test_names_of_lessons_follow_the_rule(self, tmp_path):
        course = new_course(tmp_path)
        (tmp_path / "solutions" / "01-toy" / "Bad_Name.py").write_text("")
        with pytest.raises(BuildError, match=r"Bad_Name\.py: a lesson is named"):
            course.lessons()

    def test_unknown_choice_says_what_there_is(self, tmp_path):
        with pytest.raises(BuildError, match=r"starts with 77 .*found: 01-toy/toy"):
            new_course(tmp_path).lessons(["77"])


class TestExecution:
    @pytest.mark.parametrize(
        ("cell", "message"),
        [
            ("1 / 0", "ZeroDivisionError"),
            ("import warnings\nwarnings.warn('take care')", "take care"),
            ("print(object())", "prints a memory address"),
            ("import os\nprint(os.getcwd())", "prints a path of this machine"),
            ("2 / 3", "prints a number that is not rounded (0.6666666666666666)"),
            ("import os\nos._exit(1)", "ended the kernel"),
        ],
        ids=["error", "stderr", "address", "path", "digits", "kernel"],
    )
    def test_cell_that_cannot_stay_is_named(self, tmp_path, cell, message):
        course = new_course(tmp_path, f"# %%\nx = 1\n\n# %%\n{cell}\n")
        with pytest.raises(BuildError) as error:
            run_lesson(lesson_of(course))
        assert message in str(error.value)
        assert f"01-toy/toy, cell 2 ({cell.splitlines()[0]}" in str(error.value)

    @pytest.mark.skipif(os.name != "posix", reason="Windows has no socket files")
    def test_a_kernel_cannot_lose_its_port_to_another_program(self, tmp_path, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as other:
            taken = other.getsockname()[1]
            monkeypatch.setattr(LocalPortCache, "find_available_port", lambda self, ip: taken)
            course = new_course(tmp_path, "# %%\nprint('ran')\n")
            assert "ran" in str(run_lesson(lesson_of(course)).notebook.cells[0].outputs)
            kernel = nbval.kernel.RunningKernel("python3", startup_timeout=10)
            kernel.stop()

    def test_failed_lesson_is_not_written_and_fails_the_build(self, tmp_path, capsys):
        course = new_course(tmp_path, "# %%\n1 / 0\n")
        assert build(course) == 1
        assert not lesson_of(course).solution.exists()
        assert not lesson_of(course).release.exists()
        assert "ZeroDivisionError" in capsys.readouterr().err

    def test_stored_notebook_has_numbers_outputs_and_no_trace_of_the_run(self, built):
        notebook = nbformat.read(lesson_of(built).solution, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
        assert code[0].outputs[0].text == "3\n"
        assert "image/png" in code[1].outputs[0].data
        assert code[2].outputs[0].data == {"text/plain": "IntSlider(value=3)"}
        assert code[3].outputs[0].ename == "IndexError"
        assert set(notebook.metadata) == {"kernelspec", "language_info"}
        assert "version" not in notebook.metadata.language_info
        assert all("execution" not in cell.metadata for cell in code)
        assert str(built.root) not in lesson_of(built).solution.read_text(encoding="utf-8")

    def test_time_limits_are_reported_by_cell_lesson_and_course(self):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("slow()")])
        lesson = Lesson(Path(), "01-toy", "toy")
        fast, slow = Run(notebook, 1.0, {0: 1.0}), Run(notebook, 31.0, {0: 5.5})
        assert cli._too_slow({lesson: fast}, elapsed=240.0) == []
        assert cli._too_slow({lesson: slow}, elapsed=31.0) == [
            "01-toy/toy takes 31.0 s, over 30 s",
            "01-toy/toy, cell 1 (slow()) takes 5.5 s, over 5 s",
        ]
        assert cli._too_slow({lesson: fast}, elapsed=242.0) == [
            "the course takes 242 s, over 240 s"
        ]


class TestRelease:
    def test_what_is_the_instructors_is_gone(self, built):
        text = lesson_of(built).release.read_text(encoding="utf-8")
        for secret in ("2 * x", "double(2)", "repeated", "MARK SCHEME", "SOLUTION", "HIDDEN"):
            assert secret not in text

    def test_what_is_the_students_is_there(self, built):
        path = lesson_of(built).release
        assert cell_of(path, "double").source.endswith("raise NotImplementedError()")
        assert cell_of(path, "double-check").source == "assert double(1) == 2"
        assert cell_of(path, "double-check").metadata.editable is False
        place = cell_of(path, "why").source  # a quotation, whose line marks the place to write
        assert place.startswith("> *Double-click here, or press Enter, and write your answer")

    def test_only_cells_that_wait_for_an_answer_may_fail(self, built):
        cells = nbformat.read(lesson_of(built).release, as_version=4).cells
        tolerated = [c.source for c in cells if "raises-exception" in c.metadata.get("tags", [])]
        assert [source.split("\n")[0] for source in tolerated] == [
            "values[7]",  # the author's own
            "def double(x):",
            "double(3)",
            "assert double(1) == 2",
        ]
        solved = nbformat.read(lesson_of(built).solution, as_version=4).cells
        tagged = [c.source for c in solved if "raises-exception" in c.metadata.get("tags", [])]
        assert tagged == ["values[7]"]

    def test_nothing_is_left_but_the_notebooks(self, built):
        there = {str(p.relative_to(built.root)) for p in built.root.rglob("*") if p.is_file()}
        assert there == {
            "nbgrader_config.py",
            "solutions/01-toy/toy.py",
            "solutions/01-toy/toy.ipynb",
            "lessons/01-toy/toy.ipynb",
            "build/lessons/01-toy--toy.json",
        }

    def test_nbgraders_own_command_releases_the_same(self, changed):
        ours = lesson_of(changed).release.read_bytes()
        (changed.root / "solutions" / "01-toy" / "notes.py").write_text("not for students")
        scripts = Path(sys.executable).parent
        subprocess.run(
            [sys.executable, "-m", "nbgrader", "generate_assignment", "01-toy", "--force"],
            cwd=changed.root,
            env=os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"},
            check=True,
            capture_output=True,
        )
        assert lesson_of(changed).release.read_bytes() == ours
        assert [p.name for p in lesson_of(changed).release.parent.iterdir()] == ["toy.ipynb"]


class TestIncremental:
    def test_second_build_does_nothing(self, changed, capsys):
        before = snapshot(changed.root)
        assert build(changed) == 0
        assert "1 of 1 notebooks are up to date" in capsys.readouterr().err
        assert snapshot(changed.root) == before

    def test_forced_build_changes_no_byte(self, changed):
        before = snapshot(changed.root)
        assert build(changed, "--force") == 0
        assert snapshot(changed.root) == before

    @pytest.mark.parametrize("what", ["source", "beside", "solution", "release", "config"])
    def test_whatever_changes_is_built_again(self, changed, capsys, what):
        lesson = lesson_of(changed)
        path = {
            "source": lesson.source,
            "beside": lesson.source.with_name("data.csv"),
            "solution": lesson.solution,
            "release": lesson.release,
            "config": changed.root / "nbgrader_config.py",
        }[what]
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")
        assert build(changed) == 0
        assert "built 01-toy/toy" in capsys.readouterr().err

    def test_a_used_file_of_the_package_counts(self, built):
        record = (built.root / "build" / "lessons" / "01-toy--toy.json").read_text()
        assert '"imbalance_builder/course.py"' in record
        assert '"imbalance_lab/plots/core.py"' in record
        assert '"imbalance_lab/plots/house.mplstyle"' in record
        assert ".pyc" not in record


class TestCheck:
    def test_what_was_built_passes_and_nothing_is_written(self, changed, capsys):
        before = snapshot(changed.root)
        assert build(changed, "--check") == 0
        assert "1 notebooks are what their sources give" in capsys.readouterr().err
        assert snapshot(changed.root) == before

    @pytest.mark.parametrize(
        ("folder", "old", "new", "message"),
        [
            (
                "solutions",
                '"3\\n"',
                '"4\\n"',
                "cell 2 (import imbalance_lab.plots): outputs",
            ),
            ("solutions", "return 2 * x", "return x + x", "cell 6 (def double(x):): source"),
            ("solutions", '"points": 2', '"points": 9', "cell 8 (assert double(1) == 2): metadata"),
            ("lessons", "double(1) == 2", "double(1) > 0", "cell 8 (assert double(1) == 2)"),
            ("lessons", '"display_name"', '"spoken_name"', "the notebook's metadata"),
        ],
    )
    def test_any_difference_is_named(self, built, tmp_path, folder, old, new, message):
        path = built.root / folder / "01-toy" / "toy.ipynb"
        text = path.read_text(encoding="utf-8")
        assert old in text
        stored = tmp_path / "toy.ipynb"
        stored.write_text(text.replace(old, new), encoding="utf-8")
        found = compare.differences(stored, path)
        assert len(found) == 1
        assert found[0].startswith(message)

    def test_difference_fails_the_command(self, changed, capsys):
        path = lesson_of(changed).solution
        path.write_text(path.read_text(encoding="utf-8").replace('"3\\n"', '"4\\n"'))
        assert build(changed, "--check") == 1
        said = capsys.readouterr().err
        assert "solutions/01-toy/toy.ipynb: cell 2 (import imbalance_lab.plots)" in said

    def test_with_stored_outputs_nothing_is_run_and_all_else_compared(
        self, changed, capsys, monkeypatch
    ):
        monkeypatch.setattr(cli, "run_lesson", lambda *_: pytest.fail("a lesson was run"))
        path = lesson_of(changed).solution
        path.write_text(path.read_text(encoding="utf-8").replace('"3\\n"', '"4\\n"'))
        before = snapshot(changed.root)
        assert build(changed, "--check", "--stored") == 0
        assert "1 notebooks are what their sources give, outputs not" in capsys.readouterr().err
        assert snapshot(changed.root) == before
        for stored in (path, lesson_of(changed).release):
            kept = stored.read_text(encoding="utf-8")
            stored.write_text(kept.replace("# A lesson to build", "# Another lesson"))
            assert build(changed, "--check", "--stored") == 1
            assert f"{stored.parts[-3]}/01-toy/toy.ipynb: cell 1" in capsys.readouterr().err
            stored.write_text(kept)
        path.unlink()
        assert build(changed, "--check", "--stored") == 1
        assert "solutions/01-toy/toy.ipynb: it is not there" in capsys.readouterr().err

    @pytest.mark.parametrize("options", [["--stored"], ["--stored", "--check", "--timing"]])
    def test_stored_outputs_go_with_a_check_only(self, changed, capsys, options):
        with pytest.raises(SystemExit) as stopped:
            build(changed, *options)
        assert stopped.value.code == 2
        assert "--stored goes with --check" in capsys.readouterr().err

    def test_notebook_without_a_source_is_named(self, changed, capsys):
        shutil.copy(lesson_of(changed).release, changed.root / "lessons" / "01-toy" / "old.ipynb")
        assert build(changed, "--check") == 1
        assert "lessons/01-toy/old.ipynb: no source" in capsys.readouterr().err

    def test_picture_may_differ_by_a_shade_but_not_by_a_line(self):
        rng = np.random.default_rng(0)
        picture = np.ones((80, 80, 3))
        shaded = picture - 0.004 * rng.random(picture.shape)
        lined = picture.copy()
        lined[40, 10:70] = 0.0
        assert compare.same_picture(png(picture), png(shaded))
        assert not compare.same_picture(png(picture), png(lined))
        assert not compare.same_picture(png(picture), png(np.ones((80, 81, 3))))

    @pytest.mark.parametrize("mime", ["image/png", "text/html", "text/plain"])
    def test_picture_is_compared_as_a_picture_wherever_it_stands(self, tmp_path, mime):
        picture = np.ones((20, 20, 3))
        shade, other = picture - 0.004, np.zeros((20, 20, 3))
        paths = []
        for number, pixels in enumerate((picture, shade, other)):
            payload = (
                png(pixels) if mime == "image/png" else f"data:image/png;base64,{png(pixels)}'"
            )
            output = nbformat.v4.new_output("display_data", {mime: payload})
            cell = nbformat.v4.new_code_cell("draw()", id="a", outputs=[output])
            paths.append(tmp_path / f"{number}.ipynb")
            nbformat.write(nbformat.v4.new_notebook(cells=[cell]), paths[-1])
        assert compare.differences(paths[0], paths[1]) == []
        assert compare.differences(paths[0], paths[2]) == ["cell 1 (draw()): outputs"]


def png(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    matplotlib.image.imsave(file, pixels, format="png")
    return base64.b64encode(file.getvalue()).decode()


class TestPyTorch:
    @pytest.fixture
    def course(self, tmp_path, monkeypatch):
        course = new_course(tmp_path, "# %%\nprint(1)\n")
        lesson_of(course).source.with_name("toy-pytorch.py").write_text("# %%\nimport torch\n")
        monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
        return course

    def test_without_it_its_notebooks_are_left_out_in_one_line(self, course, monkeypatch, capsys):
        monkeypatch.delenv("CI", raising=False)
        assert build(course) == 0
        said = capsys.readouterr().err
        assert said.count("left out: 01-toy/toy-pytorch: PyTorch is not installed") == 1
        assert lesson_of(course).release.exists()

    def test_without_it_continuous_integration_fails(self, course, monkeypatch, capsys):
        monkeypatch.setenv("CI", "true")
        assert build(course) == 1
        assert "PyTorch is not installed" in capsys.readouterr().err


class TestRunsUnsolved:
    """The released lesson under nbval, as `make test` runs it."""

    def nbval(self, notebook: Path, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(notebook)]
        return subprocess.run(
            [*command, *options], cwd=notebook.parent, text=True, capture_output=True, check=False
        )

    def test_run_all_reaches_the_end(self, built):
        result = self.nbval(lesson_of(built).release, "--nbval-lax")
        assert result.returncode == 0, result.stdout
        assert "9 passed" in result.stdout

    def test_any_other_error_fails(self, changed):
        path = lesson_of(changed).release
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('print(\\"the end of the story\\")', "double(5)"))
        result = self.nbval(path, "--nbval-lax")
        assert result.returncode == 1
        assert "1 failed, 8 passed" in result.stdout

    def test_solution_reproduces_its_outputs_and_a_changed_number_fails(self, changed):
        path = lesson_of(changed).solution
        strict = ("--nbval", "--nbval-sanitize-with", str(ROOT / "tests" / "nbval.cfg"))
        assert self.nbval(path, *strict).returncode == 0
        path.write_text(path.read_text(encoding="utf-8").replace('"3\\n"', '"4\\n"'))
        result = self.nbval(path, *strict)
        assert result.returncode == 1
        assert "1 failed, 8 passed" in result.stdout
