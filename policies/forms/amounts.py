"""The editor of an item's standard: fixed, rate, bands, levels, no money; with group, caps and cost shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from policies.amounts import RULES, AmountRule, read_rule
from policies.amounts.money import MODES, STEPS, UNITS
from policies.amounts.rules import BAND_FACTS, MONEY_FACTS, MOST_ROWS
from policies.criteria.vocabulary import FACTS, LABELS
from policies.models import ExclusiveGroup, PolicyItemVersion
from policies.terms import Level
from portal.forms.styles import Styled
from portal.params import ParamError, to_plain

KINDS = [(kind, rule.label) for kind, rule in RULES.items()]
UNIT_CHOICES = [(unit, unit) for unit in UNITS]
SPARE_ROWS = 2
LEAST_ROWS = 3
WAN = "万元"
WHOLE = 100


@dataclass
class AmountEditor:
    """The rule as it stands in the editor: its kind, single values, and rows of bands or levels.

    Amounts are shown and typed in `unit`.
    """

    kind: str
    values: dict[str, str]
    rows: list[dict[str, str]]
    unit: str = "元"

    @property
    def base_unit(self) -> str:
        """The unit of the value that bands are cut by."""
        fact = FACTS.get(self.values.get("base", ""))
        return fact.unit if fact else ""

    @property
    def offered_rows(self) -> list[dict[str, str]]:
        """The rows to draw: those filled in, and some to fill in."""
        wanted = min(max(len(self.rows) + SPARE_ROWS, LEAST_ROWS), MOST_ROWS)
        return [*self.rows, *({} for _ in range(wanted - len(self.rows)))]

    def to_raw(self) -> dict[str, Any]:
        """Return what was typed as the reader of rules takes it."""
        raw: dict[str, Any] = {"kind": self.kind, "unit": self.unit}
        raw |= {key: value for key, value in self.values.items() if value and key != "sliced"}
        if self.kind == "bands":
            raw["bands"] = [{key: value for key, value in row.items() if value} for row in self.rows]
            raw["sliced"] = self.values.get("sliced") == "on"
        if self.kind == "levels":
            raw["levels"] = self.rows
        return raw

    def read(self) -> tuple[AmountRule | None, str]:
        """Return the rule, or why it can't be read."""
        try:
            return read_rule(self.to_raw()), ""
        except ParamError as error:
            return None, str(error)


_SINGLE = {
    "fixed": ("amount",),
    "rate": ("rate", "base", "floor", "cap", "step", "mode"),
    "bands": ("base", "floor", "cap", "step", "mode", "sliced"),
    "levels": (),
    "none": ("benefit",),
}
_ROWS = {"bands": ("start", "amount", "rate"), "levels": ("label", "amount")}
_YUAN = frozenset({"amount", "floor", "cap"})


def editor_of(raw: dict[str, Any]) -> AmountEditor:
    """Return the editor for a stored rule; nothing stored is an empty fixed amount."""
    kind = str(raw.get("kind") or "fixed")
    rows = raw.get("bands") or raw.get("levels") or []
    yuan = [source[key] for source in (raw, *rows) for key in _YUAN if source.get(key) not in (None, "")]
    unit = WAN if not yuan or all(Decimal(str(value)) % 100 == 0 for value in yuan) else "元"
    return AmountEditor(
        kind,
        {key: _typed(raw, key, unit) for key in _SINGLE.get(kind, ())},
        [{key: _typed(row, key, unit) for key in _ROWS[kind]} for row in rows],
        unit,
    )


def _typed(raw: dict[str, Any], key: str, unit: str) -> str:
    value = raw.get(key)
    if value in (None, "") or value is False:
        return ""
    if value is True:
        return "on"
    return str(to_plain(Decimal(str(value)) / UNITS[unit])) if key in _YUAN else str(value)


def editor_of_form(data: QueryDict) -> AmountEditor:
    """Return the editor as it was sent."""
    kind = data.get("kind", "")
    kind = kind if kind in RULES else "fixed"
    unit = data.get("unit", WAN)
    rows = []
    for place in range(MOST_ROWS):
        row = {key: data.get(f"row{place}_{key}", "").strip() for key in _ROWS.get(kind, ())}
        if any(row.values()):
            rows.append(row)
    single = {key: data.get(key, "").strip() for key in _SINGLE[kind]}
    return AmountEditor(kind, single, rows, unit if unit in UNITS else WAN)


class AmountForm(Styled, forms.ModelForm):
    """What goes with the rule: how often, which items exclude it, the yearly cap, who bears the cost."""

    edit = forms.IntegerField(widget=forms.HiddenInput, required=False)
    group = forms.ModelChoiceField(
        ExclusiveGroup.objects.all(),
        required=False,
        label="互斥组",
        empty_label="不与其他事项互斥",
        help_text="同组事项就高不重复，或只享受一次",
    )

    class Meta:
        model = PolicyItemVersion
        fields = ("repeat", "group", "yearly_cap")
        help_texts = {"yearly_cap": "同一企业一年内本事项合计，单位：元；不限的留空"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shares = self.instance.cost_shares or {}
        for level in Level:
            self.fields[f"share_{level}"] = forms.IntegerField(
                label=level.label,
                required=False,
                min_value=0,
                max_value=100,
                widget=forms.NumberInput(attrs={"class": "field__input", "min": 0, "max": 100}),
                initial=shares.get(level.value),
            )

    @property
    def share_fields(self) -> Sequence[forms.BoundField]:
        return [self[f"share_{level}"] for level in Level]

    def validate_constraints(self) -> None:
        """Leave the constraints to `clean`."""

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        total = sum(values.get(f"share_{level}") or 0 for level in Level)
        if total not in {0, WHOLE}:
            self.add_error(f"share_{Level.COUNTY}", f"资金分担合计应为 {WHOLE}%，现为 {total}%")
        return values

    def clean_yearly_cap(self) -> Decimal | None:
        cap: Decimal | None = self.cleaned_data["yearly_cap"]
        if cap is not None and cap <= 0:
            raise forms.ValidationError("每家每年上限应大于 0，不限的留空")
        return cap

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        shares = {level.value: self.cleaned_data.get(f"share_{level}") for level in Level}
        return {
            "repeat": self.cleaned_data["repeat"],
            "group": self.cleaned_data["group"],
            "yearly_cap": self.cleaned_data["yearly_cap"],
            "cost_shares": {level: percent for level, percent in shares.items() if percent},
        }


CHOICES = {
    "kinds": KINDS,
    "units": UNIT_CHOICES,
    "money_facts": list(MONEY_FACTS.items()),
    "band_facts": list(BAND_FACTS.items()),
    "labels": list(LABELS.items()),
    "steps": [(key, name) for key, (name, _) in STEPS.items()],
    "modes": [(key, name) for key, (name, _) in MODES.items()],
}
