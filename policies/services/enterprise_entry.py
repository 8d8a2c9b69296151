"""What an enterprise does at its own page: ask for a one-time code, enter, answer, ask for a correction. Throttled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from policies.models import Correction, EnterpriseCode, OneTimeCode, Proposal
from policies.one_time_codes import new_code, printed
from policies.services.enterprise_codes import count_scan, digest_of, email_of, make_code
from policies.services.outgoing_mail import Letter, owe_mail
from policies.services.proposals import TOKEN_BYTES, Answer
from policies.services.proposals import digest_of as link_digest_of
from policies.services.public import hand_in_by_link, turn_down_by_link
from policies.workflow import ProposalState
from portal.errors import Refused
from portal.models import AuditEvent, Enterprise, User
from portal.roles import OFFICE_ROLES
from portal.services import audit
from portal.services.notices import notify
from portal.services.throttles import Budget, Throttled, claim, give_back, network_of

HOUR: Final = timedelta(hours=1)
QUARTER: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)
MAIL_VALID: Final = timedelta(minutes=15)
# Guessing is a matter of security, not of the office's: five, as at the login.
WRONG_CODES: Final = 5
# From all networks together, so that many of them guess no more than that at one page.
WRONG_OF_PAGE: Final = 50
MAILS_OF_PAGE: Final = 3
MAILS_OF_DAY: Final = 10
MAILS_OF_NETWORK: Final = 20
SCANS: Final = 30
OPEN_CORRECTIONS: Final = 5

ENDED = "企业码无效或已停用。请使用最近领取的企业码，或联系县营商办重新领取。"
WRONG_CODE = "一次性码不正确、已经用过或已过有效期，请核对，或重新获取。"
TOO_MANY = "一次性码连续输错次数过多，请 15 分钟后再试。"
TOO_MANY_MAILS = "邮件发送过于频繁，请 15 分钟后再试；已收到的一次性码仍以最近一封为准。"
NO_MAIL = "本平台尚未开通邮件发送，请向县营商办领取纸质一次性码。"
NO_ADDRESS = "没有登记贵单位的联系邮箱，请向县营商办领取纸质一次性码，并可当场登记邮箱。"


@dataclass(frozen=True)
class Entered:
    """Who may see a page: the enterprise's code, as of its epoch."""

    page: int
    epoch: int


def page_by_code(code: str) -> EnterpriseCode:
    """Return the page that a QR code names; raise `Refused` in the same words for every code that opens nothing."""
    row = EnterpriseCode.objects.in_use().select_related("enterprise__town").filter(code=code).first()
    if row is None:
        raise Refused(ENDED)
    return row


def scan_page(code: str, *, address: str, now: datetime) -> EnterpriseCode:
    """Return the page of a scanned code and count the scan, thirty an hour from one network."""
    page = page_by_code(code)
    try:
        claim([Budget("mine-scan", network_of(address), SCANS, HOUR)], now=now, message="")
    except Throttled:
        return page
    count_scan(page, today=timezone.localdate(now))
    return page


def page_entered(entered: Entered) -> EnterpriseCode | None:
    """Return the page of somebody who has entered; None once it was renewed, disabled or its entity has ended."""
    rows = EnterpriseCode.objects.in_use().select_related("enterprise__town")
    return rows.filter(pk=entered.page, epoch=entered.epoch).first()


def way_in(page: EnterpriseCode) -> str:
    """Return why no code can be sent by mail; empty where it can."""
    if not page.email:
        return NO_ADDRESS
    return "" if settings.MAIL_CHANNEL else NO_MAIL


@transaction.atomic
def send_code(page: EnterpriseCode, *, address: str, now: datetime) -> datetime:
    """Owe a mail with a one-time code to the address kept of the enterprise; return until when the code holds.

    Three within 15 minutes and ten a day for one enterprise, so that nobody fills its
    mailbox; the newest code is the one that counts.
    """
    if why := way_in(page):
        raise Refused(why)
    budgets = [
        Budget("mine-mail", network_of(address), MAILS_OF_NETWORK, HOUR),
        Budget("mine-mail-page", str(page.pk), MAILS_OF_PAGE, QUARTER),
        Budget("mine-mail-day", str(page.pk), MAILS_OF_DAY, DAY),
    ]
    claim(budgets, now=now, message=TOO_MANY_MAILS)
    code, expires_at = new_code(), now + MAIL_VALID
    row = make_code(page, code, OneTimeCode.Kind.MAIL, now=now, expires_at=expires_at, actor=None)
    until = timezone.localtime(expires_at)
    text = (
        f"{page.enterprise}：\n\n贵单位正在打开{settings.COUNTY_NAME}惠企政策的企业专页，一次性码是\n\n"
        f"{printed(code)}\n\n有效至 {until:%H:%M}，用一次即作废。请在扫码后的页面上填写，不要告诉他人。\n"
        "如不是贵单位操作，请不要理会本邮件。"
    )
    subject = f"{settings.COUNTY_NAME}惠企政策：企业专页一次性码"
    owe_mail(
        f"code:{page.pk}:{row.pk}", email_of(page), Letter(subject, text), now=now, expires_at=expires_at
    )
    audit.record(page, "enterprise_code.send", actor=None, changes={"expires_at": expires_at})
    return expires_at


def enter(page: EnterpriseCode, typed: str, *, address: str, now: datetime) -> Entered:
    """Take a one-time code, which ends with it; return who may see the page.

    A try is claimed before anything is looked up, five within 15 minutes from one
    network, and given back when it was right. Every wrong one is answered alike. Of
    two that use one code at the same moment exactly one enters.
    """
    budgets = [
        Budget("mine-code", network_of(address), WRONG_CODES, QUARTER),
        Budget("mine-code-page", str(page.pk), WRONG_OF_PAGE, HOUR),
    ]
    claimed = claim(budgets, now=now, message=TOO_MANY)
    with transaction.atomic():
        used = OneTimeCode.objects.filter(
            page=page, digest=digest_of(typed), used_at=None, ended_at=None, expires_at__gt=now
        ).update(used_at=now)
        inside = EnterpriseCode.objects.in_use().filter(pk=page.pk, epoch=page.epoch)
        if used and inside.exists():
            EnterpriseCode.objects.filter(pk=page.pk).update(entered_at=now)
            give_back(claimed)
            audit.record(page, "enterprise_code.enter", actor=None)
            return Entered(page.pk, page.epoch)
    denied = AuditEvent.Outcome.DENIED
    audit.record_after_refusal(audit.build_event(page, "enterprise_code.refused", actor=None, outcome=denied))
    raise Refused(WRONG_CODE)


def notice_waiting(enterprise: Enterprise, key: int) -> Proposal:
    """Return a notice that waits for the enterprise's own answer; raise `Refused` for every other."""
    rows = Proposal.objects.select_related("item__organisation", "item__policy", "version", "enterprise")
    row = rows.filter(pk=key, enterprise=enterprise, state=ProposalState.NOTIFIED).first()
    if row is None:
        raise Refused("这条告知已经答复或已失效。")
    return row


@transaction.atomic
def _link_for(row: Proposal, now: datetime) -> str:
    """Give the notice a link that holds today, for the answer that ends it in this very transaction."""
    token = token_urlsafe(TOKEN_BYTES)
    today = timezone.localdate(now)
    until = max(row.link_until or today, today)
    rows = Proposal.objects.filter(pk=row.pk, state=ProposalState.NOTIFIED, edit=row.edit)
    if not rows.update(link_digest=link_digest_of(token), link_until=until):
        raise Refused("这条告知刚被处理过，请刷新后查看。")
    return token


@transaction.atomic
def answer_notice(
    row: Proposal, answer: Answer, uploads: Mapping[str, UploadedFile], *, address: str, now: datetime
) -> Proposal:
    """Take the answer of the enterprise that has entered, also after its link has run out; refused, the link stays."""
    return hand_in_by_link(_link_for(row, now), answer, uploads, address=address, now=now)


@transaction.atomic
def decline_notice(row: Proposal, *, address: str, now: datetime) -> Proposal:
    """Note that the enterprise that has entered does not want the benefit."""
    return turn_down_by_link(_link_for(row, now), address=address, now=now)


@transaction.atomic
def ask_correction(
    page: EnterpriseCode, about: Correction.About, stated: str, basis: str, *, now: datetime
) -> Correction:
    """Ask the office to correct the register; at most five requests of an enterprise are open at a time.

    The same request again gives the one that is open. Nothing is written into the
    register: what it says decides about money.
    """
    EnterpriseCode.objects.select_for_update().get(pk=page.pk)
    waiting = Correction.objects.filter(enterprise=page.enterprise, state=Correction.State.ASKED)
    same = waiting.filter(about=about, stated=stated.strip()).first()
    if same is not None:
        return same
    if waiting.count() >= OPEN_CORRECTIONS:
        raise Refused(f"已有 {OPEN_CORRECTIONS} 条更正申请待核实，请等答复后再提。")
    row = Correction.objects.create(
        enterprise=page.enterprise, about=about, stated=stated.strip(), basis=basis.strip(), asked_at=now
    )
    audit.record(row, "correction.ask", actor=None, changes={"about": row.get_about_display()})
    today = timezone.localdate(now)
    notify(
        User.objects.holding(*OFFICE_ROLES, on=today),
        f"{page.enterprise}申请更正{row.get_about_display()}，请核实",
        url=page.get_absolute_url(),
        event_key=f"correction.asked:{row.pk}",
    )
    return row


@transaction.atomic
def settle_correction(row: Correction, *, actor: User, done: bool, answer: str, now: datetime) -> Correction:
    """Answer a request: corrected in the register, or not, with the reason. Of two who settle it exactly one does."""
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("更正申请由营商办处理，您没有此项权限。")
    answer = answer.strip()
    if not done and not answer:
        raise Refused("不予更正须写明原因。")
    if len(answer) > 300:
        raise Refused(f"答复最多 300 个字，现有 {len(answer)} 个字。")
    state = Correction.State.DONE if done else Correction.State.REFUSED
    rows = Correction.objects.filter(pk=row.pk, state=Correction.State.ASKED)
    if not rows.update(state=state, settled_by=actor, settled_at=now, answer=answer):
        raise Refused("这条更正申请刚被他人处理过，请刷新后查看。")
    row.refresh_from_db()
    audit.record(row, "correction.settle", actor=actor, changes={"state": ["asked", state]}, note=answer)
    return row
