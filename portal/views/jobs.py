"""The page of the periodic work: what runs when, what it did, what waits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import Role
from portal.selectors.clock import clock_skews, database_now
from portal.selectors.jobs import is_silent, job_rows, outbox, recent_failures
from portal.selectors.log_forwarding import forwarding_state
from portal.selectors.year_calendar import calendar_gap
from portal.services import jobs as services
from portal.services.delivery import retry_dead


@role_required(Role.SYSADMIN, Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def job_list(request: PortalRequest) -> HttpResponse:
    now = database_now()
    rows = job_rows(now)
    return render(
        request,
        "portal/job_list.html",
        {
            "rows": rows,
            "waiting": sum(row.waiting for row in rows),
            "failed": sum(row.failed for row in rows),
            "failures": recent_failures(),
            "outbox": outbox(now),
            "silent": is_silent(now),
            "forwarding": forwarding_state(now),
            "skews": clock_skews(),
            "calendar_gap": calendar_gap(timezone.localdate()),
            "may_run": request.user.has_role(Role.SYSADMIN),
        },
    )


@role_required(Role.SYSADMIN)
@require_POST
def job_run(request: PortalRequest, name: str) -> HttpResponse:
    """Ask for a run; whoever runs jobs takes it within a minute."""
    try:
        slot = services.request_run(name, actor=request.user, now=database_now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        label = next(row.job.label for row in job_rows(slot.slot_at) if row.job.name == name)
        messages.success(request, f"「{label}」已排入执行，一分钟内开始。稍后刷新本页查看结果。")
    return redirect("portal:job_list")


@role_required(Role.SYSADMIN)
@require_POST
def delivery_retry(request: PortalRequest) -> HttpResponse:
    """Owe the given-up notices anew."""
    count = retry_dead(actor=request.user, now=database_now())
    messages.success(request, f"已将 {count} 条消息重新排入发送。" if count else "没有需要重新发送的消息。")
    return redirect("portal:job_list")
