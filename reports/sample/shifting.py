"""Move the sample's year by whole months. No database, no request, no clock."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

YEAR = 2023
LAST_MONTH = 10
"""The texts tell of the months January to October of `YEAR`."""

BASE_TODAY = date(YEAR, 11, 10)
"""The day on which the sample stands as its texts describe it."""

_YEAR = re.compile(r"(?<!\d)(20[12]\d)(?=\s?年|〕)")
_MONTH = re.compile(r"(?<![\d.])(1[0-2]|[1-9])(?=\s?月)")


@dataclass(frozen=True)
class Shift:
    """By how many months everything lies later than in the texts; negative for earlier."""

    months: int

    @classmethod
    def to(cls, today: date) -> Shift:
        """Return the shift that puts October of the texts into the month before that of `today`."""
        return cls(12 * (today.year - BASE_TODAY.year) + today.month - BASE_TODAY.month)

    def day(self, day: date) -> date:
        """Return the same day of the shifted month, or that month's last day where it is shorter."""
        index = day.year * 12 + day.month - 1 + self.months
        year, month = index // 12, index % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))

    def month(self, number: int) -> date:
        """Return the first day of what the texts call month `number` (11 and more run into the next year)."""
        return self.day(date(YEAR + (number - 1) // 12, (number - 1) % 12 + 1, 1))

    @property
    def year(self) -> int:
        """The year on titles and numbers: that of the last full month."""
        return self.month(LAST_MONTH).year

    def text(self, text: str) -> str:
        """Return `text` with its years and months moved along; quantities such as 3 个月 stay."""
        if not self.months:
            return text
        years = self.year - YEAR
        moved = _YEAR.sub(lambda found: str(int(found[1]) + years), text)
        return _MONTH.sub(lambda found: str((int(found[1]) - 1 + self.months) % 12 + 1), moved)
