"""How alike two cases are: what the desk is shown as likely duplicates. No database, no clock."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_NOISE = re.compile(r"[\W_]+")
_FILLERS = re.compile(r"关于|反映|咨询|投诉|举报|求助|建议|的问题|问题|一事|情况")
PAIR = 2
LIKELY = 50
RECENT_DAYS = 90


@dataclass(frozen=True)
class Trait:
    """What is compared of a case; empty values say nothing."""

    title: str
    enterprise: int | None = None
    phone_index: str = ""
    reported: int | None = None
    registered_on: date | None = None


@dataclass(frozen=True)
class Likeness:
    """0 to 100 points and why; from 50 on a duplicate is likely."""

    points: int
    reasons: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        return self.points >= LIKELY


def pairs_of(title: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a title without punctuation and usual openings."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", title)).lower()
    # A title of nothing but fillers is compared as it stands.
    text = _FILLERS.sub("", plain) or plain
    if len(text) < PAIR:
        return frozenset({text} if text else ())
    return frozenset(text[place : place + PAIR] for place in range(len(text) - 1))


def title_likeness(one: str, other: str) -> int:
    """Return how alike two titles are in percent: shared pairs, counted twice, over all pairs (Dice)."""
    first, second = pairs_of(one), pairs_of(other)
    if not first or not second:
        return 0
    return round(200 * len(first & second) / (len(first) + len(second)))


def likeness(new: Trait, old: Trait) -> Likeness:
    """Return how likely `old` is the same matter as `new`.

    The title counts up to 60 points, the same phone 40, the same enterprise 30,
    the same reported unit 10; a case of more than ninety days before or after
    counts half.
    """
    alike = title_likeness(new.title, old.title)
    points, reasons = alike * 60 // 100, []
    if alike >= 40:
        reasons.append(f"标题相似 {alike}%")
    if new.phone_index and new.phone_index == old.phone_index:
        points, reasons = points + 40, [*reasons, "同一联系电话"]
    if new.enterprise is not None and new.enterprise == old.enterprise:
        points, reasons = points + 30, [*reasons, "同一企业"]
    if new.reported is not None and new.reported == old.reported:
        points, reasons = points + 10, [*reasons, "被反映单位相同"]
    if new.registered_on and old.registered_on:
        apart = abs((new.registered_on - old.registered_on).days)
        if apart > RECENT_DAYS:
            points = points // 2
    return Likeness(min(points, 100), tuple(reasons))
