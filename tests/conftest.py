"""How the tests are shared out among workers."""

from __future__ import annotations

import pytest

# Independent tests, each worth a worker's time. Every other module stays on one worker, so that
# what it sets up once (a graded class, a server, a browser) is set up once.
SPREAD = ("test_exercises", "test_autograde", "test_attacks")

# Attacks, kills and comparisons that take many minutes or load the machine: `make long` runs them.
LONG = (
    "test_attacks",
    "test_protections",
    "test_engine_run",
    "test_interrupted",
    "test_with_nbgrader",
    "test_lessons_like_nbgrader",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        module = item.nodeid.split("::")[0]
        if not module.removesuffix(".py").endswith(SPREAD):
            item.add_marker(pytest.mark.xdist_group(module))
        if module.removesuffix(".py").endswith(LONG):
            item.add_marker(pytest.mark.long)
