"""Cases as pages, lists, exports and the API show them: what a person may not read is not in the value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet

from complaints.deadlines import Distance, distance
from complaints.labels import ActionLabel, event_label
from complaints.likeness import RECENT_DAYS, Likeness, Trait, likeness
from complaints.models import Assignment, CaseEvent, Complaint, Enclosure, IdentityRequest, Reply
from complaints.querysets import ComplaintQuerySet, reads_all_cases
from complaints.sealing import phone_indexes
from complaints.selectors.case_words import may_contain
from portal.models import Attachment, Enterprise, Organisation, User
from portal.selectors.calendar import Calendar, load_calendar
from portal.selectors.files import attachments_by_owner
from portal.selectors.search import containing

NUMBER = re.compile(r"SQ\d{10,}", re.ASCII)
CANDIDATES = 300
SHOWN_DUPLICATES = 5
SHARED_FIELDS = ("number", "shared_title", "shared_text")
OPEN_FIELDS = ("number", "title", "text", "external_number", "enterprise__name")


@dataclass(frozen=True)
class CaseText:
    """The words of a case for one reader: the original ones, or those without identity."""

    title: str
    text: str
    wishes: str
    enterprise: Enterprise | None
    source: str
    is_hidden: bool


@dataclass(frozen=True)
class CaseRow:
    """A row of the list. Columns that the reader may not know are empty."""

    case: Complaint
    title: str
    enterprise: str
    source: str
    is_hidden: bool
    is_overdue: bool
    distance: Distance | None

    @property
    def url(self) -> str:
        return self.case.get_absolute_url()


def visible_cases(user: User) -> ComplaintQuerySet:
    """Return the rows of the list for `user` with what they show, one query for a page."""
    rows = Complaint.objects.visible_to(user).with_disclosure(user)
    return rows.select_related("lead", "topic", "enterprise", "reported", "town", "intake_point")


def found_rows(rows: ComplaintQuerySet, *columns: str) -> ComplaintQuerySet:
    """Return the rows of a list as keys only (and `columns`), to be found page by page; `shown_rows` reads the rest.

    The planner weighs eight tables against each other and no more: with everything joined that a
    row shows it would come to what finds the rows last, and read every case before.
    """
    return rows.select_related(None).only("pk", *columns)


def shown_rows(user: User, found: Iterable[Complaint]) -> list[Complaint]:
    """Return the cases of a page in its order, with what the list shows; one query."""
    keys = [row.pk for row in found]
    rows = visible_cases(user).in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def find_visible_case(user: User, number: str) -> Complaint:
    """Return the case with a printed number; raises `Complaint.DoesNotExist` outside the person's scope."""
    return visible_cases(user).get(number=number)


def search_cases(rows: ComplaintQuerySet, user: User, text: str) -> QuerySet[Complaint]:
    """Narrow `rows` to those in which every word of `text` stands, in words that the reader may read.

    Original titles, texts, enterprises and source numbers are searched only where
    the case is disclosed: a unit cannot feel its way to a name. A whole number is
    found by its index, without reading any text.
    """
    if NUMBER.fullmatch(typed := text.strip().upper()):
        return rows.filter(number=typed)
    rows, shared = rows.filter(may_contain(text)), containing(text, SHARED_FIELDS)
    if reads_all_cases(user):
        return rows.filter(shared | containing(text, OPEN_FIELDS))
    disclosed = Complaint.objects.disclosed_to(user).values("pk")
    return rows.filter(shared | (Q(pk__in=disclosed) & containing(text, OPEN_FIELDS)))


def page_after(
    rows: ComplaintQuerySet, *, after: int | None = None, size: int = 50
) -> tuple[list[Complaint], int | None]:
    """Return a page of the newest cases after the key `after`, and the key of the next page, by keyset."""
    part = rows.order_by("-pk")
    if after is not None:
        part = part.filter(pk__lt=after)
    found = list(part[: size + 1])
    more = found[size - 1].pk if len(found) > size else None
    return found[:size], more


def page_by_due(
    rows: ComplaintQuerySet, *, after: tuple[date, int] | None = None, size: int = 50
) -> tuple[list[Complaint], tuple[date, int] | None]:
    """Return a page of open cases, the most urgent first, by the keyset (due date, key); undated ones are left out."""
    part = rows.open().filter(due_on__isnull=False).order_by("due_on", "pk")
    if after is not None:
        part = part.filter(Q(due_on__gt=after[0]) | Q(due_on=after[0], pk__gt=after[1]))
    found = list(part[: size + 1])
    last = found[size - 1] if len(found) > size else None
    key = (last.due_on, last.pk) if last is not None and last.due_on is not None else None
    return found[:size], key


def text_for(case: Complaint, *, is_hidden: bool) -> CaseText:
    """Return the words that a reader gets; `is_hidden` as `with_disclosure` marked the row."""
    source = case.get_channel_display() + (f"（{case.intake_point}）" if case.intake_point else "")
    if not is_hidden:
        return CaseText(case.title, case.text, case.wishes, case.enterprise, source, is_hidden=False)
    # How a case came in can tell who brought it.
    return CaseText(case.shared_title, case.shared_text, case.shared_wishes, None, "—", is_hidden=True)


def is_hidden_from(case: Complaint, user: User) -> bool:
    """Tell whether `user`, who may read the case, must not learn who handed it in; no query for a marked row."""
    marked = getattr(case, "is_hidden", None)
    if marked is not None:
        return bool(marked)
    return not Complaint.objects.disclosed_to(user).filter(pk=case.pk).exists()


def case_rows(cases: Iterable[Complaint], *, today: date, calendar: Calendar | None = None) -> list[CaseRow]:
    """Return the list's rows of cases from `visible_cases`; two queries for the calendar when none is given."""
    days = calendar or load_calendar()
    return [_row(case, today, days) for case in cases]


def _row(case: Complaint, today: date, calendar: Calendar) -> CaseRow:
    shown = text_for(case, is_hidden=bool(getattr(case, "is_hidden", True)))
    return CaseRow(
        case=case,
        title=shown.title,
        enterprise=str(shown.enterprise or ""),
        source=shown.source,
        is_hidden=shown.is_hidden,
        is_overdue=case.is_overdue(today),
        distance=distance_of(case, today, calendar),
    )


def distance_of(case: Complaint, today: date, calendar: Calendar) -> Distance | None:
    """Return how far off the present step's due date is; None for what has ended."""
    if case.due_on is None or not case.is_open:
        return None
    unit = case.handle_unit or "workday"
    return distance(
        case.due_on,
        today,
        unit,
        calendar,
        provisional=case.due_provisional,
        stopped=case.is_stopped,
    )


@dataclass(frozen=True)
class HistoryLine:
    """A line of the history as the reader may see it."""

    event: CaseEvent
    label: ActionLabel


@dataclass(frozen=True)
class Files:
    """Files that were handed in together."""

    enclosure: Enclosure
    files: Sequence[Attachment]


@dataclass(frozen=True)
class CasePage:
    """Everything the page of a case shows to one person."""

    case: Complaint
    words: CaseText
    parts: Sequence[Assignment]
    history: Sequence[HistoryLine]
    files: Sequence[Files]
    replies: Sequence[Reply]
    identity_requests: Sequence[IdentityRequest]
    merged: Sequence[Complaint]
    distance: Distance | None


def case_page(case: Complaint, user: User, *, today: date) -> CasePage:
    """Return the page of a case that `find_visible_case` found; a fixed number of queries."""
    hidden = is_hidden_from(case, user)
    events = list(CaseEvent.objects.visible_to(user).filter(complaint=case).select_related("organisation"))
    enclosures = list(
        Enclosure.objects.visible_to(user).filter(complaint=case).select_related("organisation")
    )
    files = attachments_by_owner(Enclosure, [row.pk for row in enclosures])
    requests = IdentityRequest.objects.visible_to(user).filter(complaint=case)
    return CasePage(
        case=case,
        words=text_for(case, is_hidden=hidden),
        parts=list(
            case.assignments.select_related("organisation", "suggested", "answered_by").order_by("pk")
        ),
        history=[HistoryLine(event, event_label(event.action)) for event in events],
        files=[Files(row, files.get(row.pk, [])) for row in enclosures],
        replies=_replies(case, user),
        identity_requests=list(requests.select_related("requested_by", "decided_by")),
        merged=list(case.merged.all()) if any(event.action == "absorb" for event in events) else [],
        distance=distance_of(case, today, load_calendar()),
    )


def _replies(case: Complaint, user: User) -> list[Reply]:
    """Drafts are the unit's own until its head has confirmed them; the observer reads what the public reads."""
    rows = case.replies.select_related("organisation", "proposed_by", "confirmed_by", "reviewed_by")
    if reads_all_cases(user):
        return list(rows.exclude(state=Reply.State.PROPOSED))
    own = Q(organisation=user.organisation_id)
    return list(rows.filter(own | Q(state=Reply.State.PASSED)))


@dataclass(frozen=True)
class Duplicate:
    """A case that may be the same matter, and why."""

    case: Complaint
    likeness: Likeness


def likely_duplicates(
    user: User,
    *,
    title: str,
    today: date,
    phone: str = "",
    enterprise: Enterprise | None = None,
    reported: Organisation | None = None,
    leave_out: int | None = None,
) -> list[Duplicate]:
    """Return up to five open or recent cases that may be the same matter, the likeliest first; for the desk.

    Compared are the newest three hundred of ninety days, and all of the same
    phone or enterprise; three queries, whatever the size of the table.
    """
    if not reads_all_cases(user):
        return []
    rows = Complaint.objects.visible_to(user).counted()
    if leave_out is not None:
        rows = rows.exclude(pk=leave_out)
    indexes = phone_indexes(phone) if phone else []
    recent = rows.filter(registered_on__gte=today - timedelta(days=RECENT_DAYS))
    found = {row.pk: row for row in _candidates(recent)}
    if indexes:
        found |= {row.pk: row for row in _candidates(rows.filter(identity__phone_index__in=indexes))}
    if enterprise is not None:
        found |= {row.pk: row for row in _candidates(rows.filter(enterprise=enterprise))}
    index = indexes[0] if indexes else ""
    new = Trait(title, enterprise.pk if enterprise else None, index, reported.pk if reported else None, today)
    judged = [Duplicate(row, likeness(new, _trait(row, indexes, index))) for row in found.values()]
    likely = [one for one in judged if one.likeness.is_likely]
    return sorted(likely, key=lambda one: (-one.likeness.points, -one.case.pk))[:SHOWN_DUPLICATES]


def _candidates(rows: QuerySet[Complaint]) -> list[Complaint]:
    wanted = rows.annotate(phone_index=F("identity__phone_index")).select_related("lead")
    return list(wanted.order_by("-pk")[:CANDIDATES])


def _trait(row: Complaint, indexes: Sequence[str], index: str) -> Trait:
    same = getattr(row, "phone_index", None) in indexes and bool(indexes)
    return Trait(row.title, row.enterprise_id, index if same else "", row.reported_id, row.registered_on)


def open_of_enterprise(enterprise: Enterprise, user: User) -> ComplaintQuerySet:
    """Return the cases of an enterprise that `user` may connect with it, the newest first."""
    return Complaint.objects.disclosed_to(user).filter(enterprise=enterprise).order_by("-pk")
