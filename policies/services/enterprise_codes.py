"""The office's side of 一企一码: open, renew and disable a code, keep the address, hand out one-time codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from policies.models import CodeScan, EnterpriseCode, OneTimeCode
from policies.one_time_codes import new_code, new_page_code, normalise, printed
from policies.services.outgoing_mail import withdraw_mail
from portal.crypto import current_prefix, decrypt, encrypt, rewrap
from portal.errors import Refused
from portal.models import Enterprise, User
from portal.roles import OFFICE_ROLES
from portal.selectors.settings import number_setting
from portal.services import audit

EMAIL: Final = "policies.enterprisecode.email"
EMAIL_LENGTH: Final = 120


@dataclass(frozen=True)
class HandedOut:
    """A one-time code on paper; it is shown once, only its digest is kept."""

    page: EnterpriseCode
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "HandedOut(…)"


def _office_only(actor: User) -> None:
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("企业码由营商办管理，您没有此项权限。")


def clean_email(text: str) -> str:
    """Return an address as it is kept; raise `Refused` with a sentence where it is none."""
    email = text.strip()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused("邮箱格式不对，应如 name@example.com。") from error
    if len(email) > EMAIL_LENGTH:
        raise Refused(f"邮箱最长 {EMAIL_LENGTH} 个字符。")
    return email


def email_of(page: EnterpriseCode) -> str:
    """Return the enterprise's address in plain words; empty where none is kept."""
    return decrypt(page.email, EMAIL) if page.email else ""


def masked(email: str) -> str:
    """Return an address so that its owner knows it again and nobody else learns it."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}***@{host[:1]}***{host[host.rfind('.') :]}" if name and "." in host else ""


def digest_of(typed: str) -> str:
    """Return what is kept of a one-time code.

    Keyed, because 59 bits could be searched through by whoever has a copy of the database.
    """
    text = salted_hmac("policies.onetimecode", normalise(typed), algorithm="sha256").hexdigest()
    return sha256(text.encode()).hexdigest()


@transaction.atomic
def open_page(enterprise: Enterprise, *, actor: User, email: str = "") -> EnterpriseCode:
    """Give an enterprise its code; one that has one keeps it, and is refused.

    The code is random, so that nobody finds another enterprise's page from one.
    """
    _office_only(actor)
    if not enterprise.is_active:
        raise Refused(f"{enterprise}目前“{enterprise.get_state_display()}”或已合并，不能开通企业码。")
    email = clean_email(email)
    try:
        with transaction.atomic():
            row = _new_row(enterprise, email, actor)
            row.save()
    except IntegrityError as error:
        raise Refused(f"{enterprise}已经开通企业码。") from error
    audit.record(row, "enterprise_code.open", actor=actor, changes={"email": masked(email)})
    return row


@transaction.atomic
def open_pages(
    emails: Mapping[str, str], enterprises: Iterable[Enterprise], *, actor: User
) -> tuple[list[EnterpriseCode], list[EnterpriseCode]]:
    """Give each enterprise of a list its code, all or none; `emails` is by credit code.

    Returns the new codes and those that were there before, which stay as they are.
    Raises `Refused` naming every credit code that stands for no enterprise or one that has ended.
    """
    _office_only(actor)
    known = {row.credit_code: row for row in enterprises}
    strange = [code for code in emails if code not in known or not known[code].is_active]
    if strange:
        raise Refused(f"以下代码不在市场主体名录中，或已停业、合并：{'、'.join(strange)}。请核对后重新提交。")
    before = list(EnterpriseCode.objects.filter(enterprise__in=known.values()).order_by("pk"))
    opened = {row.enterprise_id for row in before}
    fresh = [(known[code], email) for code, email in emails.items() if known[code].pk not in opened]
    try:
        with transaction.atomic():
            new = EnterpriseCode.objects.bulk_create(
                _new_row(enterprise, email, actor) for enterprise, email in fresh
            )
    except IntegrityError as error:
        raise Refused("名单中的企业码刚被他人开通，请重新提交。") from error
    audit.record_many(
        [
            audit.build_event(row, "enterprise_code.open", actor=actor, changes={"email": masked(email)})
            for row, (_, email) in zip(new, fresh, strict=True)
        ]
    )
    return new, before


def _new_row(enterprise: Enterprise, email: str, actor: User) -> EnterpriseCode:
    return EnterpriseCode(
        enterprise=enterprise,
        code=new_page_code(),
        email=encrypt(email, EMAIL) if email else "",
        created_by=actor,
        created_at=timezone.now(),
    )


@transaction.atomic
def renew_page(page: EnterpriseCode, *, actor: User) -> EnterpriseCode:
    """Give the enterprise another code: printed ones end, whoever is inside is outside."""
    _office_only(actor)
    rows = EnterpriseCode.objects.filter(pk=page.pk, epoch=page.epoch, is_active=True)
    if not rows.update(code=new_page_code(), epoch=F("epoch") + 1, renewed_at=timezone.now()):
        raise Refused("企业码刚被他人处理过或已停用，请刷新后查看。")
    _end_codes(page)
    page.refresh_from_db()
    audit.record(page, "enterprise_code.renew", actor=actor)
    return page


@transaction.atomic
def switch_page(page: EnterpriseCode, *, actor: User, active: bool) -> EnterpriseCode:
    """Enable or disable the code; disabled, its codes end and whoever is inside is outside. Twice changes nothing more."""
    _office_only(actor)
    rows = EnterpriseCode.objects.filter(pk=page.pk, is_active=not active)
    if rows.update(is_active=active, epoch=F("epoch") + 1):
        _end_codes(page)
        audit.record(page, "enterprise_code.switch", actor=actor, changes={"is_active": [not active, active]})
    page.refresh_from_db()
    return page


@transaction.atomic
def set_email(page: EnterpriseCode, email: str, *, actor: User) -> EnterpriseCode:
    """Keep another address for one-time codes; those on their way to the former one end."""
    _office_only(actor)
    email = clean_email(email)
    former = email_of(page)
    if email == former:
        return page
    rows = EnterpriseCode.objects.filter(pk=page.pk, email=page.email)
    if not rows.update(email=encrypt(email, EMAIL) if email else ""):
        raise Refused("联系邮箱刚被他人修改过，请刷新后查看。")
    _end_codes(page, OneTimeCode.Kind.MAIL)
    page.refresh_from_db()
    audit.record(
        page, "enterprise_code.email", actor=actor, changes={"email": [masked(former), masked(email)]}
    )
    return page


@transaction.atomic
def hand_out(page: EnterpriseCode, *, actor: User, now: datetime) -> HandedOut:
    """Make a one-time code on paper, valid for the days of the setting; a former one on paper ends."""
    _office_only(actor)
    days = number_setting("policies.paper_code_days", on=timezone.localdate(now))
    code, expires_at = new_code(), now + timedelta(days=days)
    make_code(page, code, OneTimeCode.Kind.PAPER, now=now, expires_at=expires_at, actor=actor)
    audit.record(page, "enterprise_code.hand_out", actor=actor, changes={"expires_at": expires_at})
    return HandedOut(page, printed(code), expires_at)


def make_code(
    page: EnterpriseCode,
    code: str,
    kind: OneTimeCode.Kind,
    *,
    now: datetime,
    expires_at: datetime,
    actor: User | None,
) -> OneTimeCode:
    """Keep a new one-time code in place of the former one of its kind; of two at once exactly one is made."""
    live = EnterpriseCode.objects.select_for_update().filter(pk=page.pk, epoch=page.epoch).in_use()
    if live.first() is None:
        raise Refused("企业码已停用或更换，请刷新后查看。")
    _end_codes(page, kind)
    return OneTimeCode.objects.create(
        page=page, kind=kind, digest=digest_of(code), made_at=now, made_by=actor, expires_at=expires_at
    )


def _end_codes(page: EnterpriseCode, *kinds: OneTimeCode.Kind) -> None:
    rows = OneTimeCode.objects.filter(page=page, used_at=None, ended_at=None)
    (rows.filter(kind__in=kinds) if kinds else rows).update(ended_at=timezone.now())
    if not kinds or OneTimeCode.Kind.MAIL in kinds:
        withdraw_mail(f"code:{page.pk}:")


def count_scan(page: EnterpriseCode, *, today: date) -> None:
    """Count one opening of the code; nothing is kept about who opened it."""
    counter = CodeScan.objects.filter(page=page, on=today)
    if counter.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            CodeScan.objects.create(page=page, on=today, count=1)
    except IntegrityError:
        counter.update(count=F("count") + 1)


def note_printed(pages: list[EnterpriseCode], *, actor: User) -> None:
    """Note in the audit trail whose codes were printed."""
    _office_only(actor)
    audit.record_many([audit.build_event(page, "enterprise_code.print", actor=actor) for page in pages])


def rewrap_addresses(limit: int = 1000) -> int:
    """Encrypt at most `limit` addresses anew with the present key; return how many."""
    done = 0
    stale = ~Q(email="") & ~Q(email__startswith=current_prefix())
    for pk, value in EnterpriseCode.objects.filter(stale).values_list("pk", "email")[:limit]:
        done += EnterpriseCode.objects.filter(pk=pk, email=value).update(email=rewrap(value, EMAIL))
    return done
