"""The public form, its last screens: photos, checking, sending, and the query code that is shown once."""

from __future__ import annotations

import random
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.challenges import SUM, WORDS, Challenge, is_right, new_challenge
from complaints.forms.public import CheckForm, PhotosForm
from complaints.forms.steps import renew
from complaints.models import Complaint
from complaints.query_codes import printed
from complaints.selectors.public_pages import next_steps, units_on
from complaints.services.public_files import check_room, hold_upload, let_go
from complaints.services.public_intake import claim_uploads, hand_in
from complaints.views.public_entry import answers_of, entry_of
from complaints.views.public_report import begun, onwards, screen
from complaints.views.public_session import (
    RECEIPT,
    end_draft,
    forget,
    held_files,
    keep_case,
    keep_draft,
    keep_receipt,
    receipt_of,
)
from portal.access import public
from portal.errors import Refused
from portal.middleware import peer_address
from portal.qr_codes import public_url, qr_inline

FORM = "public-form"


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public_photos(request: HttpRequest) -> HttpResponse:
    """Screen 4: photos. `more` keeps them and stays, the other button goes on."""
    draft = begun(request, "photos")
    if isinstance(draft, HttpResponse):
        return draft
    form = PhotosForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            _hold(request, draft, form.cleaned_data["uploads"])
        except Refused as error:
            form.add_error("uploads", str(error))
        else:
            if "more" in request.POST:
                keep_draft(request, draft)
                return redirect("complaints:public_photos")
            draft["photos_seen"] = True
            return onwards(request, draft, "photos")
    return screen(request, "photos", form, photos=held_files(draft))


def _hold(request: HttpRequest, draft: dict[str, Any], uploads: list[Any]) -> None:
    """Keep uploads one after the other: those before a refused one stay."""
    check_room(held_files(draft), len(uploads))
    claim_uploads(peer_address(request), len(uploads), now=timezone.now())
    for upload in uploads:
        draft["serial"] = draft.get("serial", 0) + 1
        draft["photos"].append(asdict(hold_upload(upload, position=draft["serial"])))
        keep_draft(request, draft)


@public
@never_cache
@require_POST
def public_photo_remove(request: HttpRequest) -> HttpResponse:
    """Take a photo back."""
    draft = begun(request, "photos")
    if isinstance(draft, HttpResponse):
        return draft
    gone = [file for file in held_files(draft) if file.name == request.POST.get("name")]
    let_go(gone)
    draft["photos"] = [asdict(file) for file in held_files(draft) if file not in gone]
    keep_draft(request, draft)
    return redirect("complaints:public_photos")


@public
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def public_check(request: HttpRequest) -> HttpResponse:
    """Screen 5: check what was written, answer a small question, send."""
    draft = begun(request, "check")
    if isinstance(draft, HttpResponse):
        if request.method == "POST" and receipt_of(request):
            # The button was pressed twice: the first time has sent it.
            return redirect("complaints:public_done")
        return draft
    other = "other" in request.POST
    asked = Challenge(**draft["challenge"]) if "challenge" in draft else _ask(draft, SUM)
    form = CheckForm(request.POST if request.method == "POST" and not other else None, prompt=asked.prompt)
    if form.is_bound and form.is_valid():
        if not is_right(asked, form.cleaned_data["answer"]):
            form.add_error("answer", "回答不正确，请回答新的问题")
        elif (answer := _send(request, draft, form)) is not None:
            return answer
    if other or form.is_bound:
        kind = asked.kind if not other else SUM if asked.kind == WORDS else WORDS
        asked = _ask(draft, kind)
        _ask_anew(form, asked)
    draft["checked"] = True
    keep_draft(request, draft)
    lines = answers_of(draft, units_on(timezone.localdate()))
    return screen(request, "check", form, groups=lines, asked=asked, is_anonymous=_is_nameless(draft))


def _is_nameless(draft: dict[str, Any]) -> bool:
    return "name" not in draft["person"]


def _ask(draft: dict[str, Any], kind: str) -> Challenge:
    asked = new_challenge(kind, random.SystemRandom())
    draft["challenge"] = {**asdict(asked), "answers": list(asked.answers)}
    return asked


def _ask_anew(form: CheckForm, asked: Challenge) -> None:
    """Put another question; what was ticked stays."""
    # A form that was examined has the field bound with the words of the question before.
    form.fields["answer"].label = form["answer"].label = asked.prompt
    renew(form, "answer", "")


@sensitive_variables()
def _send(request: HttpRequest, draft: dict[str, Any], form: CheckForm) -> HttpResponse | None:
    """Hand the case in and go to the receipt; None with an error in the form when it was refused."""
    now = timezone.now()
    try:
        made = hand_in(
            entry_of(draft),
            address=peer_address(request),
            now=now,
            source=FORM,
            key=draft["key"],
            held=held_files(draft),
        )
    except Refused as error:
        form.add_error(None, str(error))
        return None
    end_draft(request)
    keep_receipt(request, number=made.complaint.number, code=made.code)
    return redirect("complaints:public_done")


@public
@never_cache
@sensitive_variables()
@require_safe
def public_done(request: HttpRequest) -> HttpResponse:
    """The receipt with the query code; left by one of its buttons, it is never shown again."""
    receipt = receipt_of(request)
    if receipt is None:
        messages.info(request, "查询码只在提交后显示一次。已经保存的，请在这里查询进度。")
        return redirect("complaints:public_query")
    case = Complaint.objects.get(number=receipt["number"])
    # What follows # is not sent to any server, so it stands in nobody's log.
    link = public_url(request, f"{reverse('complaints:public_query')}#{receipt['code']}")
    context = {
        "case": case,
        "code": printed(receipt["code"]) if receipt["code"] else "",
        "qr": qr_inline(link, title="查询进度的二维码", css="receipt__qr"),
        "steps": next_steps(case.kind, timezone.localdate()),
    }
    return render(request, "complaints/public/done.html", context)


@public
@require_POST
def public_finish(request: HttpRequest) -> HttpResponse:
    """Leave the receipt: the code is forgotten; `follow` goes on to the case."""
    receipt = receipt_of(request)
    forget(request, RECEIPT)
    if receipt is not None and "follow" in request.POST:
        keep_case(request, receipt["number"])
        return redirect("complaints:public_progress")
    return redirect("complaints:public_query")
