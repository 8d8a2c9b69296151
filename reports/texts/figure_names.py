"""Figures by their Chinese names in texts that people write: 「已销号」 stands for {indicators.items.closed}.

What is kept names figures by key, since a name may be worded better one day; what people read and
type names them as every page does. 「已销号·占比」 is one of a figure's other numbers. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reports.texts.placeholders import PLACEHOLDER
from reports.texts.values import mark, split_mark

NAMED = re.compile(r"「([^「」]*)」")
DOT = "·"
ASPECT_NAMES = {
    "previous": "上期数",
    "change": "较上期增减",
    "annual_change": "较上年同期增减",
    "share": "占比",
    "benchmark": "对标值",
    "gap": "与对标值差距",
}
_ASPECTS = {name: aspect for aspect, name in ASPECT_NAMES.items()}


@dataclass(frozen=True)
class FigureNames:
    """The figures that a text may name, by key."""

    by_key: Mapping[str, str]

    def shown(self, text: str) -> str:
        """Return a kept text as people read it; a figure that has no name any more stays as it is written."""
        return PLACEHOLDER.sub(lambda found: self._name(found[1]) or found[0], text)

    def kept(self, text: str) -> str:
        """Return what people typed as it is kept; a name that no figure has stays as it was typed."""
        marks = {name: key for key, name in self.by_key.items()}
        return NAMED.sub(lambda found: _placeholder(found[1], marks) or found[0], text)

    def _name(self, marked: str) -> str:
        key, aspect = split_mark(marked)
        name = self.by_key.get(key, "")
        if not name or aspect not in {"", *ASPECT_NAMES}:
            return ""
        return f"「{name}{DOT}{ASPECT_NAMES[aspect]}」" if aspect else f"「{name}」"


def _placeholder(named: str, marks: Mapping[str, str]) -> str:
    whole = named.strip()
    if whole in marks:
        return f"{{{marks[whole]}}}"
    name, _, word = (piece.strip() for piece in whole.rpartition(DOT))
    aspect = _ASPECTS.get(word)
    return f"{{{mark(marks[name], aspect)}}}" if aspect and name in marks else ""


def names_left(text: str) -> list[str]:
    """Return the names that `FigureNames.kept` found no figure for, as they were typed."""
    return [found[0] for found in NAMED.finditer(text)]
