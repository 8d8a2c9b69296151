"""The access declaration of a view class, asked for API calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.access import access_of
from portal.middleware import permits
from portal.models import User

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsPermitted(BasePermission):
    """Refuse unless the view class declares access and the account fits it."""

    message = "无权访问该接口"

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = access_of(type(view))
        if access is None:
            return False
        if access.public:
            return True
        user = request.user
        return isinstance(user, User) and not user.must_change_password and permits(access, user)
