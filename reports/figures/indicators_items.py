"""Figures of the task forces, ledgers, work items and instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from indicators.models import WorkList
from indicators.selectors.figures import LEDGERS, FigureRow, Named, Slice
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import LEDGER, Period, item_rows
from reports.shares import rate
from reports.texts.values import Parts, Value

HIGHER, LOWER = "higher", "lower"
SCOPE = "本年度各台账（不含调度交办、督查发现）"
INSTRUCTIONS = Slice(sources=frozenset({WorkList.Source.INSTRUCTION}))
# Each source of items is a figure of its own: indicators.items.benchmarking and so on.
SOURCES = tuple(WorkList.Source)


def _count(measure: str, part: Slice, period: Period) -> Value:
    return period.items(measure, part)


def _rows(measure: str, part: Slice, period: Period, user: User | None) -> list[FigureRow]:
    return item_rows(period, measure, part, user)


def _rate(measure: str, whole: str, places: int, part: Slice, period: Period) -> Value:
    done, of = period.items(measure, part), period.items(whole, part)
    return None if done is None or of is None else rate(done, of, places)


def _counted(key: str, name: str, definition: str, measure: str, part: Slice = LEDGER) -> Figure:
    """Return a count of items, with the rows behind it."""
    return Figure(
        key=key,
        name=name,
        unit="项",
        definition=definition,
        compute=partial(_count, measure, part),
        rows=partial(_rows, measure, part),
    )


def _by(kind: str, measure: str, period: Period) -> tuple[Parts, ...]:
    """Return how a count divides by list and by task force."""
    del kind
    return (
        Parts("按台账", tuple(f"indicators.lists.{row.code}.{measure}" for row in period.ledgers)),
        Parts("按专班", tuple(f"indicators.taskforces.{row.code}.{measure}" for row in period.task_forces)),
    )


def _total_parts(period: Period) -> tuple[Parts, ...]:
    lamps = Parts(
        "按亮灯", tuple(f"indicators.lamps.{c}" for c in ("red", "yellow", "green", "blue", "grey"))
    )
    sources = Parts("按来源", tuple(f"indicators.items.{source}" for source in SOURCES if source in LEDGERS))
    closing = Parts("按销号", ("indicators.items.closed", "indicators.items.open"))
    return (*_by("items", "total", period), sources, closing, lamps)


def _task_force_count(period: Period) -> Value:
    return len(period.task_forces) or None


def _task_force_rows(period: Period, user: User | None) -> list[FigureRow]:
    del user  # names and numbers of task forces are known to everybody who works with them
    return [FigureRow("taskforce", row.code, row.name, "", row.url) for row in period.task_forces]


def _of_source(source: WorkList.Source) -> Figure:
    return _counted(
        f"indicators.items.{source}",
        f"{source.label}事项",
        f"本年度来源为“{source.label}”、截至期末已开始且未取消的事项数",
        "total",
        Slice(sources=frozenset({source})),
    )


FIGURES = (
    Figure(
        "indicators.taskforces",
        "指标专班",
        "个",
        "本年度设立的指标专班数",
        _task_force_count,
        _task_force_rows,
    ),
    replace(
        _counted(
            "indicators.items.total",
            "任务和问题",
            f"{SCOPE}截至期末已开始且未取消的任务和问题数",
            "total",
        ),
        parts=_total_parts,
    ),
    *(_of_source(source) for source in SOURCES),
    replace(
        _counted(
            "indicators.items.closed",
            "已销号",
            "截至期末已由营商办核定销号、且未因回头看重新打开的任务和问题数",
            "closed",
        ),
        better=HIGHER,
        group="closing",
        carried=True,
        parts=partial(_by, "items", "closed"),
    ),
    replace(
        _counted("indicators.items.open", "未销号", "截至期末尚未销号的任务和问题数", "open"),
        better=LOWER,
        group="closing",
    ),
    replace(
        _counted(
            "indicators.items.closed_this_month",
            "本月销号",
            "上期末未销号、本期末已销号的任务和问题数",
            "closed_in",
        ),
        better=HIGHER,
        parts=partial(_by, "items", "closed_in"),
    ),
    replace(
        _counted(
            "indicators.items.reopened",
            "回头看重新打开",
            "上期末已销号、本期因回头看不合格重新打开的任务和问题数",
            "reopened",
        ),
        better=LOWER,
    ),
    _counted(
        "indicators.items.should_close",
        "应销号",
        "截至期末已到完成时限或者已经销号的任务和问题数，未到时限的不计入",
        "should_close",
    ),
    Figure(
        "indicators.items.closing_rate",
        "销号率",
        "%",
        "已销号数占应销号数的比重，未到时限的不计入应销号",
        partial(_rate, "closed", "should_close", 1, LEDGER),
        partial(_rows, "should_close", LEDGER),
        better=HIGHER,
    ),
    replace(
        _counted(
            "indicators.items.overdue",
            "逾期",
            "截至期末已过完成时限仍未销号的任务和问题数，经批准延期的按新时限计算，中止的不计入",
            "overdue",
        ),
        better=LOWER,
        parts=partial(_by, "items", "overdue"),
    ),
    replace(
        _counted(
            "indicators.instructions.open",
            "未办结交办事项",
            "截至期末尚未办结的调度交办事项数",
            "open",
            INSTRUCTIONS,
        ),
        better=LOWER,
    ),
    replace(
        _counted(
            "indicators.instructions.overdue",
            "逾期交办事项",
            "截至期末已过完成时限仍未办结的调度交办事项数",
            "overdue",
            INSTRUCTIONS,
        ),
        better=LOWER,
    ),
    Figure(
        "indicators.items.units_overdue",
        "有逾期事项的单位",
        "个",
        "截至期末负有逾期事项（含调度交办和督查发现）的责任单位数",
        lambda period: len(period.units_with("items", "overdue")) if period.work_lists else None,
        better=LOWER,
    ),
)


def figures(period: Period) -> Iterator[Figure]:
    """Yield the figures of each list and each task force of the period's year."""
    for row in period.work_lists:
        yield from _broken_down("lists", row, Slice(prefix=row.code))
    for row in period.task_forces:
        part = Slice(sources=LEDGERS, task_force=row.code)
        yield from _broken_down("taskforces", row, part)


def _broken_down(kind: str, row: Named, part: Slice) -> Iterator[Figure]:
    base, where = f"indicators.{kind}.{row.code}", f"“{row.name}”{'台账' if kind == 'lists' else '专班'}"
    yield _counted(
        f"{base}.total", f"{row.name}事项", f"{where}截至期末已开始且未取消的事项数", "total", part
    )
    yield replace(
        _counted(f"{base}.closed", f"{row.name}已销号", f"{where}截至期末已销号的事项数", "closed", part),
        better=HIGHER,
    )
    yield replace(
        _counted(f"{base}.closed_in", f"{row.name}本月销号", f"{where}本期新销号的事项数", "closed_in", part),
        better=HIGHER,
    )
    yield replace(
        _counted(
            f"{base}.overdue",
            f"{row.name}逾期",
            f"{where}截至期末已过完成时限仍未销号的事项数",
            "overdue",
            part,
        ),
        better=LOWER,
    )
    yield Figure(
        f"{base}.closed_share",
        f"{row.name}销号占比",
        "%",
        f"{where}已销号事项占全部事项的比重",
        partial(_rate, "closed", "total", 0, part),
        partial(_rows, "closed", part),
        better=HIGHER,
    )
