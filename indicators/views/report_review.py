"""The reviewers' queue of a month: verify, pass or return, one by one or many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from indicators.forms.reports import ReturnForm, ReviewFilterForm
from indicators.models import ProgressReport, ReportingMonth
from indicators.querysets import ProgressReportQuerySet
from indicators.selectors.months import review_queue
from indicators.services import reports as services
from indicators.services.reports import Outcome
from indicators.views.months import find_month
from indicators.views.report_rows import add_last, report_rows, with_everything
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES, Role

PAGE = 50
LOOKS = {
    "coordination": ~Q(coordination=""),
    "problems": ~Q(problems=""),
    "backwards": Q(percent__lt=F("previous_percent")),
    "no_change": Q(no_change=True),
    "again": Q(return_count__gt=0),
    "late": Q(is_late=True),
}
WORDS = {"verify": "审核通过", "lead_pass": "牵头审核通过", "return": "退回"}
NAMED_REFUSALS = 5


@role_required(Role.OFFICE, Role.OFFICE_HEAD, Role.LIAISON, Role.UNIT_HEAD)
@require_http_methods(["GET", "POST"])
def report_review(request: PortalRequest, month: str) -> HttpResponse:
    """What waits for this person: the office everything pending, a lead unit what others sent it."""
    row = find_month(request, month)
    if request.method == "POST":
        return _act(request, row)
    return _page(request, row)


def _queue(request: PortalRequest, month: ReportingMonth) -> ProgressReportQuerySet:
    reports = ProgressReport.objects.visible_to(request.user).filter(month=month.month)
    return review_queue(request.user, reports)


def _page(
    request: PortalRequest,
    month: ReportingMonth,
    form: ReturnForm | None = None,
    status: int = 200,
    returned: str = "",
) -> HttpResponse:
    today = timezone.localdate()
    queue = _queue(request, month)
    filters = ReviewFilterForm(request.GET, queue=queue)
    listed = _narrow(queue, filters)
    page = Paginator(with_everything(listed), PAGE).get_page(request.GET.get("page"))
    is_office = request.user.has_role(*OFFICE_ROLES)
    rows = report_rows(month, page.object_list, request.user)
    add_last(rows)
    context: dict[str, Any] = {
        "month": month,
        "page": page,
        "rows": rows,
        "filter": {"form": filters},
        "is_office": is_office,
        "step": "verify" if is_office else "lead_pass",
        "step_label": WORDS["verify" if is_office else "lead_pass"],
        "return_form": form or ReturnForm(),
        "asks_until": is_office and month.is_locked(today),
        "is_locked": month.is_locked(today),
        "returned": returned,
        "kept": request.POST.getlist("selected"),
    }
    return render(request, "indicators/report_review.html", context, status=status)


def _narrow(queue: ProgressReportQuerySet, form: ReviewFilterForm) -> ProgressReportQuerySet:
    if not form.is_valid():
        return queue
    chosen = form.cleaned_data
    if chosen["task_force"]:
        queue = queue.filter(item__task_force=chosen["task_force"])
    if chosen["unit"]:
        queue = queue.filter(organisation=chosen["unit"])
    return queue.filter(LOOKS[chosen["show"]]) if chosen["show"] else queue


def _act(request: PortalRequest, month: ReportingMonth) -> HttpResponse:
    """Take one step on the ticked reports, or on the one whose button was pressed (`verify:2023-DB-011`)."""
    step, _, number = request.POST.get("step", "").partition(":")
    if step not in WORDS:
        raise Http404
    numbers = [number] if number else request.POST.getlist("selected")
    reports = list(
        ProgressReport.objects.visible_to(request.user).filter(month=month.month, item__number__in=numbers)
    )
    if len(reports) != len(set(numbers)):
        raise Http404
    if not reports:
        messages.info(request, "请先勾选要处理的月报。")
        return redirect(request.get_full_path())
    if step == "return":
        return _return(request, month, reports, number)
    take = services.verify_reports if step == "verify" else services.lead_pass
    try:
        outcome = take(reports, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    else:
        _tell(request, outcome, WORDS[step])
    return redirect(request.get_full_path())


def _return(
    request: PortalRequest, month: ReportingMonth, reports: list[ProgressReport], number: str
) -> HttpResponse:
    reason = request.POST.get(f"reason-{number}" if number else "reason", "")
    until = request.POST.get(f"until-{number}" if number else "until", "")
    form = ReturnForm({"reason": reason, "until": until})
    if not form.is_valid():
        return _page(request, month, form, 422, number)
    try:
        outcome = services.return_reports(
            reports,
            form.cleaned_data["reason"],
            actor=request.user,
            today=timezone.localdate(),
            until=form.cleaned_data["until"],
        )
    except Refused as error:
        form.add_error(None, str(error))
        return _page(request, month, form, 422, number)
    _tell(request, outcome, WORDS["return"])
    return redirect(request.get_full_path())


def _tell(request: PortalRequest, outcome: Outcome, word: str) -> None:
    if outcome.done:
        messages.success(request, f"{word} {len(outcome.done)} 项。")
    for refusal in outcome.refused[:NAMED_REFUSALS]:
        messages.error(request, refusal.sentence)
    if len(outcome.refused) > NAMED_REFUSALS:
        messages.error(request, f"另有 {len(outcome.refused) - NAMED_REFUSALS} 项未办理，原因相同或类似。")
