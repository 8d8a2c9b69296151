"""Row scopes of the indicator work: every list, page, export, search and API endpoint starts here.

The office, the leaders and the inspectors read the whole county; a chief reads
the task forces he heads; a unit reads what it owes, leads or supports. The
three administrative duties and the observers read nothing here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators.inspection_workflow import TOLD, InspectionState, Method
from indicators.workflow import OPEN_STATES, OWED_STATES, PENDING_STATES, ItemState
from portal.querysets import county_reader
from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, UNIT_ROLES, Role

if TYPE_CHECKING:
    from indicators.models import (
        DispatchRound,
        Finding,
        Indicator,
        IndicatorSystem,
        Inspection,
        InspectionPaper,
        InspectionReferral,
        InspectionVisit,
        Instruction,
        LampRecord,
        Letter,
        Measurement,
        ProgressReport,
        ReportingMonth,
        TaskForce,
        UnlockRequest,
        WorkItem,
        WorkList,
    )
    from portal.models import User


# The duties of those who head a task force.
HEADING = ("chief", "deputy")


def _of_chief(user: User, path: str) -> Q:
    """Return the condition "a task force headed by `user`", reached from a row by `path`."""
    if not user.has_role(Role.CHIEF):
        return Q(pk__in=[])
    headed = user.duties.filter(duty__in=HEADING).values("task_force")
    return Q(**{f"{path}__in": headed})


def _item_of_unit(user: User, prefix: str = "") -> Q:
    """Return the condition "an item that the unit of `user` owes or leads"."""
    if not user.has_role(*UNIT_ROLES):
        return Q(pk__in=[])
    unit = user.organisation_id
    return (
        Q(**{f"{prefix}organisation": unit})
        | Q(**{f"{prefix}lead": unit})
        | Q(**{f"{prefix}task_force__lead": unit})
    )


class IndicatorSystemQuerySet(QuerySet["IndicatorSystem"]):
    def visible_to(self, user: User) -> IndicatorSystemQuerySet:
        """Return the systems `user` may read: definitions are known to everybody who works with them."""
        return self if user.is_active and user.has_role(*(BUSINESS_ROLES - {Role.OBSERVER})) else self.none()


class IndicatorQuerySet(QuerySet["Indicator"]):
    def visible_to(self, user: User) -> IndicatorQuerySet:
        """Return the indicators `user` may read; see `IndicatorSystemQuerySet.visible_to`."""
        return self if user.is_active and user.has_role(*(BUSINESS_ROLES - {Role.OBSERVER})) else self.none()

    def current(self) -> IndicatorQuerySet:
        """Return the indicators in force: neither superseded nor retired."""
        return self.filter(superseded_by=None, retired_on=None)


class TaskForceQuerySet(QuerySet["TaskForce"]):
    def visible_to(self, user: User) -> TaskForceQuerySet:
        """Return the task forces `user` may read."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        scope = _of_chief(user, "pk")
        if user.has_role(*UNIT_ROLES):
            through = self.model.responsible.through.objects.filter(
                taskforce=OuterRef("pk"), organisation=user.organisation_id
            )
            owing = Q(items__organisation=user.organisation_id)
            owed = self.model.objects.filter(owing, pk=OuterRef("pk"))
            scope |= Q(lead=user.organisation_id) | Q(Exists(through)) | Q(Exists(owed))
        return self.filter(scope)


class WorkListQuerySet(QuerySet["WorkList"]):
    def visible_to(self, user: User) -> WorkListQuerySet:
        """Return the ledgers' names; which of their items are seen is the items' own scope."""
        return self if user.is_active and user.has_role(*(BUSINESS_ROLES - {Role.OBSERVER})) else self.none()


class WorkItemQuerySet(QuerySet["WorkItem"]):
    def visible_to(self, user: User) -> WorkItemQuerySet:
        """Return the items `user` may read."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        scope = _of_chief(user, "task_force") | _item_of_unit(user)
        if user.has_role(*UNIT_ROLES):
            supported = self.model.supporting.through.objects.filter(
                workitem=OuterRef("pk"), organisation=user.organisation_id
            )
            scope |= Q(Exists(supported))
        return self.filter(scope)

    def open(self) -> WorkItemQuerySet:
        """Return what is neither closed nor suspended nor cancelled."""
        return self.filter(state__in=OPEN_STATES)

    def counted(self) -> WorkItemQuerySet:
        """Return what counts in totals: all but the cancelled."""
        return self.exclude(state=ItemState.CANCELLED)

    def overdue(self, on: date) -> WorkItemQuerySet:
        """Return open items whose due date lies before `on`."""
        return self.open().filter(due_on__lt=on)


class ReportingMonthQuerySet(QuerySet["ReportingMonth"]):
    def visible_to(self, user: User) -> ReportingMonthQuerySet:
        """Return the reporting months: their dates are known to everybody who works with them."""
        return self if user.is_active and user.has_role(*(BUSINESS_ROLES - {Role.OBSERVER})) else self.none()


class UnlockRequestQuerySet(QuerySet["UnlockRequest"]):
    def visible_to(self, user: User) -> UnlockRequestQuerySet:
        """Return the requests `user` may read: the county's readers all, a unit its own."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        return self.filter(organisation=user.organisation_id) if user.has_role(*UNIT_ROLES) else self.none()

    def open(self) -> UnlockRequestQuerySet:
        """Return those that wait for the office."""
        return self.filter(state="open")


class ProgressReportQuerySet(QuerySet["ProgressReport"]):
    def visible_to(self, user: User) -> ProgressReportQuerySet:
        """Return the reports `user` may read: those of visible items and those the own unit wrote."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        scope = _of_chief(user, "item__task_force") | _item_of_unit(user, "item__")
        if user.has_role(*UNIT_ROLES):
            scope |= Q(organisation=user.organisation_id)
        return self.filter(scope)

    def due(self) -> ProgressReportQuerySet:
        """Return the reports that count as due 应报: all but those no longer owed for a stopped item."""
        stopped = Q(item__state__in=[ItemState.SUSPENDED, ItemState.CANCELLED])
        return self.exclude(stopped, state__in=OWED_STATES)

    def owed(self) -> ProgressReportQuerySet:
        """Return what the units still have to report 未报: nothing written, a draft, or returned."""
        return self.due().filter(state__in=OWED_STATES)

    def pending(self) -> ProgressReportQuerySet:
        """Return what waits for a reviewer 待审核."""
        return self.filter(state__in=PENDING_STATES)


class LampRecordQuerySet(QuerySet["LampRecord"]):
    def visible_to(self, user: User) -> LampRecordQuerySet:
        """Return the month-end lamps of the items `user` may read."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        return self.filter(_of_chief(user, "item__task_force") | _item_of_unit(user, "item__"))


class MeasurementQuerySet(QuerySet["Measurement"]):
    def visible_to(self, user: User) -> MeasurementQuerySet:
        """Return the measurements `user` may read: own unit's, own task forces', or the county's."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        scope = _of_chief(user, "indicator__task_force")
        scope |= _of_chief(user, "indicator__parent__task_force")
        scope |= _of_chief(user, "indicator__parent__parent__task_force")
        if user.has_role(*UNIT_ROLES):
            unit = user.organisation_id
            scope |= Q(indicator__lead=unit)
            scope |= Q(indicator__task_force__lead=unit) | Q(indicator__parent__task_force__lead=unit)
            scope |= Q(indicator__parent__parent__task_force__lead=unit)
        return self.filter(scope)


class DispatchRoundQuerySet(QuerySet["DispatchRound"]):
    def visible_to(self, user: User) -> DispatchRoundQuerySet:
        """Return the rounds `user` may read: a chief's own, and for a unit the rounds of its task forces."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        covers = self.model.task_forces.through.objects.filter(dispatchround=OuterRef("pk"))
        scope = Q(chief=user) if user.has_role(Role.CHIEF) else Q(pk__in=[])
        if user.has_role(Role.CHIEF):
            scope |= Q(Exists(covers.filter(_of_chief(user, "taskforce"))))
        if user.has_role(*UNIT_ROLES):
            unit = user.organisation_id
            own = covers.filter(Q(taskforce__lead=unit) | Q(taskforce__responsible=unit))
            scope |= Q(lead=unit) | Q(Exists(own))
        return self.filter(scope)

    def with_slug(self, slug: str) -> DispatchRoundQuerySet:
        """Return the round with the slug `2023-11`, or none where the text is no slug."""
        year, _, number = slug.partition("-")
        if not (year.isdecimal() and number.isdecimal()) or len(year) != 4 or len(number) > 4:
            return self.none()
        return self.filter(year=int(year), number=int(number))


class InstructionQuerySet(QuerySet["Instruction"]):
    def visible_to(self, user: User) -> InstructionQuerySet:
        """Return the instructions `user` may read: those he gave and those whose item he may read."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        return self.filter(
            Q(given_by=user) | _of_chief(user, "item__task_force") | _item_of_unit(user, "item__")
        )


class LetterQuerySet(QuerySet["Letter"]):
    def visible_to(self, user: User) -> LetterQuerySet:
        """Return the letters `user` may read: the county's readers all, a unit those issued to it.

        A transfer 移交函 tells the discipline inspection about a unit: that unit never
        sees it, and of the office only its head does.
        """
        if not user.is_active:
            return self.none()
        if user.has_role(Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR):
            return self
        if county_reader(user):
            return self.exclude(rung="transfer")
        if user.has_role(*UNIT_ROLES):
            return self.filter(organisation=user.organisation_id, state="issued").exclude(rung="transfer")
        return self.none()


# Open to the inspected units: what was announced to them, or has been fed back.
_FED_BACK = frozenset({InspectionState.CONCLUDED, InspectionState.CLOSED})
_BEGUN = _FED_BACK | {InspectionState.RUNNING}


def _announced(prefix: str = "") -> Q:
    """Return the condition "an inspection its units know of"; of a covert one they learn by the conclusion."""
    running = Q(**{f"{prefix}state": InspectionState.RUNNING}) & ~Q(**{f"{prefix}method": Method.COVERT})
    return running | Q(**{f"{prefix}state__in": sorted(_FED_BACK)})


class InspectionQuerySet(QuerySet["Inspection"]):
    def visible_to(self, user: User) -> InspectionQuerySet:
        """Return the inspections `user` may read.

        Inspectors all; the office all but what its own unit is not to know yet; the
        leaders those that have begun; a unit those it is inspected by, once announced.
        """
        if not user.is_active:
            return self.none()
        if user.has_role(Role.INSPECTOR):
            return self
        scope = Q(pk__in=[])
        inspected = self.model.organisations.through.objects.filter(
            inspection=OuterRef("pk"), organisation=user.organisation_id
        )
        if user.has_role(*OFFICE_ROLES):
            scope |= ~Q(Exists(inspected))
        if user.has_role(Role.LEADER):
            scope |= Q(state__in=sorted(_BEGUN))
        if user.has_role(*OFFICE_ROLES, *UNIT_ROLES):
            scope |= Q(Exists(inspected)) & _announced()
        return self.filter(scope)

    def with_slug(self, slug: str) -> InspectionQuerySet:
        """Return the inspection with the slug `2023-03`, or none where the text is no slug."""
        year, _, number = slug.partition("-")
        if not (year.isdecimal() and number.isdecimal()) or len(year) != 4 or len(number) > 4:
            return self.none()
        return self.filter(year=int(year), number=int(number))


class FindingQuerySet(QuerySet["Finding"]):
    def visible_to(self, user: User) -> FindingQuerySet:
        """Return the findings `user` may read: a unit its own, and only once they were fed back."""
        if not user.is_active:
            return self.none()
        if user.has_role(Role.INSPECTOR):
            return self
        own, told = Q(organisation=user.organisation_id), Q(state__in=sorted(TOLD))
        scope = Q(pk__in=[])
        if user.has_role(*OFFICE_ROLES):
            scope |= ~own
        if user.has_role(Role.LEADER):
            scope |= told
        if user.has_role(*OFFICE_ROLES, *UNIT_ROLES):
            scope |= own & told
        return self.filter(scope)


class InspectionVisitQuerySet(QuerySet["InspectionVisit"]):
    def visible_to(self, user: User) -> InspectionVisitQuerySet:
        """Return the visits `user` may read: the inspectors', and the office's where its own unit is not inspected."""
        if not user.is_active:
            return self.none()
        if user.has_role(Role.INSPECTOR):
            return self
        if not user.has_role(*OFFICE_ROLES):
            return self.none()
        return self.exclude(inspection__organisations=user.organisation_id)


class InspectionPaperQuerySet(QuerySet["InspectionPaper"]):
    def visible_to(self, user: User) -> InspectionPaperQuerySet:
        """Return the papers `user` may read: county readers all, a unit those addressed to it."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        if not user.has_role(*UNIT_ROLES):
            return self.none()
        unit = user.organisation_id
        return self.filter(
            Q(organisation=unit) | Q(organisation=None, inspection__organisations=unit)
        ).distinct()


class InspectionReferralQuerySet(QuerySet["InspectionReferral"]):
    def visible_to(self, user: User) -> InspectionReferralQuerySet:
        """Return the referrals `user` needs to know: an inspector named as a reader, and nobody else."""
        if not user.is_active or not user.has_role(Role.INSPECTOR):
            return self.none()
        return self.filter(readers=user)
