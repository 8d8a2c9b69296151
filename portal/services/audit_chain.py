"""Seal the audit trail to the end, and verify that nothing in it was changed or taken out.

Triggers refuse changes; the chain finds those made with the triggers off. The
end of the chain is written to a file outside the database every night, so that
a trail that was cut off and sealed anew is found too.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.errors import Refused
from portal.models import AuditEvent, AuditSeal, ChainHead, User
from portal.roles import Role
from portal.services.audit import CHAIN, SEAL_BATCH, digest_of, seal
from portal.services.notices import notify

log = logging.getLogger(__name__)

BATCH: Final = 2000
# A transaction that is still open may commit an event with a lower key; none lasts this long.
SETTLED: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Verification:
    """What the verification found: `first_fault` names the first row that does not agree."""

    ok: bool
    checked: int
    first_fault: str = ""


def seal_events(now: datetime) -> int:
    """Seal everything that is not sealed, and raise the floor below which nothing is looked for again."""
    sealed = 0
    while count := seal():
        sealed += count
        if count < SEAL_BATCH:
            break
    _raise_floor(now)
    return sealed


@transaction.atomic
def _raise_floor(now: datetime) -> None:
    head = ChainHead.objects.select_for_update().filter(name=CHAIN).first()
    if head is None:
        return
    settled = AuditEvent.objects.filter(pk__gt=head.floor, at__lt=now - SETTLED)
    floor = settled.order_by("-pk").values_list("pk", flat=True).first()
    if floor is None:
        return
    unsealed = AuditEvent.objects.filter(pk__gt=head.floor, pk__lte=floor).exclude(
        pk__in=AuditSeal.objects.filter(event_id__gt=head.floor).values("event_id")
    )
    first = unsealed.order_by("pk").values_list("pk", flat=True).first()
    head.floor = floor if first is None else first - 1
    head.save(update_fields=["floor"])


def verify() -> Verification:
    """Walk the chain from its first link to its head; stop at the first fault.

    Found are a changed event, a missing one, a changed or missing link, a chain
    cut off at its end or begun anew, and an event that was never sealed.
    """
    checked, previous = 0, ""
    for seals in _batches():
        events = AuditEvent.objects.in_bulk([link.event_id for link in seals])
        for link in seals:
            fault = _fault_of(link, checked + 1, previous, events.get(link.event_id))
            if fault:
                return Verification(ok=False, checked=checked, first_fault=fault)
            checked, previous = checked + 1, link.hash
    fault = _fault_at_end(checked, previous) or _fault_against_anchors()
    return Verification(ok=not fault, checked=checked, first_fault=fault)


def _batches() -> Iterator[list[AuditSeal]]:
    last = 0
    while batch := list(AuditSeal.objects.filter(sequence__gt=last).order_by("sequence")[:BATCH]):
        yield batch
        last = batch[-1].sequence


def _fault_of(link: AuditSeal, expected: int, previous: str, event: AuditEvent | None) -> str:
    if link.sequence != expected:
        return f"封存链第 {expected} 环缺失（下一环为第 {link.sequence} 环）"
    if event is None:
        return f"审计记录 {link.event_id}（封存链第 {link.sequence} 环）缺失"
    if digest_of(event) != event.digest:
        return f"审计记录 {event.pk}（{event}）的内容与摘要不符"
    if hashlib.sha256(f"{previous}{event.digest}".encode()).hexdigest() != link.hash:
        return f"封存链第 {link.sequence} 环（审计记录 {event.pk}）的链值不符"
    return ""


def _fault_at_end(checked: int, last: str) -> str:
    head = ChainHead.objects.filter(name=CHAIN).first()
    ended = (head.sequence, head.hash) if head else (0, "")
    if ended != (checked, last):
        return f"封存链应止于第 {ended[0]} 环，实际止于第 {checked} 环"
    floor = head.floor if head else 0
    beyond = AuditEvent.objects.filter(pk__gt=floor, at__lt=timezone.now() - SETTLED)
    late = beyond.exclude(pk__in=AuditSeal.objects.filter(event_id__gt=floor).values("event_id"))
    first = late.order_by("pk").first()
    if first is not None:
        return f"审计记录 {first.pk}（{first}）没有封存"
    below = AuditEvent.objects.filter(pk__lte=floor).count()
    if below != AuditSeal.objects.filter(event_id__lte=floor).count():
        return f"编号 {floor} 以前混入了未经封存的审计记录"
    return ""


def _anchor_file() -> Path:
    return Path(settings.AUDIT_ANCHOR_FILE)


def _chain_mark() -> str:
    """Return a mark of this database's chain, so that a new database is not held against an old file."""
    first = AuditSeal.objects.filter(sequence=1).values_list("hash", flat=True).first()
    return (first or "")[:16]


def anchor(now: datetime) -> None:
    """Write the chain's end to the file outside the database; read by `verify` ever after."""
    head = ChainHead.objects.filter(name=CHAIN, sequence__gt=0).first()
    if head is None:
        return
    path = _anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(
            f"{timezone.localtime(now):%Y-%m-%dT%H:%M:%S} {_chain_mark()} {head.sequence} {head.hash}\n"
        )
        file.flush()
        os.fsync(file.fileno())


def _fault_against_anchors() -> str:
    path, mark = _anchor_file(), _chain_mark()
    if not path.exists():
        return ""
    for line in path.read_text(encoding="utf-8").splitlines():
        at, chain, sequence, value = line.split(" ")
        if chain != mark:
            continue
        link = AuditSeal.objects.filter(sequence=int(sequence)).first()
        if link is None or link.hash != value:
            return f"封存链第 {sequence} 环与 {at[:10]} 留存的链值不符"
    return ""


def verify_and_alarm(today: date) -> str:
    """Verify, leave the chain's end in the file, and tell the auditors of a fault; then raise `Refused`."""
    found = verify()
    if found.ok:
        anchor(timezone.now())
        return f"审计链完整，共 {found.checked} 条"
    log.error("the audit chain is broken: %s", found.first_fault)
    with transaction.atomic():
        notify(
            User.objects.holding(Role.AUDITOR, Role.SECURITY, on=today),
            f"审计链核验不通过：{found.first_fault}",
            url=reverse("portal:audit_list"),
            event_key=f"audit.broken:{today}",
        )
    raise Refused(f"审计链核验不通过：{found.first_fault}")
