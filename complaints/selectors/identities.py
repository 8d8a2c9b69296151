"""What the page of a case says about who handed it in, before anybody has looked. Never the person himself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from complaints.models import IdentityRequest
from complaints.querysets import ACTIVE
from complaints.selectors.cases import CasePage
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role

WITHHELD = "来件人信息不提供给承办单位；确需联系来件人的，请由营商办转达"
State = IdentityRequest.State


@dataclass(frozen=True)
class IdentityPanel:
    """Whether there is a person, and what `user` may do: look, ask, decide; `words` says why not.

    Where the case is masked for `user`, `is_withheld`: not even whether there is a person is told.
    """

    is_anonymous: bool
    is_withheld: bool
    may_look: bool
    may_ask: bool
    words: str
    own: IdentityRequest | None
    to_decide: Sequence[IdentityRequest]
    decides: bool


def looks_directly(shown: CasePage, user: User) -> bool:
    """Tell whether `user` may look without asking first; the rule of `services.identities`, which judges anew."""
    case = shown.case
    if user.has_role(Role.OFFICE_HEAD):
        return True
    if user.has_role(Role.OFFICE):
        return not case.is_secret
    if case.is_secret or shown.words.is_hidden or not user.has_role(*UNIT_ROLES):
        return False
    own = [part for part in shown.parts if part.organisation_id == user.organisation_id]
    active = [part for part in own if part.state in ACTIVE]
    return bool(active) and not any(part.masked for part in active)


def identity_panel(shown: CasePage, user: User, *, now: datetime) -> IdentityPanel:
    """Return the panel for `user`; no query."""
    own = next((row for row in shown.identity_requests if row.requested_by_id == user.pk), None)
    granted = own is not None and own.state == State.GRANTED and bool(own.expires_at and own.expires_at > now)
    may_look = looks_directly(shown, user) or granted
    asks = user.has_role(*OFFICE_ROLES, Role.INSPECTOR)
    waits = own is not None and own.state == State.REQUESTED
    decides = user.has_role(Role.OFFICE_HEAD)
    return IdentityPanel(
        is_anonymous=shown.case.is_anonymous,
        is_withheld=shown.words.is_hidden,
        may_look=may_look,
        may_ask=asks and not may_look and not waits,
        words="" if may_look or asks else WITHHELD,
        own=own,
        to_decide=[
            row
            for row in shown.identity_requests
            if decides and row.state == State.REQUESTED and row.requested_by_id != user.pk
        ],
        decides=decides,
    )
