"""Limit calls by account, or by address where there is none."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from portal.middleware import peer_address


class AccountThrottle(SimpleRateThrottle):
    """One budget per account and minute (setting `API_RATE`)."""

    scope = "account"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        ident = f"user-{request.user.pk}" if request.user.is_authenticated else peer_address(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}
