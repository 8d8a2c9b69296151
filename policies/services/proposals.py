"""From a proposal to the enterprise's answer and its review: 确认、告知、同意、申请、审核."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from policies.models import Application, ApplicationMaterial, PolicyItem, Proposal
from policies.services.applicants import Applicant, sealed
from policies.services.steps import capacities, check_step, just_changed
from policies.terms import Mode
from policies.workflow import PROPOSAL_STEPS, Actor, ItemState, ProposalState
from portal.errors import Refused
from portal.models import Enterprise, User
from portal.roles import UNIT_ROLES
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.notices import notify

TOKEN_BYTES: Final = 24


@dataclass(frozen=True)
class Outcome:
    """Of the proposals asked for: those moved, and the sentences about the others."""

    done: tuple[Proposal, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """The one-time code for one enterprise; it is shown once, only its digest is kept."""

    proposal: Proposal
    token: str


@dataclass(frozen=True)
class Answer:
    """What an enterprise fills in: contact and account are kept encrypted."""

    contact: str
    phone: str
    account: str = ""
    statement: str = ""
    promised: bool = False
    materials: Mapping[str, str] | None = None


def take_step(
    proposal: Proposal,
    name: str,
    *,
    actors: frozenset[Actor],
    actor: User | None,
    note: str = "",
    **changes: Any,
) -> Proposal:
    """Take one step of the proposal's workflow; of two people pressing at once exactly one succeeds.

    Must be called inside a transaction. `actors` are the capacities of whoever
    acts: a person's, or the enterprise's that came by its link.
    """
    step = PROPOSAL_STEPS[name]
    shown = f"“{proposal.version.title}”对{proposal.enterprise}的推送"
    check_step(step, proposal.state, actors, name=shown, shown=proposal.get_state_display(), note=note)
    if note.strip():
        changes["note"] = note.strip()
    rows = Proposal.objects.filter(pk=proposal.pk, state=proposal.state, edit=proposal.edit)
    if not rows.update(state=step.target, edit=F("edit") + 1, **changes):
        raise just_changed(shown)
    source = proposal.state
    proposal.refresh_from_db()
    audit.record(
        proposal,
        f"proposal.{name}",
        actor=actor,
        organisation=proposal.item.organisation,
        changes={"state": [source, step.target]},
        note=note,
    )
    return proposal


def _each(proposals: Iterable[Proposal], move: Callable[[Proposal], Proposal]) -> Outcome:
    done, refused = [], []
    for proposal in proposals:
        try:
            with transaction.atomic():
                done.append(move(proposal))
        except Refused as error:
            refused.append(str(error))
    return Outcome(tuple(done), tuple(refused))


def confirm_proposals(proposals: Iterable[Proposal], *, actor: User) -> Outcome:
    """Confirm that the enterprises are to be told; each by itself, so that one refusal stops no other."""

    def move(row: Proposal) -> Proposal:
        found = capacities(actor, row.item.organisation_id)
        return take_step(
            row, "confirm", actors=found, actor=actor, confirmed_by=actor, confirmed_at=timezone.now()
        )

    return _each(proposals, move)


def dismiss_proposals(proposals: Iterable[Proposal], reason: str, *, actor: User) -> Outcome:
    """Set proposals aside that don't hold on inspection, with the reason."""

    def move(row: Proposal) -> Proposal:
        found = capacities(actor, row.item.organisation_id)
        return take_step(row, "dismiss", actors=found, actor=actor, note=reason)

    return _each(proposals, move)


@transaction.atomic
def notify_enterprise(proposal: Proposal, *, actor: User, today: date) -> Link:
    """Make the enterprise's one-time link, valid for the days of the setting; a former link ends."""
    name = "renew" if proposal.state == ProposalState.NOTIFIED else "notify"
    token = token_urlsafe(TOKEN_BYTES)
    until = today + timedelta(days=number_setting("policies.link_days", on=today))
    row = take_step(
        proposal,
        name,
        actors=capacities(actor, proposal.item.organisation_id),
        actor=actor,
        link_digest=digest_of(token),
        link_until=until,
        notified_at=timezone.now(),
    )
    return Link(row, token)


def digest_of(token: str) -> str:
    """Return what is kept of a link's token."""
    return sha256(token.encode()).hexdigest()


def open_link(token: str, *, today: date) -> Proposal:
    """Return the proposal behind a link that still holds on the day `today`, its last day included.

    Raises `Refused` for every other link in the same words, so that nothing can be guessed.
    """
    rows = Proposal.objects.select_related("item__organisation", "version", "enterprise")
    row = rows.filter(
        link_digest=digest_of(token), link_until__gte=today, state=ProposalState.NOTIFIED
    ).first()
    if row is None:
        raise Refused("链接已失效。请联系告知您的部门重新发送，或拨打事项页面上的咨询电话。")
    return row


@transaction.atomic
def answer_by_link(token: str, answer: Answer, *, today: date) -> Proposal:
    """Take the enterprise's answer by its link; the link ends with it. 免申即享 agrees, others apply."""
    return _answer(open_link(token, today=today), answer, frozenset({Actor.ENTERPRISE}), None, today)


@transaction.atomic
def answer_for_enterprise(proposal: Proposal, answer: Answer, *, actor: User, today: date) -> Proposal:
    """Register an answer that came by phone or on paper."""
    return _answer(proposal, answer, capacities(actor, proposal.item.organisation_id), actor, today)


def _answer(
    proposal: Proposal, answer: Answer, found: frozenset[Actor], actor: User | None, today: date
) -> Proposal:
    _check_answer(proposal, answer)
    name = "agree" if proposal.version.mode == Mode.AUTOMATIC else "apply"
    row = take_step(
        proposal,
        name,
        actors=found,
        actor=actor,
        answered_at=timezone.now(),
        answered_by=actor,
        link_digest=None,
    )
    _keep(row, answer)
    _tell_unit(row, today)
    return row


def _check_answer(proposal: Proposal, answer: Answer) -> None:
    if not answer.contact.strip() or not answer.phone.strip():
        raise Refused("请填写联系人和联系电话。")
    if not answer.promised:
        raise Refused("请先勾选承诺：所填内容和材料真实有效。")
    if proposal.version.mode == Mode.AUTOMATIC:
        return
    given = (answer.materials or {}).keys()
    required = [row["name"] for row in proposal.version.materials if row.get("required", True)]
    lacking = [name for name in required if name not in given]
    if lacking:
        raise Refused(f"还缺申报材料：{'、'.join(lacking)}。")


def _keep(proposal: Proposal, answer: Answer) -> Application:
    """Keep what was filled in; handing in again after a return replaces it."""
    values = {
        **sealed(Applicant(answer.contact, answer.phone, answer.account)),
        "statement": answer.statement.strip()[:1000],
        "promised": True,
        "handed_in_at": timezone.now(),
    }
    row, created = Application.objects.get_or_create(proposal=proposal, defaults=values)
    if not created:
        Application.objects.filter(pk=row.pk).update(round=F("round") + 1, **values)
    for name, note in (answer.materials or {}).items():
        ApplicationMaterial.objects.update_or_create(
            application=row, name=name[:120], defaults={"note": note[:300]}
        )
    return row


def _tell_unit(proposal: Proposal, today: date) -> None:
    people = User.objects.holding(*UNIT_ROLES, on=today).filter(organisation=proposal.item.organisation_id)
    notify(
        people,
        f"{proposal.enterprise}{proposal.get_state_display().removeprefix('企业')}“{proposal.version.title}”，请审核",
        url=proposal.get_absolute_url(),
        event_key=f"proposal.answered:{proposal.pk}:{proposal.edit}",
    )


@transaction.atomic
def decline_by_link(token: str, *, today: date) -> Proposal:
    """Note that the enterprise does not want the benefit."""
    row = open_link(token, today=today)
    return take_step(
        row,
        "decline",
        actors=frozenset({Actor.ENTERPRISE}),
        actor=None,
        link_digest=None,
        answered_at=timezone.now(),
    )


@transaction.atomic
def pass_review(proposal: Proposal, *, actor: User, amount: Decimal, note: str = "") -> Proposal:
    """Pass an agreed or applied proposal with the amount granted, in yuan.

    An amount other than the calculated one needs its reason; more than the
    standard allows is refused when the payout is entered.
    """
    if amount < 0:
        raise Refused("核定金额不能是负数。")
    if proposal.amount is not None and amount != proposal.amount and not note.strip():
        raise Refused("核定金额与测算金额不一致，请写明原因。")
    if proposal.confirmed_by_id == actor.pk:
        raise Refused("名单由您本人确认，请由本单位其他人审核。")
    return take_step(
        proposal,
        "pass",
        actors=capacities(actor, proposal.item.organisation_id),
        actor=actor,
        note=note,
        amount=amount,
        reviewed_by=actor,
        reviewed_at=timezone.now(),
    )


@transaction.atomic
def reject_application(proposal: Proposal, reason: str, *, actor: User) -> Proposal:
    """Reject an application with the conditions that are not met."""
    found = capacities(actor, proposal.item.organisation_id)
    return take_step(
        proposal,
        "reject",
        actors=found,
        actor=actor,
        note=reason,
        reviewed_by=actor,
        reviewed_at=timezone.now(),
    )


@transaction.atomic
def return_application(proposal: Proposal, reason: str, *, actor: User, today: date) -> Link:
    """Send an application back once with everything that is lacking, under a new link."""
    found = capacities(actor, proposal.item.organisation_id)
    row = take_step(proposal, "return", actors=found, actor=actor, note=reason)
    return notify_enterprise(row, actor=actor, today=today)


@transaction.atomic
def apply_directly(
    item: PolicyItem, enterprise: Enterprise, answer: Answer, *, actor: User, today: date, period: str
) -> Proposal:
    """Register the application of an enterprise that nobody had proposed, for the version in force."""
    version = item.current
    if item.state != ItemState.PUBLISHED or version is None or not version.is_in_force(today):
        raise Refused(f"{item.number}目前不受理申请。")
    row, created = Proposal.objects.get_or_create(
        item=item,
        enterprise=enterprise,
        period=period,
        defaults={"version": version, "proposed_on": today, "state": ProposalState.NOTIFIED},
    )
    if not created and row.state != ProposalState.NOTIFIED:
        raise Refused(f"{enterprise}在本期间已有这一事项的推送或申请，目前“{row.get_state_display()}”。")
    if created:
        audit.record(row, "policy.apply_directly", actor=actor, organisation=item.organisation)
    return _answer(row, answer, capacities(actor, item.organisation_id), actor, today)
