"""The lamp rules as a clerk edits them: one line a rule, a condition from a list, its numbers, the words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from indicators.lamps import Colour, Rule, Scheme, SchemeError, parse_scheme
from portal.forms.styles import DateInput
from portal.params import to_plain


@dataclass(frozen=True)
class Choice:
    """A condition as offered in the list: which numbers it takes, in order, and what they mean."""

    label: str
    kind: str
    numbers: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()


CHOICES = {
    "closed": Choice("已销号", "closed"),
    "suspended": Choice("已中止", "suspended"),
    "no_due_date": Choice("没有完成时限", "no_due_date"),
    "no_start_date": Choice("没有起始日期", "no_start_date"),
    "overdue": Choice("逾期满（天）", "overdue", ("min_days",), ("天",)),
    "behind_over": Choice("落后序时超过（点）", "behind", ("over",), ("点",)),
    "behind_range": Choice("落后序时在（点）之间", "behind", ("at_least", "up_to"), ("点起", "点止，含两端")),
    "unverified_months": Choice("连续无审核通过进展（月）", "unverified_months", ("at_least",), ("个月",)),
    "report_late": Choice("本月迟报", "report_late"),
    "report_missing": Choice("本月未报", "report_missing"),
    "due_soon": Choice(
        "临期：工作日以内且进度低于（%）", "due_soon", ("workdays", "below_percent"), ("个工作日", "%")
    ),
    "always": Choice("其他情况（最后一条）", "always"),
}


class RuleForm(forms.Form):
    """One rule; a line without a condition is left out."""

    position = forms.IntegerField(label="次序", min_value=1, max_value=999, required=False)
    colour = forms.ChoiceField(
        label="灯色", choices=[(one.value, one.label) for one in Colour], required=False
    )
    condition = forms.ChoiceField(
        label="条件",
        choices=[("", "（不用这一条）"), *((key, one.label) for key, one in CHOICES.items())],
        required=False,
    )
    first = forms.DecimalField(label="数值一", max_digits=6, decimal_places=1, required=False)
    second = forms.DecimalField(label="数值二", max_digits=6, decimal_places=1, required=False)
    label = forms.CharField(label="显示的原因", max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "field__input"
            field.widget.attrs["aria-label"] = field.label


RuleFormSet = formset_factory(RuleForm, extra=2, max_num=30)


class AdoptForm(forms.Form):
    """Name and first day of a new scheme."""

    name = forms.CharField(label="名称", max_length=60)
    valid_from = forms.DateField(label="生效日期", widget=DateInput())
    note = forms.CharField(label="修改理由", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "field__input"


def rows_of(scheme: Scheme) -> list[dict[str, object]]:
    """Return a scheme as the lines of the form."""
    return [_row(position, rule) for position, rule in enumerate(scheme.rules, start=1)]


def _row(position: int, rule: Rule) -> dict[str, object]:
    written = rule.when.to_json()
    kind = str(written["kind"])
    if kind == "behind":
        kind = "behind_over" if written.get("over") is not None else "behind_range"
    numbers = [written.get(name) for name in CHOICES[kind].numbers] if kind in CHOICES else []
    return {
        "position": position * 10,
        "colour": rule.colour.value,
        "condition": kind,
        "first": numbers[0] if numbers else None,
        "second": numbers[1] if len(numbers) > 1 else None,
        "label": rule.label,
    }


def scheme_from(formset: BaseFormSet[RuleForm]) -> Scheme:
    """Build the scheme that valid lines describe, in the order of their positions.

    Raises SchemeError with a sentence that names the rule.
    """
    lines = [form.cleaned_data for form in formset if form.cleaned_data.get("condition")]
    lines.sort(key=lambda line: line.get("position") or 999)
    return parse_scheme([_written(place, line) for place, line in enumerate(lines, start=1)])


def _written(place: int, line: dict[str, Any]) -> dict[str, object]:
    choice = CHOICES[line["condition"]]
    when: dict[str, object] = {"kind": choice.kind}
    for name, value in zip(choice.numbers, (line.get("first"), line.get("second")), strict=False):
        if value is None:
            raise SchemeError(f"第{place}条规则：“{choice.label}”请填写数值")
        when[name] = to_plain(Decimal(value))
    return {"colour": line["colour"], "when": when, "label": line.get("label") or None}
