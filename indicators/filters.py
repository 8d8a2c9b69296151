"""The filter rows of the lists; what is chosen stands in the address."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from indicators.inspection_workflow import InspectionKind, InspectionState, Method
from indicators.models import Inspection, TaskForce, WorkItem, WorkList
from indicators.months import first_of, shift
from indicators.selectors.items import mine, waiting_for
from indicators.workflow import OPEN_STATES, ItemState
from portal.filters.rows import FilterRow, search_box, select
from portal.models import Organisation, User
from portal.querysets import county_reader
from portal.selectors.calendar import load_calendar

SOON_WORKDAYS = 10
OPEN = "open"
SHOWS = (
    ("mine", "我的"),
    ("waiting", "待我办理"),
    ("overdue", "逾期"),
    ("soon", "即将到期"),
    ("important", "重点"),
)
DUE_PERIODS = (
    ("this_month", "本月到期"),
    ("next_month", "下月到期"),
    ("quarter", "三个月内到期"),
    ("none", "未设时限"),
)


class WorkItemFilter(FilterRow):
    """The ledger's filter row. A value that means nothing is passed over, as if it were not there."""

    untold = frozenset({"work_list"})

    q = filters.CharFilter(
        method="search",
        label="编号、标题、举措",
        widget=search_box("编号、标题、举措"),
    )
    task_force = filters.ModelChoiceFilter(
        queryset=TaskForce.objects.none(),
        to_field_name="code",
        label="专班",
        empty_label="全部专班",
        widget=select(),
    )
    organisation = filters.ModelChoiceFilter(
        queryset=Organisation.objects.none(),
        to_field_name="code",
        label="责任单位",
        empty_label="全部责任单位",
        widget=select(),
    )
    lamp = filters.ChoiceFilter(
        choices=WorkItem.LampColour.choices, label="亮灯", empty_label="全部亮灯", widget=select()
    )
    state = filters.ChoiceFilter(
        choices=[(OPEN, "未销号"), *ItemState.choices],
        method="in_state",
        label="状态",
        empty_label="全部状态",
        widget=select(),
    )
    due = filters.ChoiceFilter(
        choices=DUE_PERIODS, method="due_within", label="到期", empty_label="不限到期", widget=select()
    )
    work_list = filters.CharFilter(method="of_list", widget=forms.HiddenInput())
    show = filters.ChoiceFilter(choices=SHOWS, method="shown", label="范围", widget=forms.HiddenInput())

    class Meta:
        model = WorkItem
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[WorkItem], user: User, today: date) -> None:
        super().__init__(data, queryset=queryset)
        self.user, self.today = user, today
        self.work_list = find_list(user, str(data.get("work_list", "")))
        self.filters["task_force"].queryset = TaskForce.objects.visible_to(user).only("code", "name")
        units = Organisation.objects.visible_to(user).only("code", "short_name")
        self.filters["organisation"].queryset = units

    def search(self, items: QuerySet[WorkItem], _name: str, text: str) -> QuerySet[WorkItem]:
        for word in text.split()[:5]:
            items = items.filter(
                Q(number__icontains=word) | Q(title__icontains=word) | Q(measures__icontains=word)
            )
        return items

    def in_state(self, items: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        return items.filter(state__in=OPEN_STATES) if value == OPEN else items.filter(state=value)

    def due_within(self, items: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        """Narrow to due dates in a calendar period, the first day included and the last one too."""
        month = first_of(self.today)
        if value == "none":
            return items.filter(due_on=None)
        if value == "quarter":
            return items.filter(due_on__gte=self.today, due_on__lt=shift(month, 3))
        start = month if value == "this_month" else shift(month, 1)
        return items.filter(due_on__gte=start, due_on__lt=shift(start, 1))

    def of_list(self, items: QuerySet[WorkItem], _name: str, _value: str) -> QuerySet[WorkItem]:
        return items.filter(work_list=self.work_list) if self.work_list else items

    def shown(self, items: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        if value == "mine":
            return items.filter(mine(self.user))
        if value == "waiting":
            return items.filter(waiting_for(self.user))
        if value == "important":
            return items.filter(is_important=True)
        late = Q(state__in=OPEN_STATES, due_on__lt=self.today)
        if value == "overdue":
            return items.filter(late)
        until = load_calendar().day_after(self.today, SOON_WORKDAYS)
        return items.filter(state__in=OPEN_STATES, due_on__gte=self.today, due_on__lte=until)


class InspectionFilter(FilterRow):
    """The filter row of the inspections. A value that means nothing is passed over."""

    q = filters.CharFilter(
        field_name="title",
        lookup_expr="icontains",
        label="名称",
        widget=search_box("名称"),
    )
    kind = filters.ChoiceFilter(
        choices=InspectionKind.choices, label="类型", empty_label="全部类型", widget=select()
    )
    method = filters.ChoiceFilter(
        choices=Method.choices, label="方式", empty_label="全部方式", widget=select()
    )
    state = filters.ChoiceFilter(
        choices=InspectionState.choices, label="状态", empty_label="全部状态", widget=select()
    )
    organisation = filters.ModelChoiceFilter(
        field_name="organisations",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        label="被督查单位",
        empty_label="全部单位",
        widget=select(),
    )

    class Meta:
        model = Inspection
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[Inspection], user: User) -> None:
        super().__init__(data, queryset=queryset)
        seen = queryset.order_by().values("organisations")
        units = Organisation.objects.visible_to(user).filter(pk__in=seen)
        if not county_reader(user):
            units = units.filter(pk=user.organisation_id)
        self.filters["organisation"].queryset = units.only("code", "short_name")


def find_list(user: User, slug: str) -> WorkList | None:
    """Return the ledger with the slug `2023-DB`, if there is one this person may read."""
    year, _, prefix = slug.partition("-")
    if not year.isdigit() or len(year) != 4:
        return None
    return WorkList.objects.visible_to(user).filter(year=int(year), prefix=prefix).first()
