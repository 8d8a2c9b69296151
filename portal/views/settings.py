"""The office's settings: what holds, what will hold, what held."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import role_required
from portal.errors import Refused
from portal.forms.settings import SettingForm, as_typed
from portal.http import PortalRequest
from portal.office_settings import DEFINITIONS
from portal.roles import DUTIES, OFFICE_ROLES
from portal.selectors.office_settings import history_of, settings_by_group, shown
from portal.selectors.settings import default_of, setting
from portal.services.office_settings import change_setting, may_change


@role_required(*OFFICE_ROLES, *DUTIES)
@require_GET
def setting_list(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    groups = [
        (group, [(state, may_change(state.definition, request.user)) for state in states])
        for group, states in settings_by_group(today).items()
    ]
    return render(request, "portal/setting_list.html", {"groups": groups})


@role_required(*OFFICE_ROLES, *DUTIES)
@require_http_methods(["GET", "POST"])
def setting_edit(request: PortalRequest, key: str) -> HttpResponse:
    """One setting with its history; whoever keeps it may give it a new value from a day on."""
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise Http404
    today = timezone.localdate()
    current = setting(key, on=today)
    form = SettingForm(
        definition,
        request.POST if request.method == "POST" else None,
        initial={"value": as_typed(current), "valid_from": today},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_setting(key, **form.cleaned_data, actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            day = form.cleaned_data["valid_from"]
            messages.success(request, f"「{definition.label}」自{day.month}月{day.day}日起按新值执行。")
            return redirect("portal:setting_edit", key=key)
    context = {
        "definition": definition,
        "current": shown(definition, current),
        "default": shown(definition, default_of(key)),
        "history": history_of(definition),
        "form": form,
        "may_edit": may_change(definition, request.user),
    }
    return render(request, "portal/setting_edit.html", context, status=422 if form.errors else 200)
