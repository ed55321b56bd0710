"""How the tests are shared out among workers, and what each worker needs to find out once only."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
from collections.abc import Iterator
from typing import Any

import nbgrader.api
import pytest

from imbalance_oracles.secret import VARIABLE

# For every new gradebook nbgrader starts a program of three seconds, which always says the same.
nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)


# Thousands of tests and their modules stay to the end: a worker that looks through them for garbage
# again and again does so for a tenth of its time.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish() -> None:
    """Leave out of the search for garbage what has been collected to be run."""
    gc.collect()
    gc.freeze()


@contextlib.contextmanager
def _secret_as_it_was() -> Iterator[None]:
    """Take back what a course's configuration sets for its process: no other test is to see it."""
    before = os.environ.get(VARIABLE)
    yield
    os.environ.pop(VARIABLE, None)
    if before is not None:
        os.environ[VARIABLE] = before


@pytest.fixture(autouse=True)
def _own_secret() -> Iterator[None]:
    with _secret_as_it_was():
        yield


@pytest.fixture(autouse=True, scope="module")
def _modules_own_secret() -> Iterator[None]:
    """Do so for a module too: what it sets up once comes before the fixture of its first test."""
    with _secret_as_it_was():
        yield


# Independent tests, each worth a worker's time. Every other module stays on one worker, so that
# what it sets up once (a graded class, a server, a browser) is set up once.
SPREAD = ("test_exercises", "test_autograde", "test_attacks", "test_lessons_like_nbgrader")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out modules. (With pytest 9.2, xdist 3.8 passes over `xdist_group` in silence.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.split("::")[0]
            return nodeid if module.removesuffix(".py").endswith(SPREAD) else module

    return ByModule(config, log)
