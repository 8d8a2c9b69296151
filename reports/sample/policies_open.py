"""What of the sample is under way: verdicts of the last match, proposals in every state, two open batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from policies.models import Application, MatchRun, Payout, PayoutBatch, Proposal, Verdict
from policies.services.applicants import Applicant, sealed
from policies.services.matching import match_all
from policies.services.proposals import digest_of
from policies.services.proposing import make_proposals
from policies.terms import period_of
from policies.workflow import BatchState, ProposalState
from reports.sample.county import County
from reports.sample.policies_catalogue import Book, Entry
from reports.sample.policies_ledger import People, people_of

MATCHED = (date(2023, 6, 30), date(2023, 10, 31))
MATCHED_AT = time(2, 10)
LINK_DAYS = 15
# By the item's title: how many of its proposals got how far, in the order of the list.
REACHED = {
    "中小微企业稳岗补贴": {
        "dismissed": 2,
        "declined": 2,
        "reviewed": 6,
        "agreed": 9,
        "notified": 14,
        "confirmed": 12,
    },
    "零售和居民服务个体工商户纾困补助": {"agreed": 5, "notified": 10, "confirmed": 20},
    "小微企业贷款贴息": {"rejected": 2, "reviewed": 4, "applied": 7, "notified": 9, "confirmed": 8},
    "企业技术改造投资补助": {"applied": 3, "notified": 2, "confirmed": 2},
}
NOTES = {
    ProposalState.DISMISSED: "经核实企业用工人数以派遣人员为主，不计入本单位稳岗人数",
    ProposalState.REJECTED: "提供的付息凭证与贷款合同不一致，不符合贴息条件",
}
_CONFIRMED, _NOTIFIED = date(2023, 11, 2), date(2023, 11, 3)
_ANSWERED, _REVIEWED = date(2023, 11, 7), date(2023, 11, 8)


@dataclass(frozen=True)
class _Move:
    """One step of a proposal on its day; `ends` are the states of which it is part."""

    name: str
    on: date
    source: ProposalState
    target: ProposalState
    by: str


_BEGIN = (
    _Move("confirm", _CONFIRMED, ProposalState.PROPOSED, ProposalState.CONFIRMED, "officer"),
    _Move("notify", _NOTIFIED, ProposalState.CONFIRMED, ProposalState.NOTIFIED, "officer"),
)
_AGREE = _Move("agree", _ANSWERED, ProposalState.NOTIFIED, ProposalState.AGREED, "")
_APPLY = _Move("apply", _ANSWERED, ProposalState.NOTIFIED, ProposalState.APPLIED, "")


def _path(state: ProposalState, *, automatic: bool) -> tuple[_Move, ...]:
    """Return the steps that lead to a state."""
    answer = _AGREE if automatic else _APPLY
    ends = {
        ProposalState.DISMISSED: (
            _Move("dismiss", _CONFIRMED, ProposalState.PROPOSED, ProposalState.DISMISSED, "officer"),
        ),
        ProposalState.CONFIRMED: _BEGIN[:1],
        ProposalState.NOTIFIED: _BEGIN,
        ProposalState.DECLINED: (
            *_BEGIN,
            _Move("decline", _ANSWERED, ProposalState.NOTIFIED, ProposalState.DECLINED, ""),
        ),
        answer.target: (*_BEGIN, answer),
        ProposalState.REVIEWED: (
            *_BEGIN,
            answer,
            _Move("pass", _REVIEWED, answer.target, ProposalState.REVIEWED, "liaison"),
        ),
        ProposalState.REJECTED: (
            *_BEGIN,
            answer,
            _Move("reject", _REVIEWED, answer.target, ProposalState.REJECTED, "liaison"),
        ),
    }
    return ends[state]


@dataclass
class _Written:
    """What has changed and is written at the end."""

    proposals: list[Proposal] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    handed_in: list[datetime] = field(default_factory=list)


def load(county: County, book: Book, batches: int) -> int:
    """Match as of the last month's end, propose, and take some proposals further; return the last batch."""
    for nominal in MATCHED:
        on = county.shift.day(nominal)
        run, _outcome = match_all(on)
        began = county.at(on, clock=MATCHED_AT)
        MatchRun.objects.filter(pk=run.pk).update(started_at=began, finished_at=began + timedelta(seconds=2))
    on = county.shift.day(MATCHED[-1])
    written = _Written()
    for entry in book.entries:
        if entry.paid:
            _propose(county, entry, on, written)
    Proposal.objects.bulk_update(written.proposals, _MOVED, batch_size=200)
    Application.objects.bulk_create(written.applications)
    reviewed = [row for row in written.proposals if row.state == ProposalState.REVIEWED]
    return _load_batches(county, reviewed, batches)


_MOVED = (
    "state",
    "confirmed_by",
    "confirmed_at",
    "notified_at",
    "link_digest",
    "link_until",
    "answered_at",
    "reviewed_by",
    "reviewed_at",
    "note",
    "edit",
)


def _propose(county: County, entry: Entry, on: date, written: _Written) -> None:
    """Propose an item to those who qualify and have no proposal of the period yet."""
    period = period_of(entry.version.repeat, on)
    known = Proposal.objects.filter(item=entry.item, period=period).values("enterprise")
    met = Verdict.objects.met().filter(item=entry.item).exclude(enterprise__in=known)
    # An item of a group is not offered to whom the group has paid already.
    if entry.version.group_id is not None:
        paid = Payout.objects.standing().filter(version__group=entry.version.group_id)
        met = met.exclude(enterprise__in=paid.values("enterprise"))
    keys = list(met.order_by("enterprise__credit_code").values_list("enterprise", flat=True))
    if not keys:
        return
    make_proposals(entry.version, keys, period, on)
    at = county.at(on, clock=MATCHED_AT)
    changes: dict[str, object] = {"count": len(keys), "version": entry.version.number}
    county.tell(at, entry.item, "policy.propose", None, changes=changes)
    plan = REACHED.get(entry.version.title)
    if plan:
        rows = Proposal.objects.filter(item=entry.item, period=period, state=ProposalState.PROPOSED)
        rows = rows.select_related("enterprise").order_by("enterprise__credit_code")
        _advance(county, entry, list(rows), plan, written)


def _advance(
    county: County, entry: Entry, rows: Sequence[Proposal], plan: dict[str, int], written: _Written
) -> None:
    waiting = iter(rows)
    automatic = entry.version.mode == "automatic"
    for name, count in plan.items():
        for row in (next(waiting, None) for _ in range(count)):
            if row is not None:
                for move in _path(ProposalState(name), automatic=automatic):
                    _take(county, entry, row, move, written)
                written.proposals.append(row)


def _take(county: County, entry: Entry, row: Proposal, move: _Move, written: _Written) -> None:
    """Take a step if its day has come."""
    on = county.workday_in_month(move.on)
    if not county.has_come(on) or row.state != move.source:
        return
    who = people_of(county, entry.item)
    at = county.at(on, key=f"{move.name}:{row.enterprise.credit_code}")
    if move.name == "notify":
        at = max(at, (row.confirmed_at or at) + timedelta(minutes=20))
    actor = getattr(who, move.by) if move.by else None
    row.state = move.target
    row.edit += 1
    row.note = NOTES.get(move.target, "")
    _stamp(row, move, at, who, on)
    if move.name in ("agree", "apply"):
        written.applications.append(_application(county, row, at))
    changes: dict[str, Any] = {"state": [move.source, move.target]}
    county.tell(
        at,
        row,
        f"proposal.{move.name}",
        actor,
        changes=changes,
        note=row.note,
        organisation=entry.item.organisation,
    )


def _stamp(row: Proposal, move: _Move, at: datetime, who: People, on: date) -> None:
    if move.name == "confirm":
        row.confirmed_by, row.confirmed_at = who.officer, at
    elif move.name == "notify":
        # Nobody has these links; the office sends a new one where it wants to show the page.
        row.link_digest, row.link_until = digest_of(f"sample:{row.pk}"), on + timedelta(days=LINK_DAYS)
        row.notified_at = at
    elif move.name in ("agree", "apply", "decline"):
        row.answered_at, row.link_digest = at, None
    elif move.name in ("pass", "reject"):
        row.reviewed_by, row.reviewed_at = who.liaison, at


def _application(county: County, row: Proposal, at: datetime) -> Application:
    rng = county.rng(f"application:{row.enterprise.credit_code}")
    surname, given = (
        rng.choice("赵钱孙李周吴郑王冯陈"),
        rng.choice(("建国", "秀兰", "志强", "丽华", "海涛", "雪梅")),
    )
    account = f"云溪农村商业银行 6210{rng.randrange(10**12):012d}"
    applicant = Applicant(surname + given, f"1380000{rng.randint(3000, 9999)}", account)
    return Application(proposal=row, promised=True, handed_in_at=at, **sealed(applicant))


def _load_batches(county: County, reviewed: Sequence[Proposal], last: int) -> int:
    """Enter what was reviewed: one unit's batch still a draft, another's before its approvers."""
    on = county.workday_in_month(date(2023, 11, 9))
    if not county.has_come(on):
        return last
    by_item: dict[int, list[Proposal]] = {}
    for row in reviewed:
        by_item.setdefault(row.item_id, []).append(row)
    for place, rows in enumerate(by_item.values()):
        last += 1
        state = BatchState.SUBMITTED if place else BatchState.DRAFT
        _open_batch(county, last, rows, on, state)
    return last


def _open_batch(county: County, number: int, rows: Sequence[Proposal], on: date, state: BatchState) -> None:
    item = rows[0].item
    who = people_of(county, item)
    submitted = state == BatchState.SUBMITTED
    made_at, submitted_at = county.at(on, clock=time(10, 10)), county.at(on, clock=time(15, 30))
    batch = PayoutBatch.objects.create(
        number=f"{on.year}-DX-{number:03d}",
        organisation=item.organisation,
        title=f"{on.year}年{on.month}月{rows[0].version.title}资金",
        state=state,
        created_by=who.liaison,
        submitted_by=who.liaison if submitted else None,
        submitted_at=submitted_at if submitted else None,
        edit=3 if submitted else 2,
    )
    Payout.objects.bulk_create(
        Payout(
            batch=batch,
            item=item,
            version=row.version,
            enterprise=row.enterprise,
            proposal=row,
            period=row.period,
            amount=row.amount or Decimal(0),
            budget_year=on.year,
            created_by=who.liaison,
        )
        for row in rows
    )
    PayoutBatch.objects.filter(pk=batch.pk).update(created_at=made_at)
    Payout.objects.filter(batch=batch).update(created_at=made_at)
    unit = item.organisation
    total = sum((row.amount or Decimal(0) for row in rows), Decimal(0))
    added: dict[str, object] = {"count": len(rows), "amount": str(total)}
    county.tell(made_at, batch, "payout.create", who.liaison, organisation=unit)
    county.tell(
        made_at + timedelta(minutes=15), batch, "payout.add", who.liaison, changes=added, organisation=unit
    )
    if submitted:
        moved: dict[str, object] = {"state": [BatchState.DRAFT, BatchState.SUBMITTED]}
        county.tell(submitted_at, batch, "batch.submit", who.liaison, changes=moved, organisation=unit)
