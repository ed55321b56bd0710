"""One engine for all the tests of a worker: it takes seconds to import everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imbalance_grader.notebook.engine import Engine
from imbalance_grader.notebook.results import Limits


@pytest.fixture(scope="session")
def running_engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def engine(running_engine: Engine, request: pytest.FixtureRequest) -> Engine:
    """The engine with the limits that the test's module sets, or the usual ones."""
    running_engine.limits = getattr(request.module, "LIMITS", Limits())
    return running_engine
