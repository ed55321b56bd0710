"""Run studies, and check that what is kept of them is true: ``python -m imbalance_evidence``."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Container, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from imbalance_evidence import RESULTS, ROOT
from imbalance_evidence.forecast import Forecast, hours_told
from imbalance_evidence.page import PAGE, filled, write_page
from imbalance_evidence.pool import Key, Pool, PoolError
from imbalance_evidence.rows import can_run, split_by_state
from imbalance_evidence.run import run
from imbalance_evidence.sample import check_sample, describe
from imbalance_evidence.study import Study, load_study, study_names
from imbalance_evidence.summary import result_of, result_text, write_result

STOPPED = 130
NAMED = "STUDY[/COMPARISON]"
HELP = "all, if none is named; of a comparison, such as smote/clouds, the rows that it reads"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m imbalance_evidence", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    state = commands.add_parser("status", help="what there is of each study, and the time left")
    state.add_argument("studies", nargs="*", metavar=NAMED, help=HELP)
    again = commands.add_parser("run", help="run what is missing or stale, then write the results")
    again.add_argument("studies", nargs="*", metavar=NAMED, help=HELP)
    again.add_argument("--jobs", type=int, default=-1, help="processes; -1 is one for each core")
    again.add_argument("--scheduler", help="address of a Dask scheduler, to use its workers")
    again.add_argument(
        "--pilot", action="store_true", help="make only a few rows, so that the time left is known"
    )
    commands.add_parser("summarise", help="write results and page from the rows that there are")
    commands.add_parser("check", help="fail on stale rows, and on results that rows do not give")
    sample = commands.add_parser("check-sample", help="run a sample of the rows again and compare")
    sample.add_argument("--seconds", type=float, default=90.0, help="budget (default: 90)")
    sample.add_argument("--seed", help="which sample (default: the name of the commit)")
    return parser


def _chosen(names: Sequence[str]) -> dict[str, Study]:
    """Return studies by the names that were given; "study/comparison" is that part of a study."""
    found = {}
    for name in names or study_names():
        study, _, comparison = name.partition("/")
        found[name] = load_study(study).part(comparison) if comparison else load_study(study)
    return found


def status(console: Console, names: Sequence[str] = ()) -> int:
    """Show for each study how many rows are fresh, stale and missing, and what is left to do."""
    table = Table("study", "rows", "fresh", "stale", "missing", "hours left on one core")
    studies = _chosen(names)
    protocols = {study.protocol for study in studies.values()}
    forecast = Forecast({name: list(Pool(name).read().values()) for name in protocols})
    total, others, all_left = 0.0, 0, 0
    for name, study in studies.items():
        fresh, stale, missing = split_by_state(study)
        runs = study.runs()
        left = [number for number, _ in stale] + missing
        seconds, unknown = forecast.total((study.protocol, *runs[number]) for number in left)
        total, others, all_left = total + seconds, others + unknown, all_left + len(left)
        counts = map(str, (len(runs), len(fresh), len(stale), len(missing)))
        table.add_row(name, *counts, hours_told(seconds, unknown, len(left)))
    if len(studies) > 1:
        table.add_row("all", "", "", "", "", hours_told(total, others, all_left))
    console.print(table)
    if others:
        console.print("A few rows tell more: python -m imbalance_evidence run STUDY --pilot")
    return 0


def execute(
    console: Console, names: list[str], jobs: int, scheduler: str | None, pilot_only: bool = False
) -> int:
    """Run studies; whatever ends the run, the results are brought up to date with the rows."""
    studies = _chosen(names)
    code = 0
    try:
        made = run(studies, jobs=jobs, scheduler=scheduler, console=console, pilot_only=pilot_only)
        then = "status tells what all will take" if pilot_only else "nothing is left to do"
        console.print(f"{made} rows were made; {then}.")
        for name, study in studies.items():
            if not can_run(study.protocol):
                console.print(f"{name} was left out: it needs PyTorch (pip install torch==2.13.0).")
    except KeyboardInterrupt:
        console.print("Stopped. All finished rows are kept; the next run goes on from here.")
        code = STOPPED
    summarise({study.protocol for study in studies.values()})
    return code


def summarise(protocols: Container[str] | None = None) -> int:
    """Write the results of these protocols' studies, or of all, and the tables of the page."""
    for name, study in _chosen([]).items():
        if protocols is None or study.protocol in protocols:
            write_result(name, study)
    write_page()
    return 0


def problems() -> list[str]:
    """Return what is wrong with the kept rows and results, a sentence each."""
    found = []
    for name, study in _chosen([]).items():
        _, stale, _ = split_by_state(study)
        if stale:
            cell, repeat = study.runs()[stale[0][0]]
            found.append(
                f"{name}: {len(stale)} rows are stale; the first of them is {cell}, repeat "
                f"{repeat}: {stale[0][1]}. `make evidence STUDY={name}` runs them again."
            )
        path = RESULTS / f"{name}.json"
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        if kept != result_text(result_of(name, study)):
            found.append(
                f"{name}: {path.relative_to(ROOT)} is not what the rows give. If the rows are "
                "right, `python -m imbalance_evidence summarise` writes it again."
            )
    found += _undeclared()
    page = PAGE.read_text(encoding="utf-8")
    if page != filled(page):
        found.append(f"the tables of {PAGE.name} are not those of the results: summarise again")
    known = {f"{name}.json" for name in study_names()}
    left_over = [path.name for path in sorted(RESULTS.glob("*.json")) if path.name not in known]
    return found + [f"{name} is a result of no study; delete it" for name in left_over]


def _undeclared() -> list[str]:
    """Return the files with rows that no study declares, such as those of a study that is gone."""
    keys: dict[str, set[Key]] = {}
    for study in _chosen([]).values():
        pool = Pool(study.protocol)
        keys.setdefault(study.protocol, set()).update(pool.key(*run) for run in study.runs())
    found = []
    for protocol, declared in keys.items():
        pool = Pool(protocol)
        if others := sorted(set(pool.read()) - declared):
            found.append(
                f"{pool.path.name}: {len(others)} rows belong to no study; the first of them is "
                f"{others[0]}. Take them out, or bring their study back."
            )
    return found


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "no commit"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    given = _parser().parse_args(arguments)
    console = Console()
    try:
        if given.command == "status":
            return status(console, given.studies)
        if given.command == "run":
            return execute(console, given.studies, given.jobs, given.scheduler, given.pilot)
        if given.command == "summarise":
            return summarise()
        if given.command == "check":
            wrong = problems()
            console.print("\n".join(wrong) or "All rows are fresh, and the results are theirs.")
            return int(bool(wrong))
        rows, differences = check_sample(_chosen([]), given.seed or _commit(), given.seconds)
        for difference in differences:
            console.print(str(difference))
        if not differences:
            console.print(describe(rows))
        return int(bool(differences))
    except (ValueError, PoolError, OSError) as error:
        console.print(f"[red]error:[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
