"""What the county's browsers (Chromium 90) and the content policy would not carry out does not get in."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

TOO_NEW_CSS = {
    ":has(": r":has\(",
    "@layer": r"@layer\b",
    "@container": r"@container\b",
    "nesting": r"^\s*&",
    "color-mix()": r"color-mix\(",
    "oklch()": r"oklch\(",
    "light-dark()": r"light-dark\(",
    "inset shorthand with logical units": r"\b(cqw|cqh|dvh|svh|lvh)\b",
    "a stylesheet from elsewhere": r"@import|https?://(?!www\.w3\.org)",
}
TOO_NEW_JS = {
    "structuredClone": r"\bstructuredClone\(",
    ".at()": r"\.at\(-?\d",
    "inert": r"\.inert\b",
    "popover": r"showPopover|\.popover\b",
    "Object.hasOwn": r"Object\.hasOwn\b",
    "top-level await": r"^await ",
    "eval": r"\beval\(|new Function\(",
}
FORBIDDEN_HTML = {
    "style attribute": r"<[^>]*\sstyle\s*=",
    "inline handler": r"<[^>]*\son(click|change|submit|input|load)\s*=",
    "inline script": r"<script(?![^>]*\ssrc=)[^>]*>",
    "hx-on": r"\shx-on",
    "style element": r"<style\b",
    "something from elsewhere": r"""(?:src|href)=["']https?://""",
    "popover or inert": r"<[^>]*\s(popover|inert)\b",
}


def found(path, rules):
    text = path.read_text(encoding="utf-8")
    return [name for name, pattern in rules.items() if re.search(pattern, text, re.MULTILINE)]


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_style_sheets_keep_to_what_chromium_90_knows(path):
    assert found(path, TOO_NEW_CSS) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_keep_to_what_chromium_90_knows(path):
    assert found(path, TOO_NEW_JS) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_carry_no_inline_style_or_script(path):
    assert found(path, FORBIDDEN_HTML) == []


def test_the_lint_would_notice():
    sample = '<p style="color:red" onclick="x()"><script>alert(1)</script>'
    assert [name for name, pattern in FORBIDDEN_HTML.items() if re.search(pattern, sample)] == [
        "style attribute",
        "inline handler",
        "inline script",
    ]
