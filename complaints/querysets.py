"""Row scopes of cases: every list, page, export, search and API endpoint starts here.

The office and the inspectors read every case; the leaders those that are not secret; a chief
those of the enterprises he looks after, secret ones left out; a unit what was given to it, and
never a case about itself unless it was given masked; an observer his own clues. Whoever has
recused himself, or was recused, reads the case no longer, whatever his role. None of these
scopes gives the identity, which has a permission of its own (`services.identities`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from complaints.kinds import CaseType, PaperKind, Secrecy
from complaints.red_black import ListState
from complaints.workflow import CLOCK_STATES, OPEN_STATES, CaseState
from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, UNIT_ROLES, Role

if TYPE_CHECKING:
    from complaints.models import (
        Assignment,
        CaseEvent,
        Complaint,
        Enclosure,
        Escalation,
        Extension,
        Gathering,
        IdentityRequest,
        IntakePoint,
        ListedUnit,
        Pairing,
        Paper,
        QuestionnaireWave,
        Recusal,
        StandardReply,
        TimeLimit,
        Visit,
        WhistleCall,
    )
    from portal.models import User

# The parts of a case that give a unit the right to read it: not what it returned or lost.
HELD = ("sent", "signed", "answered", "done")
ACTIVE = ("sent", "signed", "answered")
INSIDERS = BUSINESS_ROLES - {Role.OBSERVER}
CASE_READERS = OFFICE_ROLES | {Role.INSPECTOR}
NOBODY = Q(pk__in=[])


def _table(name: str) -> QuerySet[Any]:
    """Return all rows of another table of this application; the models import this module, not the reverse."""
    return apps.get_model("complaints", name)._default_manager.all()


def _open_to_leaders() -> Q:
    return Q(secrecy=Secrecy.OPEN) & ~Q(kind=CaseType.REPORT)


def reads_all_cases(user: User) -> bool:
    """Tell whether `user` reads every case, himself recused excepted."""
    return user.is_active and user.has_role(*CASE_READERS)


class ComplaintQuerySet(QuerySet["Complaint"]):
    def visible_to(self, user: User) -> ComplaintQuerySet:
        """Return the cases `user` may read."""
        if not user.is_active:
            return self.none()
        recused = _table("Recusal").filter(complaint=OuterRef("pk"), person=user.pk, lifted_at=None)
        kept = self.exclude(Exists(recused))
        return kept if reads_all_cases(user) else kept.filter(_scope(user))

    def disclosed_to(self, user: User) -> ComplaintQuerySet:
        """Return the visible cases of which `user` may also read the original text, enterprise and source.

        Filters, searches and sort orders that touch these columns start here, so
        that a unit cannot feel its way to what it may not read.
        """
        return self.visible_to(user).exclude(hidden_from(user))

    def with_disclosure(self, user: User) -> ComplaintQuerySet:
        """Mark each row by `is_hidden`: True where `user` reads the text without identity only."""
        hidden = ExpressionWrapper(hidden_from(user), output_field=BooleanField())
        return self.annotate(is_hidden=hidden)

    def open(self) -> ComplaintQuerySet:
        """Return what is neither closed, declined nor merged."""
        return self.filter(state__in=sorted(OPEN_STATES))

    def overdue(self, on: date) -> ComplaintQuerySet:
        """Return open cases whose next step was due before `on`; provisional dates and stopped clocks left out."""
        return self.open().filter(due_on__lt=on, due_provisional=False, clock_stopped_on=None)

    def running(self) -> ComplaintQuerySet:
        """Return the cases whose handling time runs: accepted and not answered yet."""
        return self.filter(state__in=sorted(CLOCK_STATES), clock_stopped_on=None)

    def counted(self) -> ComplaintQuerySet:
        """Return what counts as one matter: merged cases count with the one they were merged into."""
        return self.exclude(state=CaseState.MERGED)


def _scope(user: User) -> Q:
    scope = NOBODY
    if user.has_role(Role.LEADER):
        scope |= _open_to_leaders()
    if user.has_role(Role.CHIEF):
        paired = _table("Pairing").filter(person=user.pk, until=None).values("enterprise")
        own = Q(enterprise__in=paired) | Q(visit__visitor=user.pk)
        scope |= _open_to_leaders() & own
    if user.has_role(*UNIT_ROLES):
        given = _table("Assignment").filter(organisation=user.organisation_id, state__in=HELD)
        # Looked up for the few cases about the unit: as a list it would be charged to each row, and all be read.
        masked = Exists(given.filter(complaint=OuterRef("pk"), masked=True))
        about_us = Q(reported=user.organisation_id)
        scope |= Q(pk__in=given.values("complaint")) & (~about_us | Q(masked))
    if user.has_role(Role.OBSERVER):
        scope |= Q(reporter=user.pk)
    return scope


def hidden_from(user: User) -> Q:
    """Return the condition "of a visible case `user` must not learn who handed it in".

    Units: secret cases, cases about themselves, parts that were given masked. The
    observer who handed a clue in knows it; the office, the inspectors and the
    leaders read the text of what is visible to them.
    """
    if reads_all_cases(user) or not user.has_role(*UNIT_ROLES):
        return NOBODY
    masked = _table("Assignment").filter(
        complaint=OuterRef("pk"), organisation=user.organisation_id, masked=True, state__in=HELD
    )
    return Q(secrecy=Secrecy.SECRET) | Q(reported=user.organisation_id) | Q(Exists(masked))


class CaseEventQuerySet(QuerySet["CaseEvent"]):
    def visible_to(self, user: User) -> CaseEventQuerySet:
        """Return the history that `user` may read of visible cases.

        A unit reads what is meant for units; of a case that hides who handed it in
        only from the moment it was given to the unit.
        """
        cases = apps.get_model("complaints", "Complaint")._default_manager
        rows = self.filter(complaint__in=cases.visible_to(user).values("pk"))
        if reads_all_cases(user):
            return rows
        rows = rows.filter(audience="units")
        if not user.has_role(*UNIT_ROLES):
            return rows
        since = _table("Assignment").filter(
            complaint=OuterRef("complaint"),
            organisation=user.organisation_id,
            state__in=HELD,
            assigned_at__lte=OuterRef("at"),
        )
        disclosed = cases.disclosed_to(user).values("pk")
        return rows.filter(Q(Exists(since)) | Q(complaint__in=disclosed))


class AssignmentQuerySet(QuerySet["Assignment"]):
    def visible_to(self, user: User) -> AssignmentQuerySet:
        """Return the parts of visible cases; a unit reads who else works on the case."""
        cases = apps.get_model("complaints", "Complaint")._default_manager
        return self.filter(complaint__in=cases.visible_to(user).values("pk"))

    def active(self) -> AssignmentQuerySet:
        """Return the parts that are under way."""
        return self.filter(state__in=ACTIVE)


class EnclosureQuerySet(QuerySet["Enclosure"]):
    def visible_to(self, user: User) -> EnclosureQuerySet:
        """Return the files `user` may read: a reporter's reach a unit that must not know him only when released."""
        cases = apps.get_model("complaints", "Complaint")._default_manager
        rows = self.filter(complaint__in=cases.visible_to(user).values("pk"))
        if reads_all_cases(user):
            return rows
        disclosed = cases.disclosed_to(user).values("pk")
        return rows.filter(Q(complaint__in=disclosed) | Q(is_released=True) | ~Q(side="reporter"))


class ExtensionQuerySet(QuerySet["Extension"]):
    def visible_to(self, user: User) -> ExtensionQuerySet:
        """Return the applications for more time of visible cases."""
        cases = apps.get_model("complaints", "Complaint")._default_manager
        return self.filter(complaint__in=cases.visible_to(user).values("pk"))


class IdentityRequestQuerySet(QuerySet["IdentityRequest"]):
    def visible_to(self, user: User) -> IdentityRequestQuerySet:
        """Return a person's own applications; the office's head decides, so he reads all of them."""
        if not user.is_active:
            return self.none()
        cases = apps.get_model("complaints", "Complaint")._default_manager
        rows = self.filter(complaint__in=cases.visible_to(user).values("pk"))
        return rows if user.has_role(Role.OFFICE_HEAD) else rows.filter(requested_by=user)

    def in_force(self, now: datetime) -> IdentityRequestQuerySet:
        """Return the permissions that hold at `now`."""
        return self.filter(state="granted", expires_at__gt=now)


class RecusalQuerySet(QuerySet["Recusal"]):
    def visible_to(self, user: User) -> RecusalQuerySet:
        """Return who keeps away from which case: the office reads it, others their own."""
        if not user.is_active:
            return self.none()
        return self if user.has_role(*OFFICE_ROLES) else self.filter(person=user)


class EscalationQuerySet(QuerySet["Escalation"]):
    def visible_to(self, user: User) -> EscalationQuerySet:
        """Return the proposals for those who read every case; a unit reads what was issued to it."""
        cases = apps.get_model("complaints", "Complaint")._default_manager
        rows = self.filter(complaint__in=cases.visible_to(user).values("pk"))
        if reads_all_cases(user):
            return rows
        return rows.filter(organisation=user.organisation_id, state="issued")


class PaperQuerySet(QuerySet["Paper"]):
    def visible_to(self, user: User) -> PaperQuerySet:
        """Return the papers given out: all to those who read every case, the observer those of his own clues.

        A unit reads the replies of its visible cases and the letters written to it.
        """
        cases = apps.get_model("complaints", "Complaint")._default_manager
        rows = self.filter(complaint__in=cases.visible_to(user).values("pk"))
        if reads_all_cases(user):
            return rows
        scope = Q(escalation__organisation=user.organisation_id)
        if user.has_role(*UNIT_ROLES):
            scope |= Q(kind=PaperKind.REPLY)
        if user.has_role(Role.OBSERVER):
            scope |= Q(complaint__reporter=user.pk, escalation=None)
        return rows.filter(scope)


class WhistleQuerySet(QuerySet["WhistleCall"]):
    def visible_to(self, user: User) -> WhistleQuerySet:
        """Return the whistle calls of visible cases."""
        cases = apps.get_model("complaints", "Complaint")._default_manager
        return self.filter(complaint__in=cases.visible_to(user).values("pk"))


class IntakePointQuerySet(QuerySet["IntakePoint"]):
    def visible_to(self, user: User) -> IntakePointQuerySet:
        """Return the points `user` may read: the office and the inspectors all, a unit its own."""
        if not user.is_active:
            return self.none()
        if user.has_role(*CASE_READERS):
            return self
        return self.filter(organisation=user.organisation_id) if user.has_role(*UNIT_ROLES) else self.none()


class ListedUnitQuerySet(QuerySet["ListedUnit"]):
    def visible_to(self, user: User) -> ListedUnitQuerySet:
        """Return the lists' entries: the office and the inspectors all, others inside what is published."""
        if not user.is_active or not user.has_role(*INSIDERS):
            return self.none()
        return self if user.has_role(*CASE_READERS) else self.published()

    def published(self) -> ListedUnitQuerySet:
        """Return what stands on a list."""
        return self.filter(state=ListState.PUBLISHED)

    def of_period(self, first: date, last: date) -> ListedUnitQuerySet:
        """Return the entries of exactly the period from `first` to `last`."""
        return self.filter(first=first, last=last)


class StandardReplyQuerySet(QuerySet["StandardReply"]):
    def visible_to(self, user: User) -> StandardReplyQuerySet:
        """Return the standard replies: everybody who answers cases reads them."""
        return self if user.is_active and user.has_role(*OFFICE_ROLES, *UNIT_ROLES) else self.none()


class TimeLimitQuerySet(QuerySet["TimeLimit"]):
    def visible_to(self, user: User) -> TimeLimitQuerySet:
        """Return the time limits: everybody who works with cases reads them."""
        return self if user.is_active and user.has_role(*INSIDERS) else self.none()

    def held_on(self, on: date) -> TimeLimitQuerySet:
        """Return the limits that hold on the day `on`, both ends included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


def _of_enterprises(user: User) -> Q:
    """Return the condition "an enterprise this person looks after, or one of his own town"."""
    paired = _table("Pairing").filter(person=user.pk, until=None).values("enterprise")
    scope = Q(enterprise__in=paired)
    if user.has_role(*UNIT_ROLES) and user.organisation.is_local:
        scope |= Q(enterprise__town=user.organisation_id)
    return scope


class PairingQuerySet(QuerySet["Pairing"]):
    def visible_to(self, user: User) -> PairingQuerySet:
        """Return who looks after which enterprise: the county's readers all, others their own and their unit's."""
        if not user.is_active or not user.has_role(*INSIDERS):
            return self.none()
        if user.has_role(*CASE_READERS, Role.LEADER):
            return self
        return self.filter(Q(person__organisation=user.organisation_id) | _of_enterprises(user))

    def current(self, on: date) -> PairingQuerySet:
        """Return the pairings in force on the day `on`."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)


class VisitQuerySet(QuerySet["Visit"]):
    def visible_to(self, user: User) -> VisitQuerySet:
        """Return the visits `user` may read; see `PairingQuerySet.visible_to`."""
        if not user.is_active or not user.has_role(*INSIDERS):
            return self.none()
        if user.has_role(*CASE_READERS, Role.LEADER):
            return self
        return self.filter(Q(visitor__organisation=user.organisation_id) | _of_enterprises(user))


class GatheringQuerySet(QuerySet["Gathering"]):
    def visible_to(self, user: User) -> GatheringQuerySet:
        """Return round-tables and campaigns: known to everybody inside; the demands have their own scope."""
        return self if user.is_active and user.has_role(*INSIDERS) else self.none()


class WaveQuerySet(QuerySet["QuestionnaireWave"]):
    def visible_to(self, user: User) -> WaveQuerySet:
        """Return the surveys: their results are known to everybody inside."""
        return self if user.is_active and user.has_role(*INSIDERS) else self.none()
