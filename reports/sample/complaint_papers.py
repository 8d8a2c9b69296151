"""The papers of the sample's cases: given out by the office to who is answered on paper, with gapless numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from complaints.kinds import Channel, PaperKind
from complaints.models import CaseEvent, Complaint, Escalation, Paper
from complaints.services.papers import GIVEN_OUT, freeze_letter, paper_of, printed_number
from complaints.services.papers.wording import SERIES
from complaints.workflow import EscalationRung
from portal.models import NumberSeries, User
from reports.sample.county import Happening

# Who came in person or on paper is answered on paper; the others read their answer by the query code.
ON_PAPER = frozenset({Channel.COUNTER, Channel.LETTER, Channel.SUPERIOR, Channel.VISIT})
# Steps lie a minute apart at least.
AFTER_THE_STEP = timedelta(seconds=30)


@dataclass
class Given:
    """A paper given out at a moment; `then` is the case as it stood."""

    case: Complaint
    then: Complaint
    kind: PaperKind
    actor: User
    at: datetime
    number: str = ""


def given(case: Complaint, kind: PaperKind, *, actor: User, at: datetime) -> Iterator[Given]:
    """Yield the paper that goes with a step, where the person is told on paper.

    A refusal is always told so; nobody can be told who left no name.
    """
    on_paper = kind == PaperKind.DECLINE or case.channel in ON_PAPER
    if on_paper and not case.is_anonymous and case.round == 1:
        yield Given(case, copy(case), kind, actor, at + AFTER_THE_STEP)


def number(papers: Iterable[Given]) -> Iterator[tuple[Given, CaseEvent, Happening]]:
    """Give the papers their numbers in the order of time; yield each with what is told of it."""
    numbers: Counter[tuple[PaperKind, int]] = Counter()
    for paper in sorted(papers, key=lambda row: (row.at, row.case.number)):
        year, label = timezone.localdate(paper.at).year, paper.kind.label
        numbers[paper.kind, year] += 1
        paper.number = printed_number(paper.kind, year, numbers[paper.kind, year])
        event = CaseEvent(
            complaint=paper.case,
            at=paper.at,
            action=GIVEN_OUT,
            actor=paper.actor,
            actor_name=paper.actor.name,
            organisation=paper.actor.organisation,
            round=paper.then.round,
            audience=CaseEvent.Audience.OFFICE,
            text=f"{paper.number} {label}",
        )
        facts: dict[str, object] = {"文种": label}
        told = Happening(paper.at, paper.case, "complaint.paper", paper.actor, facts, paper.number)
        yield paper, event, told
    NumberSeries.objects.bulk_create(
        NumberSeries(series=SERIES[kind], year=year, value=value) for (kind, year), value in numbers.items()
    )


def write(papers: Iterable[Given]) -> None:
    """Keep the numbered papers as they read then, and the letters of supervision that were signed."""
    rows = []
    for paper in papers:
        # It was kept aside before the case had its key.
        paper.then.pk = paper.case.pk
        on = timezone.localdate(paper.at)
        rows.append(paper_of(paper.then, paper.kind, number=paper.number, actor=paper.actor, on=on))
    Paper.objects.bulk_create(rows)
    signed: Counter[int] = Counter()
    letters = Escalation.objects.filter(state=Escalation.State.ISSUED, rung=EscalationRung.SUPERVISE)
    for letter in letters.select_related("complaint", "organisation", "signed_by"):
        if letter.signed_by is not None:
            signed[freeze_letter(letter, actor=letter.signed_by).issued_on.year] += 1
    NumberSeries.objects.bulk_create(
        NumberSeries(series=SERIES[PaperKind.SUPERVISE], year=year, value=value)
        for year, value in signed.items()
    )
