"""The enterprise's one-time link: what it is offered, and its answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from policies.amounts import NoMoney, read_rule
from policies.amounts.money import shown
from policies.forms.public import AnswerForm
from policies.services.public import hand_in_by_link, proposal_by_link, turn_down_by_link
from policies.terms import Mode
from portal.access import public
from portal.errors import Refused
from portal.middleware import peer_address


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def benefit_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is offered, and take the answer: 免申即享 is agreed to, anything else applied for."""
    address, now = peer_address(request), timezone.now()
    try:
        proposal = proposal_by_link(token, address=address, now=now)
    except Refused as error:
        return _ended(request, str(error))
    is_money = not isinstance(read_rule(proposal.version.amount), NoMoney)
    posted = request.method == "POST"
    form = AnswerForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        version=proposal.version,
        is_money=is_money,
    )
    if posted and form.is_valid():
        try:
            done = hand_in_by_link(token, form.answer(), form.uploads(), address=address, now=now)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return render(request, "policies/public/answered.html", {"proposal": done})
    context = {
        "proposal": proposal,
        "form": form,
        "token": token,
        "amount": shown(proposal.amount) if is_money and proposal.amount is not None else "",
        "is_automatic": proposal.version.mode == Mode.AUTOMATIC,
    }
    return render(request, "policies/public/link.html", context, status=422 if form.errors else 200)


@public
@never_cache
@require_POST
def benefit_decline(request: HttpRequest, token: str) -> HttpResponse:
    """Take that the enterprise does not want it."""
    try:
        done = turn_down_by_link(token, address=peer_address(request), now=timezone.now())
    except Refused as error:
        return _ended(request, str(error))
    return render(request, "policies/public/answered.html", {"proposal": done})


def _ended(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "policies/public/ended.html", {"sentence": sentence}, status=404)
