"""The office's pages of 一企一码: who has a code, one enterprise's code, requests for correction, sheets to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from policies.code_sheets import CodeSheet, render_code_sheets
from policies.forms.enterprise_page import EmailForm, OpenForm, OpenManyForm, SettleForm
from policies.models import Correction, EnterpriseCode
from policies.selectors.enterprise_codes import (
    code_rows,
    codes_handed_out,
    codes_of,
    corrections_of,
    scans_by_week,
    total_scans,
)
from policies.services.enterprise_codes import (
    email_of,
    hand_out,
    masked,
    note_printed,
    open_page,
    open_pages,
    renew_page,
    set_email,
    switch_page,
)
from policies.services.enterprise_entry import settle_correction
from policies.views.access import office
from portal.charts import Bar, bar
from portal.documents.fonts import FontMissing
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import Enterprise
from portal.paging import page_size
from portal.qr_codes import public_url, qr_file, qr_inline

MOST_PRINTED: Final = 60


def address_of(request: PortalRequest, page: EnterpriseCode) -> str:
    """Return the address that the enterprise's code holds."""
    return public_url(request, reverse("policies:mine_gate", args=[page.code]))


@office
@require_http_methods(["GET", "HEAD", "POST"])
def code_list(request: PortalRequest) -> HttpResponse:
    """Codes by `?active=` and `?q=`; a POST opens one for the enterprise of a credit code."""
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        page = _open(request, form)
        if page is not None:
            messages.success(request, "企业码已开通，可以打印交给企业。")
            return redirect(page)
    query = {name: request.GET.get(name, "") for name in ("active", "q")}
    rows = codes_of(request.user, text=query["q"], active=query["active"])
    listed = Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page"))
    context = {
        "page": listed,
        "rows": code_rows(list(listed.object_list), today=timezone.localdate()),
        "query": query,
        "form": form,
        "mail_off": not settings.MAIL_CHANNEL,
    }
    return render(request, "policies/codes/list.html", context, status=422 if form.errors else 200)


def _open(request: PortalRequest, form: OpenForm) -> EnterpriseCode | None:
    """Open a code for the enterprise that the form names; None where it can't, with the reason in the form."""
    values = form.cleaned_data
    known = Enterprise.objects.visible_to(request.user).filter(credit_code=values["code"]).first()
    if known is None:
        form.add_error("code", "市场主体名录中没有这个代码，请先登记。")
        return None
    try:
        return open_page(known, actor=request.user, email=values["email"])
    except Refused as error:
        form.add_error(None, str(error))
        return None


@office
@require_http_methods(["GET", "HEAD", "POST"])
def code_open(request: PortalRequest) -> HttpResponse:
    """Open codes for a list of enterprises, and go on to their sheets."""
    form = OpenManyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        emails = form.cleaned_data["lines"]
        known = Enterprise.objects.visible_to(request.user).filter(credit_code__in=emails)
        try:
            new, before = open_pages(emails, known, actor=request.user)
        except Refused as error:
            form.add_error("lines", str(error))
        else:
            told = f"，{len(before)} 家原已开通" if before else ""
            messages.success(request, f"新开通 {len(new)} 家企业码{told}；请打印后交给企业。")
            chosen = QueryDict(mutable=True)
            chosen.setlist("code", list(emails))
            return redirect(f"{reverse('policies:code_sheet')}?{chosen.urlencode()}")
    return render(request, "policies/codes/open.html", {"form": form}, status=422 if form.errors else 200)


def _find(request: PortalRequest, code: str) -> EnterpriseCode:
    return get_object_or_404(codes_of(request.user), enterprise__credit_code=code)


@office
@require_safe
def code_detail(request: PortalRequest, code: str) -> HttpResponse:
    """One enterprise's code: where it leads, scans by week, one-time codes, requests for correction."""
    return _detail(request, _find(request, code))


def _detail(request: PortalRequest, page: EnterpriseCode, form: forms.Form | None = None) -> HttpResponse:
    today = timezone.localdate()
    weeks = scans_by_week(page, today=today)
    scanned = any(week.count for week in weeks)
    link = address_of(request, page)
    email = email_of(page)
    context = {
        "page": page,
        "enterprise": page.enterprise,
        "is_open": page.is_active and page.enterprise.is_active,
        "mailbox": masked(email),
        "mail_off": not settings.MAIL_CHANNEL,
        "link": link,
        "qr": qr_inline(link, title=f"{page.enterprise}的企业码", css="point__qr"),
        "total": total_scans(page),
        "chart": bar(
            [Bar(f"{week.start.month}.{week.start.day}", week.count if scanned else None) for week in weeks],
            title="近十二周扫码次数",
        ),
        "table": [["周（周一）", "次数"], *([f"{week.start:%Y-%m-%d}", week.count] for week in weeks)],
        "handed_out": codes_handed_out(page),
        "corrections": corrections_of(request.user, enterprise=page.enterprise_id)[:20],
        "form": form or EmailForm(),
        "now": timezone.now(),
    }
    return render(request, "policies/codes/detail.html", context, status=422 if form else 200)


def _renew(request: PortalRequest, page: EnterpriseCode) -> HttpResponse:
    renew_page(page, actor=request.user)
    messages.success(request, "企业码已更换，请重新打印交给企业；原来的码和一次性码都已作废。")
    return redirect(page)


def _disable(request: PortalRequest, page: EnterpriseCode) -> HttpResponse:
    switch_page(page, actor=request.user, active=False)
    messages.success(request, "企业码已停用，扫码的人会看到停用说明。")
    return redirect(page)


def _enable(request: PortalRequest, page: EnterpriseCode) -> HttpResponse:
    switch_page(page, actor=request.user, active=True)
    messages.success(request, "企业码已启用。")
    return redirect(page)


def _email(request: PortalRequest, page: EnterpriseCode) -> HttpResponse:
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _detail(request, page, form)
    try:
        set_email(page, form.cleaned_data["email"], actor=request.user)
    except Refused as error:
        form.add_error("email", str(error))
        return _detail(request, page, form)
    messages.success(request, "联系邮箱已保存。")
    return redirect(page)


def _hand_out(request: PortalRequest, page: EnterpriseCode) -> HttpResponse:
    """Show the code once, on a slip to print; loaded anew it is not there any more."""
    made = hand_out(page, actor=request.user, now=timezone.now())
    return render(request, "policies/codes/slip.html", {"made": made, "enterprise": page.enterprise})


STEPS: Final[dict[str, Callable[[PortalRequest, EnterpriseCode], HttpResponse]]] = {
    "renew": _renew,
    "disable": _disable,
    "enable": _enable,
    "email": _email,
    "hand-out": _hand_out,
}


@office
@never_cache
@require_POST
def code_step(request: PortalRequest, code: str, step: str) -> HttpResponse:
    """Take a step on one enterprise's code."""
    page = _find(request, code)
    take = STEPS.get(step)
    if take is None:
        return render(request, "404.html", status=404)
    try:
        return take(request, page)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(page)


@office
@require_safe
def correction_list(request: PortalRequest) -> HttpResponse:
    """Requests for correction, those that wait by default; `?state=all` shows every one."""
    every = request.GET.get("state") == "all"
    rows = corrections_of(request.user)
    rows = rows if every else rows.filter(state=Correction.State.ASKED).order_by("pk")
    listed = Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page"))
    return render(request, "policies/codes/corrections.html", {"page": listed, "every": every})


@office
@require_POST
def correction_settle(request: PortalRequest, key: int) -> HttpResponse:
    """Answer a request for correction; the register itself is corrected on the enterprise's page."""
    row = get_object_or_404(corrections_of(request.user), pk=key)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "；".join(str(sentence) for errors in form.errors.values() for sentence in errors)
        )
    else:
        values = form.cleaned_data
        try:
            settle_correction(
                row,
                actor=request.user,
                done=values["done"] == "1",
                answer=values["answer"],
                now=timezone.now(),
            )
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"已答复{row.enterprise}。")
    return redirect("policies:correction_list")


@dataclass(frozen=True)
class _Card:
    """A code on a sheet of the browser."""

    page: EnterpriseCode
    link: str
    qr: SafeString


def _chosen(request: PortalRequest) -> list[EnterpriseCode]:
    """Return the codes of the credit codes in the address that are in use; who prints them is on record."""
    wanted = request.GET.getlist("code")[:MOST_PRINTED]
    pages = list(codes_of(request.user).in_use().filter(enterprise__credit_code__in=wanted).order_by("pk"))
    if pages:
        note_printed(pages, actor=request.user)
    return pages


@office
@require_safe
def code_sheet(request: PortalRequest) -> HttpResponse:
    """Sheets of A4 for the browser to print: `?code=` (a credit code) as often as wanted."""
    cards = [
        _Card(
            page,
            link := address_of(request, page),
            qr_inline(link, title=f"{page.enterprise}的企业码", css="qrcard__qr"),
        )
        for page in _chosen(request)
    ]
    context = {"cards": cards, "count": len(cards), "pdf_query": request.GET.urlencode()}
    return render(request, "policies/codes/sheet.html", context)


@office
@require_safe
def code_sheet_pdf(request: PortalRequest) -> HttpResponse:
    """The same sheets as a PDF."""
    pages = _chosen(request)
    if not pages:
        return redirect("policies:code_list")
    sheets = []
    for page in pages:
        link = address_of(request, page)
        sheets.append(CodeSheet(page.enterprise.name, page.enterprise.credit_code, link, qr_file(link)))
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    try:
        content = render_code_sheets(sheets, county=settings.COUNTY_NAME, font_folder=folder)
    except FontMissing as error:
        messages.error(request, str(error))
        return redirect("policies:code_list")
    response = HttpResponse(content, content_type="application/pdf")
    name = pages[0].enterprise.name if len(pages) == 1 else f"{len(pages)}家"
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"一企一码-{name}.pdf"
    )
    return response
