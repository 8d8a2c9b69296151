"""One-time links to an enterprise, as they are shown once to whoever sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from policies.models import Proposal
from policies.services.proposals import Link
from portal.http import PortalRequest

# Where an enterprise answers; the public side serves it.
ANSWER_PATH: Final = "/policies/answer/{token}/"


@dataclass(frozen=True)
class SentLink:
    """The address under which one enterprise answers."""

    proposal: Proposal
    url: str


def link_to(request: PortalRequest, link: Link) -> SentLink:
    """Return the link under the public address (setting `PUBLIC_URL`), else under the one of this request."""
    path = ANSWER_PATH.format(token=link.token)
    public = settings.PUBLIC_URL.rstrip("/")
    return SentLink(link.proposal, public + path if public else request.build_absolute_uri(path))
