"""The filter row of the cases; what is chosen stands in the address."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from complaints.kinds import CaseType, Channel, DutyRole, ProblemKind
from complaints.models import Assignment, Complaint
from complaints.querysets import ACTIVE, ComplaintQuerySet, reads_all_cases
from complaints.selectors.cases import search_cases
from complaints.selectors.todos import assisting_parts, waiting_cases
from complaints.workflow import OPEN_STATES, CaseState
from portal.filters.rows import FilterRow, search_box, select
from portal.models import Enterprise, Organisation, Topic, User
from portal.roles import UNIT_ROLES
from portal.selectors.calendar import load_calendar
from portal.selectors.enterprises import local_units

SOON_WORKDAYS = 2
OPEN = "open"
SHOWS = (
    ("waiting", "待我办理"),
    ("overdue", "逾期"),
    ("soon", "即将到期"),
    ("assist", "协办"),
    ("supervised", "督办"),
    ("whistle", "吹哨"),
    ("secret", "保密"),
)
DUES = (
    ("overdue", "已逾期"),
    ("today", "今天到期"),
    ("soon", "两个工作日内到期"),
    ("provisional", "时限暂定"),
    ("stopped", "暂停计时"),
)


class CaseFilter(FilterRow):
    """A value that means nothing is passed over, as if it were not there.

    Columns from which a unit could feel its way to the person (channel, town,
    enterprise) are asked only of cases that are disclosed to the reader.
    """

    q = filters.CharFilter(
        method="search",
        label="编号、标题、内容",
        widget=search_box("编号、标题、内容"),
    )
    state = filters.ChoiceFilter(
        choices=[(OPEN, "未办结"), *CaseState.choices],
        method="in_state",
        label="状态",
        empty_label="全部状态",
        widget=select(),
    )
    due = filters.ChoiceFilter(
        choices=DUES, method="due_within", label="时限", empty_label="不限时限", widget=select()
    )
    organisation = filters.ModelChoiceFilter(
        field_name="lead",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        label="主办单位",
        empty_label="全部主办单位",
        widget=select(),
    )
    channel = filters.ChoiceFilter(
        choices=Channel.choices,
        method="disclosed_equal",
        label="来源",
        empty_label="全部来源",
        widget=select(),
    )
    kind = filters.ChoiceFilter(
        choices=CaseType.choices, label="类型", empty_label="全部类型", widget=select()
    )
    topic = filters.ModelChoiceFilter(
        queryset=Topic.objects.none(),
        to_field_name="code",
        label="领域",
        empty_label="全部领域",
        widget=select(),
    )
    town = filters.ModelChoiceFilter(
        queryset=Organisation.objects.none(),
        to_field_name="code",
        method="disclosed_equal",
        label="镇街园区",
        empty_label="全部镇街园区",
        widget=select(),
    )
    problem_kind = filters.ChoiceFilter(
        choices=ProblemKind.choices, label="问题类型", empty_label="全部问题类型", widget=select()
    )
    since = filters.DateFilter(
        field_name="registered_on",
        lookup_expr="gte",
        label="登记日期自",
        widget=forms.DateInput(attrs={"type": "date", "class": "field__input"}),
    )
    until = filters.DateFilter(
        field_name="registered_on",
        lookup_expr="lte",
        label="登记日期至",
        widget=forms.DateInput(attrs={"type": "date", "class": "field__input"}),
    )
    enterprise = filters.CharFilter(method="of_enterprise", label="企业", widget=forms.HiddenInput())
    show = filters.ChoiceFilter(choices=SHOWS, method="shown", label="范围", widget=forms.HiddenInput())

    class Meta:
        model = Complaint
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: ComplaintQuerySet, user: User, today: date) -> None:
        super().__init__(data, queryset=queryset)
        self.user, self.today = user, today
        units = Organisation.objects.visible_to(user).only("code", "short_name")
        self.filters["organisation"].queryset = units
        self.filters["town"].queryset = local_units(user).only("code", "short_name")
        self.filters["topic"].queryset = Topic.objects.visible_to(user).only("code", "name")

    def search(self, rows: ComplaintQuerySet, _name: str, text: str) -> QuerySet[Complaint]:
        return search_cases(rows, self.user, text)

    def in_state(self, rows: QuerySet[Complaint], _name: str, value: str) -> QuerySet[Complaint]:
        return rows.filter(state__in=sorted(OPEN_STATES)) if value == OPEN else rows.filter(state=value)

    def due_within(self, rows: ComplaintQuerySet, _name: str, value: str) -> QuerySet[Complaint]:
        """Narrow by the date of the present step; "soon" includes today and both ends."""
        if value == "overdue":
            return rows.overdue(self.today)
        running = rows.open().filter(clock_stopped_on=None)
        if value == "provisional":
            return running.filter(due_provisional=True)
        if value == "stopped":
            return rows.open().exclude(clock_stopped_on=None)
        if value == "today":
            return running.filter(due_on=self.today, due_provisional=False)
        return running.filter(due_on__gte=self.today, due_on__lte=self._soon())

    def _soon(self) -> date:
        return load_calendar().day_after(self.today, SOON_WORKDAYS)

    def disclosed_equal(self, rows: QuerySet[Complaint], name: str, value: Any) -> QuerySet[Complaint]:
        return self._disclosed(rows).filter(**{name: value})

    def of_enterprise(self, rows: QuerySet[Complaint], _name: str, code: str) -> QuerySet[Complaint]:
        known = Enterprise.objects.visible_to(self.user).filter(credit_code=code)
        return self._disclosed(rows).filter(enterprise__in=known.values("pk"))

    def _disclosed(self, rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
        if reads_all_cases(self.user):
            return rows
        return rows.filter(pk__in=Complaint.objects.disclosed_to(self.user).values("pk"))

    def shown(self, rows: ComplaintQuerySet, _name: str, value: str) -> QuerySet[Complaint]:
        if value == "waiting":
            return rows.filter(self._waiting())
        if value == "overdue":
            return rows.overdue(self.today)
        if value == "soon":
            return self.due_within(rows, "due", "soon")
        if value == "assist":
            part = Assignment.objects.filter(
                complaint=OuterRef("pk"),
                organisation=self.user.organisation_id,
                role=DutyRole.ASSIST,
                state__in=ACTIVE,
            )
            return rows.filter(Exists(part))
        marks: dict[str, dict[str, Any]] = {
            "supervised": {"is_supervised": True},
            "whistle": {"is_whistle": True},
            "secret": {"secrecy": "secret"},
        }
        return rows.filter(**marks[value])

    def _waiting(self) -> Q:
        """Return the condition "counted beside the navigation's entry for this person"."""
        conditions = waiting_cases(self.user)
        if not self.user.has_role(*UNIT_ROLES):
            return reduce(or_, conditions, Q(pk__in=[]))
        # A unit's own cases and those it assists in have an index each: united by key they are found by both.
        keys: list[QuerySet[Any]]
        keys = [Complaint.objects.filter(condition).order_by().values("pk") for condition in conditions]
        keys.append(assisting_parts(self.user).order_by().values("complaint"))
        return Q(pk__in=keys[0].union(*keys[1:]))
