"""Tokens at the API: `Authorization: Token ptk_…`, checked at every call against the account."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import authentication, exceptions

from portal.models import User
from portal.request_context import origin
from portal.services.tokens import holder_of


class TokenAuthentication(authentication.TokenAuthentication):
    """The person behind a token; expired, revoked, locked and disabled are answered alike."""

    def authenticate_credentials(self, key: str) -> tuple[User, None]:
        user = holder_of(key, address=origin.get().address, now=timezone.now())
        if user is None:
            raise exceptions.AuthenticationFailed
        return user, None
