"""Following a case by its query code: progress, the reply, what is asked for, and the person's own rating."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.forms.public import YES, QueryForm, RatingForm, SupplyForm
from complaints.kinds import Satisfaction
from complaints.models import Complaint
from complaints.selectors.public import public_case
from complaints.selectors.public_pages import stages_of
from complaints.services.public_intake import find_case, rate_by_code, supply_by_code
from complaints.views.public_session import CASE, case_number, forget, keep_case
from portal.access import public
from portal.errors import Refused
from portal.middleware import peer_address
from portal.services.throttles import Throttled


@public
@never_cache
@sensitive_post_parameters("code")
@sensitive_variables("form")
@require_http_methods(["GET", "HEAD", "POST"])
def public_query(request: HttpRequest) -> HttpResponse:
    """Ask for the query code. Every wrong one is answered with the same words, status and length."""
    form = QueryForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            case = find_case(form.cleaned_data["code"], address=peer_address(request), now=timezone.now())
        except Refused as error:
            form.add_error("code", str(error))
            status = 429 if isinstance(error, Throttled) else 422
        else:
            keep_case(request, case.number)
            return redirect("complaints:public_progress")
    elif form.errors:
        status = 422
    return render(request, "complaints/public/query.html", {"form": form}, status=status)


@public
@never_cache
@require_safe
def public_progress(request: HttpRequest) -> HttpResponse:
    """The case whose code this browser has proven."""
    case = _case_of(request)
    return _ask_for_code(request) if case is None else _progress(request, case)


@public
@never_cache
@sensitive_post_parameters()
@require_POST
def public_supply(request: HttpRequest) -> HttpResponse:
    """Take the facts that the office asked for."""
    case = _case_of(request)
    if case is None:
        return _ask_for_code(request)
    form = SupplyForm(request.POST, request.FILES)
    if form.is_valid():
        values = form.cleaned_data
        try:
            supply_by_code(
                case,
                text=values["text"],
                uploads=values["uploads"],
                address=peer_address(request),
                now=timezone.now(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已收到您的补充，办理时限继续计算。")
            return redirect("complaints:public_progress")
    return _progress(request, case, supply=form)


@public
@never_cache
@sensitive_post_parameters()
@require_POST
def public_rate(request: HttpRequest) -> HttpResponse:
    """Take the person's own rating of a closed case."""
    case = _case_of(request)
    if case is None:
        return _ask_for_code(request)
    form = RatingForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            rate_by_code(
                case,
                satisfaction=Satisfaction(values["satisfaction"]),
                resolved=values["resolved"] == YES,
                comment=values["comment"],
                now=timezone.now(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "评价已提交，感谢您的参与。")
            return redirect("complaints:public_progress")
    return _progress(request, case, rating=form)


@public
@require_POST
def public_forget(request: HttpRequest) -> HttpResponse:
    """End following: the next person at this screen must know a code."""
    forget(request, CASE)
    messages.info(request, "已退出查询。")
    return redirect("complaints:public_query")


def _case_of(request: HttpRequest) -> Complaint | None:
    number = case_number(request)
    rows = Complaint.objects.select_related("lead", "merged_into__lead")
    return rows.filter(number=number).first() if number else None


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    messages.info(request, "为保护您的信息，查询半小时后自动退出，请重新输入查询码。")
    return redirect("complaints:public_query")


def _progress(
    request: HttpRequest,
    case: Complaint,
    *,
    supply: forms.Form | None = None,
    rating: forms.Form | None = None,
) -> HttpResponse:
    context = {
        "case": public_case(case),
        "kind": case.get_kind_display(),
        "stages": stages_of(case),
        "supply": supply or SupplyForm(),
        "rating": rating or RatingForm(),
    }
    status = 422 if supply or rating else 200
    return render(request, "complaints/public/progress.html", context, status=status)
