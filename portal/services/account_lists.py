"""The list of accounts as a workbook, for the quarterly review of rights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from portal.models import User
from portal.selectors.people import AccountQuery, account_rows, accounts
from portal.services import audit
from portal.workbooks import Column, Kind, Sheet, subtitle_line, write_workbook

BATCH = 500
SHEET = Sheet(
    "账号清单",
    (
        Column("username", "账号", Kind.CODE, locked=True),
        Column("name", "姓名", locked=True),
        Column("unit", "单位", locked=True),
        Column("title", "职务", locked=True),
        Column("roles", "角色", locked=True),
        Column("until", "最早到期", Kind.DATE, locked=True),
        Column("phone", "手机", Kind.PHONE, locked=True),
        Column("state", "状态", locked=True),
        Column("second_factor", "动态口令", locked=True),
        Column("seen", "最近访问", Kind.DATE, locked=True),
        Column("created", "建立日期", Kind.DATE, locked=True),
    ),
    key=("username",),
)


@transaction.atomic
def write_account_list(
    target: BinaryIO, query: AccountQuery, *, viewer: User, filters: str, now: datetime
) -> int:
    """Write what `viewer` may see and `query` asks for; the export is recorded. Return the number of rows."""
    rows = accounts(viewer, query, today=timezone.localdate(now), now=now)
    count = rows.count()
    line = subtitle_line(
        unit=viewer.organisation.short_name,
        person=viewer.name,
        at=timezone.localtime(now),
        filters=filters,
        count=count,
    )
    people = list(rows)
    written = write_workbook(
        target, SHEET, _lines(people, viewer, now), heading="平台账号清单", subtitle=line
    )
    audit.record(None, "user.export", actor=viewer, changes={"rows": written, "filters": filters})
    return written


def _lines(people: list[User], viewer: User, now: datetime) -> Iterator[dict[str, object]]:
    for start in range(0, len(people), BATCH):
        for row in account_rows(people[start : start + BATCH], viewer, now):
            person = row.person
            yield {
                "username": person.username,
                "name": person.name,
                "unit": person.organisation.short_name,
                "title": person.title,
                "roles": row.roles or "未授权",
                "until": _earliest_end(person, timezone.localdate(now)),
                "phone": row.phone,
                "state": row.state,
                "second_factor": "已启用" if person.totp_confirmed_at else "未启用",
                "seen": timezone.localdate(person.last_seen_at) if person.last_seen_at else None,
                "created": timezone.localdate(person.created_at),
            }


def _earliest_end(person: User, today: date) -> date | None:
    """Return the day on which the first of the person's roles ends, or None."""
    ends = [grant.valid_until for grant in person.grants.all() if grant.revoked_at is None]
    return min((end for end in ends if end is not None and end >= today), default=None)
