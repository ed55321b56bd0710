"""Of a lesson's text only what a submission needs runs, and never less than that."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from engine_course import RIGHT, Course, make_course

from imbalance_grader.notebook.arrange import Step
from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.needed import needed_code, text_parts
from imbalance_grader.notebook.parts import guarded
from imbalance_grader.notebook.source import SourceCell

ITS_IMPORTS = ["import numpy as np", "from math import sqrt as root"]
EXPERIMENT = (
    "import numpy as np\nfrom math import sqrt as root\n\nruns = [root(k) for k in range(9)]"
)


def run_for(answer: str, *text: str, own: tuple[str, ...] = ()) -> list[str]:
    """Return what runs of the cells of a text, and of own cells, that stand before one answer."""
    cells = [SourceCell({"source": code}, "code", runs=True) for code in text]
    cells.append(SourceCell({"source": answer}, "answer", runs=True, grade_id="a"))
    steps = [Step(place) for place in range(len(text))]
    steps += [*(Step(None, code) for code in own), Step(len(text), answer)]
    *before, last = needed_code(steps, cells, text_parts(cells))
    assert last == (answer, True)
    return [run.code for run in before]


def test_an_experiment_that_no_answer_uses_leaves_its_imports() -> None:
    assert run_for("def f(x):\n    return root(x)", EXPERIMENT) == [guarded(ITS_IMPORTS)]
    assert run_for("def f(x):\n    return x", "print(1)") == [""]


def test_parameters_and_local_names_are_no_names_of_the_text() -> None:
    assert run_for("def f(runs):\n    k = runs\n    return k", EXPERIMENT, "k = 1") == [
        guarded(ITS_IMPORTS),
        "",
    ]


def test_what_an_answer_takes_runs_with_all_that_it_takes_in_turn() -> None:
    text = ("base = 2", "def helper(x):\n    return base * x", "other = helper(3)", "lone = 4")
    assert run_for("def f(x):\n    return helper(x)", *text) == [*text[:3], ""]


@pytest.mark.parametrize(
    "change", ["rows.append(1)", "rows[0] = 1", "np.random.shuffle(rows)", "for row in rows: row()"]
)
def test_what_may_change_a_name_runs_too(change: str) -> None:
    assert run_for("def f():\n    return rows", "rows = [0]", change) == ["rows = [0]", change]


def test_a_name_that_text_and_answer_make_is_made_in_both() -> None:
    assert run_for("def f(x):\n    return x", "f = 1", "g = 2") == ["f = 1", ""]


@pytest.mark.parametrize(
    "answer",
    [
        "def f():\n    return eval('ru' 'ns')",
        "f = globals().get('runs')",
        "import sys\nf = sys.modules",
        "import builtins\nf = builtins.eval('ru' 'ns')",
        "%timeit 1",
        "!ls",
        "from pylab import *",
        "f = _",
        "f = In[0]",
        "def f(x) return runs",
        "f = " + "(" * 5000,
        "f = 1\0",
        f"f = f'{'{a}' * 60_000}'",  # which nobody reads: Python's parser takes long for it
    ],
    ids=range(13),
)
def test_everything_runs_where_names_are_reached_in_roundabout_ways(answer: str) -> None:
    assert run_for(answer, EXPERIMENT) == [EXPERIMENT]


def test_a_name_that_is_thrown_away_is_no_roundabout_way() -> None:
    assert run_for("def f(x):\n    _, y = x\n    return y", EXPERIMENT) == [guarded(ITS_IMPORTS)]
    assert run_for("_, f = 1, 2", EXPERIMENT) == [guarded(ITS_IMPORTS)]


@pytest.mark.parametrize(
    "cell", ["np.random.seed(0)", "plt.rcParams['lines.linewidth'] = 2", "pd.set_option('a', 1)"]
)
def test_what_sets_something_for_all_later_code_runs(cell: str) -> None:
    assert run_for("def f(x):\n    return x", cell) == [cell]


ANSWER = "def f(x):\n    return helper(x)"
HELPER = "def helper(x):\n    return x"


@pytest.mark.parametrize(
    "scratch",
    [
        "search = fit_for_an_hour()",
        "helper(3)",
        "%timeit helper(3)",
        "!pip install torch",
        "for k in range(9): print(helper(k))",
        "def broken(x) return helper",
        "_ = Out[3]",
        "%%bash\nhelper = 1",
    ],
)
def test_an_own_cell_that_no_answer_uses_does_not_run(scratch: str) -> None:
    assert run_for(ANSWER, own=(HELPER, scratch)) == [HELPER, ""]


@pytest.mark.parametrize(
    "cell",
    [
        "helper = str",
        "%%time\ndef helper(x):\n    return x",
        "%matplotlib inline\nhelper = str",
        "files = !ls\nhelper = str",
        "from math import *",
        "import numpy as np\nnp.helper = 1",
        "np.random.seed(1)",
        "open('rows.csv', 'w').write('1')",
        "%%writefile helper.py\nx = 1",
    ],
)
def test_an_own_cell_runs_that_may_change_what_an_answer_uses(cell: str) -> None:
    assert run_for(ANSWER, own=(cell, HELPER)) == [cell, HELPER]


def test_what_a_function_changes_runs_with_the_call() -> None:
    own = ("rows = []", "def fill():\n    rows.append(1)", "fill()", "print(2)")
    assert run_for("def f():\n    return rows", own=own) == [*own[:3], ""]


@pytest.mark.parametrize(
    ("made", "change"),
    [
        ("@singledispatch\ndef helper(x):\n    return x", "@helper.register(str)\ndef _(x): ..."),
        ("@singledispatch\ndef helper(x):\n    return x", "@helper.register\ndef _(x: str): ..."),
        ("class helper:\n    rows = []", "helper.rows.append(1)"),
        ("class helper:\n    rows = {}", "helper.rows['a'].add(1)"),
        (HELPER, "setattr(helper, 'k', 2)"),
        ("class helper: ...", "class Better(helper): ..."),
    ],
)
def test_an_own_cell_runs_that_changes_what_a_definition_holds(made: str, change: str) -> None:
    assert run_for(ANSWER, own=(made, change)) == [made, change]


@pytest.mark.parametrize("use", ["helper(3).append(1)", "k = helper(3).k", "print(helper)"])
def test_who_only_uses_a_definition_changes_nothing(use: str) -> None:
    assert run_for(ANSWER, own=(HELPER, use)) == [HELPER, ""]


def test_a_name_that_a_function_makes_for_all_is_made_by_its_call() -> None:
    own = ("def fill():\n    global limit\n    limit = 3", "fill()", "print(2)")
    assert run_for("def f():\n    return limit", own=own) == [*own[:2], ""]


@pytest.mark.parametrize(
    "answer",
    [
        "def f(rows):\n    return rows.query('x > @limit')",
        "def f(rows):\n    return rows.eval(expr=f'y = x + @limit')",
        "def f(rows):\n    return ols('y ~ limit(x)', rows).fit()",
    ],
)
def test_names_in_what_a_library_reads_are_taken(answer: str) -> None:
    assert run_for(answer, own=("limit = 3", "other = 4")) == ["limit = 3", ""]


@pytest.mark.parametrize(
    "cell",
    [
        "import torch\ntorch.set_default_dtype(torch.float64)",
        "from decimal import Context, setcontext\nsetcontext(Context(prec=50))",
        "import pandas as pd\n@pd.api.extensions.register_series_accessor('own')\nclass Own: ...",
        "import numpy as np\nnp.savetxt('rows.txt', [1])",
        "!echo 1 > rows.txt",
        "%%bash\necho 1 > rows.txt",
    ],
)
def test_what_sets_something_in_a_library_or_writes_a_file_runs(cell: str) -> None:
    assert run_for("def f(x):\n    return x", own=(cell,)) == [cell]


def test_what_is_set_in_an_object_of_the_cell_is_nothing_of_a_library() -> None:
    own = "fig, axes = subplots(2)\naxes[0].set_title('a')\nfig.set_size_inches(1, 2)"
    assert run_for("def f(x):\n    return x", own=(own,)) == [""]


def test_a_library_whose_import_is_tried_is_no_name_that_others_change() -> None:
    tried = "try:\n    import torch\nexcept ImportError:\n    raise SystemExit"
    answer = "def f(x):\n    return torch.tensor(x)"
    assert run_for(answer, tried, "runs = [torch.zeros(k) for k in range(9)]") == [tried, ""]


@pytest.mark.parametrize("method", ["net.eval()", "list(net.modules())"])
def test_a_method_that_is_called_as_a_roundabout_way_is_none(method: str) -> None:
    answer = f"def f(net):\n    return {method}"
    assert run_for(answer, EXPERIMENT, own=(method,)) == [guarded(ITS_IMPORTS), ""]


def test_imports_of_own_cells_run_each_for_itself() -> None:
    own = ("import nowhere\nimport math\nfit()",)
    (run,) = run_for("f = 1", own=own)
    names: dict[str, object] = {}
    exec(run, names)
    assert "math" in names
    assert "nowhere" not in names


@pytest.mark.parametrize("reaching", ["globals()['helper'] = str", "exec('helper = str')"])
def test_everything_runs_where_an_own_cell_is_roundabout(reaching: str) -> None:
    assert run_for("f = 1", EXPERIMENT, own=(reaching,)) == [EXPERIMENT, reaching]


def test_a_word_in_a_comment_is_no_roundabout_way() -> None:
    own = ("print('vars and modules')  # eval",)
    assert run_for("f = 1", EXPERIMENT, own=own) == [guarded(ITS_IMPORTS), ""]


def test_everything_runs_where_the_text_itself_is_roundabout() -> None:
    text = ("base = 2", "%time twice = 2 * base", "lone = 1")
    assert run_for("def f(x):\n    return x", *text) == list(text)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("needed") / "course")


@pytest.mark.parametrize(
    ("double", "points", "ran"),
    [
        (RIGHT["double"], 1, [False, False, False]),
        ("def double(x):\n    return base * x", 1, [True, False, False]),
        ("def double(x):\n    return globals()['base'] * x", 1, [True, True, True]),
        ("def double(x):\n    return bass * x", 0, [False, False, False]),
    ],
)
def test_points_do_not_depend_on_what_is_left_out(
    double: str, points: float, ran: list[bool], engine: Engine, course: Course, tmp_path: Path
) -> None:
    notebook = nbformat.read(course.source, as_version=4)
    text = ["base = 2", "print('an experiment')", "import statistics"]
    for place, code in enumerate(text):
        notebook.cells.insert(place, nbformat.v4.new_code_cell(code))
    source = course.source.with_name("with-text.ipynb")
    nbformat.write(notebook, source)
    path = course.hand_in("ada", course.answered(RIGHT | {"double": double}))
    graded = engine.grade(source, path, "warm-up", "ada")
    found = {cell.grade_id: cell.points for cell in graded.result.cells}
    assert found["double-check"] == points
    assert found["mean-check"] == 2
    assert graded.notebook is not None
    counts = [cell.execution_count is not None for cell in graded.notebook.cells[:3]]
    # An import runs either way, so the last cell always counts as run.
    assert counts == [*ran[:2], True]


@pytest.mark.parametrize(
    "hostile",
    ["f = " + "(" * 100_000, "f = " + "-" * 150_000 + "1", "f = x" + ".a" * 60_000, "f = 1\0"],
    ids=["brackets", "signs", "attributes", "null"],
)
def test_text_that_no_parser_likes_costs_its_own_points_only(
    hostile: str, engine: Engine, course: Course
) -> None:
    path = course.hand_in("ada", course.answered(RIGHT | {"double": hostile}))
    result = engine.grade(course.source, path, "warm-up", "ada").result
    found = {cell.grade_id: cell.points for cell in result.cells}
    assert found == {"mean-check": 2, "double-check": 0, "quiz-check": 3, "essay": None}
