"""Measure the pages of the cases on made-up rows: milliseconds, and how often the database was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from http import HTTPStatus
from statistics import median
from time import perf_counter
from typing import Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from complaints.bench.seeding import addresses, seed
from complaints.selectors.counts import month_totals
from complaints.selectors.figures import case_counts, counts_by, standing
from complaints.selectors.trends import problems
from portal.models import User

ROUNDS: Final = 5
MONTHS: Final = 12
# What the trend of the statistics shows.
TREND: Final = ("registered", "accepted", "closed", "due", "due_on_time", "called", "satisfied")


class PageBroken(RuntimeError):
    """A measured page did not answer as a page does."""


def measure(cases: int, today: date) -> Iterator[str]:
    """Yield the lines of the report, one by one as they are measured."""
    began = perf_counter()
    seeded = seed(cases, today)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield f"{connection.vendor}：{cases} 件诉求；造数 {perf_counter() - began:.0f} 秒"
    yield f"{'页面':<16}{'p50 ms':>9}{'最慢 ms':>9}{'查询':>6}"
    clients: dict[int, Client] = {}
    for name, (person, address) in addresses(seeded).items():
        client = clients.get(person.pk) or clients.setdefault(person.pk, _client(person))
        yield _line(name, lambda client=client, address=address: _open(client, address))  # type: ignore[misc]
    year = date(today.year, 1, 1)
    months = sorted(date(today.year - (m > today.month), m, 1) for m in range(1, MONTHS + 1))
    statistics: dict[str, Callable[[], object]] = {
        "统计 全年": lambda: case_counts(year, today),
        "统计 分单位": lambda: counts_by("unit", year, today),
        "统计 分领域": lambda: counts_by("topic", year, today),
        "统计 十二个月": lambda: month_totals(months, TREND),
        "统计 现状": lambda: standing(today),
        "重复和上升的问题": lambda: problems(today),
    }
    for name, call in statistics.items():
        yield _line(name, call)


def _client(person: User) -> Client:
    client = Client()
    client.force_login(person)
    client.get("/inbox/")
    return client


def _open(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != HTTPStatus.OK:
        raise PageBroken(f"{address} {answer.status_code}")


def _line(name: str, call: Callable[[], object]) -> str:
    """Return a line: the median and the slowest of some calls after a first one, whose queries are counted."""
    with CaptureQueriesContext(connection) as captured:
        call()
    # A later request empties the list that is counted here.
    asked = len(captured)
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        call()
        times.append((perf_counter() - began) * 1000)
    return f"{name:<16}{median(times):>9.1f}{max(times):>9.1f}{asked:>6}"
