"""The filter row of the audit trail."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.models import AuditEvent
from portal.selectors.audit import action_labels

DAY = timedelta(days=1)


def _text(placeholder: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "field__input", "placeholder": placeholder})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "field__input"}, format="%Y-%m-%d")


def _actions() -> list[tuple[str, str]]:
    return sorted(action_labels().items(), key=lambda pair: pair[0])


class AuditFilter(filters.FilterSet):
    """Who, what, on what, when, with what outcome; the days are both included."""

    who = filters.CharFilter(method="by_person", label="操作人", widget=_text("姓名或账号"))
    action = filters.ChoiceFilter(
        choices=_actions,
        label="动作",
        empty_label="全部动作",
        widget=forms.Select(attrs={"class": "field__input"}),
    )
    about = filters.CharFilter(method="by_object", label="对象", widget=_text("对象、说明"))
    since = filters.DateFilter(method="from_day", label="自", widget=_day())
    until = filters.DateFilter(method="to_day", label="至", widget=_day())
    outcome = filters.ChoiceFilter(
        choices=AuditEvent.Outcome.choices,
        label="结果",
        empty_label="全部结果",
        widget=forms.Select(attrs={"class": "field__input"}),
    )

    class Meta:
        model = AuditEvent
        fields = ("who", "action", "about", "since", "until", "outcome")

    def by_person(self, rows: QuerySet[AuditEvent], _name: str, value: str) -> QuerySet[AuditEvent]:
        return rows.filter(Q(actor_name__icontains=value) | Q(actor__username__iexact=value))

    def by_object(self, rows: QuerySet[AuditEvent], _name: str, value: str) -> QuerySet[AuditEvent]:
        return rows.filter(Q(object_label__icontains=value) | Q(note__icontains=value))

    def from_day(self, rows: QuerySet[AuditEvent], _name: str, value: Any) -> QuerySet[AuditEvent]:
        return rows.filter(at__gte=_midnight(value))

    def to_day(self, rows: QuerySet[AuditEvent], _name: str, value: Any) -> QuerySet[AuditEvent]:
        return rows.filter(at__lt=_midnight(value + DAY))

    def words(self) -> str:
        """Say what was chosen, for the head of an export."""
        chosen = [
            f"{field.label}：{dict(getattr(field.field, 'choices', ())).get(value, value)}"
            for field in self.form
            if (value := self.data.get(field.name))
        ]
        return "，".join(chosen)


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
