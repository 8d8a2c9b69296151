"""Accounts: the list, its workbook, creating and correcting, and one person's page."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.forms.accounts import AccountFilterForm, AccountForm
from portal.http import PortalRequest, fragment
from portal.paging import page_size
from portal.roles import Role
from portal.selectors import people as selectors
from portal.services import account_lists
from portal.services import accounts as services
from portal.views.person import READERS, find_person, person_page, show_initial_password

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@role_required(*READERS)
@require_GET
@vary_on_headers("HX-Request")
def user_list(request: PortalRequest) -> HttpResponse:
    now = timezone.now()
    form = AccountFilterForm(request.GET)
    people = selectors.accounts(request.user, form.query(), today=timezone.localdate(), now=now)
    page = Paginator(people, page_size(request.GET.get("size"))).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": selectors.account_rows(list(page.object_list), request.user, now),
        "may_create": request.user.has_role(Role.SYSADMIN),
    }
    return render(request, fragment(request, "portal/user_list.html", "table"), context)


@role_required(*READERS)
@require_GET
def user_export(request: PortalRequest) -> HttpResponse:
    form, target, now = AccountFilterForm(request.GET), BytesIO(), timezone.now()
    account_lists.write_account_list(target, form.query(), viewer=request.user, filters=form.words(), now=now)
    response = HttpResponse(target.getvalue(), content_type=WORKBOOK)
    name = quote(f"平台账号清单{timezone.localdate():%Y%m%d}.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@role_required(Role.SYSADMIN)
@never_cache
@require_http_methods(["GET", "POST"])
def user_create(request: PortalRequest) -> HttpResponse:
    """Create an account; the answer to the POST is the only place where the initial password is shown."""
    form = AccountForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "version"}
        try:
            person, password = services.create_account(actor=request.user, now=timezone.now(), **values)
        except Refused as error:
            form.add_error("username", str(error))
        else:
            return show_initial_password(request, person, password)
    context = {"form": form, "title": "新建账号"}
    return render(request, "portal/user_form.html", context, status=422 if form.errors else 200)


@role_required(Role.SYSADMIN, Role.SECURITY)
@require_http_methods(["GET", "POST"])
def user_edit(request: PortalRequest, username: str) -> HttpResponse:
    person = find_person(request, username)
    data = request.POST if request.method == "POST" else None
    form = AccountForm(data, instance=find_person(request, username), today=timezone.localdate())
    context: dict[str, object] = {"form": form, "title": f"修改{person.name}的账号", "person": person}
    status = 200
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "version"}
        version = form.cleaned_data["version"]
        try:
            services.update_account(person, actor=request.user, version=version, values=values)
        except Refused as error:
            form.add_error(None, str(error))
            if isinstance(error, Conflict):
                status, context["theirs"] = 409, labelled(form, error.theirs)
        else:
            messages.success(request, f"{person.name}的账号资料已保存。")
            return redirect("portal:user_detail", person.username)
    if form.errors and status != 409:
        status = 422
    return render(request, "portal/user_form.html", context, status=status)


@role_required(*READERS)
@require_GET
def user_detail(request: PortalRequest, username: str) -> HttpResponse:
    return person_page(request, find_person(request, username))


def labelled(form: BaseForm, values: dict[str, object]) -> list[tuple[str, object]]:
    """Return the values that are stored now beside the labels of their fields."""
    return [(str(form.fields[name].label), value) for name, value in values.items() if name in form.fields]
