"""The page on which a special bulletin 专项通报 is drafted."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import Role
from reports.forms.bulletins import SpecialForm
from reports.sections import CHOICES
from reports.services.bulletins import draft_special


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def special_new(request: PortalRequest) -> HttpResponse:
    """Ask for the occasion and what it is about, draft, and open the draft."""
    today = timezone.localdate()
    posted = request.POST if request.method == "POST" else None
    form = SpecialForm(posted, today=today, initial={"sections": list(CHOICES)})
    if posted is not None and form.is_valid():
        data = form.cleaned_data
        try:
            bulletin = draft_special(
                data["title"],
                form.subject,
                month=data["month"],
                text=data["text"],
                actor=request.user,
                today=today,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect(bulletin)
    status = 422 if form.errors else 200
    return render(request, "reports/special_form.html", {"form": form}, status=status)
