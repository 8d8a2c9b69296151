"""The rules of a year's assessment: what holds, and a new version with a preview of what would change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import OFFICE_ROLES, Role
from reports.assessing import RuleError, RuleSet
from reports.forms.assessments import RuleForm, RuleFormSet, RulesForm, base_of, lines_of, rules_from
from reports.models import Assessment, AssessmentRules
from reports.selectors.assessments import newest_rules, rules_for
from reports.services import assessments as services
from reports.triggers import TRIGGERS

HISTORY = 20


@business
@require_GET
def rules_detail(request: PortalRequest, year: int) -> HttpResponse:
    """Show the rules of a year to everybody who is judged by them."""
    rules, names = rules_for(year), _unit_names()
    context = {
        "year": year,
        "rules": rules,
        "lines": [
            {
                "trigger": TRIGGERS[rule.trigger],
                "rule": rule,
                "exempt": "、".join(names.get(code, code) for code in rule.exempt),
            }
            for rule in rules.rules
        ],
        "history": AssessmentRules.objects.filter(year=year).select_related("created_by")[:HISTORY],
        "may_edit": request.user.has_role(*OFFICE_ROLES) and _is_open(year),
    }
    return render(request, "reports/assessment_rules.html", context)


def _unit_names() -> dict[str, str]:
    return dict(Organisation.objects.values_list("code", "short_name"))


def _is_open(year: int) -> bool:
    return not Assessment.objects.filter(year=year).exclude(state=Assessment.State.DRAFT).exists()


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def rules_edit(request: PortalRequest, year: int) -> HttpResponse:
    """Edit a copy of the rules: try it out as often as needed, then put it into force."""
    posted = request.POST if request.method == "POST" else None
    rules, newest = rules_for(year), newest_rules(year)
    formset = RuleFormSet(posted, initial=lines_of(rules, _unit_names()), prefix="rules")
    form = RulesForm(posted, initial=base_of(rules, newest.number if newest else 0))
    context: dict[str, Any] = {"year": year, "formset": formset, "form": form, "triggers": TRIGGERS.values()}
    if posted is None:
        return render(request, "reports/assessment_rules_form.html", context)
    try:
        edited = _rules(formset, form)
        if "adopt" in posted:
            _adopt(request, year, edited, form)
            messages.success(request, "新的细则已启用，请重新测算。")
            return redirect("reports:assessment_rules", year)
        context["trial"] = services.try_rules(edited, year, today=timezone.localdate())
    except (RuleError, Refused) as error:
        context["problem"] = str(error)
    wrong = "problem" in context
    return render(request, "reports/assessment_rules_form.html", context, status=422 if wrong else 200)


def _rules(formset: BaseFormSet[RuleForm], form: RulesForm) -> RuleSet:
    valid = formset.is_valid()
    if not form.is_valid() or not valid:
        raise RuleError("请检查标红的内容：分值、每、最多、最少应填数字")
    return rules_from(formset, form)


def _adopt(request: PortalRequest, year: int, rules: RuleSet, form: RulesForm) -> None:
    data = form.cleaned_data
    if not data["note"].strip():
        raise Refused("启用新细则须填写修改说明")
    services.adopt_rules(rules, year, note=data["note"], number=data["number"], actor=request.user)
