"""The public form, its first screens: no account, no script needed, one set of questions for each screen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from complaints.forms.public import KindForm, MatterForm, PersonForm
from complaints.models import IntakePoint
from complaints.selectors.public_pages import topics_offered, units_on
from complaints.services.public_intake import claim_start, scan_point
from complaints.views.public_entry import STEPS, key_of, unanswered
from complaints.views.public_session import begin_draft, draft_of, forget_all, keep_draft
from portal.access import public
from portal.errors import Refused
from portal.middleware import peer_address
from portal.selectors.settings import number_setting


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_start(request: HttpRequest) -> HttpResponse:
    """Say what can be reported here and what happens with it; POST begins the form."""
    if request.method == "POST":
        try:
            claim_start(peer_address(request), now=timezone.now())
        except Refused as error:
            messages.error(request, str(error))
            return render(request, "complaints/public/start.html", {"point": None}, status=429)
        begin_draft(request, point=request.POST.get("point", "")[:20])
        return redirect("complaints:public_kind")
    return render(request, "complaints/public/start.html", {"point": None})


@public
@never_cache
@require_safe
def point_scan(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind a QR code: the same, with the place it hangs at. A disabled or unknown one says so."""
    point = scan_point(code, address=peer_address(request), now=timezone.now())
    usable = point if point is not None and point.is_active else None
    context = {"point": usable, "is_disabled": usable is None}
    return render(request, "complaints/public/start.html", context, status=200 if usable else 404)


def screen(request: HttpRequest, name: str, form: forms.Form, **context: Any) -> HttpResponse:
    """Draw a screen with its place among the others; 422 with what is wrong."""
    place = next(place for place, step in enumerate(STEPS) if step.name == name)
    context |= {
        "form": form,
        "step": place + 1,
        "total": len(STEPS),
        "name": STEPS[place].label,
        "dots": [dot <= place for dot in range(len(STEPS))],
        "back": f"complaints:public_{STEPS[place - 1].name}" if place else "complaints:public_start",
    }
    return render(request, f"complaints/public/{name}.html", context, status=422 if form.errors else 200)


def begun(request: HttpRequest, name: str) -> dict[str, Any] | HttpResponse:
    """Return the draft, or where to go: to the beginning without one, to the first screen that is owed."""
    draft = draft_of(request)
    if draft is None:
        messages.info(request, "填写的内容只保留两小时，或者您还没有开始，请从这里开始填写。")
        return redirect("complaints:public_start")
    names = [step.name for step in STEPS]
    owed = unanswered(draft)
    if names.index(name) > names.index(owed):
        return redirect(f"complaints:public_{owed}")
    return draft


def onwards(request: HttpRequest, draft: dict[str, Any], name: str) -> HttpResponse:
    """Keep the draft and go to the next screen, or back to the check page for somebody who came from it."""
    keep_draft(request, draft)
    names = [step.name for step in STEPS]
    following = unanswered(draft) if draft.get("checked") else names[names.index(name) + 1]
    return redirect(f"complaints:public_{following}")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_kind(request: HttpRequest) -> HttpResponse:
    """Screen 1: what the person wants."""
    draft = begun(request, "kind")
    if isinstance(draft, HttpResponse):
        return draft
    data = request.POST if request.method == "POST" else None
    topics = topics_offered()
    form = KindForm(data, topics=topics, initial=draft.get("kind"))
    if request.method == "POST" and form.is_valid():
        draft["kind"] = form.cleaned_data | {"topic_key": key_of(topics, form.cleaned_data["topic"])}
        return onwards(request, draft, "kind")
    return screen(request, "kind", form)


@public
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def public_matter(request: HttpRequest) -> HttpResponse:
    """Screen 2: what happened."""
    draft = begun(request, "matter")
    if isinstance(draft, HttpResponse):
        return draft
    data = request.POST if request.method == "POST" else None
    initial = draft.get("matter") or _place_of(draft)
    units = units_on(timezone.localdate())
    form = MatterForm(data, kind=draft["kind"]["kind"], units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = {f"{name}_key": key_of(units, form.cleaned_data[name]) for name in ("reported", "town")}
        draft["matter"] = form.cleaned_data | chosen
        return onwards(request, draft, "matter")
    return screen(request, "matter", form)


def _place_of(draft: dict[str, Any]) -> dict[str, str]:
    """Return what the QR point says already: the window's own unit as the one reported, a town as the place."""
    point = IntakePoint.objects.filter(code=draft["point"]).select_related("organisation").first()
    unit = point.organisation if point is not None else None
    if unit is None:
        return {}
    return {"town": unit.code} if unit.is_local else {"reported": unit.code}


@public
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def public_person(request: HttpRequest) -> HttpResponse:
    """Screen 3: who the person is, or that he doesn't say."""
    draft = begun(request, "person")
    if isinstance(draft, HttpResponse):
        return draft
    form = PersonForm(request.POST if request.method == "POST" else None, initial=draft.get("person"))
    if request.method == "POST" and form.is_valid():
        draft["person"] = form.cleaned_data
        return onwards(request, draft, "person")
    years = number_setting("complaints.retention_years", on=timezone.localdate())
    return screen(request, "person", form, years=years)


@public
@never_cache
@require_safe
def public_leave(request: HttpRequest) -> HttpResponse:
    """Forget what was begun here and go to a harmless page."""
    forget_all(request)
    return redirect(settings.LEAVE_URL)
