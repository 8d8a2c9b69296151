"""What a unit has to answer for: late answers, replies sent back, unsatisfied people who were right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from complaints.kinds import Satisfaction
from complaints.models import FollowUp, Reply, Round
from complaints.selectors.figures import round_measures
from portal.documents.numbers import printed_date

ONE_DAY = timedelta(days=1)


class Fault(StrEnum):
    LATE = "late"
    RETURNED = "returned"
    UNSATISFIED = "unsatisfied"


@dataclass(frozen=True)
class FaultRow:
    """One fault: the code of the unit, the case and its round; `title` is the one without identity."""

    unit: str
    number: str
    round: int
    title: str
    note: str
    url: str


def faults(kind: Fault, first: date, last: date) -> list[FaultRow]:
    """Return the faults from `first` to `last`, both included, in the order of the cases; one query."""
    found = {Fault.LATE: _late, Fault.RETURNED: _returned, Fault.UNSATISFIED: _unsatisfied}
    return list(found[kind](first, last))


def _late(first: date, last: date) -> Iterator[FaultRow]:
    """Yield the rounds due in the days and not answered in time: those that the on-time rate misses."""
    measures = round_measures(first, last + ONE_DAY)
    due, counted = measures["due"]
    answered, on_time = measures["due_on_time"]
    rows = Round.objects.filter(due & counted, lead__isnull=False).exclude(answered & on_time)
    for row in rows.select_related("complaint", "lead").order_by("complaint", "number"):
        if row.lead is None:
            continue
        answered_on = f"{printed_date(row.replied_on)}答复" if row.replied_on else "尚未答复"
        note = f"应于{printed_date(row.due_on)}前答复，{answered_on}"
        yield _row(row.lead.code, row, row.number, note)


def _returned(first: date, last: date) -> Iterator[FaultRow]:
    """Yield the replies that the unit had confirmed and the office sent back; one for each round."""
    rows = Reply.objects.filter(
        state=Reply.State.RETURNED,
        confirmed_at__isnull=False,
        confirmed_at__date__range=(first, last),
    )
    seen: set[tuple[int, int]] = set()
    for row in rows.select_related("complaint", "organisation").order_by("complaint", "version"):
        if (row.complaint_id, row.round) in seen or row.confirmed_at is None:
            continue
        seen.add((row.complaint_id, row.round))
        on = timezone.localdate(row.confirmed_at)
        yield _row(row.organisation.code, row, row.round, f"{on}提交的答复被退回：{row.opinion}")


def _unsatisfied(first: date, last: date) -> Iterator[FaultRow]:
    lead = Round.objects.filter(complaint=OuterRef("complaint"), number=OuterRef("round"))
    rows = FollowUp.objects.filter(
        on__range=(first, last), satisfaction=Satisfaction.NOT, is_justified=True
    ).annotate(unit=Subquery(lead.values("lead__code")[:1]))
    for row in rows.select_related("complaint").order_by("complaint", "round"):
        unit: str | None = row.unit
        if unit:
            yield _row(unit, row, row.round, f"{row.on}回访：{row.note}")


def _row(unit: str, row: Round | Reply | FollowUp, number: int, note: str) -> FaultRow:
    case = row.complaint
    return FaultRow(unit, case.number, number, case.shared_title, note, case.get_absolute_url())
