"""The filter rows of the policy lists; what is chosen stands in the address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from policies.models import Payout, PayoutBatch, Policy, PolicyItem, PolicyItemVersion
from policies.selectors.budgets import usages
from policies.terms import Category, Level, Mode, Review
from policies.workflow import BatchState, ItemState
from portal.filters.rows import FilterRow, search_box, select
from portal.models import Enterprise, Organisation, User
from portal.search_results import words_of
from portal.selectors.enterprises import found_by
from portal.selectors.settings import number_setting

ATTENTION = (
    ("expiring", "即将到期"),
    ("repealed", "依据已废止"),
    ("budget", "预算达预警线"),
    ("unconditioned", "未录入条件"),
    ("unpaid", "尚无兑现"),
    ("drafted", "有待发布的草稿"),
)


class ItemFilter(FilterRow):
    """The catalogue's filter row. A value that means nothing is passed over."""

    q = filters.CharFilter(
        method="search", label="编号、名称、文件", widget=search_box("编号、名称、对象、文件")
    )
    organisation = filters.ModelChoiceFilter(
        queryset=Organisation.objects.none(),
        to_field_name="code",
        label="牵头单位",
        empty_label="全部牵头单位",
        widget=select(),
    )
    category = filters.ChoiceFilter(
        method="said",
        choices=Category.choices,
        label="类别",
        empty_label="全部类别",
        widget=select(),
    )
    mode = filters.ChoiceFilter(
        method="said",
        choices=Mode.choices,
        label="兑现方式",
        empty_label="全部方式",
        widget=select(),
    )
    state = filters.ChoiceFilter(
        choices=ItemState.choices, label="状态", empty_label="全部状态", widget=select()
    )
    attention = filters.ChoiceFilter(
        choices=ATTENTION, method="attended", label="动态调整", empty_label="动态调整", widget=select()
    )

    class Meta:
        model = PolicyItem
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[PolicyItem], user: User, today: date) -> None:
        super().__init__(data, queryset=queryset)
        self.today = today
        leading = Organisation.objects.visible_to(user).filter(policy_items__in=queryset).distinct()
        self.filters["organisation"].queryset = leading.only("code", "short_name")

    def search(self, items: QuerySet[PolicyItem], _name: str, text: str) -> QuerySet[PolicyItem]:
        found = PolicyItem.objects.found_by(text).values("pk")
        drafts = PolicyItemVersion.objects.filter(published_at=None)
        for word in words_of(text):
            drafts = drafts.filter(Q(title__icontains=word) | Q(whom__icontains=word))
        return items.filter(Q(pk__in=found) | Q(current=None, pk__in=drafts.values("item")))

    def said(self, items: QuerySet[PolicyItem], name: str, value: str) -> QuerySet[PolicyItem]:
        """Find by what the version in force says, before the first publication by the draft."""
        drafts = PolicyItemVersion.objects.filter(published_at=None, **{name: value})
        return items.filter(Q(**{f"current__{name}": value}) | Q(current=None, pk__in=drafts.values("item")))

    def attended(self, items: QuerySet[PolicyItem], _name: str, value: str) -> QuerySet[PolicyItem]:
        running = items.filter(state__in=[ItemState.PUBLISHED, ItemState.SUSPENDED])
        if value == "expiring":
            until = self.today + timedelta(days=number_setting("policies.expiry_first_days", on=self.today))
            return running.filter(current__valid_until__gte=self.today, current__valid_until__lte=until)
        if value == "repealed":
            return items.filter(policy__repealed_on__isnull=False)
        if value == "budget":
            line = number_setting("policies.budget_yellow", on=self.today)
            return items.filter(
                pk__in=[row.item.pk for row in usages(self.today.year) if row.percent >= line]
            )
        if value == "unconditioned":
            return running.filter(current__conditions=None)
        if value == "drafted":
            return items.filter(
                Exists(PolicyItemVersion.objects.filter(item=OuterRef("pk"), published_at=None))
            )
        return running.filter(~Exists(Payout.objects.filter(item=OuterRef("pk"), paid_on__isnull=False)))


class DocumentFilter(FilterRow):
    """The filter row of the documents."""

    q = filters.CharFilter(method="search", label="名称、文号", widget=search_box("名称、文号、正文"))
    level = filters.ChoiceFilter(choices=Level.choices, label="层级", empty_label="全部层级", widget=select())
    review = filters.ChoiceFilter(
        choices=Review.choices, label="公平竞争审查", empty_label="全部审查结果", widget=select()
    )
    standing = filters.ChoiceFilter(
        choices=(("valid", "现行有效"), ("ended", "已到期"), ("repealed", "已废止")),
        method="stands",
        label="效力",
        empty_label="全部效力",
        widget=select(),
    )

    class Meta:
        model = Policy
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[Policy], today: date) -> None:
        super().__init__(data, queryset=queryset)
        self.today = today

    def search(self, rows: QuerySet[Policy], _name: str, text: str) -> QuerySet[Policy]:
        for word in words_of(text):
            rows = rows.filter(
                Q(title__icontains=word) | Q(document_number__icontains=word) | Q(text__icontains=word)
            )
        return rows

    def stands(self, rows: QuerySet[Policy], _name: str, value: str) -> QuerySet[Policy]:
        repealed = Q(repealed_on__lte=self.today)
        if value == "repealed":
            return rows.filter(repealed)
        ended = Q(valid_until__lt=self.today)
        return rows.exclude(repealed).filter(ended if value == "ended" else ~ended)


class PayoutFilter(FilterRow):
    """The filter row of the payout ledger."""

    q = filters.CharFilter(
        method="search", label="企业、凭证号", widget=search_box("企业名称、信用代码、凭证号")
    )
    item = filters.CharFilter(
        field_name="item__number",
        label="事项编号",
        widget=forms.TextInput(attrs={"class": "field__input", "placeholder": "事项编号", "size": 12}),
    )
    organisation = filters.ModelChoiceFilter(
        field_name="item__organisation",
        queryset=Organisation.objects.none(),
        to_field_name="code",
        label="牵头单位",
        empty_label="全部牵头单位",
        widget=select(),
    )
    year = filters.NumberFilter(
        method="in_year",
        label="兑现年度",
        widget=forms.NumberInput(
            attrs={"class": "field__input", "placeholder": "年度", "min": 2000, "max": 2100}
        ),
    )
    standing = filters.ChoiceFilter(
        choices=(
            ("paid", "已兑现"),
            ("waiting", "批次办理中"),
            ("reversed", "已冲销"),
            ("reversal", "冲销记录"),
        ),
        method="stands",
        label="状态",
        empty_label="全部状态",
        widget=select(),
    )

    class Meta:
        model = Payout
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, *, queryset: QuerySet[Payout], user: User) -> None:
        super().__init__(data, queryset=queryset)
        units = Organisation.objects.visible_to(user).filter(policy_items__isnull=False).distinct()
        self.filters["organisation"].queryset = units.only("code", "short_name")

    def search(self, rows: QuerySet[Payout], _name: str, text: str) -> QuerySet[Payout]:
        enterprises = Enterprise.objects.filter(found_by(text)).values("pk")
        return rows.filter(Q(enterprise__in=enterprises) | Q(voucher__iexact=text.strip()))

    def in_year(self, rows: QuerySet[Payout], _name: str, value: Any) -> QuerySet[Payout]:
        year = int(value)
        if not 1 < year < 9999:
            return rows.none()
        return rows.filter(paid_on__gte=date(year, 1, 1), paid_on__lt=date(year + 1, 1, 1))

    def stands(self, rows: QuerySet[Payout], _name: str, value: str) -> QuerySet[Payout]:
        if value == "reversal":
            return rows.filter(reversal_of__isnull=False)
        if value == "reversed":
            return rows.filter(reversed_on__isnull=False)
        return rows.filter(reversal_of=None, reversed_on=None, paid_on__isnull=value == "waiting")


class BatchFilter(FilterRow):
    """The filter row of the batches."""

    q = filters.CharFilter(method="search", label="批次号、名称", widget=search_box("批次号、名称"))
    state = filters.ChoiceFilter(
        choices=BatchState.choices, label="状态", empty_label="全部状态", widget=select()
    )

    class Meta:
        model = PayoutBatch
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[PayoutBatch], _name: str, text: str) -> QuerySet[PayoutBatch]:
        for word in words_of(text):
            rows = rows.filter(Q(number__icontains=word) | Q(title__icontains=word))
        return rows
