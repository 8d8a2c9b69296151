"""一企一码: an enterprise opens its own page with its code and a one-time code. No account, no script needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from policies.amounts import NoMoney, read_rule
from policies.amounts.money import shown
from policies.forms.enterprise_page import CorrectionForm, EnterForm
from policies.forms.public import AnswerForm
from policies.models import Correction, EnterpriseCode
from policies.selectors.enterprise_page import own_page
from policies.services.enterprise_codes import email_of, masked
from policies.services.enterprise_entry import (
    answer_notice,
    ask_correction,
    decline_notice,
    enter,
    notice_waiting,
    page_by_code,
    page_entered,
    scan_page,
    send_code,
    way_in,
)
from policies.terms import Mode
from policies.views import mine_session
from portal.access import public
from portal.enterprise_blocks import own_blocks
from portal.errors import Refused
from portal.middleware import peer_address
from portal.services.throttles import Throttled

PageView = Callable[..., HttpResponse]


@public
@never_cache
@sensitive_post_parameters("code")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def mine_gate(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code leads: ask for the one-time code. Every wrong one is answered with the same words."""
    address, now = peer_address(request), timezone.now()
    posted = request.method == "POST"
    try:
        page = page_by_code(code) if posted else scan_page(code, address=address, now=now)
    except Refused as error:
        return _ended(request, str(error))
    form = EnterForm(request.POST if posted else None)
    status = 422 if form.errors else 200
    if posted and form.is_valid():
        try:
            entered = enter(page, form.cleaned_data["code"], address=address, now=now)
        except Refused as error:
            form.add_error("code", str(error))
            status = 429 if isinstance(error, Throttled) else 422
        else:
            mine_session.keep(request, entered, page.code)
            return redirect("policies:mine")
    return _gate(request, page, form, status=status)


def _gate(request: HttpRequest, page: EnterpriseCode, form: forms.Form, *, status: int) -> HttpResponse:
    context = {"page": page, "form": form, "why_no_mail": way_in(page), "mailbox": masked(email_of(page))}
    return render(request, "policies/mine/gate.html", context, status=status)


def _ended(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "policies/mine/ended.html", {"sentence": sentence}, status=404)


@public
@never_cache
@require_POST
def mine_send(request: HttpRequest, code: str) -> HttpResponse:
    """Send a one-time code to the address that is kept of the enterprise."""
    try:
        page = page_by_code(code)
    except Refused as error:
        return _ended(request, str(error))
    try:
        send_code(page, address=peer_address(request), now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"一次性码已发往 {masked(email_of(page))}，一般一分钟内送达，15 分钟内有效。"
        )
    return redirect("policies:mine_gate", code=page.code)


def _entered(view: PageView) -> PageView:
    """Give the view the page that this browser has entered; send everybody else back to the code."""

    @wraps(view)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found, code = mine_session.read(request)
        page = page_entered(found) if found is not None else None
        if page is not None:
            return view(request, page, *args, **kwargs)
        mine_session.forget(request)
        if not code:
            return _ended(request, "请扫描贵单位的企业码，凭一次性码进入。")
        messages.info(request, "为保护贵单位的信息，半小时后自动退出，请重新获取一次性码。")
        return redirect("policies:mine_gate", code=code)

    return check


@public
@never_cache
@require_safe
@_entered
def mine(request: HttpRequest, page: EnterpriseCode) -> HttpResponse:
    """The enterprise's page: what fits, what waits for its answer, what was paid, its cases, what is known of it."""
    today = timezone.localdate()
    context = {
        "enterprise": page.enterprise,
        "own": own_page(page.enterprise, today),
        "blocks": own_blocks(page.enterprise, today=today),
        "today": today,
        "minutes": mine_session.minutes_left(request),
    }
    return render(request, "policies/mine/page.html", context)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_entered
def mine_correct(request: HttpRequest, page: EnterpriseCode) -> HttpResponse:
    """Ask the office to correct what is outdated."""
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            ask_correction(
                page, Correction.About(values["about"]), values["stated"], values["basis"], now=timezone.now()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "更正申请已提交，县营商办核实后在本页答复。")
            return redirect("policies:mine")
    context = {"form": form, "enterprise": page.enterprise}
    return render(request, "policies/mine/correct.html", context, status=422 if form.errors else 200)


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@_entered
def mine_answer(request: HttpRequest, page: EnterpriseCode, key: int) -> HttpResponse:
    """Answer a notice: 免申即享 is agreed to, anything else applied for; also after the link in it has run out."""
    try:
        proposal = notice_waiting(page.enterprise, key)
    except Refused as error:
        return _ended(request, str(error))
    is_money = not isinstance(read_rule(proposal.version.amount), NoMoney)
    posted = request.method == "POST"
    form = AnswerForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        version=proposal.version,
        is_money=is_money,
    )
    if posted and form.is_valid():
        try:
            done = answer_notice(
                proposal, form.answer(), form.uploads(), address=peer_address(request), now=timezone.now()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return render(request, "policies/public/answered.html", {"proposal": done, "inside": True})
    context = {
        "proposal": proposal,
        "form": form,
        "amount": shown(proposal.amount) if is_money and proposal.amount is not None else "",
        "is_automatic": proposal.version.mode == Mode.AUTOMATIC,
        "inside": True,
    }
    return render(request, "policies/public/link.html", context, status=422 if form.errors else 200)


@public
@never_cache
@require_POST
@_entered
def mine_decline(request: HttpRequest, page: EnterpriseCode, key: int) -> HttpResponse:
    """Take that the enterprise does not want it."""
    try:
        row = notice_waiting(page.enterprise, key)
        done = decline_notice(row, address=peer_address(request), now=timezone.now())
    except Refused as error:
        return _ended(request, str(error))
    return render(request, "policies/public/answered.html", {"proposal": done, "inside": True})


@public
@never_cache
@require_POST
def mine_leave(request: HttpRequest) -> HttpResponse:
    """End the stay: the next person at this screen must know a code."""
    mine_session.forget(request)
    messages.info(request, "已退出企业专页。")
    return redirect("policies:benefit_list")
