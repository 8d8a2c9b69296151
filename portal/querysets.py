"""Row scopes of the base tables: every list, page, export and search starts here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Model, Q, QuerySet

from portal.roles import COUNTY_READERS, Role

if TYPE_CHECKING:
    from portal.models import Attachment, AuditEvent, Notification, Organisation, User


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


def county_reader(user: User) -> bool:
    """Tell whether `user` reads every ledger of the county."""
    return user.is_active and user.has_role(*COUNTY_READERS)
