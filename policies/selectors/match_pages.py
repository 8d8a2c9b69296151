"""What the match found, as its pages show it: by item, by enterprise, with the reason of every condition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from policies.conditions import Explanation, evaluate, read_tree
from policies.criteria import Verdict as Answer
from policies.matching.reading import profiles_of
from policies.models import MatchRun, Payout, PolicyItem, PolicyItemVersion, Proposal, Verdict
from policies.selectors.matching import (
    Explained,
    MatchCounts,
    enterprises_by,
    explain_all,
    live_versions,
    match_counts,
    near_misses,
)
from policies.selectors.settling import Claim, received_words, settle_for
from policies.workflow import OPEN_PROPOSALS, ProposalState
from portal.models import Enterprise, User


def last_run() -> MatchRun | None:
    """Return the last finished match of several items or one."""
    return MatchRun.objects.filter(finished_at__isnull=False).first()


@dataclass(frozen=True)
class MatchRow:
    """One item of the list: what the match says, what changed since the day before, where its proposals are."""

    item: PolicyItem
    counts: MatchCounts | None
    gained: int
    lost: int
    proposals: dict[str, int]

    @property
    def waiting(self) -> int:
        """Proposals that wait for confirmation, 家."""
        return self.proposals.get(ProposalState.PROPOSED, 0)

    @property
    def confirmed(self) -> int:
        """Proposals confirmed and not yet told to the enterprise."""
        return self.proposals.get(ProposalState.CONFIRMED, 0)

    @property
    def told(self) -> int:
        """Proposals told to the enterprise and not answered."""
        return self.proposals.get(ProposalState.NOTIFIED, 0)

    @property
    def answered(self) -> int:
        """Answers and applications that wait for the review."""
        return self.proposals.get(ProposalState.AGREED, 0) + self.proposals.get(ProposalState.APPLIED, 0)

    @property
    def reviewed(self) -> int:
        """Reviewed proposals that no batch has paid."""
        return self.proposals.get(ProposalState.REVIEWED, 0)


def last_change_day(run: MatchRun | None, today: date) -> date:
    """Return the day whose changes are shown: that of the last match, today before the first."""
    return run.on if run is not None else today


def changed_on(item: PolicyItem | None, user: User, day: date) -> QuerySet[Verdict]:
    """Return the verdicts that changed with the match of a day against the one before, within the person's scope."""
    rows = Verdict.objects.visible_to(user).filter(changed_on=day)
    return rows.filter(item=item) if item is not None else rows


@dataclass(frozen=True)
class MatchTotals:
    """Over all items of a list, 家次: changes of the last match, and what waits for the units."""

    gained: int
    lost: int
    waiting: int
    answered: int


def match_totals(items: QuerySet[PolicyItem], user: User, day: date) -> MatchTotals:
    """Add up what the rows of `match_rows` say, with two queries."""
    met = Count("pk", filter=Q(verdict=Answer.MET))
    changes = changed_on(None, user, day).filter(item__in=items).aggregate(all=Count("pk"), met=met)
    answered = Q(state__in=[ProposalState.AGREED, ProposalState.APPLIED])
    states = (
        Proposal.objects.visible_to(user)
        .filter(item__in=items)
        .aggregate(
            waiting=Count("pk", filter=Q(state=ProposalState.PROPOSED)),
            answered=Count("pk", filter=answered),
        )
    )
    return MatchTotals(changes["met"], changes["all"] - changes["met"], states["waiting"], states["answered"])


def match_rows(items: Iterable[PolicyItem], user: User, day: date) -> list[MatchRow]:
    """Return the rows of items read with `current`, with the changes of the match of `day`; three queries."""
    found = list(items)
    counts = match_counts([item.current_id for item in found if item.current_id])
    changes: dict[int, dict[bool, int]] = defaultdict(lambda: defaultdict(int))
    changed = changed_on(None, user, day).filter(item__in=found).order_by()
    for item, verdict, number in changed.values_list("item", "verdict").annotate(Count("pk")):
        changes[item][verdict == Answer.MET] += number
    states: dict[int, dict[str, int]] = defaultdict(dict)
    proposals = Proposal.objects.visible_to(user).filter(item__in=found).order_by()
    for item, state, number in proposals.values_list("item", "state").annotate(Count("pk")):
        states[item][state] = number
    return [
        MatchRow(
            item,
            counts.get(item.current_id or 0),
            changes[item.pk][True],
            changes[item.pk][False],
            states[item.pk],
        )
        for item in found
    ]


def matched(
    item: PolicyItem, version: PolicyItemVersion, show: str, user: User, on: date
) -> QuerySet[Enterprise]:
    """Return the enterprises of one view of an item: met, changed, near, unknown or not_met."""
    tree = read_tree(version.conditions)
    if show == "near":
        rows = near_misses(tree, on)
    elif show in {"unknown", "not_met"}:
        rows = enterprises_by(tree, Answer(show), on)
    else:
        verdicts = Verdict.objects.visible_to(user).filter(item=item)
        verdicts = (
            verdicts.met() if show == "met" else verdicts.filter(changed_on=last_change_day(last_run(), on))
        )
        rows = Enterprise.objects.filter(pk__in=verdicts.values("enterprise"))
    return rows.select_related("town").order_by("pk")


@dataclass(frozen=True)
class MatchedRow:
    """An enterprise with its verdict today and the reasons."""

    enterprise: Enterprise
    explanation: Explanation

    @property
    def reason(self) -> str:
        """What decides: what is lacking or missing, else the first reasons."""
        found = self.explanation
        if found.gaps:
            return f"还差：{'；'.join(found.gaps)}"
        if found.missing:
            return f"缺少：{'、'.join(found.missing)}"
        judged = [row for row in found.conditions if row.finding]
        wrong = [row.reason for row in judged if row.verdict != Answer.MET]
        right = [row.reason for row in judged if row.verdict == Answer.MET]
        return "；".join((wrong if found.verdict != Answer.MET else right)[:3])


def matched_rows(version: PolicyItemVersion, enterprises: Sequence[Enterprise], on: date) -> list[MatchedRow]:
    """Explain the enterprises of one page; two queries."""
    tree = read_tree(version.conditions)
    pairs = zip(enterprises, profiles_of(enterprises, on), strict=True)
    return [MatchedRow(enterprise, evaluate(tree, profile)) for enterprise, profile in pairs]


@dataclass(frozen=True)
class EnterpriseMatch:
    """One item for one enterprise, with what is granted after exclusive groups, in yuan."""

    explained: Explained
    granted: Decimal | None
    settled: str

    @property
    def is_near(self) -> bool:
        """Tell whether exactly one part keeps the enterprise out, and what is lacking can be said."""
        return self.explained.explanation.is_near


def enterprise_matches(enterprise: Enterprise, on: date, user: User) -> list[EnterpriseMatch]:
    """Judge one enterprise by every live item, the qualifying first; groups are settled, what was paid is not granted.

    What was paid is published; of a payment under way `user` learns no more than he may read.
    """
    found = explain_all(live_versions(on), enterprise, on)
    claims = [Claim(row.version, row.calculation.amount) for row in found if row.calculation is not None]
    standing = settle_for(enterprise.pk, claims, on)
    waiting = [row.pk for row in standing.received.values() if row.paid_on is None]
    hidden = set(waiting) - set(
        Payout.objects.visible_to(user).filter(pk__in=waiting).values_list("pk", flat=True)
    )
    matches = []
    for row in found:
        own, paid = standing.granted.get(row.version.item_id), standing.received.get(row.version.item_id)
        settled = own.reason if own else ""
        if paid is not None:
            settled = "正在办理兑现" if paid.pk in hidden else received_words(paid)
        matches.append(EnterpriseMatch(row, own.amount if own else None, settled))
    order = list(Answer)
    return sorted(matches, key=lambda row: (order.index(row.explained.verdict), not row.is_near))


def open_proposals(enterprise: Enterprise, user: User) -> QuerySet[Proposal]:
    """Return the enterprise's proposals under way that `user` may read."""
    rows = Proposal.objects.visible_to(user).filter(enterprise=enterprise, state__in=OPEN_PROPOSALS)
    return rows.select_related("version", "item")
