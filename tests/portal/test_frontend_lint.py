"""Style sheets, scripts and templates keep to Chromium 90 and to a content policy without exceptions."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from portal.templatetags.glyphs import ICONS

ROOT = Path(__file__).parents[2]
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# What Chromium 90 does not know (first version that does), or knows too late to rely on.
STYLE_RULES = {
    "105": r":has\(|@container\b|:modal\b",
    "99": r"@layer\b",
    "111": r"color-mix\(|\b(?:ok)?l(?:ab|ch)\(",
    "123": r"light-dark\(",
    "118": r"@scope\b",
    "117": r"\bsubgrid\b|@starting-style\b",
    "104, nesting 120": r"(?m)^\s*&|[{;]\s*&|[\s;{](?:translate|rotate|scale)\s*:",
    "104, ranges in media queries": r"@media[^{]*[<>]",
    "108": r"\d(?:[sdl]v[hwib])\b",
    "114 and later": r"text-wrap\s*:|field-sizing\s*:|:popover-open|anchor-name\s*:|interpolate-size\s*:",
    "nothing from elsewhere": r"@import\b|url\(\s*[\"']?(?:https?:)?//",
}
SCRIPT_RULES = {
    "98": r"\bstructuredClone\(",
    "92": r"\.at\(|\brandomUUID\(",
    "93": r"\bObject\.hasOwn\(",
    "97": r"\.findLast(?:Index)?\(",
    "110": r"\.to(?:Sorted|Reversed|Spliced)\(",
    "117": r"\.groupBy\(",
    "119": r"\bPromise\.withResolvers\(",
    "103": r"\bAbortSignal\.(?:timeout|any)\(",
    "94": r"\bstatic\s*\{",
    "102": r"\.inert\b|\"inert\"",
    "114": r"\.(?:show|hide|toggle)Popover\(",
    "words become markup": r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML\(|document\.write\(",
    "the policy refuses it": r"\beval\(|\bnew Function\(|\.style\.|setAttribute\(\s*[\"']style",
    "nothing from elsewhere": r"[\"'](?:https?:)?//",
}
TEMPLATE_RULES = {
    "inline style": r"\sstyle\s*=|<style\b",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "inline handler": r"\son[a-z]+\s*=\s*[\"']|\shx-on|javascript:|hx-vals\s*=\s*[\"']js:",
    "102": r"\sinert[\s>]",
    "114": r"\spopover(?:target)?[\s=>]",
    "nothing from elsewhere": r"<(?:script|img|iframe)\b[^>]*\ssrc=[\"'](?:https?:)?//|<link\b[^>]*href=[\"'](?:https?:)?//",
    "a comment that ends on another line is printed": r"\{#(?:(?!#\}).)*\n",
}


def named(path):
    return str(path.relative_to(ROOT))


def text_of(path):
    """Return a file without its comments, which may name what the code may not do."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        return re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.S)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def found(rules, text):
    return {why: match.group() for why, rule in rules.items() if (match := re.search(rule, text))}


@pytest.mark.parametrize("path", STYLES, ids=named)
def test_a_style_sheet_is_understood_by_chromium_90(path):
    text = text_of(path)
    assert not found(STYLE_RULES, text)
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_is_understood_by_chromium_90_and_makes_no_markup(path):
    assert not found(SCRIPT_RULES, text_of(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(path):
    assert not found(TEMPLATE_RULES, text_of(path))


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (STYLE_RULES, ".a:has(.b) { }"),
        (STYLE_RULES, "@layer base { }"),
        (STYLE_RULES, "@container (min-width: 1px) { }"),
        (STYLE_RULES, ".a { color: red; &:hover { } }"),
        (STYLE_RULES, ".a { color: color-mix(in srgb, red, blue); }"),
        (STYLE_RULES, ".a { color: oklch(40% 0.2 20); }"),
        (STYLE_RULES, ".a { color: light-dark(red, blue); }"),
        (STYLE_RULES, ".a { height: 100dvh; }"),
        (STYLE_RULES, "@media (width < 720px) { }"),
        (STYLE_RULES, "@import url('//cdn.example/a.css');"),
        (SCRIPT_RULES, "rows.at(-1)"),
        (SCRIPT_RULES, "structuredClone(row)"),
        (SCRIPT_RULES, "node.innerHTML = words"),
        (SCRIPT_RULES, "node.style.width = '3px'"),
        (SCRIPT_RULES, "fetch('https://cdn.example/')"),
        (TEMPLATE_RULES, '<p style="color: red">'),
        (TEMPLATE_RULES, "<script>alert(1)</script>"),
        (TEMPLATE_RULES, '<a onclick="go()">'),
        (TEMPLATE_RULES, '<a hx-on:click="go()">'),
        (TEMPLATE_RULES, "<div popover>"),
        (TEMPLATE_RULES, "<div inert>"),
        (TEMPLATE_RULES, '<script src="https://cdn.example/a.js"></script>'),
        (TEMPLATE_RULES, "{# a comment\n over two lines #}"),
    ],
)
def test_what_is_forbidden_is_seen(rules, text):
    assert found(rules, text)


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (
            STYLE_RULES,
            ".a:is(.b, .c):not([open]) > .d { transform: rotate(3deg); inset: 0; aspect-ratio: 1; }",
        ),
        (STYLE_RULES, "@page { @bottom-right { content: counter(page); } }"),
        (SCRIPT_RULES, "const row = rows[rows.length - 1] ?? null;"),
        (TEMPLATE_RULES, '<script src="{% static "js/portal.js" %}" defer></script>{# one line #}'),
        (TEMPLATE_RULES, '<a href="https://www.gov.cn/">离开</a>'),
    ],
)
def test_what_is_allowed_is_let_through(rules, text):
    assert not found(rules, text)


def test_colours_and_sizes_are_named_in_one_place():
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    defined = set(re.findall(r"(--[\w-]+)\s*:", tokens))
    for path in STYLES:
        text = text_of(path)
        assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined, named(path)
        if path.name != "tokens.css":
            assert not re.findall(r":[^;{}]*#[0-9a-fA-F]{3,8}\b", text), named(path)


def test_every_style_sheet_of_a_component_is_used():
    linked = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    assert [path.name for path in STYLES if f'css/components/{path.name}"' not in linked] == [
        path.name for path in STYLES if path.parent.name != "components"
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_names_only_files_and_icons_that_exist(path):
    text = text_of(path)
    assert all(finders.find(name) for name in re.findall(r'\{% static "([^"]+)" %\}', text))
    assert set(re.findall(r'\{% icon "([^"]+)" %\}', text)) <= set(ICONS)


def test_htmx_evaluates_nothing_talks_to_nobody_else_and_shows_refused_forms():
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    config = json.loads(unescape(re.search(r"<meta name=\"htmx-config\" content='([^']+)'", base).group(1)))
    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert config["selfRequestsOnly"] is True
    refused = next(one for one in config["responseHandling"] if re.fullmatch(one["code"], "422"))
    assert refused["swap"] is True
