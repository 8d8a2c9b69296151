"""One's own keys to the API: issued, shown once, listed, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.access import business
from portal.errors import Refused
from portal.forms.accounts import TokenForm
from portal.http import PortalRequest
from portal.models import ApiToken
from portal.services import tokens
from portal.views.session import ask_for_proof, is_proven, used_second_factor


@business
@never_cache
@require_GET
def token_list(request: PortalRequest) -> HttpResponse:
    return _page(request, TokenForm())


@business
@never_cache
@require_POST
def token_issue(request: PortalRequest) -> HttpResponse:
    """Issue a token and show it, this once; asks for the password again when it is more than minutes old."""
    if not is_proven(request):
        return ask_for_proof(request, reverse("portal:token_list"))
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            token, text = tokens.issue_token(
                request.user,
                **form.cleaned_data,
                second_factor_used=used_second_factor(request),
                now=timezone.now(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return render(request, "portal/token.html", {"token": token, "text": text})
    return _page(request, form)


@business
@require_POST
def token_revoke(request: PortalRequest, key: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=key)
    try:
        tokens.revoke_token(token, actor=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"令牌「{token.name}」已停用，使用它的系统不能再取数。")
    return redirect("portal:token_list")


def _page(request: PortalRequest, form: TokenForm) -> HttpResponse:
    context = {
        "form": form,
        "tokens": ApiToken.objects.visible_to(request.user).usable(timezone.now()),
        "allowed": used_second_factor(request),
    }
    return render(request, "portal/token_list.html", context, status=422 if form.errors else 200)
