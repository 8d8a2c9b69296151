"""How Django finds the person behind a session, and the one way to prove who one is."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from portal.errors import Refused
from portal.models import User
from portal.request_context import origin
from portal.services import login


class AccountBackend(BaseBackend):
    """Accounts of the portal, whatever the case of the username; failures lock (see `services.login`)."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **credentials: str
    ) -> User | None:
        try:
            return login.check_credentials(
                username,
                password,
                credentials.get("code", ""),
                address=origin.get().address,
                now=timezone.now(),
            )
        except Refused:
            return None

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session with unit and roles, or None once the account is disabled."""
        people = User.objects.select_related("organisation").prefetch_related("grants")
        return people.filter(pk=user_id, is_active=True).first()
