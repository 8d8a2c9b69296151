"""Erase who handed cases in after the set time; what the statistics count stays."""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from complaints.models import Complaint, Enclosure, Identity, Submission
from complaints.sealing import FIELDS
from complaints.services.history import AUDIENCE, clean, write_event
from complaints.workflow import CaseState
from portal.errors import Refused
from portal.models import Attachment, User
from portal.roles import Role
from portal.selectors.settings import number_setting
from portal.services import audit

BATCH = 200
ENDED_WITHOUT_CLOSING = (CaseState.DECLINED, CaseState.MERGED)
GONE = "（已按保存期限删除）"


def years_before(day: date, years: int) -> date:
    """Return the same day some years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def due_identities(on: date) -> QuerySet[Identity]:
    """Return the identities whose time is over on the day `on`, by the setting of that day."""
    limit = years_before(on, number_setting("complaints.retention_years", on=on))
    ended = Q(closed_on__lt=limit, state__in=[CaseState.CLOSED, CaseState.ARCHIVED])
    ended |= Q(decided_on__lt=limit, state__in=ENDED_WITHOUT_CLOSING)
    return Identity.objects.filter(erased_at=None, complaint__in=Complaint.objects.filter(ended))


def erase_expired(today: date) -> int:
    """Erase the identities of cases that ended as long ago as the setting `complaints.retention_years` says.

    Also the original words (units' version stays), the observer's name, and the
    reporter's files. Each case in a transaction of its own; a second call finds
    nothing more. Returns how many.
    """
    keys = list(due_identities(today).order_by("pk").values_list("complaint", flat=True)[:BATCH])
    return sum(erase_identity_of(key) for key in keys)


@transaction.atomic
def erase_identity_of(pk: int, *, actor: User | None = None, reason: str = "") -> bool:
    """Erase who handed one case in, for good; False where it is done already."""
    case = Complaint.objects.select_for_update().get(pk=pk)
    if not Identity.objects.filter(complaint=case, erased_at=None).update(
        erased_at=timezone.now(), phone_index="", **dict.fromkeys(FIELDS, "")
    ):
        return False
    Complaint.objects.filter(pk=pk).update(
        title=case.shared_title or GONE,
        text=case.shared_text or GONE,
        wishes=case.shared_wishes,
        reporter=None,
        query_digest="",
        version=F("version") + 1,
    )
    Submission.objects.filter(complaint=case).update(receipt="")
    files = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(Enclosure),
        object_id__in=case.enclosures.filter(side=Enclosure.Side.REPORTER).values("pk"),
        removed_at=None,
    )
    removed = files.update(removed_at=timezone.now())
    case.refresh_from_db()
    text = f"来件人信息已删除：{reason}" if reason else "来件人信息已删除"
    write_event(case, "erase", actor=actor, text=text, audience=AUDIENCE.OFFICE)
    audit.record(case, "complaint.erase", actor=actor, changes={"count": removed}, note=reason)
    return True


@transaction.atomic
def erase_on_request(case: Complaint, *, actor: User, reason: str) -> None:
    """Erase before the time at the person's own request (《个人信息保护法》 art. 47), by the office's head."""
    if not actor.has_role(Role.OFFICE_HEAD):
        raise Refused("删除来件人信息由营商办主任办理")
    if case.is_open:
        raise Refused("办理期间需要联系来件人，请办结后再删除")
    if not reason.strip():
        raise Refused("请写明删除的依据")
    if not erase_identity_of(case.pk, actor=actor, reason=clean(case, reason)[:300]):
        raise Refused("此件没有来件人信息，或者已经删除")
    case.refresh_from_db()
