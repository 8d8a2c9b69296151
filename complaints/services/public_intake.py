"""What people without an account do with cases: hand one in, ask for one by its query code. Throttled.

An address is counted as a digest for a day and stands nowhere else: the audit trail
of these acts has none (see `without_trace`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from complaints.kinds import Satisfaction
from complaints.models import Complaint, IntakePoint, Submission
from complaints.selectors.public import case_by_code
from complaints.services.acceptance import supply_more
from complaints.services.closing import rate_complaint
from complaints.services.desk_tables import count_scan
from complaints.services.intake import Entry, Registered, register_complaint
from complaints.services.public_files import HeldFile, as_uploads, hold_upload, let_go
from portal.errors import Refused
from portal.request_context import without_trace
from portal.selectors.settings import settings_on
from portal.services.throttles import Budget, Throttled, claim, give_back, network_of

HOUR: Final = timedelta(hours=1)
QUARTER: Final = timedelta(minutes=15)
# Guessing is a matter of security, not of the office's: five, as at the login.
WRONG_CODES: Final = 5
STARTS: Final = 120
UPLOADS: Final = 40
SCANS: Final = 30
COUNTY: Final = "county"

BUSY = "当前提交的人较多，您填写的内容没有丢失，请过一会儿再点提交；紧急的请拨打 12345。"
TOO_MANY_CODES = "查询码连续输错 5 次，请 15 分钟后再试。"
WRONG_CODE = "没有查到。请核对查询码的 18 位字母和数字，不含 0、1、I、L、O；只凭编号不能查询。"


def hand_in(
    entry: Entry,
    *,
    address: str,
    now: datetime,
    source: str,
    key: str,
    held: Sequence[HeldFile] = (),
) -> Registered:
    """Register a case of the public; the same `source` and `key` again give the same case and code.

    At most so many an hour from one address, through one point and in the whole
    county (settings `complaints.public_*`), so that a flood fills neither the desk's
    list nor the disk. The held files become the case's. Raises `Throttled`, or
    `Refused` as `register_complaint` does.
    """
    # Sent twice: the photos became the case's the first time.
    known = bool(held) and Submission.objects.filter(source=source, key=key).exists()
    with transaction.atomic(), without_trace():
        claimed = claim(_budgets(entry, address, now), now=now, message=BUSY)
        made = register_complaint(
            entry, actor=None, now=now, uploads=() if known else as_uploads(held), source=source, key=key
        )
        if not made.is_new:
            give_back(claimed)
    let_go(held)
    return made


def _budgets(entry: Entry, address: str, now: datetime) -> list[Budget]:
    values = settings_on(timezone.localdate(now))
    budgets = [
        Budget("case", network_of(address), int(values["complaints.public_per_address"]), HOUR),
        Budget("case", COUNTY, int(values["complaints.public_per_county"]), HOUR),
    ]
    if entry.intake_point is not None:
        limit = int(values["complaints.public_per_point"])
        budgets.append(Budget("point", entry.intake_point.code, limit, HOUR))
    return budgets


def claim_start(address: str, *, now: datetime) -> None:
    """Take one of the forms that may be begun from an address in an hour: each is a row of the sessions."""
    budget = Budget("start", network_of(address), STARTS, HOUR)
    claim([budget], now=now, message="当前访问过于频繁，请稍后再试；紧急的请拨打 12345。")


def claim_uploads(address: str, count: int, *, now: datetime) -> None:
    """Take `count` files from what an address may upload in an hour."""
    if count:
        budgets = [Budget("upload", network_of(address), UPLOADS, HOUR)] * count
        claim(budgets, now=now, message="上传的文件过多，请一小时后再试；内容可以先提交，照片稍后补充。")


def find_case(typed: str, *, address: str, now: datetime) -> Complaint:
    """Return the case of a query code; raise `Refused` with the same words for every wrong one.

    A code names its case by itself and a wrong one names none, so wrong ones are counted
    by address: five within 15 minutes. A try is claimed before anything is looked up,
    and given back when it was right.
    """
    budget = Budget("code", network_of(address), WRONG_CODES, QUARTER)
    claimed = claim([budget], now=now, message=TOO_MANY_CODES)
    case = case_by_code(typed)
    if case is None:
        raise Refused(WRONG_CODE)
    give_back(claimed)
    return case


def supply_by_code(
    case: Complaint, *, text: str, uploads: Sequence[UploadedFile], address: str, now: datetime
) -> None:
    """Take what was asked for from the person who has proven the query code."""
    claim_uploads(address, len(uploads), now=now)
    held: list[HeldFile] = []
    try:
        for place, upload in enumerate(uploads, start=1):
            held.append(hold_upload(upload, position=place))
        with without_trace():
            supply_more(case, actor=None, today=timezone.localdate(now), text=text, uploads=as_uploads(held))
    finally:
        let_go(held)


def rate_by_code(
    case: Complaint, *, satisfaction: Satisfaction, resolved: bool, comment: str, now: datetime
) -> None:
    """Keep the rating of the person who has proven the query code; see `rate_complaint`."""
    with without_trace():
        rate_complaint(case, satisfaction=satisfaction, resolved=resolved, comment=comment, now=now)


def scan_point(code: str, *, address: str, now: datetime) -> IntakePoint | None:
    """Return the point of a scanned code and count the scan; None for a code that does not exist.

    The same address counts so often an hour only: the figure is read by the office.
    """
    point = IntakePoint.objects.filter(code=code).first()
    if point is None or not point.is_active:
        return point
    try:
        claim([Budget("scan", network_of(address), SCANS, HOUR)], now=now, message="")
    except Throttled:
        return point
    count_scan(point, today=timezone.localdate(now))
    return point
