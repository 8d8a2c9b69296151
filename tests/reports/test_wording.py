"""Dates are written alike everywhere: 10月, 2023年, never with a space before the unit."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A month, year or day that is filled in or printed, and a space before its unit.
LOOSE = re.compile(r"(?:\b(?:month|year|day)\s*\}\}?|\b(?:20\d\d|1[0-2]|[1-9]))[ ]+[年月日](?![内以])")
FOLDERS = ("templates/portal", "templates/indicators", "templates/reports", "portal", "indicators", "reports")


def texts():
    for folder in FOLDERS:
        for kind in ("html", "py", "yaml"):
            yield from (path for path in (ROOT / folder).rglob(f"*.{kind}") if "migrations" not in path.parts)


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("{{ month.month.month }} 月月报", True),
        ('f"{proposal.year} 年日历"', True),
        ("10 月下旬", True),
        ("{{ month.month }}月月报", False),
        ("10月下旬至 11月", False),
        ("共 3 项", False),
    ],
)
def test_a_space_before_the_unit_is_noticed(text, loose):
    assert bool(LOOSE.search(text)) is loose


def test_no_date_has_a_space_before_its_unit():
    found = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if LOOSE.search(line)
    ]
    assert found == []
