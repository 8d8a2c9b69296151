"""哪些政策适合我: eight questions, or a credit code. Nothing that is typed in is kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from policies.forms.public import CodeForm, QuestionsForm
from policies.selectors.self_check import Fits, Outcome, fits, public_profile
from policies.services.public import claim_check, find_enterprise
from portal.access import public
from portal.errors import Refused
from portal.middleware import peer_address
from portal.models import Enterprise
from portal.services.throttles import Throttled


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def benefit_check(request: HttpRequest) -> HttpResponse:
    """Ask the eight questions, and answer with every item: 符合, 还差一点, 信息不足, 不符合."""
    form = QuestionsForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            claim_check(peer_address(request), now=timezone.now())
        except Throttled as error:
            form.add_error(None, str(error))
            status = 429
        else:
            return _result(request, fits(form.profile(timezone.localdate())), None)
    elif form.errors:
        status = 422
    return render(request, "policies/public/check.html", {"form": form, "code": CodeForm()}, status=status)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def benefit_code(request: HttpRequest) -> HttpResponse:
    """Judge an enterprise by what is public of it: its registration and the published lists."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            enterprise = find_enterprise(form.cleaned_data["code"], address=peer_address(request), now=now)
        except Refused as error:
            form.add_error("code", str(error))
            status = 429 if isinstance(error, Throttled) else 422
        else:
            found = fits(public_profile(enterprise, timezone.localdate(now)))
            return _result(request, found, enterprise)
    elif form.errors:
        status = 422
    return render(request, "policies/public/code.html", {"form": form}, status=status)


def _result(request: HttpRequest, found: Fits, enterprise: Enterprise | None) -> HttpResponse:
    groups = [(outcome, found.of(outcome)) for outcome in Outcome]
    context = {"fits": found, "groups": groups, "enterprise": enterprise, "today": timezone.localdate()}
    return render(request, "policies/public/result.html", context)
