"""The clock that all machines of a deployment share, and how far this machine is off it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from portal import sntp

MAX_SKEW: Final = timedelta(seconds=1)
# A page that is reloaded must not wait for a silent time server each time.
KEPT_SECONDS: Final = 60


@dataclass(frozen=True)
class Skew:
    """How far `source` is ahead of this machine; `problem` says why it could not be asked."""

    source: str
    ahead: timedelta = timedelta(0)
    problem: str = ""

    @property
    def is_off(self) -> bool:
        return abs(self.ahead) > MAX_SKEW

    @property
    def text(self) -> str:
        """Say how it stands in one sentence without a full stop."""
        if self.problem:
            return f"{self.source}：{self.problem}"
        word = "慢" if self.ahead > timedelta(0) else "快"
        return f"本机时钟比{self.source}{word} {abs(self.ahead).total_seconds():.1f} 秒"


def database_now() -> datetime:
    """Return the database server's time; an embedded database has the time of this machine."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def clock_skews() -> list[Skew]:
    """Compare this machine's clock with the database server's and, where one is set, with the time server's."""
    found = [database_skew()] if connection.vendor == "postgresql" else []
    return [*found, time_server_skew()] if settings.NTP_SERVER else found


def database_skew() -> Skew:
    before = timezone.now()
    there = database_now()
    after = timezone.now()
    return Skew("数据库服务器", there - (before + (after - before) / 2))


def time_server_skew() -> Skew:
    """Ask the time server at most once a minute and machine."""
    key = f"clock.skew:{settings.NTP_SERVER}"
    known: Skew | None = cache.get(key)
    if known is None:
        try:
            known = Skew("时间服务器", sntp.offset_of(settings.NTP_SERVER))
        except sntp.NoTime as error:
            known = Skew("时间服务器", problem=str(error))
        cache.set(key, known, KEPT_SECONDS)
    return known
