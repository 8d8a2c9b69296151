"""Row scopes of the documents: every list, page, export, search and API endpoint starts here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, UNIT_ROLES, Role
from reports.workflow import AssessmentState, WorkReportState

if TYPE_CHECKING:
    from portal.models import User
    from reports.models import Assessment, Bulletin, Objection, Result, WorkReport

INSIDERS = BUSINESS_ROLES - {Role.OBSERVER}
# Read every unit's result once it is published.
READERS = frozenset({Role.CHIEF, Role.LEADER, Role.INSPECTOR})


class BulletinQuerySet(QuerySet["Bulletin"]):
    def visible_to(self, user: User) -> BulletinQuerySet:
        """Return the bulletins `user` may read: the office also its drafts, others what has been issued."""
        if not user.is_active:
            return self.none()
        if user.has_role(*OFFICE_ROLES):
            return self
        if user.has_role(*INSIDERS):
            return self.exclude(issued_at=None)
        return self.none()


class WorkReportQuerySet(QuerySet["WorkReport"]):
    def visible_to(self, user: User) -> WorkReportQuerySet:
        """Return the work reports `user` may read: the office all, the leaders those that are final."""
        if not user.is_active:
            return self.none()
        if user.has_role(*OFFICE_ROLES):
            return self
        return self.filter(state=WorkReportState.FINAL) if user.has_role(Role.LEADER) else self.none()


class AssessmentQuerySet(QuerySet["Assessment"]):
    def visible_to(self, user: User) -> AssessmentQuerySet:
        """Return the assessments `user` may read.

        The office all; a unit also those that it is to check; all others within the
        administration what has been published.
        """
        if not user.is_active:
            return self.none()
        if user.has_role(*OFFICE_ROLES):
            return self
        published = Q(state=AssessmentState.PUBLISHED)
        if user.has_role(*UNIT_ROLES):
            own = Q(state=AssessmentState.PROVISIONAL, results__organisation=user.organisation_id)
            return self.filter(published | own).distinct()
        return self.filter(published) if user.has_role(*INSIDERS) else self.none()


class ResultQuerySet(QuerySet["Result"]):
    def visible_to(self, user: User) -> ResultQuerySet:
        """Return the results `user` may read with their evidence.

        The office all; chiefs, leaders and inspectors the published ones; a unit its
        own, from the moment it is asked to check it.
        """
        if not user.is_active:
            return self.none()
        if user.has_role(*OFFICE_ROLES):
            return self
        published = Q(assessment__state=AssessmentState.PUBLISHED)
        if user.has_role(*READERS):
            return self.filter(published)
        if user.has_role(*UNIT_ROLES):
            checked = Q(assessment__state=AssessmentState.PROVISIONAL)
            return self.filter(published | checked, organisation=user.organisation_id)
        return self.none()


class ObjectionQuerySet(QuerySet["Objection"]):
    def visible_to(self, user: User) -> ObjectionQuerySet:
        """Return the objections `user` may read: the office all, a unit its own."""
        if not user.is_active:
            return self.none()
        if user.has_role(*OFFICE_ROLES):
            return self
        return self.filter(organisation=user.organisation_id) if user.has_role(*UNIT_ROLES) else self.none()
