"""Load the sample county: once, whole, and the same every time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from indicators.models import LampRecord, ProgressReport, WorkItem
from portal.errors import Refused
from portal.models import AuditEvent, Organisation, User
from portal.selectors.calendar import load_calendar
from portal.services import audit
from portal.services.calendar import load_builtin_calendar
from reports.models import Bulletin
from reports.sample import (
    assessment,
    bulletins,
    catalogue,
    closing,
    complaints,
    dispatch,
    enterprises,
    evidence,
    history,
    inspections,
    ledger,
    lighting,
    monthly,
    notices,
    numbering,
    people,
    plans,
    policies,
)
from reports.sample.county import County
from reports.sample.shifting import Shift

LOADED = "sample.load"


@dataclass(frozen=True)
class Loading:
    """What a call did: `loaded` is False where the sample was there already; the counts are of all rows.

    `left_out` says in a sentence what could not be made on this machine.
    """

    loaded: bool
    left_out: str
    items: int
    reports: int
    lamps: int
    events: int
    bulletins: int


def is_loaded() -> bool:
    return AuditEvent.objects.filter(action=LOADED).exists()


@transaction.atomic
def load_sample(today: date, *, with_bulletins: bool = True) -> Loading:
    """Write the sample county as it stands on the day `today`, all or nothing.

    Most of the time goes into setting the bulletins. Where the machine has no
    Chinese font they are left out, and the answer says so. A second call changes nothing. Raises Refused in the production edition and
    where the database already holds somebody's data.
    """
    if is_loaded():
        return _counted()
    if settings.PRODUCTION:
        raise Refused("正式环境不能载入示例数据，请在演示环境中使用")
    if User.objects.exists() or Organisation.objects.exists():
        raise Refused(
            "数据库中已有单位或人员，示例数据只能载入空数据库；请换一个数据目录（PORTAL_VAR）后重试"
        )
    load_builtin_calendar()
    county = County(today=today, shift=Shift.to(today), calendar=load_calendar())
    _load(county)
    left_out = _load_bulletins(county) if with_bulletins else ""
    dispatch.load_planned(county)
    if with_bulletins:
        assessment.load(county)
        bulletins.draft_last(county)
    history.write(county)
    history.number_versions(county)
    audit.record(None, LOADED, actor=None, changes={"today": county.today, "shift": county.shift.months})
    return _counted(loaded=True, left_out=left_out)


def _load(county: County) -> None:
    people.load(county)
    catalogue.load(county)
    ledger.load(county)
    reported = {
        number: plans.make_plan(county, county.items[number], text) for number, text in county.texts.items()
    }
    monthly.load(county, reported)
    closing.load(county, reported)
    closing.load_adjustments(county)
    closing.load_unlock(county)
    catalogue.load_measurements(county)
    dispatch.load(county)
    inspections.load(county)
    evidence.load(county)
    numbering.load(county)
    lighting.load(county)
    dispatch.keep_sheets(county)
    notices.load(county)
    enterprises.load(county)
    complaints.load(county)
    policies.load(county)


def _load_bulletins(county: County) -> str:
    told, versions = list(county.happenings), Counter(county.versions)
    try:
        with transaction.atomic():
            bulletins.load_bulletins(county)
    except Refused as error:
        # What was written of the history was taken back with them.
        county.happenings, county.versions = told, versions
        return f"通报没有生成：{error}"
    return ""


def _counted(*, loaded: bool = False, left_out: str = "") -> Loading:
    return Loading(
        loaded=loaded,
        left_out=left_out,
        items=WorkItem.objects.count(),
        reports=ProgressReport.objects.count(),
        lamps=LampRecord.objects.count(),
        events=AuditEvent.objects.count(),
        bulletins=Bulletin.objects.count(),
    )
