"""Pages of the letters 督办文书: the list, drafting, one letter with its signing, and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.escalation import AUTOMATIC
from indicators.forms.dispatch import LetterDraftForm, LetterForm
from indicators.models import Letter
from indicators.selectors.letters import letter_counts, letters_of
from indicators.services import letters as services
from indicators.views.dispatch import history_of, version_of
from portal.access import role_required
from portal.documents.docx_writer import render_docx
from portal.documents.fonts import FontMissing
from portal.documents.model import OfficialDocument, Paragraph, plain
from portal.documents.pdf_writer import render_pdf
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import User
from portal.roles import COUNTY_READERS, OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit

PER_PAGE = 20
READERS = COUNTY_READERS | UNIT_ROLES
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def find_letter(user: User, occasion: str) -> Letter:
    rows = Letter.objects.visible_to(user).select_related(
        "organisation", "signed_by", "proposed_by", "replied_by"
    )
    return get_object_or_404(rows, occasion=occasion)


@role_required(*READERS)
@require_GET
def letter_list(request: PortalRequest) -> HttpResponse:
    """Letters by `?state=` and `?rung=`; what they don't know is passed over."""
    rows = letters_of(request.user)
    state, rung = request.GET.get("state", ""), request.GET.get("rung", "")
    if state in Letter.State.values:
        rows = rows.filter(state=state)
    if rung in Letter.Rung.values:
        rows = rows.filter(rung=rung)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    counts = letter_counts(request.user)
    context = {
        "page": page,
        "states": [(value, label, counts.get(value, 0)) for value, label in Letter.State.choices],
        "total": sum(counts.values()),
        "rungs": Letter.Rung.choices,
        "state": state,
        "rung": rung,
        "may_draft": services.may_draft(request.user),
    }
    return render(request, "indicators/letter_list.html", context)


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def letter_create(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    initial = {"body": services.default_body(Letter.Rung.SUPERVISE)}
    form = LetterDraftForm(data, user=request.user, today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            letter = services.propose_letter(form.draft(), actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "文书已起草，待营商办主任审签。")
            return redirect(letter)
    return render(request, "indicators/letter_form.html", {"form": form}, status=422 if form.errors else 200)


@role_required(*READERS)
@require_http_methods(["GET", "POST"])
def letter_detail(request: PortalRequest, occasion: str) -> HttpResponse:
    """One letter as it reads; the office edits it here while it is proposed."""
    letter = find_letter(request.user, occasion)
    initial = {
        "reason": letter.reason,
        "body": letter.body,
        "reply_by": letter.reply_by,
        "version": letter.version,
    }
    form = LetterForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changes = form.cleaned_data | {"version": form.cleaned_data["version"] or 0}
        try:
            services.edit_letter(letter, actor=request.user, today=timezone.localdate(), **changes)
        except Conflict as error:
            theirs = "；".join(f"{name}：{value or '空'}" for name, value in error.theirs.items())
            form.add_error(None, f"{error}对方保存的是——{theirs}")
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "文书已修改。")
            return redirect(letter)
    context = _detail(request.user, letter) | {"form": form}
    return render(request, "indicators/letter_detail.html", context, status=422 if form.errors else 200)


def _detail(user: User, letter: Letter) -> dict[str, Any]:
    proposed, issued = letter.state == Letter.State.PROPOSED, letter.state == Letter.State.ISSUED
    document = document_of(letter)
    own = user.has_role(*UNIT_ROLES) and user.organisation_id == letter.organisation_id
    return {
        "letter": letter,
        "document": document,
        "paragraphs": [plain(block.text) for block in document.body if isinstance(block, Paragraph)],
        "items": letter.items.select_related("organisation", "task_force").order_by("number"),
        "may_edit": proposed and services.may_draft(user),
        "may_sign": proposed and user.has_role(Role.OFFICE_HEAD),
        "may_answer": issued and own and letter.replied_on is None and letter.rung not in AUTOMATIC,
        "history": history_of(letter) if user.has_role(*COUNTY_READERS) else [],
    }


def document_of(letter: Letter) -> OfficialDocument:
    """Return the letter as issued, or as it would read today."""
    stored = services.stored_document(letter)
    if stored is not None:
        return stored
    items = list(letter.items.select_related("organisation").order_by("pk"))
    return services.compose(letter, items, on=letter.issued_on or timezone.localdate())


@role_required(*READERS)
@require_POST
def letter_step(request: PortalRequest, occasion: str, step: str) -> HttpResponse:
    """Issue, dismiss or answer a letter."""
    letter = find_letter(request.user, occasion)
    version, note = version_of(request), request.POST.get("note", "")
    today = timezone.localdate()
    try:
        if step == "issue":
            services.issue_letter(letter, version=version, actor=request.user, today=today)
            messages.success(request, f"已签发 {letter.number}。")
        elif step == "dismiss":
            services.dismiss_letter(letter, version=version, reason=note, actor=request.user)
            messages.success(request, "已决定不予发出。")
        elif step == "answer":
            services.answer_letter(
                letter, version=version, reply=note[:2000], actor=request.user, today=today
            )
            messages.success(request, "已反馈，营商办会收到通知。")
        else:
            raise Http404
    except Refused as error:
        messages.error(request, str(error))
    return redirect(letter)


@role_required(*READERS)
@require_GET
def letter_file(request: PortalRequest, occasion: str, kind: str) -> HttpResponse:
    """Give out the letter as DOCX or PDF, as it was issued; a draft is marked by its blank number."""
    letter = find_letter(request.user, occasion)
    if kind not in TYPES:
        raise Http404
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    document = document_of(letter)
    try:
        content = (
            render_docx(document, font_folder=folder)
            if kind == "docx"
            else render_pdf(document, font_folder=folder).content
        )
    except FontMissing as error:
        messages.error(request, str(error))
        return redirect(letter)
    audit.record(
        letter, "letter.export", actor=request.user, changes={"格式": kind}, organisation=letter.organisation
    )
    answer = HttpResponse(content, content_type=TYPES[kind])
    name = f"{letter.number or letter.get_rung_display()}.{kind}"
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    return answer
