"""Criteria about when the enterprise was founded."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from policies.criteria.base import Criterion, Finding, Profile, Verdict
from policies.params import required_day
from portal.params import Params

MISSING = "成立日期"
LONGEST_YEARS = 200
DAY = timedelta(days=1)
SIDES: Final = {"from": "当日或以后", "before": "以前"}
AGES: Final = {"at_least": "满", "less_than": "不满"}


@dataclass(frozen=True)
class Window:
    """Days from `first` to `last`, both included; None is open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


class FoundedWithin(Criterion):
    """Criteria that come down to a window of founding days on the day of the match."""

    @abstractmethod
    def window(self, on: date) -> Window:
        """Return the founding days that meet the criterion on the day `on`."""

    def judge(self, profile: Profile) -> Finding:
        if profile.founded_on is None:
            return Finding(Verdict.UNKNOWN, f"缺少{MISSING}", missing=MISSING)
        day = f"{profile.founded_on:%Y-%m-%d} 成立"
        if profile.founded_on in self.window(profile.on):
            return Finding(Verdict.MET, day)
        return Finding(Verdict.NOT_MET, f"{day}，要求{self.describe()}")


@dataclass(frozen=True)
class Founded(FoundedWithin):
    """Founded on the day `day` or later, or before it."""

    kind = "founded"
    label = "成立日期"
    side: str
    day: date

    def window(self, on: date) -> Window:
        del on
        return Window(first=self.day) if self.side == "from" else Window(last=self.day - DAY)

    def describe(self) -> str:
        return f"{self.day:%Y-%m-%d} {SIDES[self.side]}成立"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "side": self.side, "day": self.day.isoformat()}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(params.choice("side", "成立时间", SIDES), required_day(params, "day", "日期"))


@dataclass(frozen=True)
class Age(FoundedWithin):
    """Founded at least, or less than, `years` full years before the day of the match.

    The anniversary completes the year; who was founded on 29 February completes
    it on 1 March of a common year.
    """

    kind = "age"
    label = "成立年限"
    op: str
    years: int

    def window(self, on: date) -> Window:
        latest = years_before(on, self.years)
        return Window(last=latest) if self.op == "at_least" else Window(first=latest + DAY)

    def describe(self) -> str:
        return f"成立{AGES[self.op]} {self.years} 年"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "op": self.op, "years": self.years}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(params.choice("op", "成立年限", AGES), params.whole("years", "年数", 1, LONGEST_YEARS))


def years_before(on: date, years: int) -> date:
    """Return the latest founding day whose `years`-th anniversary is reached on the day `on`."""
    try:
        return on.replace(year=on.year - years)
    except (
        ValueError
    ):  # 29 February has no counterpart: who was founded on 28 February has completed the year
        return on.replace(year=on.year - years, day=28)
