"""The steps of an item: one address for each, taken by POST; the application has a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from indicators.forms.items import ApplyForm, StepForm, renew
from indicators.models import Adjustment, WorkItem
from indicators.services import adjustments, closing
from indicators.services.items import capacities, chase_items, ensure_version, take_step
from indicators.views.items import detail_page, visible_item
from indicators.workflow import ITEM_STEPS
from portal.access import business
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import User

Run = Callable[..., object]


def _start(item: WorkItem, *, actor: User, today: date) -> None:
    take_step(item, "start", actor=actor, today=today)


def _adjust(item: WorkItem, *, actor: User, today: date, note: str, **changes: Any) -> None:
    adjustments.adjust_item(item, actor=actor, today=today, reason=note, **changes)


def _suspend(item: WorkItem, *, actor: User, today: date, note: str) -> None:
    adjustments.suspend_item(item, actor=actor, today=today, reason=note)


def _resume(item: WorkItem, *, actor: User, today: date, note: str, due_on: date | None) -> None:
    adjustments.resume_item(item, actor=actor, today=today, reason=note, due_on=due_on)


def _cancel(item: WorkItem, *, actor: User, today: date, note: str) -> None:
    adjustments.cancel_item(item, actor=actor, today=today, reason=note)


def _request_extension(item: WorkItem, *, actor: User, today: date, note: str, new_due_on: date) -> None:
    adjustments.request_extension(item, actor=actor, today=today, reason=note, new_due_on=new_due_on)


def _requested(item: WorkItem) -> Adjustment:
    row = item.adjustments.filter(state=Adjustment.State.REQUESTED).first()
    if row is None:
        raise Refused("没有待审批的延期申请，请刷新页面查看结果")
    # The decision is about the item as the page showed it.
    row.item = item
    return row


def _grant_extension(item: WorkItem, *, actor: User, today: date, note: str) -> None:
    adjustments.decide_extension(_requested(item), actor=actor, today=today, approve=True, decision=note)


def _refuse_extension(item: WorkItem, *, actor: User, today: date, note: str) -> None:
    adjustments.decide_extension(_requested(item), actor=actor, today=today, approve=False, decision=note)


def _chase(item: WorkItem, *, actor: User, today: date, note: str) -> None:
    outcome = chase_items(WorkItem.objects.filter(pk=item.pk), actor=actor, today=today, note=note)
    if not outcome.done:
        raise Refused(f"{outcome.skipped_text()}，没有再发催办")


STEPS: dict[str, tuple[str, Run]] = {
    "start": ("已启动", _start),
    "confirm": ("已确认，送下一步审核", closing.confirm_application),
    "decline": ("已退回联络员修改", closing.decline_application),
    "withdraw": ("已撤回申请", closing.withdraw_application),
    "lead_pass": ("初审通过，送营商办核定", closing.lead_pass),
    "lead_return": ("已退回责任单位", closing.lead_return),
    "approve": ("已销号，亮蓝灯", closing.approve_closing),
    "office_return": ("已退回责任单位", closing.office_return),
    "recheck_failed": ("已重新打开，进入下一轮", closing.fail_recheck),
    "adjust": ("已调整，并通知有关单位", _adjust),
    "suspend": ("已中止", _suspend),
    "resume": ("已恢复推进", _resume),
    "cancel": ("已取消", _cancel),
    "request_extension": ("延期申请已提交，等待审批", _request_extension),
    "grant_extension": ("已同意延期", _grant_extension),
    "refuse_extension": ("已答复不同意延期", _refuse_extension),
    "chase": ("已催办", _chase),
}


@business
@require_POST
def item_step(request: PortalRequest, number: str, step: str) -> HttpResponse:
    """Take one step of an item; refused, the page comes back with the reason and what was typed."""
    if step not in STEPS:
        raise Http404
    done, run = STEPS[step]
    item = visible_item(request, number)
    form = StepForm(step, item, request.POST)
    status = 422
    if form.is_valid():
        try:
            ensure_version(item, form.cleaned_data["version"])
            run(item, actor=request.user, today=timezone.localdate(), **form.values())
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, f"{item.short_number} {done}")
            return redirect(item)
    item = visible_item(request, number)
    renew(form, "version", item.version)
    return detail_page(request, item, tried=step, form=form, status=status)


@business
@require_http_methods(["GET", "POST"])
def item_apply(request: PortalRequest, number: str) -> HttpResponse:
    """The application to close: completion, result and evidence on one page."""
    item = visible_item(request, number)
    step = ITEM_STEPS["apply"]
    if capacities(request.user, item).isdisjoint(step.actors):
        messages.error(request, "销号由责任单位联络员申请，您没有此项权限")
        return redirect(item)
    sent = request.method == "POST"
    form = ApplyForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"version": item.version},
    )
    status = 200
    if sent and form.is_valid():
        try:
            values = dict(form.cleaned_data)
            ensure_version(item, values.pop("version"))
            closing.apply_to_close(item, actor=request.user, today=timezone.localdate(), **values)
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
            item = visible_item(request, number)
            renew(form, "version", item.version)
        else:
            messages.success(request, f"{item.short_number} 已申请销号，请本单位负责人确认")
            return redirect(item)
    if form.errors and status == 200:
        status = 422
    context = {"item": item, "form": form, "ready": item.state in step.sources}
    return render(request, "indicators/item_apply.html", context, status=status)
