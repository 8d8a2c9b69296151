"""The form of a task force: who heads it, which units are in it, who reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import validate_slug

from indicators.models import Indicator, TaskForce
from indicators.services.taskforces import MakeUp
from portal.forms.choices import LoadedChoiceField, LoadedMultipleChoiceField
from portal.models import Organisation, User
from portal.models.people import held_roles
from portal.roles import Role

_INPUT = {"class": "field__input"}
_COLUMNS = {"class": "in-columns"}


class _PeopleField(LoadedMultipleChoiceField):
    """People with their unit beside the name: namesakes happen."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）"


class _ChiefsField(LoadedMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return chief_label(obj)


class _ChiefField(LoadedChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return chief_label(obj)


def chief_label(person: User) -> str:
    """Name a county leader with the office held, as the paper lists do."""
    return f"{person.name}（{person.title or person.organisation.short_name}）"


class TaskForceForm(forms.Form):
    """A task force; `seen` is the make-up that the page was made from."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(
        label="名称",
        max_length=40,
        widget=forms.TextInput(attrs=_INPUT),
        error_messages={"required": "请填写专班名称"},
    )
    lead = LoadedChoiceField(
        Organisation.objects.none(),
        label="牵头单位",
        empty_label="请选择",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择牵头单位"},
    )
    chief = _ChiefField(
        User.objects.none(),
        required=False,
        label="指标长",
        empty_label="暂缺",
        widget=forms.Select(attrs=_INPUT),
        help_text="列出有指标长角色的人员",
    )
    deputies = _ChiefsField(
        User.objects.none(),
        required=False,
        label="副指标长",
        widget=forms.CheckboxSelectMultiple(attrs=_COLUMNS),
    )
    responsible = LoadedMultipleChoiceField(
        Organisation.objects.none(),
        required=False,
        label="责任单位",
        widget=forms.CheckboxSelectMultiple(attrs=_COLUMNS),
    )
    liaisons = _PeopleField(
        User.objects.none(),
        required=False,
        label="联络员",
        widget=forms.CheckboxSelectMultiple(attrs=_COLUMNS),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = list(Organisation.objects.active(today))
        people = User.objects.holding(Role.CHIEF, Role.LIAISON, on=today)
        by_role = _by_role(people.select_related("organisation").prefetch_related("grants"), today)
        for name, rows, empty in (
            ("lead", units, "请选择"),
            ("responsible", units, None),
            ("chief", by_role[Role.CHIEF], "暂缺"),
            ("deputies", by_role[Role.CHIEF], None),
            ("liaisons", by_role[Role.LIAISON], None),
        ):
            field = self.fields[name]
            if isinstance(field, LoadedChoiceField | LoadedMultipleChoiceField):
                field.offer(rows, empty=empty)

    def make_up(self) -> MakeUp:
        """Return what the task force is to be."""
        names = ("name", "lead", "responsible", "chief", "deputies", "liaisons")
        return MakeUp(**{name: self.cleaned_data[name] for name in names})


def _by_role(people: Iterable[User], today: date) -> dict[Role, list[User]]:
    """Part the people into chiefs and liaisons; one may be both."""
    found: dict[Role, list[User]] = {Role.CHIEF: [], Role.LIAISON: []}
    for person in people:
        held = held_roles(person.grants.all(), on=today)
        for role in held & found.keys():
            found[Role(role)].append(person)
    return found


class NewTaskForceForm(TaskForceForm):
    """A task force to be set up, for a first-level indicator that has none."""

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label="一级指标",
        empty_label="请选择",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择一级指标"},
    )
    code = forms.CharField(
        label="代码",
        max_length=60,
        validators=[validate_slug],
        widget=forms.TextInput(attrs=_INPUT),
        help_text="用于网址，只用小写字母、数字和连字符，如 kaibanqiye-2024",
        error_messages={"required": "请填写代码"},
    )
    field_order = (
        "indicator",
        "code",
        "name",
        "lead",
        "chief",
        "deputies",
        "responsible",
        "liaisons",
        "seen",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        free = Indicator.objects.current().filter(depth=1, task_force=None).select_related("system")
        field = self.fields["indicator"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = free

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).lower()
        if TaskForce.objects.filter(code=code).exists():
            raise forms.ValidationError("该代码已被其他专班使用，请换一个")
        return code
