"""Limit calls by account, or by address where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from portal.middleware import peer_address
from portal.models import AuditEvent, User
from portal.services import audit

if TYPE_CHECKING:
    from rest_framework.views import APIView


RECORDED_EVERY = 60


class AccountThrottle(SimpleRateThrottle):
    """One budget per account and minute (setting `API_RATE`)."""

    scope = "account"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        self.caller = request.user
        ident = f"user-{request.user.pk}" if request.user.is_authenticated else peer_address(request)
        return self.cache_format % {"scope": self.scope, "ident": ident}

    def throttle_failure(self) -> bool:
        """Write the refusal into the audit trail once a minute, not once a call: the trail must not be flooded."""
        if self.cache.add(f"{self.key}:recorded", value=True, timeout=RECORDED_EVERY):
            actor = self.caller if isinstance(self.caller, User) else None
            audit.record(None, "api.throttled", actor=actor, outcome=AuditEvent.Outcome.DENIED)
        return False
