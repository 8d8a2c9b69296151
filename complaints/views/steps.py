"""The steps of a case: one address for each, taken by POST from the case's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from complaints.forms.steps import StepForm, renew
from complaints.models import Complaint, Extension
from complaints.querysets import reads_all_cases
from complaints.selectors.desk import CHASE, SIGN_ASSIST, WHISTLE_CLOSE
from complaints.services import acceptance, bulk, closing, desk, handling, replies, routing, whistles
from complaints.services.closing import CallBack
from complaints.services.steps import ensure_version
from complaints.views.cases import detail_page, find_case, list_url
from complaints.workflow import ExtensionState
from portal.access import business
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import Organisation, User

Run = Callable[..., object]


def _day(now: datetime) -> Any:
    return timezone.localdate(now)


def _ask_more(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    acceptance.ask_for_more(case, actor=actor, today=_day(now), wanted=note)


def _supply(case: Complaint, *, actor: User, now: datetime, note: str, uploads: list[Any]) -> None:
    acceptance.supply_more(case, actor=actor, today=_day(now), text=note, uploads=uploads)


def _sign(case: Complaint, *, actor: User, now: datetime) -> None:
    routing.sign_complaint(case, actor=actor, today=_day(now))


def _sign_assist(case: Complaint, *, actor: User, now: datetime) -> None:
    routing.sign_assistance(case, actor=actor, today=_day(now))


def _return(case: Complaint, *, actor: User, now: datetime, note: str, suggested: Organisation) -> None:
    routing.return_complaint(case, actor=actor, today=_day(now), reason=note, suggested=suggested)


def _recall(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    routing.recall_complaint(case, actor=actor, today=_day(now), note=note)


def _answer(case: Complaint, *, actor: User, now: datetime, note: str, uploads: list[Any]) -> None:
    desk.answer_with_files(case, actor=actor, now=now, answer=note, uploads=uploads)


def _extend(case: Complaint, *, actor: User, now: datetime, days: int, note: str) -> None:
    handling.request_extension(case, actor=actor, now=now, days=days, reason=note)


def _pending(case: Complaint) -> Extension:
    row = case.extensions.filter(state=ExtensionState.REQUESTED).first()
    if row is None:
        raise Refused("没有待审批的延期申请，请刷新页面查看结果")
    # The decision is about the case as the page showed it.
    row.complaint = case
    return row


def _grant(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    handling.decide_extension(_pending(case), actor=actor, approved=True, decision=note, now=now)


def _refuse(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    handling.decide_extension(_pending(case), actor=actor, approved=False, decision=note, now=now)


def _suspend(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    handling.suspend_complaint(case, actor=actor, today=_day(now), reason=note)


def _resume(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    handling.resume_complaint(case, actor=actor, today=_day(now), note=note)


def _terminate(case: Complaint, *, actor: User, now: datetime, note: str, withdrawn: bool) -> None:
    handling.terminate_complaint(case, actor=actor, today=_day(now), reason=note, withdrawn=withdrawn)


def _archive(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    closing.archive_complaint(case, actor=actor, today=_day(now), note=note)


def _reopen(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    closing.reopen_complaint(case, actor=actor, now=now, reason=note)


def _call(
    case: Complaint,
    *,
    actor: User,
    now: datetime,
    reached: str,
    resolved: str,
    satisfaction: str,
    justified: bool,
    note: str,
) -> None:
    found = CallBack(
        reachable=reached != "no",
        refused=reached == "refused",
        resolved={"yes": True, "no": False}.get(resolved),
        satisfaction=satisfaction,
        justified=justified,
        note=note,
    )
    closing.call_back(case, found, actor=actor, now=now)


def _close_whistle(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    whistles.close_whistle(case, actor=actor, now=now, result=note)


def _chase(case: Complaint, *, actor: User, now: datetime, note: str) -> None:
    one = Complaint.objects.visible_to(actor).filter(pk=case.pk)
    outcome = bulk.chase_many(one, actor=actor, today=_day(now), note=note)
    if not outcome.done:
        raise Refused(f"{outcome.skipped_text()}，没有再发催办")


STEPS: dict[str, tuple[str, Run]] = {
    "accept": ("已受理，开始计算办理时限", acceptance.accept_complaint),
    "ask_more": ("已要求补充，停止计时", _ask_more),
    "supply": ("补充内容已登记，恢复计时", _supply),
    "split": ("已恢复单独办理", acceptance.split_complaint),
    "sign": ("已签收", _sign),
    SIGN_ASSIST: ("已签收协办", _sign_assist),
    "return": ("已退回营商办", _return),
    "recall": ("已收回，请另行转办", _recall),
    "note": ("办理情况已记录", desk.note_with_files),
    "answer": ("协办意见已交主办单位", _answer),
    "request_extension": ("延期申请已提交，等待审批", _extend),
    "approve_extension": ("已同意延期", _grant),
    "refuse_extension": ("已答复不同意延期", _refuse),
    "suspend": ("已中止，停止计时", _suspend),
    "resume": ("已恢复办理", _resume),
    "terminate": ("已终止办理", _terminate),
    "confirm": ("答复已确认，送营商办审核", replies.confirm_reply),
    "send_back": ("已退给联络员修改", replies.send_back_reply),
    "pass": ("审核通过，来件人可以查看答复，请安排回访", replies.pass_reply),
    "send_again": ("已退回主办单位重办", replies.send_reply_again),
    "call": ("回访结果已登记", _call),
    WHISTLE_CLOSE: ("吹哨已办结", _close_whistle),
    CHASE: ("已催办主办单位", _chase),
    "archive": ("已归档", _archive),
    "reopen": ("已重新打开，进入新一轮办理", _reopen),
}


# After these steps the unit that took them has nothing to do with the case any more.
LEAVING = frozenset({"return"})


@business
@require_POST
def complaint_step(request: PortalRequest, number: str, step: str) -> HttpResponse:
    """Take one step of a case; refused, the page comes back with the reason and what was typed."""
    if step not in STEPS:
        raise Http404
    done, run = STEPS[step]
    case = find_case(request, number)
    units = Organisation.objects.all() if step == "return" else ()
    form = StepForm(step, case, request.POST, request.FILES, user=request.user, units=units)
    status = 422
    if form.is_valid():
        try:
            ensure_version(case, form.cleaned_data["version"])
            run(case, actor=request.user, now=timezone.now(), **form.values())
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, f"{case.number} {done}")
            return redirect_to(request, case) if step in LEAVING else redirect(case)
    case = find_case(request, number)
    renew(form, "version", case.version)
    return detail_page(request, case, tried=step, form=form, status=status)


def redirect_to(request: PortalRequest, case: Complaint) -> HttpResponse:
    """Return to the case, or to the list where the step has taken it out of the person's sight."""
    mine = reads_all_cases(request.user)
    still = mine or Complaint.objects.visible_to(request.user).filter(pk=case.pk).exists()
    return redirect(case.get_absolute_url() if still else list_url())
