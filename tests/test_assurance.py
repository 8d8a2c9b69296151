"""docs/assurance.md names the test of every promise; a promise whose test has gone is found here."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "assurance.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| ([A-Z]+-\d+) \| (.+) \| (.+) \|$", PAGE, re.M)
REQUIRED = {
    *(f"IA-{n}" for n in range(1, 7)),
    *(f"AC-{n}" for n in range(1, 6)),
    *(f"AU-{n}" for n in range(1, 5)),
    *(f"R-{n}" for n in (1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 15)),
    "MC-1",
}


def names_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def named(cell):
    return [name.partition("::")[::2] for name in re.findall(r"`(tests/[^`]+)`", cell)]


def test_every_requirement_has_one_line():
    found = [name for name, _what, _tests in LINES]
    assert sorted(found) == sorted(set(found))
    assert set(found) >= REQUIRED


@pytest.mark.parametrize(("requirement", "cell"), [(name, cell) for name, _what, cell in LINES])
def test_the_tests_of_a_requirement_exist(requirement, cell):
    names = named(cell)
    assert names, requirement
    missing = [
        f"{path}::{test}"
        for path, test in names
        if not (ROOT / path).is_file() or (not names_in(path) if test == "*" else test not in names_in(path))
    ]
    assert missing == []
