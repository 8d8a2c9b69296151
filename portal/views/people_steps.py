"""Steps on an account and its rights: each one POST, one service."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access import role_required
from portal.errors import Refused
from portal.forms.accounts import GrantForm, HandOverForm, ReasonForm, RevokeForm
from portal.http import PortalRequest
from portal.models import User
from portal.roles import Role
from portal.selectors import people as selectors
from portal.services import accounts, rights, second_factor
from portal.views.person import find_person, held_roles, person_page, show_initial_password
from portal.views.session import ask_for_proof, is_proven


@role_required(Role.SECURITY)
@require_POST
def user_grant(request: PortalRequest, username: str) -> HttpResponse:
    person, actor, now = find_person(request, username), request.user, timezone.now()
    if not is_proven(request):
        return ask_for_proof(request, _page(person))
    form = GrantForm(request.POST, auto_id="grant-%s")
    return _take(
        request,
        person,
        "grant",
        form,
        lambda **values: rights.grant_role(person, actor=actor, now=now, **values),
        f"已向{person.name}授权。",
    )


@role_required(Role.SECURITY)
@require_POST
def user_revoke(request: PortalRequest, username: str) -> HttpResponse:
    person, actor, now = find_person(request, username), request.user, timezone.now()
    if not is_proven(request):
        return ask_for_proof(request, _page(person))

    def revoke(role: str, reason: str) -> None:
        grant = person.grants.get(role=role, revoked_at=None)
        rights.revoke_role(grant, actor=actor, reason=reason, now=now)

    form = RevokeForm(request.POST, held=held_roles(person), auto_id="revoke-%s")
    return _take(request, person, "revoke", form, revoke, f"已撤销{person.name}的角色。")


@role_required(Role.SECURITY)
@require_POST
def user_reset_second_factor(request: PortalRequest, username: str) -> HttpResponse:
    person, actor = find_person(request, username), request.user
    if not is_proven(request):
        return ask_for_proof(request, _page(person))
    return _take(
        request,
        person,
        "reset-code",
        ReasonForm(request.POST, auto_id="reset-code-%s"),
        lambda reason: second_factor.reset(person, actor=actor, reason=reason),
        f"{person.name}的动态口令已重置，请通知本人登录后重新绑定。",
    )


@role_required(Role.SECURITY)
@require_POST
def user_unlock(request: PortalRequest, username: str) -> HttpResponse:
    person = find_person(request, username)
    try:
        rights.unlock_account(person, actor=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{person.name}的账号已解锁。")
    return redirect(_page(person))


@role_required(Role.SYSADMIN, Role.SECURITY)
@require_POST
def user_disable(request: PortalRequest, username: str) -> HttpResponse:
    person, actor, now = find_person(request, username), request.user, timezone.now()
    return _take(
        request,
        person,
        "disable",
        ReasonForm(request.POST, auto_id="disable-%s"),
        lambda reason: accounts.disable_account(person, actor=actor, reason=reason, now=now),
        f"{person.name}的账号已停用，登录已退出。",
    )


@role_required(Role.SYSADMIN, Role.SECURITY)
@require_POST
def user_enable(request: PortalRequest, username: str) -> HttpResponse:
    person, actor, now = find_person(request, username), request.user, timezone.now()
    return _take(
        request,
        person,
        "enable",
        ReasonForm(request.POST, auto_id="enable-%s"),
        lambda reason: accounts.enable_account(person, actor=actor, reason=reason, now=now),
        f"{person.name}的账号已恢复。",
    )


@role_required(Role.SYSADMIN, Role.SECURITY)
@require_POST
def user_hand_over(request: PortalRequest, username: str) -> HttpResponse:
    person, actor, now = find_person(request, username), request.user, timezone.now()
    form = HandOverForm(request.POST, people=selectors.successors(person), auto_id="hand-over-%s")
    return _take(
        request,
        person,
        "hand-over",
        form,
        lambda successor, reason: accounts.hand_over(person, successor, actor=actor, reason=reason, now=now),
        f"{person.name}的工作已交接，账号已停用。",
    )


@role_required(Role.SYSADMIN, Role.SECURITY)
@never_cache
@require_POST
def user_reset_password(request: PortalRequest, username: str) -> HttpResponse:
    person = find_person(request, username)
    try:
        password = accounts.reset_password(person, actor=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return redirect(_page(person))
    return show_initial_password(request, person, password)


def _take(
    request: PortalRequest, person: User, step: str, form: Form, act: Callable[..., object], done: str
) -> HttpResponse:
    """Take a step with the form's values; a refused form comes back on the person's page as it was sent."""
    if form.is_valid():
        try:
            act(**form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(_page(person))
    return person_page(request, person, {step: form})


def _page(person: User) -> str:
    return reverse("portal:user_detail", args=[person.username])
