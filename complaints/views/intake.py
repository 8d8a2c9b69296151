"""Taking a case in at the desk: the form, the likely duplicates while typing, the receipt with its code."""

from __future__ import annotations

import secrets

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from complaints.forms.intake import IntakeForm, LikeForm
from complaints.kinds import CaseType, Channel, Clock, ProblemKind, Urgency
from complaints.query_codes import printed
from complaints.selectors.cases import Duplicate, likely_duplicates
from complaints.selectors.documents import receipt_slip
from complaints.services.intake import Registered, register_complaint
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import Enterprise, Organisation
from portal.roles import Role
from portal.selectors.enterprises import find_by_code, found_by

SOURCE = "desk"
LEAST_TITLE = 4
# The fields that take the whole width of the form.
WIDE = ("title", "text", "wishes", "enterprise_code", "uploads")
MATCHES = 5


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def complaint_create(request: PortalRequest) -> HttpResponse:
    """Register a case at the desk.

    Where it looks like a case that is there already, the form comes back once with
    the likely ones. The receipt shows the query code once; the same form sent twice
    (a double click, a reload) makes one case and gives the same code.
    """
    sent = request.method == "POST"
    form = IntakeForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        user=request.user,
        initial=_initial(request),
    )
    duplicates: list[Duplicate] = []
    if sent and form.is_valid():
        duplicates = [] if form.cleaned_data["is_new"] else _alike(request, form)
        if not duplicates:
            try:
                made = register_complaint(
                    form.entry(),
                    actor=request.user,
                    now=timezone.now(),
                    uploads=form.cleaned_data["uploads"],
                    source=SOURCE,
                    key=form.cleaned_data["key"],
                )
            except Refused as error:
                form.add_error(None, str(error))
            else:
                return _receipt(request, made)
    context = {"form": form, "wide": WIDE, "duplicates": duplicates, "must_confirm": bool(duplicates)}
    status = 422 if form.errors else (409 if duplicates else 200)
    return render(request, "complaints/complaint_form.html", context, status=status)


def _initial(request: PortalRequest) -> dict[str, object]:
    """Return what the form begins with; the channel stays as it was for the clerk who goes on to the next."""
    channel = request.GET.get("channel", "")
    return {
        "key": secrets.token_hex(16),
        "channel": channel if channel in Channel.values else Channel.PHONE,
        "kind": CaseType.HELP,
        "problem_kind": ProblemKind.OTHER,
        "urgency": Urgency.NORMAL,
        "clock": Clock.ORDINARY,
    }


def _alike(request: PortalRequest, form: IntakeForm) -> list[Duplicate]:
    return likely_duplicates(
        request.user,
        title=form.cleaned_data["title"],
        today=timezone.localdate(),
        phone=form.cleaned_data["phone"],
        enterprise=form.enterprise,
        reported=form.cleaned_data["reported"],
    )


def _receipt(request: PortalRequest, made: Registered) -> HttpResponse:
    case = made.complaint
    context = {
        "case": case,
        "slip": receipt_slip(case, made.code),
        "code": printed(made.code) if made.code else "",
        "is_new": made.is_new,
    }
    return render(request, "complaints/complaint_receipt.html", context)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def complaint_alike(request: PortalRequest) -> HttpResponse:
    """Answer with the likely duplicates of what is being typed, and the enterprises of that name.

    By POST, because a telephone number has no business in an address.
    """
    form = LikeForm(request.POST)
    values = form.cleaned_data if form.is_valid() else {}
    title, phone = values.get("title", "").strip(), values.get("phone", "").strip()
    enterprise, matches = _enterprises(request, values.get("enterprise_code", "").strip())
    found: list[Duplicate] = []
    if len(title) >= LEAST_TITLE or phone or enterprise is not None:
        found = likely_duplicates(
            request.user,
            title=title,
            today=timezone.localdate(),
            phone=phone,
            enterprise=enterprise,
            reported=_unit(values.get("reported", "")),
        )
    context = {"duplicates": found, "matches": matches, "enterprise": enterprise}
    return render(request, "complaints/complaint_form.html#alike", context)


def _enterprises(request: PortalRequest, typed: str) -> tuple[Enterprise | None, list[Enterprise]]:
    if not typed:
        return None, []
    known = find_by_code(request.user, typed.upper())
    if known is not None:
        return known, []
    rows = Enterprise.objects.visible_to(request.user).current().filter(found_by(typed))
    found = list(rows.order_by("pk")[:MATCHES])
    return (found[0] if len(found) == 1 else None), found


def _unit(key: str) -> Organisation | None:
    return Organisation.objects.filter(pk=int(key)).first() if key.isdecimal() else None
