"""The access declaration of a view class, asked for API calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.access import access_of
from portal.middleware import owed_first, permits
from portal.models import User
from portal.network_limits import refuse_outside
from portal.selectors.settings import settings_on

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsPermitted(BasePermission):
    """Refuse unless the view class declares access and the account fits it.

    Whoever still owes a new password or a second factor is refused here as at the pages.
    """

    message = "无权访问该接口"

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = access_of(type(view))
        if access is None:
            return False
        if access.public:
            return True
        user = request.user
        if not isinstance(user, User):
            return False
        # The middleware knows sessions; whom a token belongs to is known only here.
        refuse_outside(user, request.path, request.method or "")
        if not permits(access, user):
            return False
        chosen = settings_on(timezone.localdate())
        days, demanded = int(chosen["security.password_days"]), bool(chosen["security.second_factor"])
        return not owed_first(user, days=days, second_factor=demanded)
