"""The shape of the house: arrows run one way, nothing goes in circles, what students get is small.

The arrows are contracts of import-linter in ``pyproject.toml``.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINTER = PROJECT["tool"]["importlinter"]
PACKAGES = LINTER["root_packages"]
# What `imbalance_lab` may have at most. It is to shrink: lower the bound when it has.
MOST_LINES = 15_576


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [Path(name) for name in listed.stdout.split("\0") if name]


PARTS = {path.parent.name for path in ROOT.glob("imbalance_grader/*/__init__.py")}


def check_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the contracts of the course to the packages in a folder."""
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports("
    command += f"config_filename={str(ROOT / 'pyproject.toml')!r}, no_cache=True, no_logo=True))"
    return subprocess.run(
        [sys.executable, "-c", command], cwd=folder, text=True, capture_output=True, check=False
    )


class TestArrows:
    def test_every_contract_is_kept(self):
        found = check_imports(ROOT)
        assert found.returncode == 0, found.stdout

    def test_the_contracts_speak_of_every_package(self):
        assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(PACKAGES)
        grader, arrows, circles = LINTER["contracts"]
        assert set(circles["ancestors"]) == set(PACKAGES)
        assert set(" | ".join(arrows["layers"]).split(" | ")) == set(PACKAGES)
        assert set(" | ".join(grader["layers"]).split(" | ")) == PARTS | {"cli", "commands"}

    @pytest.mark.parametrize(
        ("module", "imported"),
        [
            ("imbalance_lab", "imbalance_builder"),
            ("imbalance_lab", "imbalance_grader"),
            ("imbalance_lab", "imbalance_oracles"),
            ("imbalance_lab", "imbalance_sandbox"),
            ("imbalance_sandbox", "imbalance_builder"),
            ("imbalance_sandbox", "imbalance_grader"),
            ("imbalance_sandbox", "imbalance_oracles"),
            ("imbalance_oracles", "imbalance_builder"),
            ("imbalance_oracles", "imbalance_grader"),
            ("imbalance_oracles", "imbalance_sandbox"),
            ("imbalance_grader", "imbalance_builder"),
            ("imbalance_grader.notebook", "imbalance_grader.course"),
            ("imbalance_grader.class_run", "imbalance_grader.reporting"),
            ("imbalance_lab", "imbalance_lab"),  # one's first module the second, and back
        ],
    )
    def test_an_arrow_against_the_rules_is_found(self, tmp_path, module, imported):
        for name in [*PACKAGES, *(f"imbalance_grader/{part}" for part in PARTS)]:
            (tmp_path / name).mkdir()
            for file in ("__init__.py", "first.py", "second.py", "cli.py", "commands.py"):
                (tmp_path / name / file).touch()
        place = tmp_path / module.replace(".", "/")
        (place / "second.py").write_text(f"def f():\n    import {module}.first\n")
        assert check_imports(tmp_path).returncode == 0
        (place / "first.py").write_text(f"def f():\n    import {imported}.second\n")
        found = check_imports(tmp_path)
        assert found.returncode == 1
        assert "BROKEN" in found.stdout


class TestTerminals:
    """Names come from students: who prints one does so through `imbalance_lab.printable`."""

    SIDES = ("imbalance_grader", "imbalance_hub", "imbalance_lab", "imbalance_builder/handout")

    def calls(self, of: str, *sides: str) -> list[tuple[str, str]]:
        """Return the calls of what has this name: in which file, and as what they are written."""
        texts = {
            str(path): (ROOT / path).read_text(encoding="utf-8")
            for path in tracked()
            if path.suffix == ".py" and str(path).startswith(sides)
        }
        return [
            (path, ast.unparse(node))
            for path, text in texts.items()
            if of in text
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == of
        ]

    def test_the_grader_prints_through_its_terminal_and_json_alone_without_it(self):
        assert self.calls("Console", *self.SIDES[:1]) == []  # the terminal's own class is one
        own = [said for _, said in self.calls("print", *self.SIDES[:1]) if said[:6] == "print("]
        assert [said[:17] for said in own] == ["print(json.dumps("]

    def test_every_command_line_is_read_by_the_parser_that_writes_names_out(self):
        assert self.calls("ArgumentParser", *self.SIDES) == []


def test_no_folder_has_a_name_that_tools_take_for_generated():
    folders = {folder.name for path in tracked() for folder in path.parents}
    assert not folders & {"build", "dist"}


def test_what_a_student_installs_is_small():
    lines = [
        (ROOT / path).read_text(encoding="utf-8").count("\n")
        for path in tracked()
        if path.parts[0] == "imbalance_lab" and path.suffix == ".py"
    ]
    assert sum(lines) <= MOST_LINES
