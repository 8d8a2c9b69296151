"""The printed papers of a case: given out with a number, and as files."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.kinds import NUMBERED_PAPERS, PaperKind
from complaints.models import Complaint, Escalation
from complaints.query_codes import normalise
from complaints.sealing import code_digests
from complaints.services.identities import look_at_identity
from complaints.services.papers import Unavailable, addressed, compose, compose_letter, compose_receipt
from complaints.services.papers import issue_paper as give_out
from complaints.views.cases import find_case
from portal.access import business, role_required, signed_in
from portal.documents.docx_writer import render_docx
from portal.documents.fonts import FontMissing
from portal.documents.model import OfficialDocument
from portal.documents.pdf_writer import render_pdf
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES
from portal.services import audit

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def _kind(text: str) -> PaperKind:
    if text not in PaperKind.values:
        raise Http404
    return PaperKind(text)


@role_required(*OFFICE_ROLES)
@require_POST
def paper_issue(request: PortalRequest, number: str, paper: str) -> HttpResponse:
    """Give a notice or reply out: it takes its number and no longer changes."""
    case, kind = find_case(request, number), _kind(paper)
    try:
        row = give_out(case, kind, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已出具{kind.label}，文号 {row.number}。")
    return redirect(f"{case.get_absolute_url()}#papers")


@signed_in
@never_cache
@sensitive_variables()
@require_http_methods(["GET", "POST"])
def paper_file(request: PortalRequest, number: str, paper: str, extension: str) -> HttpResponse:
    """Give a paper out as a file; by POST, with a reason on record, addressed to the person by name."""
    case, kind = find_case(request, number), _kind(paper)
    if extension not in TYPES:
        raise Http404
    try:
        document, name = compose(case, kind, request.user, today=timezone.localdate())
        if request.method == "POST":
            document = _to_the_person(request, case, kind, document)
    except Unavailable as error:
        raise Http404 from error
    except Refused as error:
        messages.error(request, str(error))
        return redirect(f"{case.get_absolute_url()}#papers")
    return file_answer(request, case, document, f"{kind.label}{name}", extension)


@sensitive_variables()
def _to_the_person(
    request: PortalRequest, case: Complaint, kind: PaperKind, document: OfficialDocument
) -> OfficialDocument:
    if kind not in NUMBERED_PAPERS:
        raise Unavailable(kind)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise Refused("请写明印制署名文书的用途，每次都会留痕")
    person = look_at_identity(
        case, actor=request.user, reason=f"印制署名的{kind.label}：{reason}"[:300], now=timezone.now()
    )
    return addressed(document, person.name or person.company or "来件人")


@role_required(*OFFICE_ROLES)
@never_cache
@sensitive_variables()
@require_POST
def paper_receipt(request: PortalRequest, number: str, extension: str) -> HttpResponse:
    """Give the receipt out with the query code that the page of the registration holds; a wrong code gives none."""
    case, code = find_case(request, number), normalise(request.POST.get("code", ""))
    if extension not in TYPES:
        raise Http404
    known = bool(case.query_digest) and case.query_digest in code_digests(code)
    if not known:
        messages.error(request, "查询码不符，回执没有印制；可以印制不含查询码的回执。")
        return redirect(f"{case.get_absolute_url()}#papers")
    document = compose_receipt(case, code)
    return file_answer(request, case, document, f"登记回执{case.number}", extension)


@business
@require_GET
def paper_letter(request: PortalRequest, number: str, key: int, extension: str) -> HttpResponse:
    """Give out the letter of an escalation; a proposal only to those who read every case."""
    case = find_case(request, number)
    if extension not in TYPES:
        raise Http404
    rows = Escalation.objects.visible_to(request.user).select_related(
        "organisation", "signed_by", "complaint"
    )
    row = get_object_or_404(rows, complaint=case, pk=key)
    name = row.number or f"{row.get_rung_display()}（待签发）{case.number}"
    return file_answer(request, case, compose_letter(row), name, extension)


def file_answer(
    request: PortalRequest, case: Complaint, document: OfficialDocument, name: str, extension: str
) -> HttpResponse:
    """Answer with the document as a file, on record; without a font the page says what to do."""
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    try:
        content = (
            render_docx(document, font_folder=folder)
            if extension == "docx"
            else render_pdf(document, font_folder=folder).content
        )
    except FontMissing as error:
        messages.error(request, str(error))
        return redirect(f"{case.get_absolute_url()}#papers")
    audit.record(case, "complaint.export", actor=request.user, changes={"文书": name, "格式": extension})
    answer = HttpResponse(content, content_type=TYPES[extension])
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{name}.{extension}") or ""
    )
    return answer
