"""Row scopes of the base tables: every list, page, export and search starts here."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import F, Model, Q, QuerySet

from portal.enterprise_terms import EntityState
from portal.roles import BUSINESS_ROLES, COUNTY_READERS, UNIT_ROLES, Role

if TYPE_CHECKING:
    from portal.models import (
        ApiToken,
        Attachment,
        AuditEvent,
        Enterprise,
        EnterpriseFact,
        EnterpriseLabel,
        Notification,
        Organisation,
        SavedQuery,
        Topic,
        User,
    )


class OrganisationQuerySet(QuerySet["Organisation"]):
    def visible_to(self, user: User) -> OrganisationQuerySet:
        """Return the units `user` may read: every unit's name is known to every active person."""
        return self if user.is_active else self.none()

    def active(self, on: date) -> OrganisationQuerySet:
        """Return the units that exist on the day `on` (both ends included)."""
        return self.filter(
            Q(active_from=None) | Q(active_from__lte=on), Q(active_until=None) | Q(active_until__gte=on)
        )


class UserQuerySet(QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Return the accounts `user` may read: administrators and the office all, others their own unit's."""
        if not user.is_active:
            return self.none()
        if user.has_role(Role.SYSADMIN, Role.SECURITY, Role.AUDITOR, Role.OFFICE, Role.OFFICE_HEAD):
            return self
        return self.filter(organisation=user.organisation_id)

    def holding(self, *roles: str, on: date) -> UserQuerySet:
        """Return active people who hold one of `roles` on the day `on`."""
        return self.filter(
            Q(grants__valid_until=None) | Q(grants__valid_until__gte=on),
            is_active=True,
            grants__role__in=roles,
            grants__revoked_at=None,
            grants__valid_from__lte=on,
        ).distinct()


class NotificationQuerySet(QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        """Return the notices owed to `user` and to nobody else."""
        return self.filter(recipient=user) if user.is_active else self.none()


class SavedQueryQuerySet(QuerySet["SavedQuery"]):
    def visible_to(self, user: User) -> SavedQueryQuerySet:
        """Return the queries `user` has kept for himself."""
        return self.filter(owner=user) if user.is_active else self.none()


class AuditEventQuerySet(QuerySet["AuditEvent"]):
    def visible_to(self, user: User) -> AuditEventQuerySet:
        """Return the audit trail: the auditor reads all of it, the security officer logins and rights."""
        if not user.is_active:
            return self.none()
        if user.has_role(Role.AUDITOR):
            return self
        if user.has_role(Role.SECURITY):
            return self.filter(Q(action__startswith="session.") | Q(action__startswith="user."))
        return self.none()

    def of(self, row: Model) -> AuditEventQuerySet:
        """Return the history of one row, newest first. The caller has checked that the row is visible."""
        return self.filter(
            object_type=row._meta.label_lower,
            object_id=str(row.pk),
        ).order_by("-pk")


class AttachmentQuerySet(QuerySet["Attachment"]):
    def visible_to(self, user: User) -> AttachmentQuerySet:
        """Narrow to what `user` uploaded; files of other owners are reached through `services.files`."""
        return self.filter(uploaded_by=user) if user.is_active else self.none()


class ApiTokenQuerySet(QuerySet["ApiToken"]):
    def visible_to(self, user: User) -> ApiTokenQuerySet:
        """Return the tokens of `user` and of nobody else."""
        return self.filter(user=user) if user.is_active else self.none()

    def usable(self, now: datetime) -> ApiTokenQuerySet:
        """Return the tokens that open the API at `now`: not revoked, not expired, from the present sessions' epoch.

        The owner is active and still has the second factor with which the token was issued.
        """
        return self.filter(
            revoked_at=None,
            expires_at__gt=now,
            session_epoch=F("user__session_epoch"),
            user__is_active=True,
            user__totp_confirmed_at__isnull=False,
        )


class EnterpriseQuerySet(QuerySet["Enterprise"]):
    def visible_to(self, user: User) -> EnterpriseQuerySet:
        """Return the entities `user` may read.

        The county's readers, the chiefs and the people of departments read the whole
        register, because anybody's enterprise may become theirs; towns and parks read
        their own. Observers and the three administrative duties read none of it.
        """
        if not user.is_active:
            return self.none()
        if user.has_role(*COUNTY_READERS, Role.CHIEF):
            return self
        if not user.has_role(*UNIT_ROLES):
            return self.none()
        if user.organisation.is_local:
            return self.filter(town=user.organisation_id)
        return self

    def current(self) -> EnterpriseQuerySet:
        """Return the rows that stand for themselves: those merged into another are left out."""
        return self.filter(merged_into=None)

    def in_business(self) -> EnterpriseQuerySet:
        """Return the entities that exist and are registered here."""
        return self.current().filter(state=EntityState.ACTIVE)


class EnterpriseFactQuerySet(QuerySet["EnterpriseFact"]):
    def held_on(self, on: date) -> EnterpriseFactQuerySet:
        """Return facts that hold on the day `on`, both ends included; of one kind the newest one counts."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


class EnterpriseLabelQuerySet(QuerySet["EnterpriseLabel"]):
    def held_on(self, on: date) -> EnterpriseLabelQuerySet:
        """Return the labels that are held on the day `on`, both ends included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


class TopicQuerySet(QuerySet["Topic"]):
    def visible_to(self, user: User) -> TopicQuerySet:
        """Return the fields of work `user` may read: everybody but the administrative duties knows them all."""
        return self if user.is_active and user.has_role(*BUSINESS_ROLES) else self.none()


def county_reader(user: User) -> bool:
    """Tell whether `user` reads every ledger of the county."""
    return user.is_active and user.has_role(*COUNTY_READERS)
