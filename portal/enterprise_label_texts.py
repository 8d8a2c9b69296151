"""Labels of an entity in one cell of a workbook: `规上工业（2020-01-01起）、国家高新技术企业（2021-12-01至2024-11-30）`. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.enterprise_terms import LABELS, label_name

SEPARATORS = re.compile(r"[、,;\n]+")
_ENTRY = re.compile(
    r"(?P<name>[^()]+)\((?P<start>\d{4}-\d{1,2}-\d{1,2})(?:起|(?:至|到|—|~)(?P<end>\d{4}-\d{1,2}-\d{1,2}))?\)"
)
KNOWN = {
    unicodedata.normalize("NFKC", label_name(kind, level)): (kind, level)
    for kind, term in LABELS.items()
    for level in term.levels
}


@dataclass(frozen=True, order=True)
class LabelKey:
    """What makes a label one: its kind, its level and the day from which it is held."""

    kind: str
    level: str
    valid_from: date


Labels = Mapping[LabelKey, date | None]


def labels_text(labels: Labels) -> str | None:
    """Return labels as one text, always in the same order; None without labels."""
    parts = []
    for key in sorted(labels):
        end = labels[key]
        until = f"至{end.isoformat()}" if end else "起"
        parts.append(f"{label_name(key.kind, key.level)}（{key.valid_from.isoformat()}{until}）")
    return "、".join(parts) or None


def read_labels(text: str) -> dict[LabelKey, date | None]:
    """Return the labels of a cell with their last days. Raises ValueError with what is wrong with it."""
    found: dict[LabelKey, date | None] = {}
    for part in _entries(text):
        entry = _ENTRY.fullmatch(part)
        if entry is None:
            raise ValueError(
                f"「{part}」应写明起止日期，如 国家高新技术企业（2021-12-01至2024-11-30）或 规上工业（2020-01-01起）"
            )
        if entry["name"] not in KNOWN:
            raise ValueError(f"没有名为「{entry['name']}」的标签，请按填写说明中的名称填写")
        start, end = _day(entry["start"]), _day(entry["end"]) if entry["end"] else None
        if end is not None and end < start:
            raise ValueError(f"「{part}」的截止日期早于起始日期")
        kind, level = KNOWN[entry["name"]]
        found[LabelKey(kind, level, start)] = end
    return found


def _entries(text: str) -> Iterable[str]:
    """Split a cell at separators, blanks left out."""
    bare = "".join(unicodedata.normalize("NFKC", text).replace("\n", ";").split())
    return (part for part in SEPARATORS.split(bare) if part)


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"没有 {text} 这一天，请核对") from error
