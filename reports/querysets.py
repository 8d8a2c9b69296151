"""Row scopes of the documents: every list, page, export, search and API endpoint starts here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, Role

if TYPE_CHECKING:
    from portal.models import User
    from reports.models import Bulletin


class BulletinQuerySet(QuerySet["Bulletin"]):
    def visible_to(self, user: User) -> BulletinQuerySet:
        """Return the bulletins `user` may read: the office also its drafts, others what has been issued."""
        if not user.is_active:
            return self.none()
        if user.has_role(*OFFICE_ROLES):
            return self
        if user.has_role(*(BUSINESS_ROLES - {Role.OBSERVER})):
            return self.exclude(issued_at=None)
        return self.none()
