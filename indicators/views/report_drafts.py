"""What the entry page's script calls while somebody types: keep one item's draft, take its files."""

from __future__ import annotations

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from indicators.forms.reports import DraftForm
from indicators.models import ProgressReport
from indicators.services import reports as services
from indicators.services.reports.checks import LABELS
from indicators.views.months import find_month
from indicators.views.report_rows import first_errors, is_ready, shown
from indicators.workflow import ReportState
from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.roles import Role
from portal.selectors.files import attachments_of
from portal.templatetags.portal_ui import state

DONE = 200
CONFLICT = 409
UNFIT = 422


def _own_report(request: PortalRequest, slug: str, number: str) -> ProgressReport:
    """Return the unit's own report on an item; another unit's does not exist."""
    month = find_month(request, slug)
    own = ProgressReport.objects.visible_to(request.user).filter(organisation=request.user.organisation_id)
    return get_object_or_404(
        own.select_related("item", "organisation"), month=month.month, item__number=number
    )


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_POST
def report_draft(request: PortalRequest, month: str, number: str) -> JsonResponse:
    """Keep one item's draft. 409 with the other person's texts when he was first, 422 with what is wrong."""
    report = _own_report(request, month, number)
    form = DraftForm(request.POST, prefix=number)
    if not form.is_valid():
        return JsonResponse({"errors": first_errors(form)}, status=UNFIT)
    try:
        report = services.save_draft(
            report,
            actor=request.user,
            version=form.cleaned_data["version"],
            fields=form.values(),
            today=timezone.localdate(),
        )
    except Conflict as error:
        theirs = [
            {"field": name, "label": LABELS[name], "text": shown(value)}
            for name, value in error.theirs.items()
        ]
        answer = {"message": str(error), "theirs": theirs, "version": report.version}
        return JsonResponse(answer, status=CONFLICT)
    except services.Unfit as error:
        found = {problem.field: problem.sentence for problem in error.problems}
        return JsonResponse({"errors": found}, status=UNFIT)
    except Refused as error:
        return JsonResponse({"errors": {"": str(error)}}, status=UNFIT)
    return JsonResponse(_standing(report))


def _standing(report: ProgressReport) -> dict[str, object]:
    saved = timezone.localtime(report.saved_at) if report.saved_at else timezone.localtime()
    return {
        "version": report.version,
        "state": report.state,
        "badge": state(report.state, ReportState(report.state).label),
        "percent": shown(report.percent),
        "saved": f"{saved.hour}:{saved:%M}",
        "ready": is_ready(report, attachments_of(report)),
        "blank": report.state == ReportState.MISSING,
    }


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_POST
def report_evidence(request: PortalRequest, month: str, number: str) -> HttpResponse:
    """Take files for one item, or remove one by its token; answers with the item's list of files."""
    report = _own_report(request, month, number)
    today, problem = timezone.localdate(), ""
    try:
        if token := request.POST.get("remove"):
            attachment = attachments_of(report).filter(token=token).first()
            if attachment is None:
                raise Http404
            services.remove_evidence(report, attachment, actor=request.user, today=today)
        else:
            services.add_evidence(report, request.FILES.getlist("files"), actor=request.user, today=today)
    except Refused as error:
        problem = str(error)
    context = {
        "number": number,
        "files": attachments_of(report),
        "writable": True,
        "problem": problem,
    }
    return render(request, "indicators/report_entry.html#files", context, status=UNFIT if problem else DONE)
