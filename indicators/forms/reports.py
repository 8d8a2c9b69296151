"""Forms of the monthly reporting."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any, cast

from django import forms

from indicators.models import ProgressReport, TaskForce
from indicators.services.reports import EDITABLE
from indicators.services.reports.checks import TEXT_LENGTH, TEXTS
from portal.forms.files import FilesField
from portal.models import Organisation

REASON = forms.Textarea(attrs={"class": "field__input", "rows": 2, "maxlength": TEXT_LENGTH})


class TypedDecimalField(forms.DecimalField):
    """A number as people type it: full-width digits, spaces, a thousands comma or a percent sign do no harm."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "").rstrip("%")
        return super().to_python(value)


class TextField(forms.CharField):
    """A text with the line breaks of one kind; its length is judged where drafts and submissions are."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


def _number(label: str, digits: int, places: int) -> TypedDecimalField:
    return TypedDecimalField(
        label=label,
        max_digits=digits,
        decimal_places=places,
        required=False,
        error_messages={
            "invalid": f"{label}请填数字，例如 62.5",
            "max_digits": f"{label}的数字过大，请核对",
            "max_whole_digits": f"{label}的数字过大，请核对",
            "max_decimal_places": f"{label}最多保留 {places} 位小数",
        },
    )


class DraftForm(forms.Form):
    """What a liaison writes about one item; `prefix` is the item's number."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    percent = _number("累计进度", 5, 1)
    quantity_done = _number("累计完成", 14, 2)
    done = TextField(label=TEXTS["done"], required=False)
    problems = TextField(label=TEXTS["problems"], required=False)
    coordination = TextField(label=TEXTS["coordination"], required=False)
    next_step = TextField(label=TEXTS["next_step"], required=False)
    evidence = FilesField(label="佐证")

    def values(self) -> dict[str, Any]:
        """Return what was typed, of the fields that the page sent at all."""
        return {name: self.cleaned_data[name] for name in EDITABLE if self.add_prefix(name) in self.data}

    def changes(self, report: ProgressReport) -> dict[str, Any]:
        return {name: value for name, value in self.values().items() if getattr(report, name) != value}


class NoChangeForm(forms.Form):
    """One sentence for one item or for all that are still blank."""

    target = forms.CharField(widget=forms.HiddenInput)
    sentence = TextField(
        label="一句话说明",
        max_length=TEXT_LENGTH,
        widget=forms.TextInput(
            attrs={"class": "field__input", "list": "no-change-sentences", "autocomplete": "off"}
        ),
        error_messages={
            "required": "请写一句本月无变化的原因",
            "max_length": f"说明不超过 {TEXT_LENGTH} 字，请压缩",
        },
    )


class UnlockForm(forms.Form):
    """Leave for one unit to report a locked month until a day."""

    organisation = forms.ModelChoiceField(
        label="单位",
        queryset=Organisation.objects.none(),
        empty_label="选择单位",
        widget=forms.Select(attrs={"class": "field__input"}),
        error_messages={
            "required": "请选择要解锁的单位",
            "invalid_choice": "该单位在本月没有应报事项，请重新选择",
        },
    )
    until = forms.DateField(
        label="开放至",
        help_text="含当日",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "field__input", "type": "date"}),
        error_messages={"required": "请填写开放至哪一天", "invalid": "日期请写作 2023-11-15 的样式"},
    )
    reason = TextField(
        label="理由",
        max_length=TEXT_LENGTH,
        widget=REASON,
        error_messages={"required": "请写明解锁理由", "max_length": f"理由不超过 {TEXT_LENGTH} 字，请压缩"},
    )

    def __init__(self, *args: Any, units: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField", self.fields["organisation"]).queryset = Organisation.objects.filter(
            pk__in=[unit.pk for unit in units]
        )


class UnlockRequestForm(forms.Form):
    """Why a unit asks for a locked month to be opened to it."""

    reason = TextField(
        label="理由",
        max_length=TEXT_LENGTH,
        help_text="说明要补报或者修改哪些事项、为什么没有按时报送",
        widget=forms.Textarea(attrs={"class": "field__input", "rows": 4, "maxlength": TEXT_LENGTH}),
        error_messages={
            "required": "请写明申请解锁的理由",
            "max_length": f"理由不超过 {TEXT_LENGTH} 字，请压缩",
        },
    )


class UnlockDecisionForm(forms.Form):
    """Until when a request is granted, or why it is not; `decision` is the button that was pressed."""

    until = forms.DateField(
        label="开放至",
        required=False,
        help_text="同意时填写，含当日；期间首次提交的计为迟报",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "field__input", "type": "date"}),
        error_messages={"invalid": "日期请写作 2023-11-15 的样式"},
    )
    note = TextField(
        label="不同意的原因",
        required=False,
        max_length=TEXT_LENGTH,
        help_text="不同意时填写，申请单位会看到",
        widget=REASON,
        error_messages={"max_length": f"原因不超过 {TEXT_LENGTH} 字，请压缩"},
    )

    def __init__(self, *args: Any, decision: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if self.decision == "grant" and until is None:
            raise forms.ValidationError("请填写开放至哪一天")
        return until

    def clean_note(self) -> str:
        note = str(self.cleaned_data["note"])
        if self.decision == "refuse" and not note.strip():
            raise forms.ValidationError("不同意解锁须写明原因")
        return note


class ReviewFilterForm(forms.Form):
    """What the reviewer looks at: by task force, unit, and what deserves a closer look."""

    SHOWS = (
        ("", "全部待审"),
        ("coordination", "有提请协调"),
        ("problems", "有存在问题"),
        ("backwards", "进度低于上月"),
        ("no_change", "本月无变化"),
        ("again", "退回后重报"),
        ("late", "迟报"),
    )

    task_force = forms.ModelChoiceField(
        label="专班",
        required=False,
        empty_label="全部专班",
        queryset=TaskForce.objects.none(),
        to_field_name="code",
    )
    unit = forms.ModelChoiceField(
        label="单位",
        required=False,
        empty_label="全部单位",
        queryset=Organisation.objects.none(),
        to_field_name="code",
    )
    show = forms.ChoiceField(label="情况", required=False, choices=SHOWS)

    def __init__(self, *args: Any, queue: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("task_force", TaskForce.objects.filter(pk__in=queue.values("item__task_force"))),
            ("unit", Organisation.objects.filter(pk__in=queue.values("organisation"))),
        ):
            cast("forms.ModelChoiceField", self.fields[name]).queryset = rows
        for field in self.fields.values():
            field.widget.attrs["class"] = "field__input"


class ReturnForm(forms.Form):
    """Why a report goes back, and for a locked month until when its unit may change it."""

    reason = TextField(
        label="退回原因",
        max_length=TEXT_LENGTH,
        widget=REASON,
        error_messages={"required": "请写明退回的原因", "max_length": f"原因不超过 {TEXT_LENGTH} 字，请压缩"},
    )
    until = forms.DateField(
        label="退回后开放至",
        required=False,
        help_text="本月已封账，写明填报单位在哪天前改好",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "field__input", "type": "date"}),
        error_messages={"invalid": "日期请写作 2023-11-15 的样式"},
    )


class WorkbookForm(forms.Form):
    """A filled-in workbook."""

    file = forms.FileField(
        label="填好的表",
        help_text="从本页下载的填报表，xlsx、xls 或 ods 格式，不超过 20 MB",
        widget=forms.FileInput(
            attrs={"class": "field__input field__input--files", "accept": ".xlsx,.xls,.ods"}
        ),
        error_messages={
            "required": "请选择填好的表",
            "empty": "文件是空的，请重新保存工作簿后上传",
        },
    )
