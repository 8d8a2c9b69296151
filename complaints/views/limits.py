"""The time limits in force, and the laying down of a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from complaints.forms.desk_tables import TimeLimitForm
from complaints.models import TimeLimit
from complaints.selectors.limits import limit_lines
from complaints.services.desk_tables import set_time_limit
from portal.access import business
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES


@business
@require_http_methods(["GET", "POST"])
def limit_list(request: PortalRequest) -> HttpResponse:
    """The limits of today with their sources, those to come, and for the office the form of a new one."""
    today = timezone.localdate()
    may_keep = request.user.has_role(*OFFICE_ROLES)
    data = request.POST if request.method == "POST" else None
    form = TimeLimitForm(data, initial={"valid_from": today})
    if data is not None and form.is_valid():
        try:
            row = set_time_limit(form.new_limit(), actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{row} 自 {row.valid_from:%Y-%m-%d} 起生效")
            return redirect("complaints:limit_list")
    context = {
        "lines": limit_lines(today),
        "coming": TimeLimit.objects.visible_to(request.user).filter(valid_from__gt=today),
        "form": form if may_keep else None,
    }
    return render(request, "complaints/limit_list.html", context, status=422 if form.errors else 200)
