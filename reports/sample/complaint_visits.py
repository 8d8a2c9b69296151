"""QR points with their scans, who looks after whom, visits, gatherings and the survey of the sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random

from complaints.kinds import Secrecy
from complaints.models import (
    Gathering,
    IntakePoint,
    IntakeScan,
    Pairing,
    QuestionnaireResult,
    QuestionnaireWave,
    StandardReply,
    Visit,
)
from complaints.services.visits import GATHERING_SERIES, VISIT_SERIES
from portal.models import Enterprise, NumberSeries, User
from reports.sample.complaint_life import CLERK
from reports.sample.complaint_texts import desk_texts
from reports.sample.county import County
from reports.sample.shifting import LAST_MONTH, YEAR

OPENED_ON = date(YEAR, 1, 4)
PAIRED_ON = date(YEAR, 1, 16)
RECORDED_AT = time(17, 20)
SCANNED_DAYS = 60
LAST_DAY = 28


def load_points(county: County) -> list[IntakePoint]:
    """Write the QR points, how often they were scanned lately, and the standard replies."""
    clerk, words = county.people[CLERK], desk_texts()
    points = [
        IntakePoint(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            place=row["place"],
            organisation=county.units[row["unit"]],
            created_by=clerk,
        )
        for row in words["points"]
    ]
    IntakePoint.objects.bulk_create(points)
    IntakePoint.objects.update(created_at=county.at(county.workday(OPENED_ON), clock=time(10, 0)))
    rng = county.rng("scans")
    IntakeScan.objects.bulk_create(
        IntakeScan(point=point, on=county.today - timedelta(days=back), count=rng.randint(1, 9))
        for point in points
        for back in range(1, SCANNED_DAYS)
        if rng.random() < 0.6
    )
    StandardReply.objects.bulk_create(
        StandardReply(title=row["title"], body=row["body"], kind=row.get("kind", ""), updated_by=clerk)
        for row in words["standard_replies"]
    )
    return points


def load_attendance() -> None:
    """Let the enterprises that raised a demand openly have been at the gathering; to be called after the cases."""
    for gathering in Gathering.objects.all():
        raised = gathering.complaints.filter(secrecy=Secrecy.OPEN, reported=None).exclude(enterprise=None)
        gathering.enterprises.set(raised.values_list("enterprise", flat=True))


def load_gatherings(county: County) -> dict[str, Gathering]:
    """Write the round-tables, reception days and campaigns that have been held, by their keys."""
    clerk, found, numbers = county.people[CLERK], dict[str, Gathering](), Counter[int]()
    for row in sorted(desk_texts()["gatherings"], key=lambda row: row["start"]):
        start = county.workday(row["start"])
        if not county.has_come(start):
            continue
        numbers[start.year] += 1
        gathering = Gathering.objects.create(
            number=f"HD{start.year}{numbers[start.year]:04d}",
            kind=row["kind"],
            title=county.shift.text(row["title"]),
            start_on=start,
            end_on=max(start, county.shift.day(row["end"])),
            place=row["place"],
            chair=row["chair"],
            host=clerk.organisation,
            summary=row["summary"],
            recorded_by=clerk,
        )
        county.tell(
            county.at(start, clock=RECORDED_AT),
            gathering,
            "gathering.record",
            clerk,
            organisation=clerk.organisation,
        )
        found[row["key"]] = gathering
    _keep_counters(GATHERING_SERIES, numbers)
    return found


def visitors(county: County) -> list[User]:
    """Return who visits enterprises: the county's leaders and the heads of some units."""
    words = desk_texts()
    heads = [county.head(county.units[name]) for name in words["paired_units"]]
    return [county.people[name] for name in words["pairings"]] + heads


def visit_with_demand(county: County, enterprise: Enterprise, day: date, rng: Random) -> Visit:
    """Return a visit at which a demand was heard; it gets its number with the others."""
    return _visit(county, enterprise, day, rng, has_demands=True)


def _visit(county: County, enterprise: Enterprise, day: date, rng: Random, *, has_demands: bool) -> Visit:
    words, visitor = desk_texts(), rng.choice(visitors(county))
    return Visit(
        enterprise=enterprise,
        visitor=visitor,
        on=day,
        place=enterprise.address[:80],
        companions="县营商办工作人员" if rng.random() < 0.4 else "",
        situation=rng.choice(words["situations"]),
        policies_told=rng.choice(words["policies_told"]) if rng.random() < 0.6 else "",
        has_demands=has_demands,
        recorded_by=visitor,
        recorded_at=county.at(day, clock=RECORDED_AT),
    )


def load_visits(county: County, enterprises: Sequence[Enterprise], heard: Sequence[Visit]) -> None:
    """Write who looks after whom and all visits: those where something was asked for, and the quiet ones."""
    pairs = _load_pairings(county, enterprises)
    rng, visits = county.rng("visits"), list(heard)
    taken = {(row.enterprise.pk, row.visitor.pk, row.on) for row in visits}
    for _ in range(desk_texts()["visits_without_demands"]):
        day = county.workday(date(YEAR, rng.randint(1, LAST_MONTH), rng.randint(5, LAST_DAY)))
        pair = rng.choice(pairs)
        key = (pair.enterprise.pk, pair.person.pk, day)
        if key in taken or not county.has_come(day):
            continue
        taken.add(key)
        visit = _visit(county, pair.enterprise, day, rng, has_demands=False)
        visit.visitor = visit.recorded_by = pair.person
        visits.append(visit)
    numbers: Counter[int] = Counter()
    visits.sort(key=lambda row: (row.on, row.enterprise.pk))
    for visit in visits:
        numbers[visit.on.year] += 1
        visit.number = f"ZF{visit.on.year}{numbers[visit.on.year]:05d}"
    Visit.objects.bulk_create(visits, batch_size=200)
    for visit in visits:
        facts: dict[str, object] = {"count": int(visit.has_demands)}
        county.tell(visit.recorded_at, visit, "visit.record", visit.visitor, changes=facts)
    _keep_counters(VISIT_SERIES, numbers)


def _load_pairings(county: County, enterprises: Sequence[Enterprise]) -> list[Pairing]:
    """Pair the leaders with the largest enterprises, and three with each of the units' heads."""
    words, since = desk_texts(), county.workday(PAIRED_ON)
    wanted = [(county.people[name], count) for name, count in words["pairings"].items()]
    wanted += [(county.head(county.units[name]), 3) for name in words["paired_units"]]
    rows, place = list[Pairing](), 0
    for person, count in wanted:
        for enterprise in enterprises[place : place + count]:
            rows.append(
                Pairing(person=person, enterprise=enterprise, since=since, created_by=county.director)
            )
        place += count
    Pairing.objects.bulk_create(rows)
    for row in rows:
        at = county.at(since, clock=time(15, 0))
        county.tell(at, row, "pairing.start", county.director, organisation=row.person.organisation)
    return rows


def load_survey(county: County) -> None:
    """Write the survey with its results by unit, once it has ended."""
    words, clerk = desk_texts()["survey"], county.people[CLERK]
    end_on = county.workday(words["end"])
    if not county.has_come(end_on):
        return
    wave = QuestionnaireWave.objects.create(
        code=words["code"],
        title=words["title"],
        start_on=county.workday(words["start"]),
        end_on=end_on,
        method=words["method"],
        sent=words["sent"],
        answered=words["answered"],
        source=words["source"],
        recorded_by=clerk,
    )
    QuestionnaireResult.objects.bulk_create(
        QuestionnaireResult(
            wave=wave,
            organisation=county.units[name],
            **dict(zip(("very", "fairly", "unsatisfied", "unknown"), counts, strict=True)),
        )
        for name, counts in words["results"].items()
    )
    county.tell(county.at(end_on, clock=time(16, 0)), wave, "survey.record", clerk)


def _keep_counters(series: str, numbers: Counter[int]) -> None:
    NumberSeries.objects.bulk_create(
        NumberSeries(series=series, year=year, value=value) for year, value in numbers.items()
    )
