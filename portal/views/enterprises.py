"""Market entities: the register, one entity, entry and correction, what can be recorded about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from portal.access import business, role_required
from portal.enterprise_blocks import blocks_for
from portal.enterprise_terms import EntityState
from portal.errors import Conflict, Refused
from portal.filters.enterprises import EnterpriseFilter
from portal.forms.enterprises import (
    EndLabelForm,
    EnterpriseForm,
    FactForm,
    LabelForm,
    StateForm,
    UndoForm,
)
from portal.http import PortalRequest, fragment, workbook_answer
from portal.models import Enterprise, EnterpriseMerge, User
from portal.paging import PAGE_SIZES, keyset_page, page_size
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.enterprise_pages import enterprise_page
from portal.selectors.enterprises import capped_count, labels_on
from portal.services import enterprise_workbook
from portal.services import enterprises as services
from portal.views.people import labelled

ENTERED = "页面登记"


@business
@require_GET
@vary_on_headers("HX-Request")
def enterprise_list(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    found = _filtered(request, today)
    size = page_size(request.GET.get("size"))
    page = keyset_page(
        found.qs.select_related("town"),
        size,
        after=request.GET.get("after"),
        before=request.GET.get("before"),
    )
    labels = labels_on([row.pk for row in page.rows], on=today)
    context = {
        "filter": found,
        "rows": [(row, labels.get(row.pk, [])) for row in page.rows],
        "page": page,
        "count": capped_count(found.qs),
        "sizes": PAGE_SIZES,
        "size": size,
        "may_keep": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, fragment(request, "portal/enterprise_list.html", "table"), context)


def _filtered(request: PortalRequest, today: date) -> EnterpriseFilter:
    rows = Enterprise.objects.visible_to(request.user).current()
    return EnterpriseFilter(request.GET, queryset=rows, user=request.user, today=today)


@business
@require_GET
def enterprise_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows: the same filter, every page of it."""
    at = timezone.localtime()
    found = _filtered(request, at.date())
    file = BytesIO()
    enterprise_workbook.export_enterprises(
        found.qs, file, actor=request.user, at=at, filters=found.described()
    )
    return workbook_answer(file, f"市场主体名录{at:%Y%m%d}")


def visible_enterprise(request: PortalRequest, code: str) -> Enterprise:
    """Return the entity of the address within the person's scope; 404 outside it."""
    rows = Enterprise.objects.visible_to(request.user).select_related("town", "merged_into")
    return get_object_or_404(rows, credit_code=code)


@business
@require_GET
def enterprise_detail(request: PortalRequest, code: str) -> HttpResponse:
    return _detail_page(request, visible_enterprise(request, code))


@dataclass(frozen=True)
class Act:
    """Something that can be recorded about an entity: its form, and the service that takes the form's values."""

    name: str
    label: str
    effect: str
    form: type[Any]
    take: Callable[[Enterprise, User, date, dict[str, Any]], object]
    done: str


def _end_label(row: Enterprise, actor: User, today: date, values: dict[str, Any]) -> object:
    label = values.pop("label")
    return services.end_label(label, actor=actor, **values)


def _undo(row: Enterprise, actor: User, today: date, values: dict[str, Any]) -> object:
    merge = get_object_or_404(EnterpriseMerge, gone=row, undone_at=None)
    return services.undo_merge(merge, actor=actor, today=today, **values)


ACTS = {
    act.name: act
    for act in (
        Act(
            "fact",
            "记录数据",
            "从业人员、营业收入等，按年度记录；规模随之重算",
            FactForm,
            lambda row, actor, today, values: services.set_fact(row, actor=actor, today=today, **values),
            "数据已记录",
        ),
        Act(
            "label",
            "记录标签",
            "资质、名单和入库情况，写明起止日期",
            LabelForm,
            lambda row, actor, today, values: services.set_label(row, actor=actor, **values),
            "标签已记录",
        ),
        Act("end-label", "终止标签", "资质到期、被取消或移出名单", EndLabelForm, _end_label, "标签已终止"),
        Act(
            "state",
            "变更状态",
            "吊销、注销、迁出的不再参与政策匹配和走访",
            StateForm,
            lambda row, actor, today, values: services.set_state(row, actor=actor, today=today, **values),
            "状态已变更",
        ),
        Act("unmerge", "撤销合并", "移过去的记录移回，两条各自独立", UndoForm, _undo, "合并已撤销"),
    )
}


def _acts_for(row: Enterprise, user: User) -> list[Act]:
    if not user.has_role(*OFFICE_ROLES):
        return []
    merged = row.merged_into_id is not None
    return [act for act in ACTS.values() if (act.name == "unmerge") == merged]


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def enterprise_step(request: PortalRequest, code: str, step: str) -> HttpResponse:
    """Record one thing about an entity; after a refusal its form is open and holds what was typed."""
    act = ACTS.get(step)
    if act is None:
        raise Http404
    row = visible_enterprise(request, code)
    form = act.form(request.POST, enterprise=row, auto_id=f"{act.name}-%s")
    if form.is_valid():
        try:
            act.take(row, request.user, timezone.localdate(), form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, act.done)
            return redirect(row)
    return _detail_page(request, row, tried=act.name, form=form, status=422)


def _detail_page(
    request: PortalRequest,
    row: Enterprise,
    *,
    tried: str = "",
    form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    offered = [
        (
            act,
            form if act.name == tried else act.form(enterprise=row, auto_id=f"{act.name}-%s"),
            act.name == tried,
        )
        for act in _acts_for(row, request.user)
    ]
    context = {
        "enterprise": row,
        "shown": enterprise_page(row, today=today),
        "blocks": blocks_for(row, request.user, today=today),
        "acts": offered,
        "refused": form,
        "may_keep": request.user.has_role(*OFFICE_ROLES),
        "in_business": row.state == EntityState.ACTIVE,
    }
    return render(request, "portal/enterprise_detail.html", context, status=status)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def enterprise_create(request: PortalRequest) -> HttpResponse:
    form = EnterpriseForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.register_enterprise(
                actor=request.user, today=timezone.localdate(), source=ENTERED, **form.values()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{row.name}已登记")
            return redirect(row)
    return _form_page(request, form, status=422 if form.errors else 200)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def enterprise_edit(request: PortalRequest, code: str) -> HttpResponse:
    row = visible_enterprise(request, code)
    data = request.POST if request.method == "POST" else None
    # The form cleans onto a copy: the service compares the entity with what was typed.
    form = EnterpriseForm(data, instance=visible_enterprise(request, code), user=request.user)
    theirs: list[tuple[str, object]] = []
    if data is not None and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            changed = services.change_enterprise(
                row, actor=request.user, version=version, today=timezone.localdate(), **form.values()
            )
        except Refused as error:
            form.add_error(None, str(error))
            if isinstance(error, Conflict):
                theirs = labelled(form, error.theirs)
        else:
            messages.success(request, f"{changed.name}已保存")
            return redirect(changed)
    status = 409 if theirs else 422 if form.errors else 200
    return _form_page(request, form, enterprise=row, theirs=theirs, status=status)


def _form_page(request: PortalRequest, form: EnterpriseForm, *, status: int, **context: Any) -> HttpResponse:
    return render(request, "portal/enterprise_form.html", {"form": form, **context}, status=status)
