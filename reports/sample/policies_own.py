"""What enterprises and the public do themselves in the sample: three codes, what was asked for, six subscriptions."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Final

from django.db.models import Count

from policies.models import (
    CodeScan,
    Correction,
    EnterpriseCode,
    OneTimeCode,
    Proposal,
    Subscriber,
    Subscription,
)
from policies.one_time_codes import ALPHABET, PAGE_LENGTH
from policies.selectors.subscriptions import topics_offered
from policies.services.enterprise_codes import EMAIL, digest_of
from policies.services.subscriptions import ADDRESS, INDEX
from policies.workflow import ProposalState
from portal.crypto import blind_index, encrypt
from portal.models import Enterprise
from reports.sample.county import County

CODES: Final = 3
_OPENED, _HANDED_OUT, _ENTERED = date(2023, 10, 18), date(2023, 11, 2), date(2023, 11, 6)
_ASKED, _SETTLED = date(2023, 11, 6), date(2023, 11, 8)
# By the place of the enterprise: what it said was outdated, and what the office answered.
CORRECTIONS: Final = (
    (0, Correction.About.EMPLOYEES, "上年末从业人员 126 人", "十二月社保缴费人数", ""),
    (1, Correction.About.NAME, "住所迁至经济开发区创新路 18 号", "变更后的营业执照", "已按营业执照更正"),
)
# Which of the offered fields each subscriber chose, by place.
SUBSCRIBERS: Final = ((0, 1), (0,), (1, 2), (2,), (0, 2, 3), (3,))


def load(county: County) -> None:
    """Open three codes with their history, and subscribe six addresses, as far as their days have come."""
    opened = [_open(county, place, row) for place, row in enumerate(_enterprises())]
    doors = [row for row in opened if row is not None]
    for place, about, stated, basis, answer in CORRECTIONS:
        if place < len(doors):
            _correct(county, doors[place].enterprise, about, stated, basis, answer)
    _subscribe(county)


def _enterprises() -> list[Enterprise]:
    """Return three enterprises that have something to see: a notice to answer, and cases where there are any."""
    told = Proposal.objects.filter(state=ProposalState.NOTIFIED).values("enterprise")
    rows = Enterprise.objects.in_business().filter(pk__in=told)
    return list(rows.annotate(cases=Count("complaints")).order_by("-cases", "credit_code")[:CODES])


def _open(county: County, place: int, enterprise: Enterprise) -> EnterpriseCode | None:
    on = county.workday_in_month(_OPENED)
    if not county.has_come(on):
        return None
    rng = county.rng(f"code:{enterprise.credit_code}")
    officer = county.officer(enterprise.credit_code)
    at = county.at(on, clock=time(10, 20 + place))
    # The last one has no address: its one-time codes are on paper.
    email = f"office{place + 1}@example.com" if place < CODES - 1 else ""
    row = EnterpriseCode.objects.create(
        enterprise=enterprise,
        code="".join(rng.choice(ALPHABET) for _ in range(PAGE_LENGTH)).lower(),
        email=encrypt(email, EMAIL) if email else "",
        created_by=officer,
        created_at=at,
    )
    county.tell(at, row, "enterprise_code.open", officer)
    county.tell(at + timedelta(minutes=3), row, "enterprise_code.print", officer)
    _use(county, place, row)
    return row


def _use(county: County, place: int, row: EnterpriseCode) -> None:
    """Hand out a one-time code, which the enterprise has used; nobody has these codes."""
    on, entered = county.workday_in_month(_HANDED_OUT), county.workday_in_month(_ENTERED)
    if not county.has_come(on):
        return
    rng = county.rng(f"scans:{row.enterprise.credit_code}")
    officer, at = row.created_by, county.at(on, clock=time(15, 5 + place))
    used_at = county.at(entered, clock=time(9, 40 + place)) if county.has_come(entered) else None
    OneTimeCode.objects.create(
        page=row,
        kind=OneTimeCode.Kind.PAPER,
        digest=digest_of(f"SAMPLE{row.enterprise.credit_code}"),
        made_at=at,
        made_by=officer,
        expires_at=at + timedelta(days=7),
        used_at=used_at,
    )
    county.tell(at, row, "enterprise_code.hand_out", officer)
    days = {county.shift.day(date(2023, 10, 20) + timedelta(days=step)) for step in range(0, 18, 3)}
    CodeScan.objects.bulk_create(
        CodeScan(page=row, on=day, count=rng.randint(1, 4)) for day in sorted(days) if county.has_come(day)
    )
    if used_at is not None:
        EnterpriseCode.objects.filter(pk=row.pk).update(entered_at=used_at)
        county.tell(used_at, row, "enterprise_code.enter", None)


def _correct(
    county: County, enterprise: Enterprise, about: Correction.About, stated: str, basis: str, answer: str
) -> None:
    on, settled = county.workday_in_month(_ASKED), county.workday_in_month(_SETTLED)
    if not county.has_come(on):
        return
    at = county.at(on, clock=time(9, 50))
    row = Correction.objects.create(
        enterprise=enterprise, about=about, stated=stated, basis=basis, asked_at=at
    )
    county.tell(at, row, "correction.ask", None)
    if answer and county.has_come(settled):
        officer, settled_at = county.officer(enterprise.credit_code), county.at(settled, clock=time(11, 10))
        Correction.objects.filter(pk=row.pk).update(
            state=Correction.State.DONE, settled_by=officer, settled_at=settled_at, answer=answer
        )
        changes: dict[str, object] = {"state": ["asked", "done"]}
        county.tell(settled_at, row, "correction.settle", officer, changes=changes, note=answer)


def _subscribe(county: County) -> None:
    """Subscribe addresses that lead nowhere to the first fields on offer."""
    on = county.workday_in_month(_OPENED)
    topics = list(topics_offered())
    if not county.has_come(on) or not topics:
        return
    at = county.at(on, clock=time(16, 30))
    for place, chosen in enumerate(SUBSCRIBERS):
        email = f"reader{place + 1}@example.com"
        person = Subscriber.objects.create(
            address=encrypt(email, ADDRESS),
            address_index=blind_index(email, INDEX),
            key=f"sample{place + 1}",
            confirmed_at=at + timedelta(minutes=place),
        )
        Subscription.objects.bulk_create(
            Subscription(subscriber=person, topic=topics[number % len(topics)], since=person.confirmed_at)
            for number in chosen
        )
