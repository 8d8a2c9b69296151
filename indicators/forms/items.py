"""Forms of the ledgers: entry and correction, and what each step of an item asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict

from indicators.item_rules import problems_with
from indicators.models import TaskForce, WorkItem, WorkList
from indicators.workflow import ITEM_STEPS
from portal.forms.choices import LoadedChoiceField, LoadedMultipleChoiceField
from portal.forms.files import FilesField
from portal.models import Organisation, User

NOTE_LENGTH = 300
RESULT_LENGTH = 1000


def _text(rows: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "field__input", "rows": rows, **attrs})


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "field__input"})


_INPUT = {"class": "field__input"}
_STALE = {"required": "页面已过期，请刷新后再提交", "invalid": "页面已过期，请刷新后再提交"}


def renew(form: forms.BaseForm, name: str, value: object) -> None:
    """Replace a hidden value that has become stale: sending once more is then a decision made knowingly."""
    if isinstance(form.data, QueryDict):
        data = form.data.copy()
        data[form.add_prefix(name)] = str(value)
        form.data = data


class ItemForm(forms.ModelForm):
    """An entry of a ledger. On an entry in force dates and duty are not offered: they are adjusted."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    # The choices of rows are no fields of the model here: what was chosen was found, and is not looked up again.
    task_force = LoadedChoiceField(
        TaskForce.objects.none(),
        label="专班",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择专班"},
    )
    organisation = LoadedChoiceField(
        Organisation.objects.none(),
        label="责任单位",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择责任单位"},
    )
    lead = LoadedChoiceField(
        Organisation.objects.none(), required=False, label="牵头单位", widget=forms.Select(attrs=_INPUT)
    )
    supporting = LoadedMultipleChoiceField(
        Organisation.objects.none(),
        required=False,
        label="配合单位",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "in-columns"}),
    )

    field_order = ("title", "task_force", "organisation", "lead", "supporting")

    class Meta:
        model = WorkItem
        fields = (
            "title",
            "target",
            "quantity",
            "unit",
            "measures",
            "start_on",
            "due_on",
            "responsible_leader",
            "responsible_person",
            "weight",
            "is_important",
            "is_urgent",
        )
        widgets = {
            "title": forms.TextInput(attrs=_INPUT),
            "target": _text(2, maxlength=RESULT_LENGTH),
            "quantity": forms.NumberInput(attrs={**_INPUT, "step": "any", "min": "0"}),
            "unit": forms.TextInput(attrs=_INPUT),
            "measures": _text(3, maxlength=2000),
            "start_on": _day(),
            "due_on": _day(),
            "responsible_leader": forms.TextInput(attrs=_INPUT),
            "responsible_person": forms.TextInput(attrs=_INPUT),
            "weight": forms.NumberInput(attrs={**_INPUT, "min": 1, "max": 100}),
        }
        help_texts = {
            "quantity": "没有数量目标的留空",
            "due_on": "没有明确时限的留空，亮灰灯",
        }
        error_messages = {
            "title": {"required": "请填写事项名称"},
            "start_on": {"required": "请填写开始日期"},
        }

    def __init__(self, *args: Any, work_list: WorkList, user: User, **kwargs: Any) -> None:
        instance: WorkItem = kwargs["instance"]
        chosen = {name: getattr(instance, f"{name}_id") for name in ("task_force", "organisation", "lead")}
        if instance.pk:
            chosen["supporting"] = [unit.pk for unit in instance.supporting.all()]
        kwargs["initial"] = chosen | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.work_list = work_list
        forces = TaskForce.objects.visible_to(user).filter(year=work_list.year).select_related("lead")
        units = list(Organisation.objects.visible_to(user))
        _offer(self.fields["task_force"], forces, "请选择")
        _offer(self.fields["organisation"], units, "请选择")
        _offer(self.fields["lead"], units, "按专班的牵头单位")
        _offer(self.fields["supporting"], units)
        if self.instance.pk:
            self._keep_what_is_adjusted()

    def _keep_what_is_adjusted(self) -> None:
        self.fields["version"].initial = self.instance.version
        for name in ("organisation", "start_on", *(("due_on",) if self.instance.due_on else ())):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        judged = {**values, "supporting": list(values.get("supporting") or [])}
        for name in ("organisation", "start_on", "due_on"):
            if name not in self.fields and self.instance.pk:
                judged[name] = getattr(self.instance, name)
        for name, messages in problems_with(judged, year=self.work_list.year).items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
        if "lead" in values and values["lead"] is None and values.get("task_force"):
            values["lead"] = values["task_force"].lead
        return values

    def validate_constraints(self) -> None:
        """Leave the constraints to `problems_with`, which says the same beside the field."""

    def values(self) -> dict[str, Any]:
        """Return what the services take: the fields without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def _offer(field: forms.Field, rows: Iterable[Model], empty: str | None = None) -> None:
    """Let a field offer `rows`, which were read once for all fields."""
    if isinstance(field, LoadedChoiceField | LoadedMultipleChoiceField):
        field.offer(rows, empty=empty)


class ApplyForm(forms.Form):
    """An application to close: when it was completed, what came of it, and the evidence."""

    version = forms.IntegerField(widget=forms.HiddenInput(), error_messages=_STALE)
    completed_on = forms.DateField(
        label="完成日期", widget=_day(), error_messages={"required": "请填写完成日期"}
    )
    result = forms.CharField(
        label="完成情况",
        max_length=RESULT_LENGTH,
        widget=_text(5, maxlength=RESULT_LENGTH),
        help_text="写明做了什么、达到什么效果、数据来自哪里；数量目标写实际完成数",
        error_messages={"required": "请写明完成情况"},
    )
    uploads = FilesField(label="佐证材料", required=True)


class StepForm(forms.Form):
    """What a step asks for beside its button. Which fields there are depends on the step."""

    version = forms.IntegerField(widget=forms.HiddenInput(), error_messages=_STALE)

    def __init__(self, name: str, item: WorkItem, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{name}_%s")
        kwargs.setdefault("initial", {"version": item.version})
        super().__init__(*args, **kwargs)
        for field, make in _FIELDS.get(name, {}).items():
            self.fields[field] = make()
        if name in _NOTES:
            label, required = _NOTES[name]
            self.fields["note"] = _note(label, required=required)

    def values(self) -> dict[str, Any]:
        """Return what the step's service takes: the fields without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return len(self.fields) > 1


def _note(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=NOTE_LENGTH,
        widget=_text(3, maxlength=NOTE_LENGTH),
        error_messages={"required": f"请填写{label}", "max_length": f"{label}最多 {NOTE_LENGTH} 字，请精简"},
    )


def _date(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=_day(),
        error_messages={"required": f"请填写{label}", "invalid": "日期请写作 2023-11-08 的形式"},
    )


def _unit() -> forms.ModelChoiceField[Organisation]:
    return forms.ModelChoiceField(
        Organisation.objects.only("code", "short_name"),
        required=False,
        label="新的责任单位",
        empty_label="不变",
        widget=forms.Select(attrs=_INPUT),
    )


_FIELDS: dict[str, dict[str, Any]] = {
    "office_return": {"due_on": lambda: _date("新的完成时限")},
    "recheck_failed": {"due_on": lambda: _date("新的完成时限")},
    "adjust": {
        "due_on": lambda: _date("新的完成时限", required=False, help_text="不改的留空"),
        "organisation": _unit,
    },
    "resume": {"due_on": lambda: _date("新的完成时限", required=False, help_text="不改的留空")},
    "request_extension": {"new_due_on": lambda: _date("申请延至")},
}
_OPINIONS = {"confirm", "lead_pass", "approve", "grant_extension", "chase", "resume"}
_NOTES = {
    **{step.name: ("理由", True) for step in ITEM_STEPS.values() if step.needs_note},
    **dict.fromkeys(_OPINIONS, ("意见（可不填）", False)),
    "request_extension": ("理由", True),
    "refuse_extension": ("理由", True),
    "chase": ("要求（可不填）", False),
}


class AssignForm(forms.Form):
    """Handing several items over to one unit."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.only("code", "short_name"),
        label="新的责任单位",
        empty_label="请选择",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择新的责任单位"},
    )
    reason = _note("理由", required=True)


class LedgerUploadForm(forms.Form):
    """A filled-in workbook of a ledger."""

    work_list = forms.ModelChoiceField(
        WorkList.objects.none(),
        label="台账",
        empty_label="请选择",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择要导入的台账"},
    )
    file = forms.FileField(
        label="工作簿",
        widget=forms.ClearableFileInput(
            attrs={"class": "field__input field__input--files", "accept": ".xlsx,.xls,.ods"}
        ),
        help_text="请先导出本台账，在导出的工作簿中修改后上传；新增的行编号留空",
        error_messages={"required": "请选择要上传的工作簿", "empty": "文件是空的，请重新保存后上传"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["work_list"]
        if isinstance(chosen, forms.ModelChoiceField):
            chosen.queryset = WorkList.objects.visible_to(user)
