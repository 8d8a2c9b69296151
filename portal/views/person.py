"""One person's page: what is known, which roles, what the viewer may do; shared by the page and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from portal.forms.accounts import GrantForm, HandOverForm, ReasonForm, RevokeForm
from portal.http import PortalRequest
from portal.models import User
from portal.roles import DUTIES, OFFICE_ROLES, Role
from portal.selectors import people as selectors
from portal.views.session import is_proven

Tried = Mapping[str, BaseForm]
# Who may look at people and units: those who administer, and the office that works with them.
READERS = (*sorted(DUTIES), *sorted(OFFICE_ROLES))


@dataclass(frozen=True)
class Act:
    """One thing the viewer may do here. `form` None: a plain button; `why`: it cannot be done, and why."""

    label: str
    effect: str
    url: str = ""
    form: BaseForm | None = None
    primary: bool = False
    why: str = ""


def find_person(request: PortalRequest, username: str) -> User:
    """Return the account, whatever the case of its name, or answer 404 when it is out of scope."""
    people = User.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(people.prefetch_related("grants"), username__iexact=username)


def show_initial_password(request: PortalRequest, person: User, password: str) -> HttpResponse:
    """Show an initial password once; it is stored nowhere in clear."""
    context = {"person": person, "password": password}
    return render(request, "portal/initial_password.html", context)


def person_page(request: PortalRequest, person: User, tried: Tried | None = None) -> HttpResponse:
    """Show a person's page; `tried` are forms that were sent and refused, by the name of their step."""
    viewer, now, tried = request.user, timezone.now(), tried or {}
    officer = viewer.has_role(Role.SECURITY) and viewer.pk != person.pk
    proven = is_proven(request)
    context = {
        "person": person,
        "row": selectors.account_rows([person], viewer, now)[0],
        "grants": selectors.grants_of(person),
        "history": selectors.history_of(person),
        "needs_proof": officer and not proven,
        "rights": _rights_acts(person, tried) if officer and proven else [],
        "acts": _account_acts(viewer, person, tried),
        "may_edit": may_manage(viewer, person),
        "wrong": next(iter(tried.values()), None),
        "own": viewer.pk == person.pk,
    }
    return render(request, "portal/user_detail.html", context, status=422 if tried else 200)


def may_manage(viewer: User, person: User) -> bool:
    """Tell whether the service would let `viewer` change this account."""
    if viewer.pk == person.pk:
        return False
    return viewer.has_role(Role.SECURITY) or (viewer.has_role(Role.SYSADMIN) and not person.roles & DUTIES)


def reason_form(step: str) -> ReasonForm:
    """Return an empty form whose control has an id of its own on the page."""
    return ReasonForm(auto_id=f"{step}-%s")


def held_roles(person: User) -> frozenset[str]:
    """Return the roles that stand against the person's name, also those whose last day has passed."""
    return frozenset(grant.role for grant in person.grants.all() if grant.revoked_at is None)


def _rights_acts(person: User, tried: Tried) -> list[Act]:
    held = held_roles(person)
    acts = []
    if person.is_active:
        form = tried.get("grant", GrantForm(held=held, auto_id="grant-%s"))
        effect = "立即生效，本人会收到消息。"
        acts.append(Act("授予角色", effect, _url("user_grant", person), form, primary=True))
    else:
        acts.append(Act("授予角色", "", why="账号已停用，请先恢复账号再授权。"))
    if held:
        form = tried.get("revoke", RevokeForm(held=held, auto_id="revoke-%s"))
        acts.append(Act("撤销角色", "立即失效，授权记录保留。", _url("user_revoke", person), form))
    if person.totp_secret:
        form = tried.get("reset-code", reason_form("reset-code"))
        effect = "用于更换或遗失手机；须先核实本人，登录后重新绑定。"
        acts.append(Act("重置动态口令", effect, _url("user_reset_second_factor", person), form))
    return acts


def _account_acts(viewer: User, person: User, tried: Tried) -> list[Act]:
    """Return the steps on the account itself; the last ones are the gravest."""
    acts = []
    if viewer.has_role(Role.SECURITY) and selectors.lock_of(person, timezone.now()):
        acts.append(Act("解除锁定", "本人可立即再次登录。", _url("user_unlock", person)))
    if not may_manage(viewer, person):
        return acts
    if not person.is_active:
        form = tried.get("enable", reason_form("enable"))
        effect = "原有角色仍在的，恢复后即可使用。"
        return [*acts, Act("恢复账号", effect, _url("user_enable", person), form)]
    effect = "用于忘记密码；原密码作废，新密码只显示一次，24 小时内有效。"
    acts.append(Act("重新生成初始密码", effect, _url("user_reset_password", person)))
    people = selectors.successors(person)
    hand_over = tried.get("hand-over", HandOverForm(people=people, auto_id="hand-over-%s"))
    effect = "当天停用本账号，通知接任人、营商办和安全管理员；角色由安全管理员另行授予。"
    acts.append(Act("工作交接", effect, _url("user_hand_over", person), hand_over))
    form = tried.get("disable", reason_form("disable"))
    acts.append(Act("停用账号", "立即退出登录，历史记录保留。", _url("user_disable", person), form))
    return acts


def _url(name: str, person: User) -> str:
    return reverse(f"portal:{name}", args=[person.username])
