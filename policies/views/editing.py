"""Entry of an item: what it says in words, its conditions, its standard; each on a page of its own."""

from __future__ import annotations

from copy import copy
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from policies.amounts import Calculation
from policies.conditions import describe
from policies.contradictions import contradictions, warnings
from policies.forms.amounts import CHOICES, AmountEditor, AmountForm, editor_of, editor_of_form
from policies.forms.conditions import (
    NEW_CHOICES,
    Block,
    Reading,
    block_of_form,
    block_of_tree,
    change_blocks,
    read_blocks,
)
from policies.forms.items import ItemForm, NewItemForm
from policies.models import PolicyItem
from policies.selectors.matching import preview
from policies.selectors.trying import explain_tree, find_for_trial, try_amount
from policies.services.catalogue import create_item, save_draft, set_topic
from policies.services.group_proposing import lines_of
from policies.views.access import keepers, may_keep, visible_item, working_version
from portal.errors import Conflict, Refused
from portal.http import PortalRequest, fragment
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.selectors.enterprises import local_units

EXPIRED = "页面已过期，请刷新后再提交"


def editing_tabs(item: PolicyItem, current: str) -> list[dict[str, Any]]:
    """Return the three pages on which an item is entered."""
    pages = (
        ("item_edit", "基本信息"),
        ("item_conditions", "适用条件"),
        ("item_amount", "兑现标准"),
    )
    return [
        {"label": label, "url": reverse(f"policies:{name}", args=[item.number]), "current": name == current}
        for name, label in pages
    ]


def _refuse_others(request: PortalRequest, item: PolicyItem) -> HttpResponse | None:
    if may_keep(request.user, item):
        return None
    messages.error(request, f"{item.number}由{item.organisation}或营商办维护，您没有此项权限")
    return redirect(item)


@keepers
@require_http_methods(["GET", "POST"])
def item_create(request: PortalRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    initial = {"policy": request.GET.get("policy"), "organisation": request.user.organisation.code}
    form = NewItemForm(data, user=request.user, initial=initial)
    if data is not None and form.is_valid():
        try:
            item = create_item(
                form.cleaned_data["policy"],
                organisation=form.cleaned_data["organisation"],
                actor=request.user,
                today=timezone.localdate(),
                fields=form.values(),
                topic=form.cleaned_data["topic"],
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{item.number}已存为草稿，请接着录入适用条件")
            return redirect("policies:item_conditions", item.number)
    status = 422 if form.errors else 200
    return render(request, "policies/item_form.html", {"form": form, "item": None}, status=status)


@keepers
@require_http_methods(["GET", "POST"])
def item_edit(request: PortalRequest, number: str) -> HttpResponse:
    item = visible_item(request, number)
    if (answer := _refuse_others(request, item)) is not None:
        return answer
    version, edit = working_version(item)
    data = request.POST if request.method == "POST" else None
    form = ItemForm(data, instance=copy(version), initial={"edit": edit})
    status = 200
    if data is not None and form.is_valid():
        status, saved = _save(request, item, form, form.values())
        if saved:
            set_topic(item, form.cleaned_data["topic"], actor=request.user)
            return redirect("policies:item_conditions", item.number)
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "item": item, "version": version, "tabs": editing_tabs(item, "item_edit")}
    return render(request, "policies/item_form.html", context, status=status)


def _save(
    request: PortalRequest, item: PolicyItem, form: forms.BaseForm, fields: dict[str, Any]
) -> tuple[int, bool]:
    """Save the draft, or say in the form why not; return the status and whether it was saved."""
    try:
        save_draft(item, actor=request.user, edit=form.cleaned_data["edit"], fields=fields)
    except Conflict as error:
        form.add_error(None, f"{error}他人保存的内容见事项页。")
        return 409, False
    except Refused as error:
        form.add_error(None, str(error))
        return 422, False
    messages.success(request, f"{item.number}的草稿已保存")
    return 200, True


def towns_for(user: User) -> dict[str, str]:
    """Return the towns and parks by code, as conditions name them."""
    return dict(local_units(user).values_list("code", "short_name"))


class EditForm(forms.Form):
    """The edit of the draft that the person saw."""

    edit = forms.IntegerField(widget=forms.HiddenInput, required=False, error_messages={"invalid": EXPIRED})


@keepers
@require_http_methods(["GET", "POST"])
def item_conditions(request: PortalRequest, number: str) -> HttpResponse:
    """The editor of conditions. Its buttons send the whole form; `op` says which was pressed."""
    item = visible_item(request, number)
    if (answer := _refuse_others(request, item)) is not None:
        return answer
    version, edit = working_version(item)
    towns = towns_for(request.user)
    if request.method != "POST":
        root = block_of_tree(version.conditions if version else None, towns)
        return _conditions_page(request, item, root, EditForm(initial={"edit": edit}))
    form, op = EditForm(request.POST), request.POST.get("op", "preview")
    root = change_blocks(block_of_form(request.POST, towns), op, request.POST)
    status = 200
    if op == "save" and form.is_valid():
        reading = read_blocks(root)
        if reading.is_readable:
            tree = reading.tree.to_json() if reading.tree else None
            status, saved = _save(request, item, form, {"conditions": tree})
            if saved:
                return redirect("policies:item_amount", item.number)
        else:
            status = 422
    return _conditions_page(request, item, root, form, op=op, status=status)


def _conditions_page(
    request: PortalRequest, item: PolicyItem, root: Block, form: EditForm, *, op: str = "", status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    # What was just added is empty: its errors are shown when it is sent for saving or counting.
    reading = read_blocks(root)
    if op.startswith(("add", "group", "remove", "refresh")):
        _forget_errors(root)
    context = {
        "item": item,
        "root": root,
        "form": form,
        "new_choices": NEW_CHOICES,
        "reading": reading,
        "tabs": editing_tabs(item, "item_conditions"),
        "saving": op == "save",
        **_result(request, reading, today, op),
    }
    part = "result" if op == "preview" or op.startswith("test") else "editor"
    template = fragment(request, "policies/item_conditions.html", part)
    return render(request, template, context, status=status)


def _forget_errors(block: Block) -> None:
    block.error = ""
    for part in block.parts:
        _forget_errors(part)


def _result(request: PortalRequest, reading: Reading, today: date, op: str) -> dict[str, Any]:
    """Return what the readable tree comes to: its sentence, how many match, and one enterprise tried."""
    if not reading.is_readable:
        return {}
    tree = reading.tree
    # A button under a name that several enterprises share names the one meant by its code.
    words = op.partition(":")[2] if op.startswith("test:") else request.POST.get("trial", "")
    trial = find_for_trial(request.user, words)
    explained = explain_tree(tree, trial.enterprise, today) if trial.enterprise else None
    return {
        "sentence": describe(tree),
        "preview": preview(tree, today) if tree is not None else None,
        "contradictions": contradictions(tree, today),
        "warnings": warnings(tree),
        "trial": trial,
        "explained": explained,
        "today": today,
    }


@keepers
@require_http_methods(["GET", "POST"])
def item_amount(request: PortalRequest, number: str) -> HttpResponse:
    """The editor of the standard, with the calculation for one enterprise line by line."""
    item = visible_item(request, number)
    if (answer := _refuse_others(request, item)) is not None:
        return answer
    version, edit = working_version(item)
    data = request.POST if request.method == "POST" else None
    form = AmountForm(data, instance=copy(version), initial={"edit": edit})
    editor = editor_of_form(data) if data is not None else editor_of(version.amount if version else {})
    op, status = request.POST.get("op", ""), 200
    rule, refusal = editor.read()
    if op == "save":
        status = 422
        if form.is_valid() and rule is not None:
            fields = {"amount": editor.to_raw(), **form.values()}
            status, saved = _save(request, item, form, fields)
            if saved:
                return redirect(item)
    trial = _amount_trial(request, editor, data)
    context = {
        "item": item,
        "form": form,
        "editor": editor,
        "choices": CHOICES,
        "sentence": rule.describe() if rule else "",
        "warnings": rule.warnings() if rule else [],
        "refusal": refusal if op in {"save", "try", "preview"} else "",
        "tabs": editing_tabs(item, "item_amount"),
        "is_office": request.user.has_role(*OFFICE_ROLES),
        **trial,
    }
    part = "result" if op == "preview" else "editor"
    return render(request, fragment(request, "policies/item_amount.html", part), context, status=status)


def _amount_trial(request: PortalRequest, editor: AmountEditor, data: Any) -> dict[str, Any]:
    rule, _ = editor.read()
    words = str((data or {}).get("trial", ""))
    trial = find_for_trial(request.user, words)
    calculation: Calculation | None = None
    if rule is not None and trial.enterprise is not None:
        calculation = try_amount(rule, trial.enterprise, timezone.localdate())
    return {
        "trial": trial,
        "calculation": calculation,
        "lines": lines_of(calculation) if calculation is not None else [],
    }
