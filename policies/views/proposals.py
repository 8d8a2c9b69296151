"""One proposal: its calculation, the enterprise's answer, and the steps up to the review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_POST

from policies.forms.proposals import ProposalStepForm
from policies.models import Application, ApplicationMaterial, Proposal
from policies.selectors.catalogue import history_of, standard_of
from policies.selectors.matching import explain
from policies.services import proposals as services
from policies.services.applicants import Applicant, read_applicant
from policies.services.steps import capacities
from policies.views.access import keepers, readers
from policies.views.links import link_to
from policies.views.matches import links_page
from policies.workflow import LEAD, PROPOSAL_STEPS, Actor
from portal.errors import Refused
from portal.http import PortalRequest
from portal.selectors.files import attachments_by_owner
from portal.workflow import open_steps

ANSWERS = frozenset({"agree", "apply"})
DONE = {
    "confirm": "已确认",
    "dismiss": "已作不予确认处理",
    "answer": "已登记企业的答复，请审核",
    "pass": "审核通过，可以列入兑现批次",
    "reject": "已作审核不通过处理",
}


def find_proposal(request: PortalRequest, key: int) -> Proposal:
    """Return the proposal within the person's scope; 404 outside it."""
    rows = Proposal.objects.visible_to(request.user).select_related(
        "item__organisation",
        "item__policy",
        "version__group",
        "enterprise__town",
        "confirmed_by",
        "reviewed_by",
        "answered_by",
    )
    return get_object_or_404(rows, pk=key)


@readers
@require_GET
def proposal_detail(request: PortalRequest, key: int) -> HttpResponse:
    return _page(request, find_proposal(request, key))


def _page(
    request: PortalRequest,
    proposal: Proposal,
    *,
    tried: ProposalStepForm | None = None,
    applicant: Applicant | None = None,
) -> HttpResponse:
    """Answer with the proposal's page; after a refused step its form is open and holds what was typed."""
    found = capacities(request.user, proposal.item.organisation_id)
    application = Application.objects.filter(proposal=proposal).first()
    materials = list(application.materials.all()) if application else []
    files = attachments_by_owner(ApplicationMaterial, [row.pk for row in materials]) if materials else {}
    explained = explain(proposal.version, proposal.enterprise, timezone.localdate())
    context: dict[str, Any] = {
        "proposal": proposal,
        "item": proposal.item,
        "version": proposal.version,
        "standard": standard_of(proposal.version),
        "explained": explained.explanation,
        "application": application,
        "materials": [(row, files.get(row.pk, [])) for row in materials],
        "applicant": applicant,
        "may_look": application is not None and not found.isdisjoint(LEAD),
        "payouts": proposal.payouts.filter(voided_at=None).select_related("batch"),
        "acts": _acts(proposal, found, tried),
        "refusal": tried.non_field_errors() if tried else [],
        "history": history_of(proposal),
    }
    answer = render(request, "policies/proposal_detail.html", context, status=422 if tried else 200)
    if applicant is not None:
        add_never_cache_headers(answer)
    return answer


def _acts(
    proposal: Proposal, found: frozenset[Actor], tried: ProposalStepForm | None
) -> list[dict[str, Any]]:
    """Return the steps the person may take now; agreeing and applying are one: to register an answer."""
    acts: list[dict[str, Any]] = []
    for step in open_steps(PROPOSAL_STEPS.values(), proposal.state, found):
        if step.name == "decline" or Actor.SYSTEM in step.actors:
            continue
        name, label, effect = step.name, step.label, step.effect
        if name in ANSWERS:
            if any(act["name"] == "answer" for act in acts):
                continue
            name, label, effect = "answer", "登记企业答复", "企业电话或当面答复的，由牵头单位代为登记"
        is_tried = tried is not None and tried.name == name
        form = tried if is_tried else ProposalStepForm(name=name, proposal=proposal)
        acts.append({"name": name, "label": label, "effect": effect, "form": form, "is_open": is_tried})
    return acts


def _take(request: PortalRequest, proposal: Proposal, form: ProposalStepForm) -> HttpResponse | None:
    """Take the step; return the page of links where it makes one."""
    values, actor, today = form.cleaned_data, request.user, timezone.localdate()
    if form.name in {"confirm", "dismiss"}:
        if form.name == "confirm":
            outcome = services.confirm_proposals([proposal], actor=actor)
        else:
            outcome = services.dismiss_proposals([proposal], values["note"], actor=actor)
        if outcome.refused:
            raise Refused(outcome.refused[0])
    elif form.name in {"notify", "renew"}:
        link = services.notify_enterprise(proposal, actor=actor, today=today)
        return links_page(request, proposal.item, [link_to(request, link)])
    elif form.name == "return":
        link = services.return_application(proposal, values["note"], actor=actor, today=today)
        return links_page(request, proposal.item, [link_to(request, link)])
    elif form.name == "answer":
        services.answer_for_enterprise(proposal, form.answer(), actor=actor, today=today)
    elif form.name == "pass":
        services.pass_review(proposal, actor=actor, amount=values["amount"], note=values["note"])
    else:
        services.reject_application(proposal, values["note"], actor=actor)
    return None


@keepers
@require_POST
def proposal_step(request: PortalRequest, key: int, step: str) -> HttpResponse:
    """Take one step; refused, the page comes back with the reason and what was typed."""
    proposal = find_proposal(request, key)
    if step == "look":
        return _look(request, proposal)
    if step not in {*DONE, "notify", "renew", "return"}:
        raise Http404
    form = ProposalStepForm(request.POST, name=step, proposal=proposal)
    if form.is_valid():
        try:
            answer = _take(request, proposal, form)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            if answer is not None:
                return answer
            messages.success(request, f"{proposal.enterprise}{DONE[step]}")
            return redirect(proposal)
    return _page(request, find_proposal(request, key), tried=form)


def _look(request: PortalRequest, proposal: Proposal) -> HttpResponse:
    """Show contact and account once; the look is on record."""
    application = get_object_or_404(
        Application.objects.visible_to(request.user).select_related("proposal__item__organisation"),
        proposal=proposal,
    )
    try:
        applicant = read_applicant(application, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(proposal)
    return _page(request, proposal, applicant=applicant)
