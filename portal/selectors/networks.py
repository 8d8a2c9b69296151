"""From where somebody may work, and programmes may call the API."""

from __future__ import annotations

from django.conf import settings

from portal.models import User
from portal.networks import contains
from portal.roles import DUTIES


def may_work_from(user: User, address: str) -> bool:
    """Tell whether the person may use the portal from `address`: the three duties only from `ADMIN_NETWORKS`.

    Without the setting they may from anywhere; with it a caller whose address is
    not known is outside.
    """
    networks = settings.ADMIN_NETWORKS
    return not networks or not user.has_role(*DUTIES) or contains(networks, address)


def may_call_from(address: str) -> bool:
    """Tell whether the API answers to `address` (`API_NETWORKS`); its public part is not asked about."""
    return not settings.API_NETWORKS or contains(settings.API_NETWORKS, address)
