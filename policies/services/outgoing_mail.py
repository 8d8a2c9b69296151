"""Mail to people without an account: owed in the transaction of its cause, sent after it, once for each event.

Every mail is claimed before it is sent; a process killed between sending and noting
leaves a repeat behind, which bears the same Message-ID, so that mailboxes drop it.
What a mail says waits encrypted and is erased as soon as it is sent or given up.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.utils import timezone

from policies.models import OutgoingMail
from portal.crypto import CannotDecrypt, current_prefix, decrypt, encrypt, rewrap

log = logging.getLogger(__name__)

ADDRESS: Final = "policies.mail.address"
CONTENT: Final = "policies.mail.content"
State = OutgoingMail.State
MAX_ATTEMPTS: Final = 8
# Minutes until the next attempt after the first, second … failure.
WAITS: Final = (1, 5, 15, 60, 120, 240, 480)
BATCH: Final = 50
KEPT_DAYS: Final = 30


@dataclass(frozen=True)
class Letter:
    """What a mail says; `stop_url`, where given, stands in its head for the mailbox's own button."""

    subject: str
    text: str
    stop_url: str = ""

    def __repr__(self) -> str:
        # A log line must not tell a code or a link.
        return "Letter(…)"


def owe_mail(key: str, address: str, letter: Letter, *, now: datetime, expires_at: datetime) -> bool:
    """Owe one mail for the event `key`; False where it was owed already. To be called in a transaction."""
    content = json.dumps({"subject": letter.subject, "text": letter.text, "stop": letter.stop_url})
    row = OutgoingMail(
        key=key,
        address=encrypt(address, ADDRESS),
        content=encrypt(content, CONTENT),
        created_at=now,
        next_attempt_at=now,
        expires_at=expires_at,
    )
    if OutgoingMail.objects.filter(key=key).exists():
        return False
    row.save(force_insert=True)
    return True


def withdraw_mail(prefix: str) -> int:
    """Give up the waiting mails whose keys begin with `prefix`: what they say no longer holds."""
    rows = OutgoingMail.objects.filter(key__startswith=prefix, state=State.OWED)
    return rows.update(state=State.DEAD, address="", content="", last_error="已撤销", claimed_until=None)


def deliver_mail(today: date) -> str:
    """Send what is owed; without a mail server it waits, and the sentence says how much."""
    now = timezone.now()
    dropped = drop_stale(now)
    if not settings.MAIL_CHANNEL:
        waiting = OutgoingMail.objects.filter(state=State.OWED).count()
        text = f"没有配置邮件服务，{waiting} 封邮件待发" if waiting else "没有待发的邮件"
        return f"{text}，过期作废 {dropped} 封" if dropped else text
    sent = failed = 0
    for pk in OutgoingMail.objects.filter(_ready(now)).order_by("pk").values_list("pk", flat=True)[:BATCH]:
        row = _claim(pk, timezone.now())
        if row is not None and _send(row):
            sent += 1
        elif row is not None:
            failed += 1
    return (
        f"发送 {sent} 封，失败 {failed} 封，过期作废 {dropped} 封"
        if sent or failed or dropped
        else "没有待发的邮件"
    )


def drop_stale(now: datetime) -> int:
    """Give up the mails that come too late, and forget those that were sent or given up long ago."""
    OutgoingMail.objects.exclude(state=State.OWED).filter(
        created_at__lt=now - timedelta(days=KEPT_DAYS)
    ).delete()
    late = OutgoingMail.objects.filter(_free(now), state=State.OWED, expires_at__lte=now)
    return late.update(state=State.DEAD, address="", content="", last_error="已过有效期")


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lte=now)


def _ready(now: datetime) -> Q:
    return _free(now) & Q(state=State.OWED, next_attempt_at__lte=now, expires_at__gt=now)


def _claim(pk: int, now: datetime) -> OutgoingMail | None:
    """Take one mail for a while; None where another relay has it."""
    until = now + timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
    rows = OutgoingMail.objects.filter(_ready(now), pk=pk)
    if not rows.update(claimed_until=until, attempts=F("attempts") + 1):
        return None
    return OutgoingMail.objects.get(pk=pk)


def _send(row: OutgoingMail) -> bool:
    """Send one claimed mail and note what came of it. An error is kept by its kind: its words name the address."""
    try:
        said = json.loads(decrypt(row.content, CONTENT))
        _message(row, decrypt(row.address, ADDRESS), said).send()
    except CannotDecrypt:
        _note(row, State.DEAD, error="无法解密")
        return False
    except (OSError, ValueError) as error:
        log.warning("mail %s failed: %s", row.pk, type(error).__name__)
        state = State.DEAD if row.attempts >= MAX_ATTEMPTS else State.OWED
        _note(row, state, error=type(error).__name__)
        return False
    _note(row, State.SENT)
    return True


def _message(row: OutgoingMail, address: str, said: dict[str, str]) -> EmailMessage:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<{sha256(row.key.encode()).hexdigest()[:32]}@{host}>"}
    if said["stop"]:
        headers["List-Unsubscribe"] = f"<{said['stop']}>"
    # A line break in a subject would be a second header.
    subject = " ".join(said["subject"].split())
    return EmailMessage(subject=subject, body=said["text"], to=[address], headers=headers)


def _note(row: OutgoingMail, state: OutgoingMail.State, error: str = "") -> None:
    """Write the outcome while the claim is ours; a claim that ran out belongs to another relay."""
    now = timezone.now()
    rows = OutgoingMail.objects.filter(pk=row.pk, state=State.OWED, attempts=row.attempts)
    if state == State.OWED:
        wait = timedelta(minutes=WAITS[min(row.attempts, len(WAITS)) - 1])
        rows.update(claimed_until=None, next_attempt_at=now + wait, last_error=error[:80])
        return
    sent_at = now if state == State.SENT else None
    rows.update(
        state=state, claimed_until=None, sent_at=sent_at, last_error=error[:80], address="", content=""
    )


def rewrap_mail(limit: int = 1000) -> int:
    """Encrypt at most `limit` waiting mails anew with the present key; return how many."""
    prefix, done = current_prefix(), 0
    stale = OutgoingMail.objects.filter(state=State.OWED).exclude(
        address__startswith=prefix, content__startswith=prefix
    )
    for row in stale.order_by("pk")[:limit]:
        before = {"address": row.address, "content": row.content}
        fresh = {"address": rewrap(row.address, ADDRESS), "content": rewrap(row.content, CONTENT)}
        done += OutgoingMail.objects.filter(pk=row.pk, **before).update(**fresh)
    return done
