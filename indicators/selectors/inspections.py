"""Inspections as the pages want them: the list, one inspection, one finding, the units at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet

from indicators.inspection_workflow import TOLD, FindingState
from indicators.models import (
    Finding,
    FindingRecheck,
    FindingReply,
    Inspection,
    InspectionMember,
    InspectionPaper,
    InspectionReferral,
    InspectionVisit,
)
from portal.models import Attachment, Organisation, User
from portal.roles import COUNTY_READERS
from portal.selectors.files import attachments_by_owner

HELD = Q(state__in=sorted(TOLD - {FindingState.REVOKED}))
RECTIFIED = Q(state=FindingState.RECTIFIED)


@dataclass(frozen=True)
class InspectionRow:
    """An inspection in the list: its units, and of the findings the person may read how many were put right."""

    inspection: Inspection
    units: tuple[str, ...]
    found: int
    rectified: int

    @property
    def units_label(self) -> str:
        first = "、".join(self.units[:2])
        return f"{first}等 {len(self.units)} 个" if len(self.units) > 2 else first or "—"


def inspection_rows(inspections: Iterable[Inspection], user: User) -> list[InspectionRow]:
    """Return the page's rows; two queries whatever the number. Findings that were not fed back count as found."""
    rows = list(inspections)
    keys = [row.pk for row in rows]
    units: dict[int, list[str]] = {}
    through = Inspection.organisations.through.objects.filter(inspection__in=keys)
    for key, name in through.order_by("organisation__order", "organisation").values_list(
        "inspection", "organisation__short_name"
    ):
        units.setdefault(key, []).append(name)
    visible = Finding.objects.visible_to(user).filter(inspection__in=keys)
    standing = ~Q(state__in=[FindingState.REVOKED, FindingState.DROPPED])
    counts = {
        key: (found, rectified)
        for key, found, rectified in visible.order_by()
        .values_list("inspection")
        .annotate(found=Count("pk", filter=standing), rectified=Count("pk", filter=RECTIFIED))
    }
    return [InspectionRow(row, tuple(units.get(row.pk, ())), *counts.get(row.pk, (0, 0))) for row in rows]


@dataclass(frozen=True)
class UnitStanding:
    """A unit at a glance: findings fed back, put right, still open, objections under review."""

    code: str
    name: str
    found: int
    rectified: int
    objected: int

    @property
    def open(self) -> int:
        return self.found - self.rectified


def unit_standings(user: User, year: int) -> list[UnitStanding]:
    """Return the units of a year's inspections with findings `user` may read, the most open ones first; one query."""
    rows = (
        Finding.objects.visible_to(user)
        .filter(HELD, inspection__year=year)
        .order_by()
        .values_list("organisation__code", "organisation__short_name")
        .annotate(
            found=Count("pk"),
            rectified=Count("pk", filter=RECTIFIED),
            objected=Count("pk", filter=Q(state=FindingState.OBJECTED)),
        )
    )
    found = [UnitStanding(*row) for row in rows]
    return sorted(found, key=lambda row: (-row.open, -row.found, row.code))


@dataclass(frozen=True)
class VisitShown:
    visit: InspectionVisit
    files: list[Attachment]


@dataclass(frozen=True)
class UnitBlock:
    """A unit's findings on the inspection's page: how many can become items, now (`ready`) or in time."""

    unit: Organisation
    findings: list[Finding]
    rectifiable: int
    ready: int


@dataclass(frozen=True)
class InspectionPage:
    """Everything the page shows beyond the inspection's own columns."""

    blocks: list[UnitBlock]
    visits: list[VisitShown]
    papers: list[InspectionPaper]
    referrals: list[InspectionReferral]
    reads_all: bool
    found: int = 0
    open: int = 0
    members: list[str] = field(default_factory=list)


def inspection_page(inspection: Inspection, user: User) -> InspectionPage:
    """Gather the page of an inspection within the person's scope; at most seven queries."""
    findings = list(
        Finding.objects.visible_to(user)
        .filter(inspection=inspection)
        .select_related("organisation", "task_force", "item")
    )
    reads_all = user.has_role(*COUNTY_READERS)
    units = list(inspection.organisations.order_by("order", "pk"))
    if not reads_all:
        units = [unit for unit in units if unit.pk == user.organisation_id]
    visits = list(
        InspectionVisit.objects.visible_to(user)
        .filter(inspection=inspection)
        .select_related("organisation", "recorded_by")
    )
    files = attachments_by_owner(InspectionVisit, [visit.pk for visit in visits])
    papers = InspectionPaper.objects.visible_to(user).filter(inspection=inspection)
    return InspectionPage(
        blocks=[_block(unit, findings) for unit in units],
        visits=[VisitShown(visit, files.get(visit.pk, [])) for visit in visits],
        papers=_with_inspection(papers.select_related("organisation"), inspection),
        referrals=list(InspectionReferral.objects.visible_to(user).filter(inspection=inspection)),
        reads_all=reads_all,
        found=sum(finding.state not in {FindingState.DROPPED, FindingState.REVOKED} for finding in findings),
        open=sum(not finding.is_settled for finding in findings),
        members=[
            f"{member.user.name}{'（组长）' if member.is_head else ''}" for member in inspection.members.all()
        ],
    )


def _with_inspection(papers: QuerySet[InspectionPaper], inspection: Inspection) -> list[InspectionPaper]:
    rows = list(papers)
    for row in rows:
        row.inspection = inspection
    return rows


RECTIFIABLE = frozenset({FindingState.ISSUED, FindingState.ANSWERED, FindingState.MAINTAINED})


def _block(unit: Organisation, findings: Iterable[Finding]) -> UnitBlock:
    own = [finding for finding in findings if finding.organisation_id == unit.pk]
    ready = sum(finding.state in {FindingState.ANSWERED, FindingState.MAINTAINED} for finding in own)
    return UnitBlock(unit, own, sum(finding.state in RECTIFIABLE for finding in own), ready)


def rectifiable(inspection: Inspection, unit: Organisation, user: User) -> QuerySet[Finding]:
    """Return the unit's findings that can become items, those whose time to object still runs among them."""
    rows = Finding.objects.visible_to(user).filter(inspection=inspection, organisation=unit)
    return rows.filter(state__in=sorted(RECTIFIABLE)).select_related("inspection", "organisation")


@dataclass(frozen=True)
class FindingPage:
    """Everything the page of a finding shows beyond its own columns."""

    evidence: list[Attachment]
    replies: list[tuple[FindingReply, list[Attachment]]]
    rechecks: list[FindingRecheck]


def finding_page(finding: Finding) -> FindingPage:
    """Gather the page of a finding, which the caller has found within the person's scope; four queries."""
    replies = list(finding.replies.select_related("written_by", "decided_by"))
    evidence = attachments_by_owner(Finding, [finding.pk]).get(finding.pk, [])
    files = attachments_by_owner(FindingReply, [reply.pk for reply in replies])
    return FindingPage(
        evidence=evidence,
        replies=[(reply, files.get(reply.pk, [])) for reply in replies],
        rechecks=list(finding.rechecks.select_related("checked_by")),
    )


def with_members(rows: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Return `rows` with their members read along, which the steps ask for."""
    members = InspectionMember.objects.select_related("user")
    return rows.prefetch_related(Prefetch("members", queryset=members))
