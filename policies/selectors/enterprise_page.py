"""What an enterprise sees at its own page: what fits, what it was paid, what waits for its answer, what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q, Sum

from policies.amounts.money import shown
from policies.models import Correction, Payout, Proposal
from policies.selectors.self_check import Fit, Fits, Outcome, fits, full_profile
from policies.terms import Mode
from policies.workflow import OPEN_PROPOSALS, ProposalState
from portal.enterprise_terms import FACTS, FactKind, SizeClass
from portal.models import Enterprise
from portal.selectors.enterprises import facts_on, labels_on

# Nobody pages through hundreds of rows on a phone: of both the newest are shown, and the sum is of all.
MOST_PAYOUTS: Final = 60
MOST_CORRECTIONS: Final = 10
# What the enterprise is told of a proposal; what is still inside the offices it learns when it is told.
STANDING: Final[dict[str, str]] = {
    ProposalState.NOTIFIED: "等待您答复",
    ProposalState.AGREED: "您已同意享受，部门审核中",
    ProposalState.APPLIED: "您已申请，部门审核中",
    ProposalState.REVIEWED: "审核通过，等待拨付",
}


@dataclass(frozen=True)
class OwnFit:
    """One item for the enterprise, and where it stands with it; `answer` is the key of a notice to be answered."""

    row: Fit
    standing: str
    answer: int | None
    may_apply: bool
    is_automatic: bool


@dataclass(frozen=True)
class Known:
    """One thing that the register has of the enterprise."""

    label: str
    value: str
    source: str = ""


@dataclass(frozen=True)
class OwnPage:
    """The page of one enterprise on one day."""

    fits: Fits
    groups: tuple[tuple[Outcome, tuple[OwnFit, ...]], ...]
    notices: tuple[Proposal, ...]
    payouts: tuple[Payout, ...]
    more_payouts: bool
    total: str
    known: tuple[Known, ...]
    corrections: tuple[Correction, ...]


def own_page(enterprise: Enterprise, on: date) -> OwnPage:
    """Gather the page of an enterprise that has entered; ten queries, whatever there is."""
    found = fits(full_profile(enterprise, on), enterprise=enterprise.pk)
    open_rows = Proposal.objects.filter(enterprise=enterprise, state__in=OPEN_PROPOSALS)
    proposals = list(open_rows.select_related("version", "item__organisation").order_by("pk"))
    by_item = {row.item_id: row for row in proposals}
    own = tuple(_own_fit(row, by_item) for row in found.rows)
    groups = tuple((outcome, tuple(one for one in own if one.row.outcome == outcome)) for outcome in Outcome)
    payouts, more, total = _paid(enterprise)
    corrections = Correction.objects.filter(enterprise=enterprise).order_by("-pk")[:MOST_CORRECTIONS]
    return OwnPage(
        fits=found,
        groups=groups,
        notices=tuple(row for row in proposals if row.state == ProposalState.NOTIFIED),
        payouts=payouts,
        more_payouts=more,
        total=shown(total) if total else "",
        known=_known(enterprise, on),
        corrections=tuple(corrections),
    )


def _own_fit(row: Fit, proposals: Mapping[int, Proposal]) -> OwnFit:
    proposal = proposals.get(row.version.item_id)
    state = proposal.state if proposal is not None else ""
    waits = proposal is not None and state == ProposalState.NOTIFIED
    is_automatic = row.version.mode == Mode.AUTOMATIC
    # Nothing is to be had of what was received, or what its group leaves nothing of.
    is_left = not row.is_received and row.granted != 0
    is_free = row.outcome == Outcome.MET and state not in STANDING and is_left
    return OwnFit(
        row,
        STANDING.get(state, ""),
        proposal.pk if waits and proposal is not None else None,
        may_apply=is_free and not is_automatic,
        is_automatic=is_free and is_automatic,
    )


def _paid(enterprise: Enterprise) -> tuple[tuple[Payout, ...], bool, Decimal]:
    """Return the newest payments that stand, of rows merged into the enterprise too, whether there are more, the sum."""
    whose = Q(enterprise=enterprise) | Q(enterprise__merged_into=enterprise)
    rows = Payout.objects.standing().filter(whose, paid_on__isnull=False)
    newest = list(
        rows.select_related("version", "item__organisation").order_by("-paid_on", "-pk")[: MOST_PAYOUTS + 1]
    )
    total = rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return tuple(newest[:MOST_PAYOUTS]), len(newest) > MOST_PAYOUTS, total


def _known(enterprise: Enterprise, on: date) -> tuple[Known, ...]:
    """Return what the register has: what decides whether an item fits, with where it comes from."""
    facts = facts_on([enterprise.pk], on=on).get(enterprise.pk, {})
    labels = labels_on([enterprise.pk], on=on).get(enterprise.pk, [])
    founded = enterprise.founded_on
    found = [
        Known("行业", f"{enterprise.get_section_display()} {enterprise.industry}".strip()),
        Known("规模", str(SizeClass(enterprise.size).label) if enterprise.size else ""),
        Known("成立日期", f"{founded.year}年{founded.month}月{founded.day}日" if founded else ""),
    ]
    for kind in FactKind:
        fact = facts.get(kind)
        year = f"（{fact.period_year}年）" if fact is not None and fact.period_year else ""
        value = f"{fact.value.normalize():,f} {FACTS[kind].unit}{year}" if fact is not None else ""
        found.append(Known(kind.label, value, fact.source if fact is not None else ""))
    held = "、".join(dict.fromkeys(str(label) for label in labels))
    return (*found, Known("资质和名单", held))
