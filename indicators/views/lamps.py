"""Pages of the lamp rules: what holds, and new rules with a preview of what would change colour."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from indicators.forms.lamps import CHOICES, AdoptForm, RuleForm, RuleFormSet, rows_of, scheme_from
from indicators.lamps import PLACEHOLDERS, Scheme, SchemeError, describe
from indicators.models import LampScheme
from indicators.selectors.lamps import current_scheme
from indicators.services.schemes import adopt_scheme, try_scheme
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES


@business
@require_GET
def scheme_list(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    return render(
        request,
        "indicators/scheme_list.html",
        {
            "rules": [(rule.colour, describe(rule)) for rule in current_scheme(today).rules],
            "history": LampScheme.objects.select_related("created_by")[:50],
            "may_edit": request.user.has_role(*OFFICE_ROLES),
        },
    )


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def scheme_edit(request: PortalRequest) -> HttpResponse:
    """Edit a copy of the rules in force: try it out as often as needed, then put it into force."""
    today = timezone.localdate()
    posted = request.POST if request.method == "POST" else None
    formset = RuleFormSet(posted, initial=rows_of(current_scheme(today)), prefix="rules")
    form = AdoptForm(posted if posted and "adopt" in posted else None, initial={"valid_from": today})
    context = {"formset": formset, "form": form, "choices": CHOICES, "placeholders": PLACEHOLDERS}
    if posted is None:
        return render(request, "indicators/scheme_form.html", context)
    try:
        scheme = _scheme(formset)
        if "adopt" in posted and form.is_valid():
            adopt_scheme(scheme, actor=request.user, today=today, **form.cleaned_data)
            messages.success(request, "新的亮灯规则已保存。")
            return redirect("indicators:scheme_list")
        context["trial"] = try_scheme(scheme, today=today)
    except (SchemeError, Refused) as error:
        context["problem"] = str(error)
    wrong = "problem" in context or bool(form.errors)
    return render(request, "indicators/scheme_form.html", context, status=422 if wrong else 200)


def _scheme(formset: BaseFormSet[RuleForm]) -> Scheme:
    if not formset.is_valid():
        raise SchemeError("请检查标红的数值：次序、数值一、数值二应填数字")
    return scheme_from(formset)
