"""Entities that may be the same: the list of them, and the page on which two are merged."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import role_required
from portal.credit_codes import clean_credit_code
from portal.errors import Refused
from portal.forms.enterprises import KeptForm, MergeForm
from portal.http import PortalRequest
from portal.models import Enterprise
from portal.roles import Role
from portal.selectors.enterprise_pages import duplicate_groups
from portal.selectors.enterprises import find_by_code
from portal.services.enterprises import merge_enterprises
from portal.views.enterprises import visible_enterprise

COMPARED = (
    ("credit_code", "统一社会信用代码"),
    ("name", "名称"),
    ("get_kind_display", "类型"),
    ("industry", "行业代码"),
    ("town", "镇街园区"),
    ("address", "住所"),
    ("founded_on", "成立日期"),
    ("get_state_display", "状态"),
    ("public_phone", "公开电话"),
    ("source", "来源"),
)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_duplicates(request: PortalRequest) -> HttpResponse:
    groups = duplicate_groups(Enterprise.objects.visible_to(request.user))
    return render(request, "portal/enterprise_duplicates.html", {"groups": groups})


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def enterprise_merge(request: PortalRequest, code: str) -> HttpResponse:
    """Compare an entity with the one it is to be merged into, and merge them."""
    gone = visible_enterprise(request, code)
    sent = request.method == "POST"
    form: KeptForm = MergeForm(request.POST if sent else None, initial={"kept": request.GET.get("kept", "")})
    kept = _kept(request, (request.POST if sent else request.GET).get("kept", ""))
    if not sent and "kept" in request.GET and kept in (None, gone):
        # What was looked for is answered before the reason is asked.
        form = KeptForm(request.GET)
    if form.is_valid() and kept is None:
        form.add_error("kept", "没有登记这一代码的市场主体，请核对")
    elif form.is_valid() and kept == gone:
        form.add_error("kept", "这就是并入的一条，请填写另一条的代码")
        kept = None
    elif sent and form.is_valid() and kept is not None:
        try:
            merge_enterprises(
                gone,
                kept,
                actor=request.user,
                today=timezone.localdate(),
                reason=form.cleaned_data["reason"],
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{gone.credit_code} 已并入{kept.name}，可在页面上撤销")
            return redirect(kept)
    context = {"gone": gone, "kept": kept, "form": form, "rows": _compared(gone, kept)}
    return render(request, "portal/enterprise_merge.html", context, status=422 if form.errors else 200)


def _kept(request: PortalRequest, text: str) -> Enterprise | None:
    try:
        return find_by_code(request.user, clean_credit_code(text)) if text else None
    except ValueError:
        return None


def _compared(gone: Enterprise, kept: Enterprise | None) -> list[tuple[str, object, object, bool]]:
    """Return each column of both rows, and whether they differ."""
    rows = []
    for name, label in COMPARED:
        values = [_value(row, name) if row else None for row in (gone, kept)]
        rows.append((label, values[0], values[1], kept is not None and values[0] != values[1]))
    return rows


def _value(row: Enterprise, name: str) -> object:
    found = getattr(row, name)
    return found() if callable(found) else found
