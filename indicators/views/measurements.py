"""Pages of the measurements: the month's table, one indicator, entry and review."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.forms.measurements import MeasurementForm
from indicators.models import Indicator, Measurement
from indicators.months import first_of, parse, shift
from indicators.selectors.measurements import Measured, leaves, measured, task_force_of
from indicators.services import measurements as services
from indicators.workflow import MEASUREMENT_STEPS, PENDING_STATES, MeasurementState
from portal.access import business
from portal.charts import Series, line
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import AuditEvent
from portal.selectors.files import attachments_of
from portal.workflow import open_steps

PERIODS_SHOWN = 6
SHOWS = {"behind": "只看落后", "owed": "待填报", "pending": "待审核"}


def chosen_period(request: PortalRequest) -> date:
    """Return the period in the address, or the last full month; 404 on anything else."""
    text = request.GET.get("period", "")
    if not text:
        return shift(first_of(timezone.localdate()), -1)
    try:
        return parse(text)
    except ValueError as error:
        raise Http404 from error


@business
@require_GET
def measurement_list(request: PortalRequest) -> HttpResponse:
    period = chosen_period(request)
    rows = measured(leaves(period.year, request.user), period)
    show = request.GET.get("show", "")
    shown = [row for row in rows if _matches(row, show)]
    today = first_of(timezone.localdate())
    return render(
        request,
        "indicators/measurement_list.html",
        {
            "period": period,
            "periods": [shift(today, -n) for n in range(PERIODS_SHOWN)],
            "groups": _grouped(shown),
            "counts": {key: sum(_matches(row, key) for row in rows) for key in SHOWS},
            "shows": SHOWS,
            "show": show,
            "total": len(rows),
            "verifiable": [
                row.row for row in shown if row.row and _may(request, row.indicator, row.row, "verify")
            ],
        },
    )


def _matches(row: Measured, show: str) -> bool:
    if show == "behind":
        return row.is_behind
    if show == "owed":
        return row.row is None or row.row.state in services.EDITABLE
    if show == "pending":
        return row.row is not None and row.row.state in PENDING_STATES
    return True


def _grouped(rows: list[Measured]) -> list[tuple[str, list[Measured]]]:
    groups: dict[str, list[Measured]] = {}
    ordered = sorted(
        rows, key=lambda row: (row.task_force.order if row.task_force else 999, row.indicator.order)
    )
    for row in ordered:
        groups.setdefault(row.task_force.name if row.task_force else "其他", []).append(row)
    return list(groups.items())


def _may(request: PortalRequest, indicator: Indicator, row: Measurement, name: str) -> bool:
    held = services.capacities(request.user, indicator)
    step = MEASUREMENT_STEPS[name]
    return row.state in step.sources and not held.isdisjoint(step.actors)


def _visible(request: PortalRequest, code: str, period: date) -> Indicator:
    return get_object_or_404(leaves(period.year, request.user), code=code)


@business
@require_http_methods(["GET", "POST"])
def measurement_detail(request: PortalRequest, code: str, month: str) -> HttpResponse:
    """One indicator in one period: entry for its unit, review for the office, the calculation for all."""
    try:
        period = parse(month)
    except ValueError as error:
        raise Http404 from error
    indicator = _visible(request, code, period)
    if request.method == "POST":
        form = MeasurementForm(request.POST)
        return _save(request, indicator, period, form) or _page(request, indicator, period, form, status=422)
    row = Measurement.objects.filter(indicator=indicator, period=period).first()
    stored = {"value": row.value, "note": row.note, "version": row.version} if row else {}
    return _page(request, indicator, period, MeasurementForm(initial=stored))


def _page(
    request: PortalRequest, indicator: Indicator, period: date, form: MeasurementForm, *, status: int = 200
) -> HttpResponse:
    context = _detail(request, indicator, period, form)
    return render(request, "indicators/measurement_detail.html", context, status=status)


def _save(
    request: PortalRequest, indicator: Indicator, period: date, form: MeasurementForm
) -> HttpResponse | None:
    """Save what was entered and, where asked for, submit it; None when the form must be shown again."""
    if not form.is_valid():
        return None
    try:
        services.enter_measurement(
            indicator,
            period,
            services.Entry(**form.cleaned_data, uploads=request.FILES.getlist("evidence")),
            actor=request.user,
            today=timezone.localdate(),
            submit="submit" in request.POST,
        )
    except Conflict as error:
        theirs = error.theirs
        form.add_error(
            None, f"{error}对方填写的是：{theirs.get('value') or '无数据'}。您填写的内容保留在下方。"
        )
        return None
    except Refused as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, f"「{indicator}」已{'提交' if 'submit' in request.POST else '保存'}。")
    return redirect("indicators:measurement_detail", indicator.code, f"{period:%Y-%m}")


def _detail(
    request: PortalRequest, indicator: Indicator, period: date, form: MeasurementForm
) -> dict[str, object]:
    one = measured([indicator], period)[0]
    held = services.capacities(request.user, indicator)
    state = one.row.state if one.row else MeasurementState.DRAFT
    months = [shift(period, n - len(one.line) + 1) for n in range(len(one.line))]
    series = [Series(indicator.name, one.line)]
    if indicator.benchmark is not None:
        series.append(Series("对标值", [indicator.benchmark] * len(one.line), dashed=True))
    steps = open_steps(MEASUREMENT_STEPS.values(), state, held) if one.row else []
    return {
        "one": one,
        "indicator": indicator,
        "task_force": task_force_of(indicator),
        "period": period,
        "form": form,
        "editable": state in services.EDITABLE and not held.isdisjoint(MEASUREMENT_STEPS["submit"].actors),
        "steps": [step for step in steps if step.name != "submit"],
        "files": attachments_of(one.row) if one.row else [],
        "history": AuditEvent.objects.of(one.row)[:30] if one.row else [],
        "chart": line(
            [f"{month.month}月" for month in months],
            series,
            title=f"{indicator}逐月变化",
            unit=indicator.unit,
        )
        if one.line
        else "",
    }


@business
@require_POST
def measurement_step(request: PortalRequest, code: str, month: str, step: str) -> HttpResponse:
    """Take one step of the review."""
    if step not in MEASUREMENT_STEPS:
        raise Http404
    try:
        period = parse(month)
    except ValueError as error:
        raise Http404 from error
    indicator = _visible(request, code, period)
    row = get_object_or_404(Measurement, indicator=indicator, period=period)
    try:
        services.take_step(row, step, actor=request.user, note=request.POST.get("note", ""))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"「{indicator}」已{MEASUREMENT_STEPS[step].label}。")
    return redirect("indicators:measurement_detail", indicator.code, month)


@business
@require_POST
def measurement_verify_many(request: PortalRequest) -> HttpResponse:
    """Verify the ticked measurements; those that cannot be are named."""
    rows = (
        Measurement.objects.visible_to(request.user).filter(pk__in=_keys(request)).select_related("indicator")
    )
    done, refused = services.verify_many(rows, actor=request.user)
    if done:
        messages.success(request, f"已审核 {done} 项。")
    for sentence in refused:
        messages.error(request, sentence)
    return redirect(f"/measurements/?period={request.POST.get('period', '')}")


def _keys(request: PortalRequest) -> list[int]:
    return [int(key) for key in request.POST.getlist("selected") if key.isdigit()]
