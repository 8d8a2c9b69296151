"""Measure matching on made-up rows: seconds, processor time, memory and the share of each phase."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median
from time import perf_counter, process_time
from typing import Final

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from policies.bench.seeding import seed_enterprises, seed_items
from policies.conditions import Node, read_tree
from policies.matching.columns import Needs
from policies.matching.reading import read_columns
from policies.matching.running import Outcome, match
from policies.matching.stored import store_columns
from policies.models import PolicyItemVersion, StoredColumn
from policies.selectors.matching import explain_all, preview
from portal.enterprise_terms import FactKind
from portal.models import Enterprise, EnterpriseFact

ROUNDS: Final = 10
CHANGED_SHARE: Final = 100  # every hundredth enterprise's revenue changes overnight
PHASES: Final = {"read": "读取", "judge": "判定", "pack": "压缩", "compare": "比较", "write": "写入"}


@dataclass(frozen=True)
class Size:
    """How much is matched."""

    items: int
    enterprises: int
    conditions: int

    def __str__(self) -> str:
        return f"{self.items} 个事项 × {self.enterprises} 个市场主体 × {self.conditions} 个条件"


def measure(size: Size, today: date) -> Iterator[str]:
    """Yield the lines of the report, one by one as they are measured."""
    began = perf_counter()
    seed_enterprises(size.enterprises, today)
    versions = seed_items(size.items, size.conditions, today)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield f"{connection.vendor}：{size}；造数 {perf_counter() - began:.0f} 秒"
    yield _pass("首次匹配，全部写入", versions, today)
    yield _pass("再次匹配，没有变化", versions, today)
    _change(today)
    yield _pass("次日匹配，1% 市场主体有变化", versions, today)
    yield _store(versions, today)
    yield from _interactive(versions, today)
    yield f"内存峰值 {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def _pass(name: str, versions: list[PolicyItemVersion], today: date) -> str:
    began, worked = perf_counter(), process_time()
    with transaction.atomic():
        outcome = match(versions, today)
    seconds, busy = perf_counter() - began, process_time() - worked
    return (
        f"{name}：{seconds:.2f} 秒（本进程处理器 {busy:.2f} 秒；{_shares(outcome)}），"
        f"写入 {outcome.blocks_written} 块、{outcome.pairs_changed} 条结论"
    )


def _shares(outcome: Outcome) -> str:
    return "、".join(f"{label} {outcome.seconds.get(phase, 0):.2f}" for phase, label in PHASES.items())


def _change(today: date) -> None:
    rows = EnterpriseFact.objects.filter(kind=FactKind.REVENUE, valid_from__lte=today)
    keys = list(rows.values_list("enterprise", flat=True).order_by("enterprise")[::CHANGED_SHARE])
    rows.filter(enterprise__in=keys).update(value=1)


def _store(versions: list[PolicyItemVersion], today: date) -> str:
    """Keep the columns as the nightly job does after its match."""
    needs = Needs.of(*(read_tree(version.conditions) for version in versions))
    columns = read_columns(today, needs)
    began = perf_counter()
    with transaction.atomic():
        store_columns(columns, timezone.now())
    return f"存列供预览：{perf_counter() - began:.2f} 秒"


def _interactive(versions: list[PolicyItemVersion], today: date) -> Iterator[str]:
    trees = [read_tree(version.conditions) for version in versions[:ROUNDS]]
    first = median(_cold(tree, today) for tree in trees)
    StoredColumn.objects.all().delete()
    anew = _cold(trees[0], today)
    later = [_milliseconds(lambda tree=tree: preview(tree, today)) for tree in trees * 2]  # type: ignore[misc]
    yield (
        f"单个事项预览：缓存为空时 p50 {first:.0f} 毫秒（当日存列），登记库当日有变动、须重新读取时 {anew:.0f} 毫秒，"
        f"之后 p50 {median(later[len(trees) :]):.1f} 毫秒"
    )
    enterprises = list(Enterprise.objects.select_related("town").order_by("pk")[:ROUNDS])
    times = [
        _milliseconds(lambda row=row: explain_all(versions, row, today))  # type: ignore[misc]
        for row in enterprises
    ]
    yield f"单个企业逐项说明（{len(versions)} 个事项）：p50 {median(times):.1f} 毫秒"


def _cold(tree: Node | None, today: date) -> float:
    cache.clear()
    return _milliseconds(lambda: preview(tree, today))


def _milliseconds(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return (perf_counter() - began) * 1000
