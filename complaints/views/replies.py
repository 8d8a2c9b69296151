"""The reply of a unit: its page, and the standard replies it can start from."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from complaints.forms.desk_tables import StandardReplyForm
from complaints.forms.steps import ReplyForm, renew
from complaints.models import Complaint, Reply, StandardReply
from complaints.querysets import StandardReplyQuerySet
from complaints.services.desk import reply_with_files
from complaints.services.desk_tables import REPLY_FIELDS, filled, save_standard_reply
from complaints.services.steps import ensure_version
from complaints.views.cases import find_case
from complaints.views.routing import step_page, why_not_now
from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES, Role


@role_required(Role.LIAISON, Role.UNIT_HEAD, Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def complaint_propose(request: PortalRequest, number: str) -> HttpResponse:
    """Write the reply of the lead unit, from a standard one or from the draft that came back."""
    case = find_case(request, number)
    sent = request.method == "POST"
    initial = {"version": case.version, **_beginning(request, case)}
    form = ReplyForm(request.POST if sent else None, request.FILES if sent else None, initial=initial)
    status = 200
    if sent and form.is_valid():
        try:
            ensure_version(case, form.cleaned_data["version"])
            reply_with_files(case, actor=request.user, now=timezone.now(), **form.values())
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
            case = find_case(request, number)
            renew(form, "version", case.version)
        else:
            messages.success(request, f"{case.number} 答复已提交，请本单位负责人确认")
            return redirect(case)
    context = {
        "label": "提交答复",
        "standard": _usable(request, case),
        "returned": case.replies.filter(state=Reply.State.RETURNED).first(),
        "why_not": why_not_now(case, "propose", request.user),
    }
    return step_page(request, "complaints/complaint_reply.html", case, form, status=status, **context)


def _usable(request: PortalRequest, case: Complaint) -> list[StandardReply]:
    rows = StandardReply.objects.visible_to(request.user).filter(is_active=True)
    return [row for row in rows if row.kind in {"", case.kind} and row.topic_id in {None, case.topic_id}]


def _beginning(request: PortalRequest, case: Complaint) -> dict[str, str]:
    """Return what the form begins with: the standard reply of the address, or the draft that came back."""
    key = request.GET.get("standard", "")
    if key.isdecimal() and len(key) < 10:
        row = StandardReply.objects.visible_to(request.user).filter(pk=int(key), is_active=True).first()
        if row is not None:
            return {"text": filled(row, case)}
    last = case.replies.first()
    if last is not None and last.state == Reply.State.RETURNED:
        return {"text": last.text, "measures": last.measures, "outcome": last.outcome}
    return {}


def _visible(request: PortalRequest) -> StandardReplyQuerySet:
    return StandardReply.objects.visible_to(request.user)


@role_required(Role.LIAISON, Role.UNIT_HEAD, Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def standard_reply_list(request: PortalRequest) -> HttpResponse:
    """The standard replies, with the cases they fit."""
    context = {
        "rows": _visible(request).select_related("topic", "updated_by"),
        "may_keep": request.user.has_role(*OFFICE_ROLES),
        "fields": list(REPLY_FIELDS),
    }
    return render(request, "complaints/standard_reply_list.html", context)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def standard_reply_edit(request: PortalRequest, key: int = 0) -> HttpResponse:
    """Add a standard reply, or word one anew."""
    row = get_object_or_404(_visible(request), pk=key) if key else None
    data = request.POST if request.method == "POST" else None
    form = StandardReplyForm(data, initial=StandardReplyForm.values_of(row), user=request.user)
    status = 200
    if data is not None and form.is_valid():
        try:
            save_standard_reply(row, actor=request.user, **form.values())
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, "常用答复已保存")
            return redirect("complaints:standard_reply_list")
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "row": row, "fields": list(REPLY_FIELDS)}
    return render(request, "complaints/standard_reply_form.html", context, status=status)
