"""Forms of rounds, meetings, instructions and letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory

from indicators.models import DispatchRound, Letter, TaskForce, WorkItem
from indicators.selectors.dispatch import covered_forces
from indicators.services.dispatch import Meeting, RoundPlan
from indicators.services.instructions import Order
from indicators.services.letters import Draft
from indicators.workflow import OPEN_STATES
from portal.forms.choices import LoadedChoiceField
from portal.forms.styles import DateInput, Styled
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, Role

SPARE_ROWS = 3
MOST_ROWS = 20


class MomentInput(forms.DateTimeInput):
    """The browser's own field of a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _forces(year: int, user: User) -> QuerySet[TaskForce]:
    return TaskForce.objects.visible_to(user).filter(year=year).select_related("lead").order_by("order", "pk")


def _headed_by(user: User) -> QuerySet[TaskForce]:
    duties = user.duties.filter(duty__in=["chief", "deputy"]).values("task_force")
    return TaskForce.objects.filter(pk__in=duties)


class PlanForm(Styled, forms.Form):
    """When and where a round is held."""

    planned_at = forms.DateTimeField(label="调度时间", required=False, widget=MomentInput())
    place = forms.CharField(label="地点", max_length=60, required=False)
    cutoff_on = forms.DateField(label="数据截至", widget=DateInput())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        planned: datetime | None = cleaned.get("planned_at")
        cutoff: date | None = cleaned.get("cutoff_on")
        if planned and cutoff and planned.date() < cutoff:
            self.add_error("planned_at", "调度时间不能早于数据截至日期，请核对")
        return cleaned


class RoundForm(PlanForm):
    """A round opened by hand. `occasion` makes pressing twice open one."""

    form = forms.ChoiceField(label="形式", choices=DispatchRound.Form.choices, widget=forms.RadioSelect)
    chief = forms.ModelChoiceField(
        label="指标长",
        queryset=User.objects.none(),
        required=False,
        empty_label="请选择",
        help_text="指标长调度时选择",
    )
    lead = forms.ModelChoiceField(
        label="牵头单位",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="请选择",
        help_text="牵头单位调度时选择",
    )
    task_forces = forms.ModelMultipleChoiceField(
        label="专班",
        queryset=TaskForce.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices in-columns"}),
    )
    occasion = forms.SlugField(max_length=60, widget=forms.HiddenInput)
    field_order = ("form", "chief", "lead", "task_forces", "cutoff_on", "planned_at", "place")

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        initial = {"cutoff_on": today, "occasion": uuid4().hex, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.user, self.today = user, today
        forces = _forces(today.year, user)
        chiefs = User.objects.filter(duties__duty="chief", duties__task_force__year=today.year).distinct()
        if not user.has_role(*OFFICE_ROLES):
            forces = forces.filter(pk__in=_headed_by(user))
            chiefs = chiefs.filter(pk=user.pk)
            self._choices("form", [(DispatchRound.Form.CHIEF.value, DispatchRound.Form.CHIEF.label)])
            self.initial.update(form=DispatchRound.Form.CHIEF, chief=user.pk)
        self._query("task_forces", forces)
        self._query("chief", chiefs)
        self._query("lead", Organisation.objects.filter(task_forces_led__year=today.year).distinct())

    def _query(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def plan(self) -> RoundPlan:
        """Return what was entered; the month is that of the planned time, otherwise of today."""
        data = self.cleaned_data
        planned = data["planned_at"]
        return RoundPlan(
            form=data["form"],
            month=(planned.date() if planned else self.today).replace(day=1),
            task_forces=list(data["task_forces"]),
            cutoff_on=data["cutoff_on"],
            occasion=f"hand-{data['occasion']}",
            chief=data["chief"],
            lead=data["lead"],
            planned_at=planned,
            place=data["place"],
        )


class MeetingForm(Styled, forms.Form):
    """The record of a meeting."""

    held_on = forms.DateField(label="召开日期", widget=DateInput())
    chair = forms.CharField(label="主持人", max_length=40)
    present = forms.CharField(
        label="参加人员", max_length=300, required=False, help_text="人员或单位，用顿号隔开", widget=_area(2)
    )
    minutes = forms.CharField(
        label="会议纪要", max_length=5000, required=False, help_text="研究了什么、议定了什么", widget=_area(8)
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def meeting(self, orders: Iterable[Order]) -> Meeting:
        data = self.cleaned_data
        return Meeting(data["held_on"], data["chair"], data["present"], data["minutes"], tuple(orders))


class OrderForm(Styled, forms.Form):
    """One instruction; in a meeting's form a row left empty is passed over."""

    task_force = LoadedChoiceField(label="专班", queryset=TaskForce.objects.none(), empty_label="请选择")
    title = forms.CharField(label="交办事项", max_length=120)
    organisation = LoadedChoiceField(
        label="责任单位", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    due_on = forms.DateField(label="完成时限", widget=DateInput())
    requirement = forms.CharField(label="要求", max_length=500, required=False, widget=_area(2))
    about = forms.CharField(
        label="所涉事项编号", max_length=24, required=False, help_text="如 DB-011，没有可不填"
    )

    def __init__(
        self,
        *args: Any,
        task_forces: Iterable[TaskForce],
        units: Iterable[Organisation],
        user: User,
        items: Mapping[str, WorkItem] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.items = user, items
        for name, rows in (("task_force", task_forces), ("organisation", units)):
            field = self.fields[name]
            if isinstance(field, LoadedChoiceField):
                field.offer(rows, empty="请选择")

    def clean_about(self) -> WorkItem | None:
        """Find the item among those the person may read, by `DB-011` or by `2023-DB-011`."""
        text = self.cleaned_data["about"].strip().upper()
        if not text:
            return None
        number = text if text[:4].isdigit() else f"{self._year()}-{text}"
        found = _items_numbered([number], self.user) if self.items is None else self.items
        item = found.get(number)
        if item is None:
            raise ValidationError(f"没有找到编号为 {text} 的事项，请核对")
        return item

    def _year(self) -> int:
        force: TaskForce | None = self.cleaned_data.get("task_force")
        return force.year if force else date.max.year

    def order(self, given_by: User | None) -> Order:
        data = self.cleaned_data
        return Order(
            task_force=data["task_force"],
            title=data["title"],
            organisation=data["organisation"],
            due_on=data["due_on"],
            requirement=data["requirement"],
            about=data["about"],
            given_by=given_by,
        )


class InstructionForm(OrderForm):
    """An instruction on its own; the office may enter one for a leader or a chief."""

    given_by = forms.ModelChoiceField(
        label="交办人", queryset=User.objects.none(), required=False, empty_label="本人"
    )
    field_order = ("given_by", "task_force", "title", "requirement", "organisation", "due_on", "about")

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        forces = _forces(today.year, user)
        if not user.has_role(*OFFICE_ROLES):
            forces = forces.filter(pk__in=_headed_by(user))
        units = Organisation.objects.visible_to(user).active(today)
        super().__init__(*args, user=user, task_forces=forces, units=units, **kwargs)
        field = self.fields["given_by"]
        if not user.has_role(*OFFICE_ROLES):
            del self.fields["given_by"]
        elif isinstance(field, forms.ModelChoiceField):
            field.queryset = User.objects.holding(Role.CHIEF, Role.LEADER, on=today).order_by("pk")


_OrderFormSet = formset_factory(OrderForm, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


def order_rows(row: DispatchRound, user: User, today: date, **kwargs: Any) -> BaseFormSet[OrderForm]:
    """Return the rows of instructions of a meeting's form."""
    # Read once for all rows.
    forces = covered_forces(row)
    shared = {
        "task_forces": forces,
        "units": list(Organisation.objects.visible_to(user).active(today)),
        "user": user,
        "items": _items_named(kwargs.get("data") or {}, {force.year for force in forces}, user),
    }
    return _OrderFormSet(prefix="order", form_kwargs=shared, **kwargs)


def _items_named(data: Mapping[str, Any], years: Iterable[int], user: User) -> dict[str, WorkItem]:
    """Return the items that the rows of a meeting's form name, by number, among those the person may read."""
    texts = {str(data.get(f"order-{n}-about", "")).strip().upper() for n in range(MOST_ROWS)} - {""}
    return _items_numbered({*texts, *(f"{year}-{text}" for year in years for text in texts)}, user)


def _items_numbered(numbers: Iterable[str], user: User) -> dict[str, WorkItem]:
    wanted = list(numbers)
    if not wanted:
        return {}
    return {item.number: item for item in WorkItem.objects.visible_to(user).filter(number__in=wanted)}


def filled_rows(rows: BaseFormSet[OrderForm]) -> list[OrderForm]:
    """Return the rows in which something was entered."""
    return [form for form in rows if form.has_changed()]


class PickForm(Styled, forms.Form):
    """Putting chosen items on the sheet of a round that is still to be held; the next one is offered first."""

    round = forms.ModelChoiceField(
        label="转入哪次调度",
        queryset=DispatchRound.objects.none(),
        empty_label=None,
        error_messages={
            "required": "没有待召开的调度，请先发起调度",
            "invalid_choice": "该次调度已召开或取消，请重新选择",
        },
    )
    reason = forms.CharField(
        label="转入理由",
        max_length=200,
        widget=_area(2),
        error_messages={"required": "请写明为什么要在会上调度"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["round"]
        drafts = DispatchRound.objects.visible_to(user).filter(state=DispatchRound.State.DRAFT)
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = drafts.order_by("cutoff_on", "pk")


class LetterForm(Styled, forms.Form):
    """How a proposed letter reads."""

    reason = forms.CharField(label="发文理由", max_length=300, widget=_area(3))
    body = forms.CharField(
        label="要求", max_length=2000, help_text="每段一行；开头的事由和反馈时限自动生成", widget=_area(6)
    )
    reply_by = forms.DateField(
        label="反馈时限",
        required=False,
        help_text="不填的，督办函和约谈通知签发时按设置的工作日数计算",
        widget=DateInput(),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class LetterDraftForm(LetterForm):
    """A letter drafted by hand. `occasion` makes pressing twice draft one."""

    rung = forms.ChoiceField(label="文种", choices=Letter.Rung.choices)
    organisation = forms.ModelChoiceField(
        label="责任单位", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    numbers = forms.CharField(
        label="所涉事项编号", max_length=300, required=False, help_text="如 DB-011、CX-026，用顿号隔开"
    )
    occasion = forms.SlugField(max_length=60, widget=forms.HiddenInput)
    field_order = ("rung", "organisation", "numbers", "reason", "body", "reply_by")

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        initial = {"occasion": uuid4().hex, "rung": Letter.Rung.SUPERVISE, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self.user, self.today = user, today
        field = self.fields["organisation"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Organisation.objects.visible_to(user).active(today)

    def clean_numbers(self) -> list[WorkItem]:
        """Find the open items named, among those the person may read."""
        wanted = [word.upper() for word in self.cleaned_data["numbers"].replace("、", " ").split()]
        full = [word if word[:4].isdigit() else f"{self.today.year}-{word}" for word in wanted]
        items = WorkItem.objects.visible_to(self.user).filter(number__in=full, state__in=OPEN_STATES)
        found = {item.number: item for item in items}
        if missing := [word for word, number in zip(wanted, full, strict=True) if number not in found]:
            raise ValidationError(f"没有找到未销号的事项：{'、'.join(missing)}，请核对编号")
        return [found[number] for number in dict.fromkeys(full)]

    def draft(self) -> Draft:
        data = self.cleaned_data
        return Draft(
            rung=data["rung"],
            organisation=data["organisation"],
            reason=data["reason"],
            body=data["body"],
            occasion=f"hand-{data['occasion']}",
            items=data["numbers"],
            reply_by=data["reply_by"],
        )
