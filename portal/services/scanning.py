"""Have uploads looked at by the virus scanner, at once or later; what is not known clean is held back."""

from __future__ import annotations

import logging
from datetime import date
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal import file_store, virus_scanner
from portal.errors import Refused
from portal.models import Attachment, AuditEvent, User
from portal.roles import Role
from portal.services import audit
from portal.services.notices import notify

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
Scan = Attachment.Scan


class FileInfected(Refused):
    """The scanner found a virus in what was sent."""


def scan_upload(name: str, content: bytes, *, actor: User | None) -> Attachment.Scan:
    """Return the state in which an upload is stored; raise `FileInfected` for a virus.

    Without a scanner the file counts as not scanned, and is given out as an
    attachment only, as every file is. With one that does not answer it waits:
    nobody but its sender gets it before it has been scanned.
    """
    if not virus_scanner.is_configured():
        return Scan.UNSCANNED
    try:
        verdict = virus_scanner.scan(content)
    except virus_scanner.ScannerUnavailable as error:
        log.warning("virus scanner unavailable, an upload waits: %s", error)
        return Scan.WAITING
    if verdict.virus:
        event = audit.build_event(
            None,
            "file.infected",
            actor=actor,
            changes={"file": name, "virus": verdict.virus},
            outcome=AuditEvent.Outcome.DENIED,
        )
        audit.record_after_refusal(event)
        raise FileInfected(f"「{name}」含有病毒（{verdict.virus}），没有保存。请先在电脑上查杀，再重新上传。")
    return Scan.CLEAN


def may_be_given_out(attachment: Attachment, user: User) -> bool:
    """Tell whether the scan allows a download: not of a virus, and of what waits only to its sender."""
    if attachment.scan == Scan.WAITING:
        return attachment.uploaded_by_id == user.pk
    return attachment.scan != Scan.INFECTED


def scan_waiting(today: date) -> str:
    """Scan what could not be scanned at its upload, and what is older than the scanner; say what was found.

    A second call goes on where this one stopped, a scanner that is down ends it at once.
    """
    if not virus_scanner.is_configured():
        return "没有配置病毒查杀（CLAMD_ADDRESS）"
    rows = Attachment.objects.filter(scan__in=[Scan.UNSCANNED, Scan.WAITING], removed_at=None)
    clean = infected = 0
    for attachment in rows.select_related("uploaded_by").order_by("pk")[:AT_ONCE]:
        try:
            verdict = virus_scanner.scan(file_store.read(attachment.stored_name))
        except virus_scanner.ScannerUnavailable as error:
            log.warning("virus scanner unavailable: %s", error)
            return _tell_of_silence(rows.count(), today)
        except FileNotFoundError:
            # Missing files are the sweep's business; it reports them.
            continue
        if verdict.virus:
            infected += _quarantine(attachment, verdict.virus)
        else:
            clean += _settle(attachment, Scan.CLEAN)
    return f"查杀 {clean + infected} 个附件，发现病毒 {infected} 个"


def _tell_of_silence(waiting: int, today: date) -> str:
    """Tell the administrators, once a day, that nothing is being scanned."""
    text = f"病毒查杀服务没有应答，{waiting} 个附件待查杀，查杀前他人不能下载"
    notify(
        User.objects.holding(Role.SYSADMIN, on=today),
        f"{text}。请检查 ClamAV 服务。",
        url=reverse("portal:job_list"),
        event_key=f"scanner.silent:{today}",
    )
    return text


def _settle(attachment: Attachment, state: Attachment.Scan) -> int:
    same = Attachment.objects.filter(pk=attachment.pk, scan=attachment.scan)
    return same.update(scan=state, scanned_at=timezone.now())


@transaction.atomic
def _quarantine(attachment: Attachment, virus: str) -> int:
    """Lock the file away from everybody, and tell its sender and the administrators."""
    if not _settle(attachment, Scan.INFECTED):
        return 0
    audit.record(
        attachment,
        "file.infected",
        actor=None,
        changes={"file": attachment.name, "virus": virus},
        outcome=AuditEvent.Outcome.DENIED,
    )
    told = list(User.objects.holding(Role.SYSADMIN, on=timezone.localdate()))
    sender = attachment.uploaded_by
    notify(
        [*told, sender] if sender is not None else told,
        f"附件「{attachment.name}」含有病毒（{virus}），已隔离，任何人不能下载。请查杀后重新上传。",
        url=reverse("portal:inbox"),
        event_key=f"file.infected:{attachment.pk}",
    )
    return 1
