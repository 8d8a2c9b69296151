"""Review, issue and freeze a bulletin: number, text, figures, rows and files in one transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.documents import storage
from portal.documents.model import OfficialDocument
from portal.documents.numbers import document_number
from portal.documents.words import agency_code
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.notices import notify
from portal.services.numbers import take_number
from reports.models import Bulletin
from reports.paper.document import MASTHEADS, Cover, official_document
from reports.selectors.bulletins import findings_of
from reports.services.listing import refuse_withdrawn
from reports.services.papers import (
    MOST_QUOTED,
    NOTE_LENGTH,
    frozen_rows,
    move,
    render_files,
    too_late,
)
from reports.texts.content import sections_from_json

State = Bulletin.State


@transaction.atomic
def submit_bulletin(bulletin: Bulletin, *, actor: User, now: datetime | None = None) -> Bulletin:
    """Send the draft to the office's head for review. Where the portal drafted it, the sender answers for it."""
    if not actor.has_role(*OFFICE_ROLES):
        raise Refused("通报由营商办送审，您没有此项权限")
    author = bulletin.drafted_by or actor
    move(bulletin, State.DRAFT, State.IN_REVIEW, drafted_by=author, review_note="")
    audit.record(bulletin, "bulletin.submit", actor=actor, changes={"state": [State.DRAFT, State.IN_REVIEW]})
    heads = User.objects.holding(Role.OFFICE_HEAD, on=timezone.localdate(now or timezone.now()))
    notify(
        [person for person in heads if person.pk != actor.pk],
        f"{bulletin.title}已送审，请审核签发",
        url=bulletin.get_absolute_url(),
        event_key=f"bulletin.submit:{bulletin.pk}:{bulletin.version}",
    )
    return bulletin


@transaction.atomic
def return_bulletin(bulletin: Bulletin, note: str, *, actor: User, now: datetime | None = None) -> Bulletin:
    """Send a bulletin under review back to its drafter, with what is to be changed."""
    _require_head(actor)
    if not note.strip():
        raise Refused("退回须写明修改意见，请填写后再提交")
    move(
        bulletin,
        State.IN_REVIEW,
        State.DRAFT,
        reviewed_by=actor,
        reviewed_at=now or timezone.now(),
        review_note=note.strip()[:NOTE_LENGTH],
    )
    changes = {"state": [State.IN_REVIEW, State.DRAFT]}
    audit.record(bulletin, "bulletin.return", actor=actor, changes=changes, note=note)
    if bulletin.drafted_by:
        notify(
            [bulletin.drafted_by],
            f"{bulletin.title}已退回修改：{note.strip()}",
            url=bulletin.get_absolute_url(),
            event_key=f"bulletin.return:{bulletin.pk}:{bulletin.version}",
        )
    return bulletin


@transaction.atomic
def issue_bulletin(bulletin: Bulletin, *, actor: User, now: datetime | None = None) -> Bulletin:
    """Issue: take the next number of the year, freeze text, figures, rows and files, tell the units.

    All or nothing: a bulletin that contradicts itself or whose figures have moved
    since is refused with both numbers and takes no number. Of two people issuing
    at once exactly one succeeds. The drafter does not issue. `now` is the moment
    of issue.
    """
    now = now or timezone.now()
    _require_head(actor)
    row = Bulletin.objects.select_related("supersedes", "drafted_by").get(pk=bulletin.pk)
    if row.drafted_by_id == actor.pk:
        raise Refused("起草人不能签发本人起草的通报，请由另一位负责同志签发")
    if row.state != State.IN_REVIEW or row.version != bulletin.version:
        raise too_late(row)
    _refuse_contradictions(row)
    refuse_withdrawn(row, "签发")
    _freeze(row, frozen_rows(row, "签发"), actor, now)
    if row.supersedes is not None:
        _supersede(row.supersedes, row, actor)
    audit.record(
        row,
        "bulletin.issue",
        actor=actor,
        changes={
            "state": [State.IN_REVIEW, State.ISSUED],
            "issue_number": row.issue_number,
            "document_number": row.document_number,
            "content_hash": row.content_hash,
        },
    )
    _announce(row, now)
    bulletin.refresh_from_db()
    return bulletin


def _refuse_contradictions(bulletin: Bulletin) -> None:
    found = findings_of(bulletin).contradictions
    if found:
        said = "；".join(item.sentence for item in found[:MOST_QUOTED])
        raise Refused(f"勾稽不一致 {len(found)} 处，不能签发：{said}")


def _freeze(bulletin: Bulletin, rows: dict[str, Any], actor: User, now: datetime) -> None:
    """Number the bulletin and write everything that was printed, once."""
    on = timezone.localdate(now)
    number = take_number(f"bulletin.{bulletin.series}", on.year)
    bulletin.issue_number, bulletin.issue_year, bulletin.issued_on = number, on.year, on
    code = agency_code(f"bulletin.{bulletin.series}")
    bulletin.document_number = document_number(code, on.year, number)
    document = document_of(bulletin)
    docx, pdf = render_files(document)
    stored = {
        "issue_number": number,
        "issue_year": on.year,
        "issued_on": on,
        "document_number": bulletin.document_number,
        "rows": rows,
        "document": json.loads(storage.to_json(document)),
        "docx": docx,
        "pdf": pdf.content,
    }
    for name, value in stored.items():
        setattr(bulletin, name, value)
    stored["content_hash"] = hash_of(bulletin)
    move(
        bulletin,
        State.IN_REVIEW,
        State.ISSUED,
        reviewed_by=actor,
        reviewed_at=now,
        issued_by=actor,
        issued_at=now,
        **stored,
    )


def document_of(bulletin: Bulletin) -> OfficialDocument:
    """Return the bulletin as an official document; a draft has no number and no date."""
    cover = Cover(
        title=bulletin.title,
        county=settings.COUNTY_NAME,
        issue_number=bulletin.issue_number,
        number=bulletin.document_number,
        issued_on=bulletin.issued_on,
        masthead=MASTHEADS[bulletin.series],
    )
    return official_document(cover, sections_from_json(bulletin.content))


def hash_of(bulletin: Bulletin) -> str:
    """Return SHA-256 over the canonical JSON of all that was printed, the files by their own digests."""
    parts = {
        "code": bulletin.code,
        "title": bulletin.title,
        "issue": [bulletin.issue_year, bulletin.issue_number, bulletin.document_number],
        "issued_on": str(bulletin.issued_on),
        "content": bulletin.content,
        "figures": bulletin.figures,
        "rows": bulletin.rows,
        "document": bulletin.document,
        "docx": hashlib.sha256(bytes(bulletin.docx or b"")).hexdigest(),
        "pdf": hashlib.sha256(bytes(bulletin.pdf or b"")).hexdigest(),
    }
    if bulletin.series != Bulletin.Series.MONTHLY:  # the digests of monthly ones are older than these columns
        parts |= {"series": bulletin.series, "months": bulletin.months, "subject": bulletin.subject}
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _supersede(old: Bulletin, new: Bulletin, actor: User) -> None:
    held = Bulletin.objects.filter(pk=old.pk, state=State.ISSUED)
    if not held.update(state=State.SUPERSEDED, version=F("version") + 1):
        raise Refused("所更正的通报不是已签发状态，请刷新页面查看")
    changes = {"state": [State.ISSUED, State.SUPERSEDED]}
    note = f"由第{new.issue_number}期更正"
    audit.record(old, "bulletin.supersede", actor=actor, changes=changes, note=note)


def _announce(bulletin: Bulletin, now: datetime) -> None:
    """Tell every unit's people; the text says that it is out, not whom it names."""
    people = User.objects.holding(Role.LIAISON, Role.UNIT_HEAD, on=timezone.localdate(now))
    asked = "原通报停止使用" if bulletin.supersedes_id else "请查阅并落实有关要求"
    notify(
        people,
        f"{bulletin.title}（第{bulletin.issue_number}期）已印发，{asked}",
        url=bulletin.get_absolute_url(),
        event_key=f"bulletin.issue:{bulletin.pk}",
    )


def _require_head(actor: User) -> None:
    if not actor.has_role(Role.OFFICE_HEAD):
        raise Refused("通报由营商办主任审核签发，您没有此项权限")
