"""How Django finds the person behind a session, and the one way to prove who one is."""

from __future__ import annotations

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.utils import timezone

from portal.errors import Refused
from portal.models import RoleGrant, User
from portal.models.people import held_roles
from portal.request_context import origin
from portal.services import login


class AccountBackend(BaseBackend):
    """Accounts of the portal, whatever the case of the username; failures lock (see `services.login`)."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **credentials: str
    ) -> User | None:
        now, address = timezone.now(), origin.get().address
        try:
            user = login.prove_password(username, password, address=address, now=now)
            if user.totp_confirmed_at is not None:
                login.prove_code(user, credentials.get("code", ""), address=address, now=now)
        except Refused:
            return None
        return user

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session with unit and roles, or None once the account is disabled.

        Every page begins here: who holds a role is read with it, by one query.
        """
        grants = RoleGrant.objects.filter(user=user_id, user__is_active=True)
        rows = list(grants.select_related("user__organisation"))
        if not rows:
            people = User.objects.select_related("organisation").prefetch_related("grants")
            return people.filter(pk=user_id, is_active=True).first()
        user = rows[0].user
        user.roles = held_roles(rows, on=timezone.localdate())
        return user
