"""Limit calls by account, or by address where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from portal.middleware import peer_address

if TYPE_CHECKING:
    from rest_framework.views import APIView


class AccountThrottle(SimpleRateThrottle):
    """One budget per account and minute (setting `API_RATE`)."""

    scope = "account"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        ident = f"user-{request.user.pk}" if request.user.is_authenticated else peer_address(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}
