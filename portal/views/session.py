"""Login, code, logout, and proving once more who one is."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import enrolling, public, signed_in
from portal.errors import Refused
from portal.forms.accounts import LoginCodeForm, LoginForm, ProofForm
from portal.http import PortalRequest
from portal.models import User
from portal.passwords import current_profile
from portal.request_context import origin, session_mark
from portal.security_profile import current_limits
from portal.selectors.networks import may_work_from
from portal.selectors.people import PASSWORD_WARNING_DAYS, password_days_left, sample_accounts
from portal.selectors.settings import number_setting
from portal.services import login as service

HALF_LOGIN_SECONDS = 300
PROOF_SECONDS = 300


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for account and password; people with a second factor go on to the code."""
    target = _local_target(request)
    if isinstance(request.user, User):
        return redirect(target)
    form = LoginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            user = service.prove_password(**form.cleaned_data, address=origin.get().address, now=now)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            if user.totp_confirmed_at is None:
                return _enter(request, user, target, now)
            _remember_half(request, user)
            return redirect(f"{reverse('portal:login_code')}?{urlencode({'next': target})}")
    context = {
        "form": form,
        "next": target,
        "expired": "expired" in request.GET,
        "sample_accounts": sample_accounts(),
        "limits": current_limits(),
    }
    return render(request, "portal/login.html", context, status=422 if form.errors else 200)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def login_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the second factor, within five minutes of the right password."""
    target = _local_target(request)
    user = _half_logged_in(request)
    if user is None:
        return redirect(f"{reverse('portal:login')}?{urlencode({'next': target})}")
    form = LoginCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            service.prove_code(user, form.cleaned_data["code"], address=origin.get().address, now=now)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            answer = _enter(request, user, target, now)
            remember_second_factor(request)
            return answer
    context = {"form": form, "next": target}
    return render(request, "portal/login_code.html", context, status=422 if form.errors else 200)


@public
@require_POST
def sample_login(request: HttpRequest) -> HttpResponse:
    """Enter as one of the offered people; exists in the sample edition only."""
    offered = {account.username for account in sample_accounts()}
    user = User.objects.filter(username__in=offered, username=request.POST.get("username", "")).first()
    if user is None or not may_work_from(user, origin.get().address):
        raise Http404
    if isinstance(request.user, User):
        auth.logout(request)
    return _enter(request, user, _local_target(request), timezone.now())


@enrolling
@require_POST
def logout(request: PortalRequest) -> HttpResponse:
    """End the session; the browser forgets what it has kept of the pages."""
    service.record_logout(request.user)
    auth.logout(request)
    response = redirect("portal:login")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def prove(request: PortalRequest) -> HttpResponse:
    """Ask for the password once more before a step that must not be taken with a borrowed session."""
    form = ProofForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            service.confirm_password(request.user, password, address=origin.get().address, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            request.session["proven"] = time.time()
            return redirect(_local_target(request))
    context = {"form": form, "next": _local_target(request)}
    return render(request, "portal/prove.html", context, status=422 if form.errors else 200)


def is_proven(request: HttpRequest) -> bool:
    """Tell whether the person has proven the password within the last five minutes."""
    return time.time() - float(request.session.get("proven", 0)) <= PROOF_SECONDS


def ask_for_proof(request: HttpRequest, back: str) -> HttpResponse:
    """Send the person to prove the password, and from there back to the page `back`."""
    messages.info(request, "为防止他人冒用，这一步须再次输入您的密码，五分钟内有效。")
    return redirect(f"{reverse('portal:prove')}?{urlencode({'next': back})}")


def remember_second_factor(request: HttpRequest) -> None:
    """Note that a code of the second factor was given in this session."""
    request.session["second_factor"] = True


def used_second_factor(request: HttpRequest) -> bool:
    """Tell whether a code was given in this session, at the login or when the second factor was switched on."""
    return bool(request.session.get("second_factor"))


def _enter(request: HttpRequest, user: User, target: str, now: datetime) -> HttpResponse:
    """Begin a session under a new key and go where the person wanted to go."""
    request.session.pop("half", None)
    auth.login(request, user)
    request.session["began"] = request.session["seen"] = request.session["proven"] = now.timestamp()
    origin.set(replace(origin.get(), session=session_mark(request.session.session_key)))
    service.record_login(user)
    _warn_of_expiry(request, user, now)
    return redirect(target)


def _warn_of_expiry(request: HttpRequest, user: User, now: datetime) -> None:
    days = number_setting("security.password_days", on=timezone.localdate(now))
    left = password_days_left(user, days=days, now=now)
    if current_profile().expires and left is not None and 0 <= left <= PASSWORD_WARNING_DAYS:
        messages.warning(request, f"您的密码还有 {left} 天到期，请尽快在“个人设置”中更换。")


def _local_target(request: HttpRequest) -> str:
    """Return the page to go on to: only an address of this portal, else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else settings.LOGIN_REDIRECT_URL


def _remember_half(request: HttpRequest, user: User) -> None:
    request.session.cycle_key()
    request.session["half"] = {"user": user.pk, "at": time.time(), "hash": user.get_session_auth_hash()}


def _half_logged_in(request: HttpRequest) -> User | None:
    """Return who has proven the password and still owes the code."""
    half = request.session.get("half")
    if not half or time.time() - half["at"] > HALF_LOGIN_SECONDS:
        return None
    user = User.objects.select_related("organisation").filter(pk=half["user"], is_active=True).first()
    if user is None or not constant_time_compare(half["hash"], user.get_session_auth_hash()):
        return None
    return user
