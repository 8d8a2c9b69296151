"""The year's cases of the sample: who handed them in and by which way, and everything that hangs on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from typing import Any

from django.db import models
from django.utils import timezone

from complaints.kinds import CaseType, Channel, Secrecy, Urgency, default_secrecy
from complaints.masking import mask_text
from complaints.models import (
    Assignment,
    CaseEvent,
    ClockStop,
    Complaint,
    Escalation,
    Extension,
    FollowUp,
    Gathering,
    Identity,
    IntakePoint,
    Rating,
    Reply,
    Round,
    Visit,
    WhistleCall,
)
from complaints.query_codes import ALPHABET, RANDOM_LENGTH, check_character
from complaints.sealing import Person, code_digest, known_from, sealed
from complaints.services.clocks import Clocks, load_clocks
from complaints.services.intake import SERIES
from complaints.workflow import ENDED, CaseState
from portal.enterprise_terms import EntityKind, EntityState
from portal.models import Enterprise, NumberSeries, Topic
from reports.sample import complaint_course, complaint_papers, complaint_visits
from reports.sample.complaint_life import CLERK
from reports.sample.complaint_steps import Life
from reports.sample.complaint_texts import CaseText, case_texts, desk_texts
from reports.sample.county import County

# In how many of a hundred a way is used, where none is named.
CHANNELS = {
    Channel.HOTLINE: 30,
    Channel.QR: 20,
    Channel.WEB: 11,
    Channel.PHONE: 12,
    Channel.WECHAT: 6,
    Channel.COUNTER: 7,
    Channel.LETTER: 2,
    Channel.EMAIL: 2,
    Channel.VISIT: 8,
    Channel.SUPERIOR: 2,
}
BY_THEMSELVES = frozenset({Channel.QR, Channel.WEB, Channel.WECHAT, Channel.HOTLINE, Channel.EMAIL})
NUMBERED = {Channel.HOTLINE: "RX", Channel.SUPERIOR: "SJ"}
NAMELESS = 0.14
RATED = 0.3
OBSERVERS = ("潘静", "欧阳恬")
BATCH = 500
# In the order in which rows refer to one another.
TABLES: tuple[type[models.Model], ...] = (
    Identity,
    Round,
    Assignment,
    ClockStop,
    Extension,
    Reply,
    FollowUp,
    WhistleCall,
    Escalation,
    Rating,
)


@dataclass
class CaseDesk:
    """What the cases of a county share while they are made."""

    county: County
    clocks: Clocks
    enterprises: Sequence[Enterprise]
    topics: dict[str, Topic]
    points: Sequence[IntakePoint]
    gatherings: dict[str, Gathering]
    numbers: Counter[int] = field(default_factory=Counter)
    lives: list[tuple[Life, CaseText]] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


def load(county: County) -> None:
    """Write points, visits, gatherings, the survey, and the cases with their whole history."""
    rng = county.rng("complaints")
    desk = CaseDesk(
        county=county,
        clocks=load_clocks(),
        enterprises=list(
            Enterprise.objects.filter(state=EntityState.ACTIVE, kind=EntityKind.ENTERPRISE)
            .select_related("town")
            .order_by("-pk")
        ),
        topics={row.code.rpartition("-")[2]: row for row in Topic.objects.all()},
        points=complaint_visits.load_points(county),
        gatherings=complaint_visits.load_gatherings(county),
    )
    for received_at, told in _in_order(county, case_texts(rng)):
        _live(desk, told, received_at)
    complaint_visits.load_visits(county, desk.enterprises, desk.visits)
    complaint_visits.load_survey(county)
    _write(desk)
    complaint_visits.load_attendance()


def _in_order(county: County, texts: Iterable[CaseText]) -> list[tuple[datetime, CaseText]]:
    """Return the cases that have come in by now, in the order of their coming."""
    found = []
    for place, told in enumerate(texts):
        rng = county.rng(f"received:{place}")
        if told.day is None:
            day = county.workdays_after(county.today, -told.ago)
        else:
            moved = county.shift.day(told.day)
            day = moved if rng.random() < 0.12 and not told.extra else county.workday(told.day)
        if county.has_come(day):
            found.append((county.at(day, clock=time(rng.randint(8, 16), rng.randint(0, 59))), told))
    return sorted(found, key=lambda row: (row[0], row[1].title))


def _live(desk: CaseDesk, told: CaseText, received_at: datetime) -> None:
    day = timezone.localdate(received_at)
    desk.numbers[day.year] += 1
    number = f"SQ{day.year}{desk.numbers[day.year]:06d}"
    rng = desk.county.rng(f"case:{told.title}:{day}:{desk.numbers[day.year]}")
    channel = _channel(desk, told, day, rng)
    enterprise = rng.choice(desk.enterprises[:260] if rng.random() < 0.6 else desk.enterprises)
    nameless = bool(told.extra.get("anonymous")) or (
        channel in BY_THEMSELVES and not told.extra and rng.random() < NAMELESS
    )
    person = Person() if nameless else _person(desk, number, enterprise)
    case = Complaint(
        number=number,
        channel=channel,
        is_anonymous=nameless,
        enterprise=None if nameless else enterprise,
        town=enterprise.town,
        received_at=received_at,
        registered_on=day,
        query_digest=code_digest(query_code(rng)),
        version=1,
        **_words(desk, told, enterprise),
        **_source(desk, told, channel, enterprise, day, rng),
    )
    _share(case, person)
    life = Life(desk.county, desk.clocks, case, rng, day, received_at, halt=str(told.extra.get("halt", "")))
    life.set_dates()
    public = "您的诉求已登记，我们将尽快审查"
    life.event("register", case.registered_by, target=CaseState.REGISTERED, public=public)
    desk.county.tell(
        received_at,
        case,
        "complaint.register",
        case.registered_by,
        changes={"渠道": channel.label, "类型": CaseType(told.kind).label, "实名": not nameless},
    )
    if not nameless:
        consented = received_at if channel in {Channel.QR, Channel.WEB} else None
        life.rows.append(sealed(case, person, consented_at=consented))
    complaint_course.run(life, told)
    _rate(life, told)
    desk.lives.append((life, told))


def query_code(rng: Random) -> str:
    """Return a code that is the same every time: codes of the sample are no secret."""
    body = "".join(rng.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + check_character(body)


def _channel(desk: CaseDesk, told: CaseText, day: date, rng: Random) -> Channel:
    if "gathering" in told.extra:
        return Channel.ROUNDTABLE
    if "channel" in told.extra:
        return Channel(told.extra["channel"])
    found = rng.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0]
    # Nobody sits at a counter or visits on a rest day.
    open_day = desk.county.calendar.is_workday(day)
    return found if open_day or found in BY_THEMSELVES else Channel.HOTLINE


def _person(desk: CaseDesk, number: str, enterprise: Enterprise) -> Person:
    rng, words = desk.county.rng(f"person:{number}"), desk_texts()
    return Person(
        name=rng.choice(words["surnames"]) + rng.choice(words["given"]),
        phone=f"1390000{int(number[-4:]):04d}",
        company=enterprise.name,
        address=enterprise.address,
    )


def _words(desk: CaseDesk, told: CaseText, enterprise: Enterprise) -> dict[str, Any]:
    county, extra = desk.county, told.extra
    town = enterprise.town.short_name if enterprise.town else "县城"
    kind = CaseType(told.kind)
    return {
        "kind": kind,
        "clock": told.clock,
        "topic": desk.topics[told.topic],
        "problem_kind": told.problem,
        "reported": county.units[extra["reported"]] if "reported" in extra else None,
        "title": told.title.replace("{town}", town),
        "text": county.shift.text(told.text.replace("{town}", town)),
        "wishes": told.wishes,
        "secrecy": Secrecy.SECRET if extra.get("secret") else default_secrecy(kind),
        "urgency": Urgency.URGENT if extra.get("fate") == "whistle" else Urgency.NORMAL,
    }


def _source(
    desk: CaseDesk, told: CaseText, channel: Channel, enterprise: Enterprise, day: date, rng: Random
) -> dict[str, Any]:
    """Return by which way the case came: point, visit, gathering, number of another programme, observer."""
    county, found = desk.county, dict[str, Any]()
    clerk = county.people[CLERK]
    found["registered_by"] = None if channel in {Channel.QR, Channel.WEB} else clerk
    if channel == Channel.QR:
        found["intake_point"] = rng.choice(desk.points)
    elif channel in NUMBERED:
        found["external_number"] = f"{NUMBERED[channel]}{day:%Y%m%d}{desk.numbers[day.year]:04d}"
    elif channel == Channel.VISIT:
        found["visit"] = complaint_visits.visit_with_demand(county, enterprise, day, rng)
        desk.visits.append(found["visit"])
    elif channel == Channel.ROUNDTABLE:
        found["gathering"] = desk.gatherings[told.extra["gathering"]]
    elif channel == Channel.OBSERVER:
        found["reporter"] = county.people[OBSERVERS[0] if desk.numbers[day.year] % 2 else OBSERVERS[1]]
        found["registered_by"] = found["reporter"]
    return found


def _share(case: Complaint, person: Person) -> None:
    known = known_from(person, enterprise=case.enterprise.name if case.enterprise else "")
    for name in ("title", "text", "wishes"):
        setattr(case, f"shared_{name}", mask_text(getattr(case, name), known))


def _rate(life: Life, told: CaseText) -> None:
    """Some people rate the closed case themselves, mostly as they said on the telephone."""
    case = life.case
    if case.state not in ENDED or not case.satisfaction or life.rng.random() > RATED:
        return
    at = life.county.at(case.closed_on or life.day, f"rating:{case.number}", clock=time(19, 30))
    if at.date() >= life.county.today:
        return
    comment = life.rng.choice(desk_texts()["comments"]) if case.satisfaction != "not" else ""
    life.rows.append(
        Rating(
            complaint=case,
            round=case.round,
            satisfaction=case.satisfaction,
            resolved=bool(case.resolved),
            comment=comment,
            at=at,
        )
    )


def _write(desk: CaseDesk) -> None:
    """Write every table with few statements, each in the order of time."""
    cases = [life.case for life, _told in desk.lives]
    Complaint.objects.bulk_create(cases, batch_size=BATCH)
    _merge(desk)
    papers = _number_papers(desk)
    rows = [row for life, _told in desk.lives for row in life.rows]
    for table in TABLES:
        table._default_manager.bulk_create([row for row in rows if type(row) is table], batch_size=BATCH)
    events = sorted((row for row in rows if isinstance(row, CaseEvent)), key=lambda row: row.at)
    CaseEvent.objects.bulk_create(events, batch_size=BATCH)
    for life, _told in desk.lives:
        desk.county.happenings.extend(life.told)
    complaint_papers.write(papers)
    # The columns are filled with the present moment on creation.
    for case in cases:
        case.created_at = case.received_at
    Complaint.objects.bulk_update(cases, ["created_at"], batch_size=BATCH)
    NumberSeries.objects.bulk_create(
        NumberSeries(series=SERIES, year=year, value=value) for year, value in desk.numbers.items()
    )


def _number_papers(desk: CaseDesk) -> list[complaint_papers.Given]:
    lives = {life.case.pk: life for life, _told in desk.lives}
    papers = []
    for paper, event, told in complaint_papers.number(row for life in lives.values() for row in life.papers):
        lives[paper.case.pk].rows.append(event)
        lives[paper.case.pk].told.append(told)
        papers.append(paper)
    return papers


def _merge(desk: CaseDesk) -> None:
    """Merge what reports the same matter into the case that tells of it."""
    by_title = {told.title: life.case for life, told in desk.lives}
    for life, told in desk.lives:
        kept = by_title.get(str(told.extra.get("into", "")))
        if kept is None or life.case.state != CaseState.ACCEPTED:
            continue
        text = f"与 {kept.number} 反映的是同一问题，已并案办理"
        life.write("merge", life.clerk, text=text, public=text)
        life.case.merged_into = kept
        columns = [
            "state",
            "merged_into",
            "version",
            "due_on",
            "due_at",
            "due_provisional",
            "transfer_due_on",
        ]
        life.case.save(update_fields=columns)
