"""The filter row of the register of market entities."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from portal.enterprise_terms import LABELS, EntityKind, EntityState, LabelLevel, SizeClass, label_name
from portal.filters.rows import FilterRow, search_box, select
from portal.industries import Section
from portal.models import Enterprise, Organisation, User
from portal.selectors.enterprises import found_by, holding, local_units

UNKNOWN = "unknown"
LABEL_CHOICES = [
    (f"{kind}:{level}" if level else str(kind), label_name(kind, level))
    for kind, term in LABELS.items()
    for level in sorted(term.levels, key=list(LabelLevel).index)
]


class EnterpriseFilter(FilterRow):
    """A value that means nothing is passed over, as if it were not there."""

    q = filters.CharFilter(
        method="search",
        label="名称或统一社会信用代码",
        widget=search_box("名称、统一社会信用代码"),
    )
    town = filters.ModelChoiceFilter(
        queryset=Organisation.objects.none(),
        to_field_name="code",
        label="镇街园区",
        empty_label="全部镇街园区",
        widget=select(),
    )
    section = filters.ChoiceFilter(
        choices=Section.choices, label="行业", empty_label="全部行业", widget=select()
    )
    size = filters.ChoiceFilter(
        choices=[*SizeClass.choices, (UNKNOWN, "规模未知")],
        method="of_size",
        label="规模",
        empty_label="全部规模",
        widget=select(),
    )
    label = filters.ChoiceFilter(
        choices=LABEL_CHOICES, method="labelled", label="标签", empty_label="全部标签", widget=select()
    )
    state = filters.ChoiceFilter(
        choices=EntityState.choices, label="状态", empty_label="全部状态", widget=select()
    )
    kind = filters.ChoiceFilter(
        choices=EntityKind.choices, label="类型", empty_label="全部类型", widget=select()
    )

    class Meta:
        model = Enterprise
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[Enterprise], user: User, today: date) -> None:
        super().__init__(data, queryset=queryset)
        self.today = today
        self.filters["town"].queryset = local_units(user).only("code", "short_name")

    def search(self, rows: QuerySet[Enterprise], _name: str, text: str) -> QuerySet[Enterprise]:
        return rows.filter(found_by(text))

    def of_size(self, rows: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        return rows.filter(size="" if value == UNKNOWN else value)

    def labelled(self, rows: QuerySet[Enterprise], _name: str, value: str) -> QuerySet[Enterprise]:
        kind, _, level = value.partition(":")
        return rows.filter(holding(kind, level or None, on=self.today))
