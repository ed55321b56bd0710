"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import imbalance_lab

MODULES = [
    module.name
    for module in pkgutil.walk_packages(imbalance_lab.__path__, "imbalance_lab.")
    if not module.name.endswith("_pytorch")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0


def test_there_are_examples():
    tests = doctest.DocTestFinder().find(importlib.import_module("imbalance_lab.experiments"))
    assert any(test.examples for test in tests)
