"""Questions about people: the list of accounts, one person's rights, who may try the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from portal.models import AuditEvent, Organisation, RoleGrant, User
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.locks import Lock, locked_accounts

PASSWORD_WARNING_DAYS = 14
STATES = {
    "active": "启用",
    "disabled": "停用",
    "locked": "锁定",
    "unused": "从未登录",
    "initial": "初始密码未改",
    "no_role": "未授权",
}
LOGIN_WORDS = {
    "session.login": "登录成功",
    "session.failed": "登录失败",
    "session.locked": "账号锁定",
    "session.refused": "锁定期间的尝试",
}
RECENT_LOGINS = 6
HISTORY_LENGTH = 30
MOBILE_LENGTH = 11
# The words and the weight of what was done to an account.
ACTIONS = {
    "user.create": ("建立账号", "key"),
    "user.update": ("修改资料", ""),
    "user.disable": ("停用账号", "bad"),
    "user.enable": ("恢复账号", "key"),
    "user.grant": ("授予角色", "key"),
    "user.revoke": ("撤销角色", "bad"),
    "user.expire": ("角色到期", ""),
    "user.unlock": ("解锁", ""),
    "user.password": ("更换密码", ""),
    "user.reset_password": ("重新生成初始密码", "key"),
    "user.second_factor": ("变更动态口令", ""),
    "user.second_factor_reset": ("重置动态口令", "key"),
    "user.recovery_code": ("使用恢复码登录", "bad"),
    "user.recovery_codes": ("更换恢复码", ""),
    "user.token": ("生成接口令牌", "key"),
    "user.token_revoke": ("停用接口令牌", ""),
    "user.hand_over": ("工作交接", "key"),
    "user.recover": ("服务器控制台恢复账号", "bad"),
    "session.locked": ("多次输错，账号锁定", "bad"),
}
FIELD_WORDS = {
    "name": "姓名",
    "organisation": "单位",
    "title": "职务",
    "phone": "手机",
    "email": "邮箱",
    "role": "角色",
    "valid_until": "有效至",
    "successor": "接任人",
    "totp": "动态口令",
}
# What each role does here, for the login page of the sample edition.
DOES = {
    Role.OFFICE: "审月报、接诉求、拟通报",
    Role.OFFICE_HEAD: "核定销号、延期、通报",
    Role.LIAISON: "填月报、报监测、办诉求",
    Role.UNIT_HEAD: "确认销号申请与答复",
    Role.CHIEF: "看专班、交办、开调度会",
    Role.LEADER: "双组长一张表",
    Role.INSPECTOR: "督查与线索移交",
    Role.OBSERVER: "提交线索、看办理结果",
    Role.SYSADMIN: "账号与参数，不含业务数据",
    Role.SECURITY: "授权、解锁，不含业务数据",
    Role.AUDITOR: "审计记录，只读",
}


@dataclass(frozen=True)
class AccountQuery:
    """What the list of accounts is narrowed to. `state` is a key of `STATES`; empty means any."""

    text: str = ""
    unit: Organisation | None = None
    role: str = ""
    state: str = ""


@dataclass(frozen=True)
class AccountRow:
    """One line of the list: what is shown of `person` to the viewer."""

    person: User
    roles: str
    phone: str
    state: str
    tone: str


@dataclass(frozen=True)
class RecentLogin:
    """A login, or a try: when, from where, with what result."""

    at: datetime
    address: str
    result: str


@dataclass(frozen=True)
class HistoryLine:
    """One line of an account's history, as the timeline shows it."""

    at: datetime
    label: str
    who: str
    unit: str
    text: str
    tone: str


@dataclass(frozen=True)
class SampleAccount:
    """An account that the login page of the sample edition offers."""

    username: str
    role: str
    name: str
    unit: str
    does: str


def accounts(viewer: User, query: AccountQuery, *, today: date, now: datetime) -> QuerySet[User]:
    """Return the accounts `viewer` may see that answer `query`, in the order of units, then of entry."""
    rows = User.objects.visible_to(viewer)
    if query.text:
        text = query.text.strip()
        rows = rows.filter(
            Q(username__icontains=text)
            | Q(name__icontains=text)
            | Q(phone__contains=text)
            | Q(title__contains=text)
        )
    if query.unit is not None:
        rows = rows.filter(organisation=query.unit)
    if query.role:
        rows = rows.filter(Exists(_grants_on(today).filter(role=query.role)))
    if query.state:
        rows = rows.filter(_in_state(query.state, today, now))
    return (
        rows.select_related("organisation")
        .prefetch_related("grants")
        .order_by("organisation__order", "organisation_id", "pk")
    )


def account_rows(people: Sequence[User], viewer: User, now: datetime) -> list[AccountRow]:
    """Return the lines of one page of the list, with one query for all of it."""
    locks = locked_accounts(now, [person.username for person in people])
    rows = []
    for person in people:
        state, tone = _state_words(person, locks.get(person.username.lower()), now)
        rows.append(AccountRow(person, person.role_labels(), phone_for(viewer, person), state, tone))
    return rows


def _state_words(person: User, lock: Lock | None, now: datetime) -> tuple[str, str]:
    if not person.is_active:
        return "停用", "badge--solid"
    if lock is not None:
        return f"锁定，{lock.minutes_left(now)} 分钟后解除", "badge--red"
    if person.must_change_password:
        until = person.initial_password_until
        return (
            ("初始密码已过期", "badge--red") if until and until < now else ("初始密码未改", "badge--yellow")
        )
    return "启用", ""


def phone_for(viewer: User, person: User) -> str:
    """Return the telephone, with the middle hidden from those who need not call the person."""
    may_call = viewer.has_role(Role.SYSADMIN, Role.SECURITY, *OFFICE_ROLES) or viewer.pk == person.pk
    return person.phone if may_call else masked_phone(person.phone)


def masked_phone(phone: str) -> str:
    """Return 138****1234; all stars for what is no mobile number, nothing for nothing."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= MOBILE_LENGTH else "****" if phone else ""


def masked_mail(mail: str) -> str:
    """Return l***@example.gov.cn; nothing for nothing."""
    return f"{mail[:1]}***@{mail.partition('@')[2]}" if mail else ""


def _in_state(state: str, today: date, now: datetime) -> Q:
    if state == "active":
        return Q(is_active=True)
    if state == "disabled":
        return Q(is_active=False)
    if state == "locked":
        return Q(pk__in=_locked_ids(now))
    if state == "unused":
        return Q(is_active=True, last_login=None, last_seen_at=None)
    if state == "initial":
        return Q(is_active=True, must_change_password=True)
    return Q(~Exists(_grants_on(today)), is_active=True)


def _locked_ids(now: datetime) -> QuerySet[User, int]:
    lowered = User.objects.annotate(lowered=Lower("username"))
    return lowered.filter(lowered__in=list(locked_accounts(now))).values_list("pk", flat=True)


def _grants_on(today: date) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=today),
        user=OuterRef("pk"),
        revoked_at=None,
        valid_from__lte=today,
    )


def grants_of(user: User) -> QuerySet[RoleGrant]:
    """Return every role a person was ever given, those in force first, then the latest."""
    return user.grants.select_related("granted_by", "revoked_by").order_by(
        F("revoked_at").desc(nulls_first=True), "-pk"
    )


def current_grants(user: User, *, on: date) -> list[RoleGrant]:
    """Return the grants in force on the day `on`, in the order of the roles."""
    held = user.grants.filter(
        Q(valid_until=None) | Q(valid_until__gte=on), revoked_at=None, valid_from__lte=on
    )
    order = list(Role)
    return sorted(held, key=lambda grant: order.index(Role(grant.role)))


def recent_logins(user: User) -> list[RecentLogin]:
    """Return the latest logins to an account and tries that failed, so that its owner notices a stranger."""
    events = AuditEvent.objects.of(user).filter(action__in=LOGIN_WORDS)[:RECENT_LOGINS]
    return [RecentLogin(event.at, event.address, LOGIN_WORDS[event.action]) for event in events]


def history_of(user: User) -> list[HistoryLine]:
    """Return what was done to an account, newest first; logins are left to the audit trail."""
    events = AuditEvent.objects.of(user).filter(action__in=ACTIONS)[:HISTORY_LENGTH]
    return [_history_line(event) for event in events]


def _history_line(event: AuditEvent) -> HistoryLine:
    label, tone = ACTIONS[event.action]
    parts = [_change_words(name, change) for name, change in event.changes.items() if name in FIELD_WORDS]
    text = "；".join(part for part in (*parts, event.note) if part)
    return HistoryLine(event.at, label, event.actor_name, event.actor_unit, text, tone)


def _change_words(name: str, change: object) -> str:
    """Say one change as 手机：13800001007 → 13800001014; nothing where both sides are empty."""
    if not isinstance(change, list):
        return f"{FIELD_WORDS[name]}：{change}" if change else ""
    before, after = (str(side) if side else "" for side in change)
    if before and after:
        return f"{FIELD_WORDS[name]}：{before} → {after}"
    if before:
        return (
            f"{FIELD_WORDS[name]}：撤销{before}" if name == "role" else f"{FIELD_WORDS[name]}：{before} → 无"
        )
    return f"{FIELD_WORDS[name]}：{after}" if after else ""


def lock_of(user: User, now: datetime) -> Lock | None:
    """Return the lock that failed logins have put on the account, if it still holds."""
    return locked_accounts(now, [user.username]).get(user.username.lower())


def successors(user: User) -> QuerySet[User]:
    """Return who may take over: the other active people of the same unit."""
    return User.objects.filter(organisation=user.organisation_id, is_active=True).exclude(pk=user.pk)


def password_days_left(user: User, *, days: int, now: datetime) -> int | None:
    """Return after how many days the password expires (a begun day counts), or None while it never changed."""
    if user.password_changed_at is None:
        return None
    left = user.password_changed_at + timedelta(days=days) - now
    return -(-left // timedelta(days=1))


def sample_accounts() -> list[SampleAccount]:
    """Return the accounts to try in the settings' order; none outside the sample edition."""
    if not settings.SAMPLE_EDITION:
        return []
    people = {
        user.username: user
        for user in User.objects.filter(username__in=settings.SAMPLE_ACCOUNTS, is_active=True)
        .select_related("organisation")
        .prefetch_related("grants")
    }
    found = []
    for username in settings.SAMPLE_ACCOUNTS:
        if (user := people.get(username)) is not None and user.roles:
            role = next(role for role in Role if role in user.roles)
            unit = user.organisation.short_name
            found.append(SampleAccount(username, role.label, user.name, unit, DOES[role]))
    return found
