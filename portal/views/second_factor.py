"""One's own second factor: scanned, confirmed, given up; the recovery codes on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.access import enrolling, signed_in
from portal.crypto import CannotDecrypt
from portal.errors import Refused
from portal.forms.accounts import CodeForm
from portal.http import PortalRequest
from portal.services import recovery_codes, second_factor
from portal.views.session import remember_second_factor

QR_SCALE = 4
# The forms of the page that ask for a code, and how their fields are named in it.
PLACES = {"form": "id_%s", "renew_form": "renew_%s"}
Result = TypeVar("Result")


@enrolling
@never_cache
@require_GET
def second_factor_page(request: PortalRequest) -> HttpResponse:
    """Show where the second factor stands: not used, to be scanned, in use."""
    return _second_factor(request, {})


@enrolling
@require_POST
def second_factor_start(request: PortalRequest) -> HttpResponse:
    try:
        second_factor.start_enrolment(request.user)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("portal:second_factor")


@enrolling
@never_cache
@require_POST
def second_factor_confirm(request: PortalRequest) -> HttpResponse:
    """Switch the second factor on and show the recovery codes, this once."""
    return _code_step(request, second_factor.confirm_enrolment, _show_codes)


@signed_in
@never_cache
@require_POST
def recovery_codes_renew(request: PortalRequest) -> HttpResponse:
    """Give a fresh set of recovery codes; the former paper is void."""
    return _code_step(request, second_factor.renew_recovery_codes, _show_codes, place="renew_form")


@enrolling
@never_cache
@require_POST
def second_factor_drop(request: PortalRequest) -> HttpResponse:
    return _code_step(request, second_factor.drop, _say_dropped)


def _code_step(
    request: PortalRequest,
    step: Callable[..., Result],
    answer: Callable[[PortalRequest, Result], HttpResponse],
    *,
    place: str = "form",
) -> HttpResponse:
    """Take a step that needs a code; a refusal is shown at the form of that `place` on the page."""
    form = CodeForm(request.POST, auto_id=PLACES[place])
    if form.is_valid():
        try:
            result = step(request.user, form.cleaned_data["code"], now=timezone.now())
        except Refused as error:
            form.add_error("code", str(error))
        else:
            return answer(request, result)
    return _second_factor(request, {place: form})


def _show_codes(request: PortalRequest, codes: list[str]) -> HttpResponse:
    remember_second_factor(request)
    return render(request, "portal/recovery_codes.html", {"codes": codes})


def _say_dropped(request: PortalRequest, _nothing: None) -> HttpResponse:
    messages.success(request, "动态口令已停用，恢复码随之作废。")
    return redirect("portal:second_factor")


def _second_factor(request: PortalRequest, refused: dict[str, CodeForm]) -> HttpResponse:
    user = request.user
    context: dict[str, object] = {
        **{place: CodeForm(auto_id=auto_id) for place, auto_id in PLACES.items()},
        **refused,
        "demanded": second_factor.must_have(user, today=timezone.localdate()),
        "codes_left": recovery_codes.left_of(user),
        "codes_made": recovery_codes.COUNT,
    }
    if user.totp_secret and user.totp_confirmed_at is None:
        try:
            context["qr"] = _qr_code(second_factor.enrolment_address(user))
            context["seed"] = second_factor.seed_of(user)
        except CannotDecrypt:
            messages.error(request, "上次生成的二维码已失效，请重新生成。")
    return render(request, "portal/second_factor.html", context, status=422 if refused else 200)


def _qr_code(address: str) -> str:
    """Return the picture of the address as a data URI, which the content policy allows for images."""
    return segno.make(address, error="l", micro=False).svg_data_uri(scale=QR_SCALE)
