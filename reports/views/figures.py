"""口径说明: every figure of a month with its definition, and the rows behind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from indicators.months import first_of, shift
from indicators.selectors.figures import FigureRow
from portal.access import business
from portal.http import PortalRequest
from portal.workbooks.columns import Column, Kind, Sheet
from reports.figures import Figure, Period, figure_of, parse_period, values_of
from reports.figures.indicators_monitored import PREFIX as MEASURED
from reports.figures.registry import GROUPS
from reports.figures.values import worded
from reports.texts.values import FigureValue, Value
from reports.views.workbooks import Export, give_rows

MONTHS_OFFERED = 12
KINDS = {"item": "事项", "report": "月报", "taskforce": "专班", "measurement": "监测项", "complaint": "诉求"}
BREAKDOWNS = (
    ("各台账", "indicators.lists."),
    ("各专班", "indicators.taskforces."),
    ("监测指标", MEASURED),
    ("各领域诉求", "complaints.topics."),
    ("各单位诉求", "complaints.units."),
    ("普遍性和苗头性问题", "complaints.problems."),
)
SHEET = Sheet(
    "明细",
    (
        Column("number", "编号", Kind.CODE, locked=True),
        Column("label", "名称", locked=True),
        Column("note", "说明", locked=True),
    ),
    ("number",),
)


@dataclass(frozen=True)
class Group:
    title: str
    figures: tuple[FigureValue, ...]
    folded: bool = False


@business
@require_GET
def figure_list(request: PortalRequest) -> HttpResponse:
    """List the figures of a period (last month unless asked otherwise) beside those of the one before."""
    period = asked_period(request)
    values = values_of(period, last_year=False)
    groups = [Group(title, tuple(values[figure.key] for figure in figures)) for title, figures in GROUPS]
    groups += [
        Group(title, tuple(value for key, value in values.items() if key.startswith(prefix)), folded=True)
        for title, prefix in BREAKDOWNS
    ]
    context = {
        "period": period,
        "months": offered_months(period.month),
        "groups": groups,
        "count": len(values),
    }
    return render(request, "reports/figure_list.html", context)


@business
@require_GET
def figure_rows(request: PortalRequest, key: str) -> HttpResponse:
    """List the rows behind a figure that the person may read, and say how many there are in all."""
    period, figure, value = _asked(request, key)
    rows = _rows(figure, period, request)
    context = {
        "period": period,
        "months": offered_months(period.month),
        "name": worded(figure.name, period),
        "definition": worded(figure.definition, period),
        "figure": figure,
        "value": value,
        "rows": rows,
        "kinds": KINDS,
        "is_partial": figure.unit in {"项", "个", "件"} and value is not None and len(rows) < value,
    }
    return render(request, "reports/figure_rows.html", context)


@business
@require_GET
def figure_export(request: PortalRequest, key: str) -> FileResponse:
    """Give the rows behind a figure out as a workbook."""
    period, figure, _ = _asked(request, key)
    name = worded(figure.name, period)
    rows = [
        {"number": row.number, "label": row.label, "note": row.note} for row in _rows(figure, period, request)
    ]
    export = Export(
        heading=f"{period.label}“{name}”明细",
        filters=f"{period.label} {name}",
        action="figure.export",
        facts={"figure": key, "month": period.slug},
    )
    return give_rows(request, SHEET, rows, export)


def asked_period(request: HttpRequest) -> Period:
    """Return the period that was asked for, 2023-10 or 2023-07..2023-09; last month when none or a bad one was."""
    try:
        return parse_period(request.GET.get("period", ""))
    except ValueError:
        return Period(shift(first_of(timezone.localdate()), -1))


def offered_months(month: date) -> list[date]:
    """Return the months to choose from, the newest first; the one that is shown is among them."""
    newest = max(shift(first_of(timezone.localdate()), -1), month)
    offered = [shift(newest, -back) for back in range(MONTHS_OFFERED)]
    return offered if month in offered else [*offered, month]


def _asked(request: HttpRequest, key: str) -> tuple[Period, Figure, Value]:
    period = asked_period(request)
    figure = figure_of(key, period)
    if figure is None:
        raise Http404
    return period, figure, figure.compute(period)


def _rows(figure: Figure, period: Period, request: PortalRequest) -> list[FigureRow]:
    return figure.rows(period, request.user) if figure.rows else []
