"""Row scopes of the policy work: every list, page, export, search and API endpoint starts here.

Published items are known to everybody who works here. Drafts, proposals and
payouts are read by the county's readers and by the unit that leads the item;
the three administrative duties and the observers see published items at most.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from policies.criteria import Verdict as Answer
from policies.workflow import BINDING_BATCHES, OPEN_PROPOSALS, ItemState
from portal.enterprise_terms import EntityState
from portal.querysets import county_reader
from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, UNIT_ROLES

if TYPE_CHECKING:
    from policies.models import (
        Application,
        Correction,
        EnterpriseCode,
        ExclusiveGroup,
        OfferSpan,
        Payout,
        PayoutBatch,
        Policy,
        PolicyItem,
        PolicyItemVersion,
        Proposal,
        QualifiedSpan,
        Verdict,
    )
    from portal.models import User

NOTHING = Q(pk__in=[])
# Two rows of the register that are one enterprise count once 家数; merges never make chains.
ENTITY = Coalesce("enterprise__merged_into", "enterprise")
PUBLIC_STATES = (ItemState.PUBLISHED, ItemState.SUSPENDED, ItemState.EXPIRED)


def _of_unit(user: User, path: str) -> Q:
    """Return the condition "led by the unit of `user`", reached from a row by `path`."""
    return Q(**{path: user.organisation_id}) if user.has_role(*UNIT_ROLES) else NOTHING


class PolicyQuerySet(QuerySet["Policy"]):
    def visible_to(self, user: User) -> PolicyQuerySet:
        """Return the documents `user` may read: documents are public, the administrative duties need none."""
        return self if user.is_active and user.has_role(*BUSINESS_ROLES) else self.none()

    def public(self) -> PolicyQuerySet:
        """Return the documents with at least one item that the public may read."""
        return self.filter(items__state__in=PUBLIC_STATES).distinct()


class ExclusiveGroupQuerySet(QuerySet["ExclusiveGroup"]):
    def visible_to(self, user: User) -> ExclusiveGroupQuerySet:
        """Return the groups `user` may read: they stand in the documents, like those."""
        return self if user.is_active and user.has_role(*BUSINESS_ROLES) else self.none()


class PolicyItemQuerySet(QuerySet["PolicyItem"]):
    def visible_to(self, user: User) -> PolicyItemQuerySet:
        """Return the items `user` may read: published ones, and of the own unit also drafts."""
        if not user.is_active or not user.has_role(*BUSINESS_ROLES):
            return self.none()
        if county_reader(user):
            return self
        return self.filter(Q(state__in=PUBLIC_STATES) | _of_unit(user, "organisation"))

    def public(self) -> PolicyItemQuerySet:
        """Return what the public may read: published items, also those suspended or expired since."""
        return self.filter(state__in=PUBLIC_STATES)

    def published_by(self, day: date) -> PolicyItemQuerySet:
        """Return the items published by the end of a day and not withdrawn by then; nothing revives a withdrawn one."""
        standing = Q(state__in=PUBLIC_STATES) | Q(state=ItemState.WITHDRAWN, state_on__gt=day)
        return self.filter(standing, first_published_on__lte=day)

    def live(self, on: date) -> PolicyItemQuerySet:
        """Return the items that enterprises can get on the day `on`: published, and within their period."""
        return self.filter(
            Q(current__valid_until=None) | Q(current__valid_until__gte=on),
            Q(policy__repealed_on=None) | Q(policy__repealed_on__gt=on),
            state=ItemState.PUBLISHED,
            current__valid_from__lte=on,
        )

    def found_by(self, text: str) -> PolicyItemQuerySet:
        """Return the items whose number, title, target or document contains every word of `text`."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(number__icontains=word)
                | Q(current__title__icontains=word)
                | Q(current__whom__icontains=word)
                | Q(policy__title__icontains=word)
                | Q(policy__document_number__icontains=word)
            )
        return found


class PolicyItemVersionQuerySet(QuerySet["PolicyItemVersion"]):
    def visible_to(self, user: User) -> PolicyItemVersionQuerySet:
        """Return the versions `user` may read: published ones of visible items, and the own unit's drafts."""
        if not user.is_active or not user.has_role(*BUSINESS_ROLES):
            return self.none()
        if county_reader(user):
            return self
        public = Q(published_at__isnull=False, item__state__in=PUBLIC_STATES)
        return self.filter(public | _of_unit(user, "item__organisation"))


class VerdictQuerySet(QuerySet["Verdict"]):
    def visible_to(self, user: User) -> VerdictQuerySet:
        """Return the verdicts `user` may read: the county's, or those of the own unit's items."""
        if not user.is_active:
            return self.none()
        return self if county_reader(user) else self.filter(_of_unit(user, "item__organisation"))

    def met(self) -> VerdictQuerySet:
        """Return the enterprises that qualify now."""
        return self.filter(verdict=Answer.MET)

    def met_since(self, day: date) -> VerdictQuerySet:
        """Return the enterprises that qualify now and already did at the end of a day."""
        return self.met().filter(changed_on__lte=day)


class QualifiedSpanQuerySet(QuerySet["QualifiedSpan"]):
    def met_on(self, day: date) -> QualifiedSpanQuerySet:
        """Return the enterprises that qualified at the end of a day, and later no longer did."""
        return self.filter(from_on__lte=day, until_on__gt=day)


class OfferSpanQuerySet(QuerySet["OfferSpan"]):
    def on(self, day: date) -> OfferSpanQuerySet:
        """Return the spans of the items that were matched for money at the end of a day."""
        return self.filter(Q(until_on=None) | Q(until_on__gt=day), from_on__lte=day)


class ProposalQuerySet(QuerySet["Proposal"]):
    def visible_to(self, user: User) -> ProposalQuerySet:
        """Return the proposals `user` may read: the county's, or those of the own unit's items."""
        if not user.is_active:
            return self.none()
        return self if county_reader(user) else self.filter(_of_unit(user, "item__organisation"))

    def open(self) -> ProposalQuerySet:
        """Return what is still under way."""
        return self.filter(state__in=OPEN_PROPOSALS)


class ApplicationQuerySet(QuerySet["Application"]):
    def visible_to(self, user: User) -> ApplicationQuerySet:
        """Return the applications `user` may read: the county's, or those of the own unit's items."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        return self.filter(_of_unit(user, "proposal__item__organisation"))


class PayoutBatchQuerySet(QuerySet["PayoutBatch"]):
    def visible_to(self, user: User) -> PayoutBatchQuerySet:
        """Return the batches `user` may read: the county's, or the own unit's."""
        if not user.is_active:
            return self.none()
        return self if county_reader(user) else self.filter(_of_unit(user, "organisation"))


class PayoutQuerySet(QuerySet["Payout"]):
    def visible_to(self, user: User) -> PayoutQuerySet:
        """Return the payouts `user` may read: the county's, or those of the own unit's items and batches."""
        if not user.is_active:
            return self.none()
        if county_reader(user):
            return self
        return self.filter(_of_unit(user, "item__organisation") | _of_unit(user, "batch__organisation"))

    def standing(self) -> PayoutQuerySet:
        """Return the payments that stand: neither reversed nor reversals, nor taken off their batch."""
        return self.filter(reversal_of=None, reversed_on=None, voided_at=None)

    def binding(self) -> PayoutQuerySet:
        """Return the payments that bind the budget: standing, and submitted, approved or paid."""
        return self.standing().filter(batch__state__in=BINDING_BATCHES)

    def paid(self, start: date, end: date) -> PayoutQuerySet:
        """Return what was paid or reversed from the day `start` up to, not including, `end`."""
        return self.filter(voided_at=None, paid_on__gte=start, paid_on__lt=end)


class EnterpriseCodeQuerySet(QuerySet["EnterpriseCode"]):
    def visible_to(self, user: User) -> EnterpriseCodeQuerySet:
        """Return the enterprises' codes `user` may read: the office keeps them, nobody else needs them."""
        return self if user.is_active and user.has_role(*OFFICE_ROLES) else self.none()

    def in_use(self) -> EnterpriseCodeQuerySet:
        """Return the codes that open a page: enabled, of an entity in business."""
        return self.filter(is_active=True, enterprise__state=EntityState.ACTIVE, enterprise__merged_into=None)


class CorrectionQuerySet(QuerySet["Correction"]):
    def visible_to(self, user: User) -> CorrectionQuerySet:
        """Return the requests for correction `user` may read: those of the office that keeps the register."""
        return self if user.is_active and user.has_role(*OFFICE_ROLES) else self.none()
