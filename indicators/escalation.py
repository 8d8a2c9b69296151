"""Which rung of the escalation ladder is due for an item 提醒 → 催办 → 督办函 → 约谈 → 通报 → 移交.

No database, no request, no clock: facts and limits in, the next rung and its reason out.
The two lowest rungs go out by themselves; the others are proposed and signed by a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rung(StrEnum):
    """The rungs from the lowest to the highest."""

    REMIND = "remind"
    CHASE = "chase"
    SUPERVISE = "supervise"
    TALK = "talk"
    CIRCULATE = "circulate"
    TRANSFER = "transfer"

    @property
    def height(self) -> int:
        return _LADDER.index(self)

    @property
    def label(self) -> str:
        return _LABELS[self]


_LADDER = tuple(Rung)
_LABELS = {
    Rung.REMIND: "提醒",
    Rung.CHASE: "催办",
    Rung.SUPERVISE: "督办",
    Rung.TALK: "约谈",
    Rung.CIRCULATE: "通报",
    Rung.TRANSFER: "移交",
}
AUTOMATIC = frozenset({Rung.REMIND, Rung.CHASE})
# For how long a letter about an item that is not overdue keeps the next one back.
BOUT_DAYS = 31


@dataclass(frozen=True)
class Limits:
    """After how many days overdue each rung that a person signs is due (the office's settings)."""

    supervise_days: int = 10
    talk_days: int = 30
    circulate_days: int = 60
    transfer_days: int = 90


@dataclass(frozen=True)
class Earlier:
    """A letter that there is about the item already: issued, proposed or dismissed.

    `reply_day_passed` tells that it was issued and that its reply day has passed:
    only then may the next rung above it follow.
    """

    rung: Rung
    days_ago: int
    reply_day_passed: bool = False


@dataclass(frozen=True)
class Facts:
    """One open item today. `worsened` tells that its lamp is worse than at the end of last month."""

    days_overdue: int = 0
    lamp: str = "green"
    lamp_reason: str = ""
    worsened: bool = False
    unreported_months: int = 0
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True)
class Due:
    """The rung that is due, and why, in one clause."""

    rung: Rung
    reason: str


def next_rung(facts: Facts, limits: Limits) -> Due | None:
    """Return the rung due for an item, or None where nothing is or the last letter still has its time.

    What weighs most decides. Nobody is talked to, named or referred who has not
    had the letter below first and let its reply day pass; the first letter that a
    person signs is always a 督办函. The same rung is not sent twice in one bout:
    since the due date passed, or within 31 days for what is not overdue.
    """
    wanted = max(_causes(facts, limits), key=lambda due: due.rung.height, default=None)
    if wanted is None:
        return None
    bout = facts.days_overdue or BOUT_DAYS
    sent = [one for one in facts.earlier if one.days_ago <= bout]
    last = max(sent, key=lambda one: one.rung.height, default=None)
    if last is not None and wanted.rung.height <= last.rung.height:
        return None
    if wanted.rung in AUTOMATIC:
        return wanted
    return _one_step_up(wanted, last)


def _one_step_up(wanted: Due, last: Earlier | None) -> Due | None:
    """Return the signed rung next above `last`, at most the one wanted."""
    if last is None or last.rung in AUTOMATIC:
        return Due(Rung.SUPERVISE, _after(wanted.reason, last))
    if not last.reply_day_passed:
        return None
    return Due(_LADDER[last.rung.height + 1], _after(wanted.reason, last))


def _after(reason: str, last: Earlier | None) -> str:
    return reason if last is None else f"{reason}，已{last.rung.label}未见成效"


def _causes(facts: Facts, limits: Limits) -> list[Due]:
    found = []
    if facts.days_overdue > 0:
        found.append(Due(_by_days(facts.days_overdue, limits), f"逾期{facts.days_overdue}天"))
    if facts.unreported_months:
        found.append(Due(*_by_months(facts.unreported_months)))
    if facts.worsened and facts.lamp == "red":
        found.append(Due(Rung.CHASE, _turned("红", facts)))
    elif facts.worsened and facts.lamp == "yellow":
        found.append(Due(Rung.REMIND, _turned("黄", facts)))
    return found


def _turned(colour: str, facts: Facts) -> str:
    return f"亮灯转{colour}（{facts.lamp_reason}）" if facts.lamp_reason else f"亮灯转{colour}"


def _by_days(days: int, limits: Limits) -> Rung:
    steps = (
        (limits.transfer_days, Rung.TRANSFER),
        (limits.circulate_days, Rung.CIRCULATE),
        (limits.talk_days, Rung.TALK),
        (limits.supervise_days, Rung.SUPERVISE),
    )
    return next((rung for least, rung in steps if days >= least), Rung.CHASE)


def _by_months(months: int) -> tuple[Rung, str]:
    if months == 1:
        return Rung.REMIND, "当期月报未报"
    rung = Rung.CHASE if months == 2 else Rung.SUPERVISE
    return rung, f"连续{months}个月未报月报"
