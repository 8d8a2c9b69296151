"""Assessments: the rules as a clerk edits them, the units' check, objections and their decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from portal.forms.styles import DateInput, Styled
from portal.models import Organisation
from reports.assessing import Group, RuleError, RuleSet, parse_rules
from reports.assessing.rules import DEFAULT_GRADES
from reports.triggers import GROUPS, TRIGGERS
from reports.workflow import OBJECTION_STEPS

REASON_LENGTH = 500
TRIGGER_CHOICES = [
    ("", "（不用这一条）"),
    *((title, [(one.key, one.label) for one in triggers]) for title, triggers in GROUPS),
]
GRADES = tuple(label for label, _ in DEFAULT_GRADES)


class RuleForm(forms.Form):
    """One rule; a line without a trigger is left out."""

    trigger = forms.ChoiceField(label="考核事由", choices=TRIGGER_CHOICES, required=False)
    points = forms.DecimalField(label="分值（扣分填负数）", max_digits=6, decimal_places=2, required=False)
    per = forms.DecimalField(label="每", max_digits=7, decimal_places=2, required=False)
    cap = forms.DecimalField(label="最多", max_digits=6, decimal_places=2, required=False)
    floor = forms.DecimalField(label="最少", max_digits=6, decimal_places=2, required=False)
    group = forms.ChoiceField(
        label="适用单位", choices=[(one.value, one.label) for one in Group], required=False
    )
    exempt = forms.CharField(label="豁免单位（简称，用顿号隔开）", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "field__input"
            field.widget.attrs["aria-label"] = field.label or ""


RuleFormSet = formset_factory(RuleForm, extra=3, max_num=40)


class RulesForm(Styled, forms.Form):
    """The base score, the grades' lines, and why the rules are changed."""

    base = forms.DecimalField(label="基础分", max_digits=6, decimal_places=2)
    excellent = forms.DecimalField(label="优秀（分及以上）", max_digits=6, decimal_places=2)
    good = forms.DecimalField(label="良好（分及以上）", max_digits=6, decimal_places=2)
    passed = forms.DecimalField(label="合格（分及以上）", max_digits=6, decimal_places=2)
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(label="修改说明", max_length=200, required=False, help_text="启用时必填，写明依据")


def lines_of(rules: RuleSet, names: Mapping[str, str]) -> list[dict[str, object]]:
    """Return a rule set as the lines of the form; `names` are the units' short names by code."""
    return [
        {
            "trigger": rule.trigger,
            "points": rule.points,
            "per": rule.per,
            "cap": rule.cap,
            "floor": rule.floor,
            "group": rule.group.value,
            "exempt": "、".join(names.get(code, code) for code in rule.exempt),
        }
        for rule in rules.rules
    ]


def base_of(rules: RuleSet, number: int) -> dict[str, object]:
    lines = dict(rules.grades)
    excellent, good, passed = (lines.get(label) for label in GRADES)
    return {"base": rules.base, "excellent": excellent, "good": good, "passed": passed, "number": number}


def rules_from(formset: BaseFormSet[RuleForm], form: RulesForm) -> RuleSet:
    """Build the rule set that valid lines describe. Raises RuleError with a sentence that names the rule."""
    lines = [one.cleaned_data for one in formset if one.cleaned_data.get("trigger")]
    codes = dict(Organisation.objects.values_list("short_name", "code"))
    data = form.cleaned_data
    return parse_rules(
        {
            "base": data["base"],
            "grades": list(zip(GRADES, (data["excellent"], data["good"], data["passed"]), strict=True)),
            "rules": [_written(place, line, codes) for place, line in enumerate(lines, start=1)],
        },
        TRIGGERS,
    )


def _written(place: int, line: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, object]:
    names = [name.strip() for name in line["exempt"].replace(",", "、").replace("，", "、").split("、")]
    wrong = [name for name in names if name and name not in codes]
    if wrong:
        raise RuleError(f"第 {place} 条：没有“{'、'.join(wrong)}”这样的单位简称")
    return {
        "trigger": line["trigger"],
        "points": line["points"],
        "per": line["per"],
        "cap": line["cap"],
        "floor": line["floor"],
        "group": line["group"] or Group.ALL.value,
        "exempt": [codes[name] for name in names if name],
    }


class OpenForm(Styled, forms.Form):
    """Up to when the units may object."""

    until = forms.DateField(label="异议截止日期", widget=DateInput(), help_text="含当日")


class ObjectionForm(Styled, forms.Form):
    """The evidence that a unit questions, and why."""

    evidence = forms.MultipleChoiceField(
        label="有异议的依据", widget=forms.CheckboxSelectMultiple, required=False
    )
    text = forms.CharField(
        label="异议理由",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明事实和依据，有佐证的写明在哪里可以查到",
    )

    def __init__(self, *args: Any, offered: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["evidence"]
        field.choices = list(offered)


class DecisionForm(Styled, forms.Form):
    """What the office decides on an objection."""

    step = forms.ChoiceField(
        label="处理意见",
        choices=[(name, step.label) for name, step in OBJECTION_STEPS.items()],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="理由", max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))
