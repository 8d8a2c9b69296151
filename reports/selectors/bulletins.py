"""Questions to the bulletins: what contradicts itself, what stands behind a number, what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from complaints.models import Complaint
from indicators.models import ProgressReport, WorkItem
from indicators.months import shift
from portal.models import NumberSeries, User
from portal.roles import OFFICE_ROLES, Role
from reports.consistency import Before, Findings, check
from reports.figures.period import QUARTER
from reports.models import Bulletin, WorkReport
from reports.texts.content import sections_from_json
from reports.texts.values import Value, Values, values_from_json

State = Bulletin.State
# The files and the rows are read only where they are given out.
HEAVY = ("docx", "pdf", "document", "rows")
GUARDED_KINDS = frozenset({"item", "report", "complaint"})


def listed_bulletins(user: User) -> QuerySet[Bulletin]:
    """Return the bulletins `user` may read, for lists: without what was printed."""
    return (
        Bulletin.objects.visible_to(user)
        .defer(*HEAVY, "content", "figures")
        .select_related("drafted_by", "issued_by", "supersedes", "superseded_by")
        .order_by("-month", "-pk")
    )


def readable_bulletins(user: User) -> QuerySet[Bulletin]:
    """Return the bulletins `user` may read, for one page: without the files."""
    people = ("drafted_by", "reviewed_by", "issued_by")
    return Bulletin.objects.visible_to(user).defer(*HEAVY).select_related(*people, "supersedes")


def issue_before(bulletin: Bulletin) -> Bulletin | None:
    """Return the bulletin of the period before that is in force: issued and not corrected since.

    A special one has none: it stands by itself.
    """
    if bulletin.series == Bulletin.Series.SPECIAL:
        return None
    issued = Bulletin.objects.filter(
        series=bulletin.series, month=shift(bulletin.month, -bulletin.months), state=State.ISSUED
    )
    return issued.only("pk", "figures", "issue_number", "month").order_by("-pk").first()


def findings_of(bulletin: Bulletin) -> Findings:
    """Check the bulletin against itself and against the issue before it."""
    earlier = issue_before(bulletin)
    before = None
    if earlier is not None:
        before = Before(f"第{earlier.issue_number}期通报", values_from_json(earlier.figures))
    return check(sections_from_json(bulletin.content), values_from_json(bulletin.figures), before)


def next_issue_number(bulletin: Bulletin, today: date) -> int:
    """Return the number the bulletin would get if it were issued today; it is taken only then."""
    series = NumberSeries.objects.filter(series=f"bulletin.{bulletin.series}", year=today.year)
    return (series.values_list("value", flat=True).first() or 0) + 1


def draftable_month(today: date) -> date | None:
    """Return last month if it has no bulletin yet."""
    month = shift(today.replace(day=1), -1)
    return None if Bulletin.objects.filter(code=f"monthly-{month:%Y-%m}").exists() else month


def quarterly_code(month: date) -> str:
    """Return the code of the quarter that ends with `month`: quarterly-2023-3."""
    return f"quarterly-{month.year}-{month.month // QUARTER}"


def draftable_quarter(today: date) -> date | None:
    """Return the last month of the newest quarter that is over, if it has no bulletin yet."""
    last = shift(today.replace(day=1), -1 - (today.month - 1) % QUARTER)
    return None if Bulletin.objects.filter(code=quarterly_code(last)).exists() else last


@dataclass(frozen=True)
class Part:
    name: str
    key: str
    value: Value


@dataclass(frozen=True)
class FrozenRow:
    """A row as the bulletin kept it: its number, and its label on the day of issue."""

    number: str
    label: str
    url: str


def parts_of(key: str, values: Values) -> tuple[str, tuple[Part, ...]]:
    """Return the first way in which a figure divides: its label and the parts that are not nil."""
    figure = values.get(key)
    if figure is None or not figure.parts:
        return "", ()
    first = figure.parts[0]
    found = (values[part] for part in first.keys if part in values)
    return first.label, tuple(Part(item.name, item.key, item.value) for item in found if item.value)


def frozen_rows(paper: Bulletin | WorkReport, key: str, user: User) -> tuple[list[FrozenRow], int] | None:
    """Return the rows that stood behind a figure of a bulletin or work report when it was frozen: those `user` may read, and how many there were.

    None where the paper kept no rows for the figure.
    """
    stored = type(paper)._default_manager.filter(pk=paper.pk).values_list("rows", flat=True).get()
    names = stored.get("figures", {}).get(key)
    if names is None:
        return None
    parted = [(name, *name.split(":", 1)) for name in names]
    allowed = _readable(parted, user)
    rows = [
        FrozenRow(number, *stored["refs"][name])
        for name, kind, number in parted
        if kind not in GUARDED_KINDS or (kind, number) in allowed
    ]
    return rows, len(names)


def _readable(parted: Iterable[tuple[str, str, str]], user: User) -> set[tuple[str, str]]:
    """Return the (kind, number) of the items, of the items' reports and of the cases that `user` may read now."""
    wanted: dict[str, list[str]] = {}
    for _, kind, number in parted:
        wanted.setdefault(kind, []).append(number)
    items = WorkItem.objects.visible_to(user).filter(number__in=wanted.get("item", []))
    found = {("item", number) for number in items.values_list("number", flat=True)}
    reports = ProgressReport.objects.visible_to(user).filter(item__number__in=wanted.get("report", []))
    found |= {("report", number) for number in reports.values_list("item__number", flat=True)}
    cases = Complaint.objects.visible_to(user).filter(number__in=wanted.get("complaint", []))
    return found | {("complaint", number) for number in cases.values_list("number", flat=True)}


def waiting(user: User) -> dict[str, list[QuerySet[Bulletin]]]:
    """Return the bulletins that wait for `user`: drafts for the office, what is under review for its head."""
    states = {State.DRAFT} if user.has_role(*OFFICE_ROLES) else set()
    if user.has_role(Role.OFFICE_HEAD):
        states.add(State.IN_REVIEW)
    return {"bulletins": [Bulletin.objects.filter(state__in=states)]} if states else {}
