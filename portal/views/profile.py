"""One's own account: contact, password, other sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import enrolling, signed_in
from portal.errors import Refused
from portal.forms.accounts import ContactForm, PasswordForm
from portal.http import PortalRequest
from portal.models import User
from portal.passwords import current_profile
from portal.request_context import origin
from portal.roles import BUSINESS_ROLES, Role
from portal.selectors.people import current_grants, password_days_left, recent_logins
from portal.selectors.settings import number_setting
from portal.services import accounts, login, second_factor


@signed_in
@require_http_methods(["GET", "POST"])
def profile(request: PortalRequest) -> HttpResponse:
    """Show the own account; telephone and mail can be corrected here."""
    user = request.user
    # The form writes into its instance; the person of the request stays as stored.
    form = ContactForm(
        request.POST if request.method == "POST" else None, instance=User.objects.get(pk=user.pk)
    )
    if request.method == "POST" and form.is_valid():
        accounts.update_own_contact(user, **form.cleaned_data)
        messages.success(request, "联系方式已更新。")
        return redirect("portal:profile")
    now = timezone.now()
    days = number_setting("security.password_days", on=timezone.localdate())
    context = {
        "form": form,
        "grants": current_grants(user, on=timezone.localdate()),
        "password_days_left": password_days_left(user, days=days, now=now)
        if current_profile().expires
        else None,
        "logins": recent_logins(user),
        "may_use_api": user.has_role(*BUSINESS_ROLES - {Role.OBSERVER}),
        "second_factor_demanded": second_factor.must_have(user, today=timezone.localdate()),
    }
    return render(request, "portal/profile.html", context, status=422 if form.errors else 200)


@enrolling
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_change(request: PortalRequest) -> HttpResponse:
    """Change the own password; the present session goes on, all others end."""
    user = request.user
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change_password(
                user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                address=origin.get().address,
                now=timezone.now(),
            )
        except Refused as error:
            form.add_error("old", str(error))
        except ValidationError as error:
            form.add_error("new", error)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已更换，其他设备上的登录已退出。")
            return redirect("/")
    context = {
        "form": form,
        "rules": [rule for rule in password_validators_help_texts() if rule],
        "initial": user.initial_password_until is not None,
        "due": _is_due(user),
    }
    return render(request, "portal/password_change.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def end_other_sessions(request: PortalRequest) -> HttpResponse:
    """End the own sessions everywhere but here."""
    login.end_other_sessions(request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, "其他设备上的登录已全部退出。")
    return redirect("portal:profile")


def _is_due(user: User) -> bool:
    """Tell whether the password must be changed before anything else opens."""
    days = number_setting("security.password_days", on=timezone.localdate())
    left = password_days_left(user, days=days, now=timezone.now())
    return user.must_change_password or (current_profile().expires and left is not None and left < 1)
