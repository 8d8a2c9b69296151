"""The statistics of cases: by way, kind, field, unit, town and month, with what comes again and what rises."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from complaints.selectors.red_black import published_over
from portal.access import role_required
from portal.charts import Bar, Series, bar, donut, line, ranked_bar
from portal.http import PortalRequest
from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, Role
from portal.workbooks.columns import Column, Kind, Sheet
from reports.selectors.case_statistics import Line, MonthLine, Statistics, case_statistics
from reports.views.figures import asked_period, offered_months
from reports.views.workbooks import Export, give_rows

READERS = BUSINESS_ROLES - {Role.OBSERVER}
MOST_BARS = 12
KIND_COLOURS = ("1", "2", "3", "4", "5")
SHEET = Sheet(
    "统计",
    (
        Column("group", "分组", locked=True),
        Column("name", "名称", locked=True),
        Column("accepted", "受理（件）", Kind.INTEGER, locked=True),
        Column("before", "上期受理（件）", Kind.INTEGER, locked=True),
        Column("due", "应办结（件次）", Kind.INTEGER, locked=True),
        Column("due_on_time", "按时办结（件次）", Kind.INTEGER, locked=True),
        Column("on_time_rate", "按时办结率（%）", Kind.DECIMAL, locked=True),
        Column("called", "有效回访（件次）", Kind.INTEGER, locked=True),
        Column("resolved_rate", "解决率（%）", Kind.DECIMAL, locked=True),
        Column("satisfied_rate", "满意率（%）", Kind.DECIMAL, locked=True),
        Column("mean_workdays", "平均办理（工作日）", Kind.DECIMAL, locked=True),
    ),
    ("group", "name"),
)


@role_required(*READERS)
@require_GET
def case_statistics_page(request: PortalRequest) -> HttpResponse:
    """Show a period (last month unless asked otherwise); every number opens its rows, each within the reader's scope."""
    found = case_statistics(asked_period(request))
    context = {
        "found": found,
        "period": found.period,
        "months": offered_months(found.period.month),
        "tables": [
            ("按主办单位", "units", found.units),
            ("按领域", "topics", found.topics),
            ("按来源渠道", "channels", found.channels),
            ("按类型", "kinds", found.kinds),
            ("按所在镇街园区", "towns", found.towns),
        ],
        "charts": _charts(found),
        "listed": published_over(found.period.first, found.period.end),
        "may_list": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "reports/case_statistics.html", context)


@role_required(*READERS)
@require_GET
def case_statistics_export(request: PortalRequest) -> FileResponse:
    """Give the same tables out as a workbook."""
    found = case_statistics(asked_period(request))
    label = found.period.label
    facts = {"month": found.period.slug}
    export = Export(f"{label}企业诉求统计", label, "case_statistics.export", facts)
    return give_rows(request, SHEET, list(_lines(found)), export)


def _lines(found: Statistics) -> Iterable[dict[str, object]]:
    groups = (
        ("合计", [found.total] if found.total else []),
        ("渠道", found.channels),
        ("类型", found.kinds),
        ("领域", found.topics),
        ("主办单位", found.units),
        ("镇街园区", found.towns),
    )
    for group, lines in groups:
        for row in lines:
            yield {
                "group": group,
                "name": row.name,
                "accepted": row.counts.accepted,
                "before": None if group == "镇街园区" else row.before.accepted,
                "due": row.counts.due,
                "due_on_time": row.counts.due_on_time,
                "on_time_rate": row.on_time_rate,
                "called": row.counts.called,
                "resolved_rate": row.resolved_rate,
                "satisfied_rate": row.satisfied_rate,
                "mean_workdays": row.mean_workdays,
            }


def _charts(found: Statistics) -> dict[str, str]:
    if found.total is None:
        return {}
    return {
        "trend": _trend(found.months),
        "rates": _rates(found.months),
        "channels": _ranked(found, found.channels, "各渠道受理件数"),
        "kinds": donut(
            [
                (row.name, colour, row.counts.accepted)
                for row, colour in zip(found.kinds, KIND_COLOURS, strict=False)
            ],
            title="各类型受理件数",
            unit="件",
        ),
        "topics": _ranked(found, found.topics, "各领域受理件数"),
        "units": _ranked(found, found.units, "各主办单位受理件数"),
    }


def _ranked(found: Statistics, lines: tuple[Line, ...], title: str) -> str:
    """Return the largest rows as bars that open the cases behind them."""
    period = found.period.slug
    bars = [
        Bar(
            row.name,
            row.counts.accepted,
            f"{reverse('reports:figure_rows', args=[row.figure])}?period={period}",
        )
        for row in lines[:MOST_BARS]
        if row.counts.accepted
    ]
    return ranked_bar(bars, title=title, unit="件")


def _trend(months: tuple[MonthLine, ...]) -> str:
    bars = [
        Bar(
            f"{row.month.month}月",
            row.counts.accepted if row.counts else None,
            f"?period={row.month:%Y-%m}",
            strong=row == months[-1],
        )
        for row in months
    ]
    return bar(bars, title="逐月受理件数", unit="件")


def _rates(months: tuple[MonthLine, ...]) -> str:
    labels = [f"{row.month.month}月" for row in months]
    lines: tuple[tuple[str, list[Decimal | None]], ...] = (
        ("按时办结率", [row.on_time_rate for row in months]),
        ("满意率", [row.satisfied_rate for row in months]),
    )
    series = [Series(name, values) for name, values in lines]
    return line(labels, series, title="逐月按时办结率和满意率", unit="%")
