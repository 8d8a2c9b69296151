"""The statistics of the policies: items by mode and category, what each unit paid, month by month."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from portal.access import business
from portal.charts import Bar, bar, donut, ranked_bar
from portal.http import PortalRequest
from portal.workbooks.columns import Column, Kind, Sheet
from reports.figures.policies import in_ten_thousands
from reports.selectors.policies import PolicyStatistics, policy_statistics
from reports.views.figures import asked_period, offered_months
from reports.views.workbooks import Export, give_rows

MOST_BARS = 12
MODE_COLOURS = ("1", "2", "3", "4")
SHEET = Sheet(
    "统计",
    (
        Column("group", "分组", locked=True),
        Column("name", "名称", locked=True),
        Column("items", "事项（项）", Kind.INTEGER, locked=True),
        Column("paid", "兑现金额（万元）", Kind.DECIMAL, locked=True),
        Column("payouts", "兑现笔数（笔）", Kind.INTEGER, locked=True),
        Column("enterprises", "兑现家数（家）", Kind.INTEGER, locked=True),
    ),
    ("group", "name"),
)


@business
@require_GET
def policy_statistics_page(request: PortalRequest) -> HttpResponse:
    """Show a period (last month unless asked otherwise); every number opens the rows behind it."""
    found = policy_statistics(asked_period(request))
    context = {
        "found": found,
        "period": found.period,
        "months": offered_months(found.period.month),
        "charts": _charts(found),
    }
    return render(request, "reports/policy_statistics.html", context)


@business
@require_GET
def policy_statistics_export(request: PortalRequest) -> FileResponse:
    """Give the same tables out as a workbook."""
    found = policy_statistics(asked_period(request))
    label = found.period.label
    facts = {"month": found.period.slug}
    export = Export(f"{label}惠企政策统计", label, "policy_statistics.export", facts)
    return give_rows(request, SHEET, list(_lines(found)), export)


def _lines(found: PolicyStatistics) -> Iterable[dict[str, object]]:
    block = found.block
    if block is None:
        return
    yield {
        "group": "合计",
        "name": "全县",
        "items": block.items,
        "paid": block.paid,
        "payouts": block.now.payouts,
        "enterprises": block.now.enterprises,
    }
    for group, lines in (("兑现方式", found.modes), ("类别", found.categories)):
        for row in lines:
            yield {"group": group, "name": row.name, "items": row.items, "paid": row.paid}
    for unit in found.units:
        yield {
            "group": "牵头单位",
            "name": unit.name,
            "items": unit.items,
            "paid": unit.paid,
            "payouts": unit.payouts,
            "enterprises": unit.enterprises,
        }


def _charts(found: PolicyStatistics) -> dict[str, str]:
    if found.block is None:
        return {}
    period = found.period.slug
    months = [
        Bar(
            f"{one.span.last.month}月",
            in_ten_thousands(one.period_yuan) if one.known else None,
            f"?period={one.span.last:%Y-%m}",
            strong=one is found.months[-1],
        )
        for one in found.months
    ]
    units = [
        Bar(row.name, row.paid, f"{reverse('reports:figure_rows', args=[row.figure])}?period={period}")
        for row in found.units[:MOST_BARS]
        if row.paid
    ]
    modes = [
        (row.name, colour, row.items)
        for row, colour in zip(found.modes, MODE_COLOURS, strict=True)
        if row.items
    ]
    categories = [
        Bar(row.name, row.items, f"{reverse('reports:figure_rows', args=[row.figure])}?period={period}")
        for row in found.categories
        if row.items
    ]
    return {
        "months": bar(months, title="逐月兑现金额", unit="万元"),
        "units": ranked_bar(units, title="各牵头单位兑现金额", unit="万元"),
        "modes": donut(modes, title="各兑现方式事项数", unit="项"),
        "categories": ranked_bar(categories, title="各类别事项数", unit="项"),
    }
