"""The environment check: silent where all is well, and clear about each thing that is not."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from matplotlib import font_manager
from packaging.requirements import Requirement

from imbalance_lab import environment
from imbalance_lab.environment import LIBRARIES, OPTIONAL, Item, Report, check_environment

ROOT = Path(__file__).parents[1]


def item(report, name):
    (found,) = [item for item in report.items if item.name == name]
    return found


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Return a function that puts a made-up release of a library before the real one."""

    def install(name, version):
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        folder.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        return tmp_path

    monkeypatch.syspath_prepend(str(tmp_path))
    return install


@pytest.fixture
def without(monkeypatch):
    """Return a function that hides an installed library."""
    real = environment._version

    def hide(*names):
        monkeypatch.setattr(
            environment, "_version", lambda name: "" if name in names else real(name)
        )

    return hide


def test_the_environment_of_the_course_passes():
    report = check_environment()
    assert report.ok, str(report)
    assert report.verdict == f"All {len(report.items)} checks passed: the lessons will run here."
    names = [item.name for item in report.items]
    assert {"Python", "scikit-learn", "widgets in JupyterLab", "Validate button", "fonts"} <= set(
        names
    )


def test_the_libraries_are_those_that_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {}
    for line in project["dependencies"] + project["optional-dependencies"]["course"]:
        requirement = Requirement(line)
        (oldest,) = [s.version for s in requirement.specifier]
        asked[requirement.name] = oldest
    for name in ("ipython", "traitlets"):  # a notebook that runs has them
        del asked[name]
    listed = {name: oldest for names, oldest in LIBRARIES.values() for name in names}
    assert listed == asked
    assert project["requires-python"] == f">={environment.PYTHON}"
    (torch,) = project["optional-dependencies"]["torch"]
    assert torch == f"torch=={OPTIONAL['torch'][1]}"


def test_an_old_python_is_named_with_the_way_out(monkeypatch):
    monkeypatch.setattr(environment.platform, "python_version", lambda: "3.9.18")
    found = item(check_environment(), "Python")
    assert found.status == "problem"
    assert "3.9.18" in found.says
    assert "3.11 or later" in found.says
    assert "kernel" in found.says


def test_a_missing_library_is_named_with_the_command_that_installs_the_tested_version(
    without, tmp_path
):
    without("lightgbm")
    tmp_path.joinpath("requirements.txt").write_text("# comment\nlightgbm==4.7.0\n")
    found = item(check_environment(course=tmp_path), "lightgbm")
    assert found.status == "problem"
    assert "%pip install lightgbm==4.7.0" in found.says
    assert "restart the kernel" in found.says


def test_either_distribution_of_xgboost_will_do(without):
    without("xgboost")
    assert item(check_environment(), "xgboost").status == "ok"
    without("xgboost", "xgboost-cpu")
    assert item(check_environment(), "xgboost").status == "problem"


def test_an_optional_library_is_checked_only_where_asked_for(without):
    without("torch")
    assert check_environment().ok
    found = item(check_environment("torch"), "torch")
    assert found.status == "problem"
    assert f"%pip install torch=={OPTIONAL['torch'][1]}" in found.says
    with pytest.raises(ValueError, match=r"optional must be among .*torch.*got.*tensorflow"):
        check_environment(["tensorflow"])


def test_a_library_that_is_too_old_is_named_with_both_versions(installed):
    installed("pandas", "1.5.3")
    found = item(check_environment(), "pandas")
    assert found.status == "problem"
    assert "1.5.3" in found.says
    assert "2.2" in found.says
    assert "--upgrade pandas" in found.says


def test_another_version_than_the_tested_one_is_a_note_and_no_problem(tmp_path):
    tmp_path.joinpath("requirements.txt").write_text("scikit-learn==1.6.1 ; python_version>'3'\n")
    report = check_environment(course=tmp_path)
    found = item(report, "scikit-learn")
    assert found.status == "note"
    assert "1.6.1" in found.says
    assert report.ok


def test_the_same_version_written_in_another_way_is_the_same(tmp_path):
    assert environment._release("2.13.0+cpu") == environment._release("2.13")
    assert environment._release("1.10") > environment._release("1.9.1")
    assert environment._release("2.0rc1") == (2,)


def test_a_library_that_cannot_be_imported_says_why_and_what_to_install(monkeypatch):
    def broken(module):
        if module == "lightgbm":
            raise OSError("libgomp.so.1: cannot open shared object file\nsecond line")
        if module == "scipy":
            raise ImportError
        return real(module)

    real = environment.importlib.import_module
    monkeypatch.setattr(environment.importlib, "import_module", broken)
    report = check_environment()
    assert "OSError: libgomp.so.1: cannot open" in item(report, "lightgbm").says
    assert "second line" not in item(report, "lightgbm").says
    assert "apt install libgomp1" in item(report, "lightgbm").says
    assert "--force-reinstall scipy" in item(report, "scipy").says
    assert len(report.problems) == 2


def extension(folder, name, version):
    package = folder / name / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"name": name, "version": version}))


@pytest.mark.parametrize(("version", "status"), [("5.0.16", "ok"), ("3.1.0", "problem")])
def test_the_widget_extension_must_match(monkeypatch, tmp_path, version, status):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda: [str(tmp_path)])
    missing = item(check_environment(), "widgets in JupyterLab")
    assert missing.status == "problem"
    assert "jupyterlab_widgets" in missing.says
    extension(tmp_path / "labextensions", "@jupyter-widgets/jupyterlab-manager", version)
    found = item(check_environment(), "widgets in JupyterLab")
    assert found.status == status
    assert (version in found.says) == (status == "problem")


def test_the_validate_button_needs_its_part_of_the_page(monkeypatch, tmp_path):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda: [str(tmp_path)])
    found = item(check_environment(), "Validate button")
    assert found.status == "problem"
    assert "extension of JupyterLab" in found.says
    extension(tmp_path / "labextensions", "@jupyter/nbgrader", "0.9.6")
    assert item(check_environment(), "Validate button").status == "ok"


@pytest.mark.parametrize("switch", [None, False, True])
def test_the_validate_button_needs_its_part_of_the_server(monkeypatch, tmp_path, switch):
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: [str(tmp_path)])
    if switch is not None:
        folder = tmp_path / "jupyter_server_config.d"
        folder.mkdir()
        extensions = {"nbgrader.server_extensions.validate_assignment": switch}
        settings = {"ServerApp": {"jpserver_extensions": extensions}}
        folder.joinpath("nbgrader.json").write_text(json.dumps(settings))
    found = item(check_environment(), "Validate button")
    assert found.status == ("ok" if switch else "problem")
    assert ("extension of the server" in found.says) == (not switch)


def test_a_lost_font_says_how_to_find_it_again(monkeypatch):
    def lost(*args, **kwargs):
        raise ValueError("Failed to find font DejaVu Sans")

    monkeypatch.setattr(font_manager, "findfont", lost)
    found = item(check_environment(), "fonts")
    assert found.status == "problem"
    assert "get_cachedir" in found.says


def test_a_folder_that_cannot_be_written_is_named(monkeypatch):
    # Root may write everywhere, so the system's answer is replaced and not the folder's mode.
    monkeypatch.setattr(environment.os, "access", lambda folder, mode: False)
    found = item(check_environment(), "folder can be written")
    assert found.status == "problem"
    assert "Copy" in found.says


def test_the_check_speaks_where_every_library_is_missing():
    # -S leaves out site-packages: nothing but the standard library is there.
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}];"
        "from imbalance_lab.environment import check_environment;"
        "report = check_environment(); print(len(report.problems)); print(report)"
    )
    ran = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.splitlines()[0]) >= len(LIBRARIES)
    assert "%pip install scikit-learn" in ran.stdout


def test_a_report_reads_the_same_on_every_sound_machine_and_shows_problems_as_text():
    sound = Report((Item("Python", "ok", "3.11.7"), Item("numpy", "ok", "2.4.6")))
    assert "3.11.7" not in str(sound)
    assert "3.11.7" in sound.details
    assert str(sound).splitlines()[0].startswith("✓ Python")
    broken = Report((Item("numpy", "problem", "1.0", "Too <old>."), Item("pandas", "ok")))
    assert not broken.ok
    assert "1 of 2 checks failed" in str(broken)
    shown = broken._repr_mimebundle_()
    assert "Too &lt;old&gt;." in shown["text/html"]
    assert shown["text/plain"] == str(broken)
