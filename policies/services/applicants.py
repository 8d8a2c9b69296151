"""Who stands behind an application: contact and account, kept encrypted, each look on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q

from policies.models import Application
from policies.services.steps import capacities
from policies.workflow import LEAD
from portal.crypto import current_prefix, decrypt, encrypt, rewrap
from portal.errors import Refused
from portal.models import User
from portal.services import audit

CONTEXTS: Final = {name: f"policies.application.{name}" for name in ("contact", "phone", "account")}


@dataclass(frozen=True)
class Applicant:
    """Contact, telephone and account as the enterprise filled them in."""

    contact: str
    phone: str
    account: str


def sealed(applicant: Applicant) -> dict[str, str]:
    """Return the columns of an application with what was filled in, encrypted; what is empty stays empty."""
    values = {name: str(getattr(applicant, name)).strip() for name in CONTEXTS}
    return {name: encrypt(value, CONTEXTS[name]) if value else "" for name, value in values.items()}


@transaction.atomic
def read_applicant(application: Application, *, actor: User) -> Applicant:
    """Show contact and account to the unit that leads the item; the look is on record."""
    item = application.proposal.item
    if capacities(actor, item.organisation_id).isdisjoint(LEAD):
        raise Refused(f"联系人和账户只供{item.organisation}办理兑现时查看。")
    audit.record(application, "proposal.contact", actor=actor, organisation=item.organisation)
    found = {name: getattr(application, name) for name in CONTEXTS}
    return Applicant(
        **{name: decrypt(value, CONTEXTS[name]) if value else "" for name, value in found.items()}
    )


def rewrap_applications(limit: int = 1000) -> int:
    """Encrypt at most `limit` applications anew with the present key; return how many columns that were."""
    done = 0
    for name, context in CONTEXTS.items():
        stale = ~Q(**{name: ""}) & ~Q(**{f"{name}__startswith": current_prefix()})
        for pk, value in Application.objects.filter(stale).values_list("pk", name)[: limit - done]:
            done += Application.objects.filter(pk=pk, **{name: value}).update(
                **{name: rewrap(value, context)}
            )
    return done
