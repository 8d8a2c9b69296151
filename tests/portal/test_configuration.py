"""Every setting read from the environment is listed, and the listed defaults start the portal."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "portal" / "settings.py").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SET_BY_TESTS = {"TEST_DB_SUFFIX"}


def test_every_setting_is_listed_in_the_example():
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)\"""", SETTINGS)) | {"PORTAL_VAR"}
    listed = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert read - listed - SET_BY_TESTS == set()
    assert listed - read == set()


def test_comments_stand_on_lines_of_their_own():
    assigned = [line for line in EXAMPLE.splitlines() if re.match(r"^[A-Z_]+=", line)]
    assert assigned
    assert not [line for line in assigned if " #" in line]
