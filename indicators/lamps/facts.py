"""What a lamp is judged by."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

HUNDRED = Decimal(100)
TENTH = Decimal("0.1")


class Colour(StrEnum):
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    GREY = "grey"

    @property
    def label(self) -> str:
        """The character shown in the lamp."""
        return _LABELS[self]

    @property
    def urgency(self) -> int:
        """How much the lamp asks for attention: 红 4, 黄 3, 灰 2 (nothing can be said), 绿 1, 蓝 0.

        Lists put the higher first, and a lamp has worsened when its urgency has grown.
        """
        return _BY_URGENCY.index(self)


_LABELS = {
    Colour.RED: "红",
    Colour.YELLOW: "黄",
    Colour.GREEN: "绿",
    Colour.BLUE: "蓝",
    Colour.GREY: "灰",
}
_BY_URGENCY = (Colour.BLUE, Colour.GREEN, Colour.GREY, Colour.YELLOW, Colour.RED)


class ReportState(StrEnum):
    """The report for the latest month in which one was owed.

    `none` when no report is owed or the deadline of the one owed has not passed; `missing` only after
    the deadline; `late` for a report that was handed in after it.
    """

    NONE = "none"
    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True)
class LampFacts:
    """One work item at the end of the day `as_of`.

    `percent` is the cumulative percent (0-100) of the last verified report. `months_unverified` are
    the whole months since that report among those in which a report was owed. `workdays_left` counts
    up to and including the due date, negative once it has passed. A due date is `due_provisional` when
    it was computed over a year whose calendar is not yet published; it is never overdue.
    """

    closed: bool
    suspended: bool
    start_on: date | None
    due_on: date | None
    as_of: date
    percent: Decimal
    months_unverified: int
    report_state: ReportState
    workdays_left: int | None
    due_provisional: bool = False

    @property
    def days_overdue(self) -> int:
        """Calendar days since the due date; 0 on it, before it, without one or while it may move."""
        if self.due_on is None or self.due_provisional:
            return 0
        return max(0, (self.as_of - self.due_on).days)


def elapsed_percent(start: date | None, due: date | None, as_of: date) -> Decimal | None:
    """Return the 序时进度: the share of the period that has passed at the end of `as_of`, in percent.

    Both ends are days of the period, so it is 0 on the day before `start` and 100 from `due` on.
    Rounded to a tenth of a point. None without both dates: no schedule, not a schedule of 0.
    """
    if start is None or due is None:
        return None
    if as_of >= due:
        return HUNDRED
    if as_of < start:
        return Decimal(0)
    passed, length = (as_of - start).days + 1, (due - start).days + 1
    return (HUNDRED * passed / length).quantize(TENTH, ROUND_HALF_UP)


def behind_points(facts: LampFacts) -> Decimal | None:
    """Return by how many percentage points the item is behind its schedule, to a tenth.

    Negative when it is ahead; None when it has no schedule.
    """
    elapsed = elapsed_percent(facts.start_on, facts.due_on, facts.as_of)
    return None if elapsed is None else (elapsed - facts.percent).quantize(TENTH, ROUND_HALF_UP)
