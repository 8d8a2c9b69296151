"""What each step of a case asks for beside its button."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from complaints.kinds import Outcome, Satisfaction
from complaints.models import Complaint
from complaints.services.handling import MOST_DAYS
from complaints.workflow import CASE_STEPS
from portal.forms.choices import LoadedChoiceField
from portal.forms.files import FilesField
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES

NOTE_LENGTH = 500
ANSWER_LENGTH = 2000
STALE = {"required": "页面已过期，请刷新后再提交", "invalid": "页面已过期，请刷新后再提交"}
_INPUT = {"class": "field__input"}
YES_NO = (("yes", "已解决"), ("no", "未解决"))


def renew(form: forms.BaseForm, name: str, value: object) -> None:
    """Replace a hidden value that has become stale: sending once more is then a decision made knowingly."""
    if isinstance(form.data, QueryDict):
        data = form.data.copy()
        data[form.add_prefix(name)] = str(value)
        form.data = data


def text_area(rows: int, most: int) -> forms.Textarea:
    """Return a field of several lines that counts its characters."""
    return forms.Textarea(attrs={"class": "field__input", "rows": rows, "maxlength": most})


def note_field(
    label: str, *, required: bool = True, rows: int = 3, most: int = NOTE_LENGTH
) -> forms.CharField:
    """Return the field in which a step says why."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=text_area(rows, most),
        error_messages={"required": f"请填写{label}", "max_length": f"{label}最多 {most} 字，请精简"},
    )


def version_field() -> forms.IntegerField:
    """Return the hidden field with the version of the case that the person has seen."""
    return forms.IntegerField(widget=forms.HiddenInput(), error_messages=STALE)


class StepForm(forms.Form):
    """A step's form at the side of the case's page. Which fields there are depends on the step."""

    version = version_field()

    def __init__(
        self,
        name: str,
        case: Complaint,
        *args: Any,
        user: User,
        units: Iterable[Organisation] = (),
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("auto_id", f"{name}_%s")
        kwargs.setdefault("initial", {"version": case.version})
        super().__init__(*args, **kwargs)
        for field, make in _FIELDS.get(name, {}).items():
            self.fields[field] = make()
        if name in _NOTES:
            label, required = _NOTES[name]
            self.fields["note"] = note_field(label, required=required)
        if "internal" in self.fields and not user.has_role(*OFFICE_ROLES):
            del self.fields["internal"]
        chosen = self.fields.get("suggested")
        if isinstance(chosen, LoadedChoiceField):
            chosen.offer(units, empty="请选择")

    def values(self) -> dict[str, Any]:
        """Return what the step takes: the fields without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return len(self.fields) > 1


def _check(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _days() -> forms.IntegerField:
    return forms.IntegerField(
        label="申请延长",
        min_value=1,
        max_value=MOST_DAYS,
        help_text="按本件时限的单位计，工作日或日",
        widget=forms.NumberInput(attrs=_INPUT),
        error_messages={
            "required": "请填写申请延长的天数",
            "invalid": "天数请填写整数",
            "min_value": f"天数应在 1 到 {MOST_DAYS} 之间",
            "max_value": f"天数应在 1 到 {MOST_DAYS} 之间",
        },
    )


def _suggested() -> LoadedChoiceField:
    return LoadedChoiceField(
        Organisation.objects.none(),
        label="建议由哪个单位办理",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择建议单位"},
    )


def _reached() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="联系情况",
        choices=(("yes", "已联系上"), ("refused", "联系上，拒绝评价"), ("no", "未联系上")),
        widget=forms.RadioSelect(),
        initial="yes",
        error_messages={"required": "请选择联系情况"},
    )


def _resolved() -> forms.ChoiceField:
    return forms.ChoiceField(label="是否解决", choices=YES_NO, required=False, widget=forms.RadioSelect())


def _satisfaction() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="满意程度", choices=Satisfaction.choices, required=False, widget=forms.RadioSelect()
    )


def _public() -> forms.CharField:
    return note_field("告知来件人（可不填）", required=False, rows=2)


_FIELDS: dict[str, dict[str, Callable[[], forms.Field]]] = {
    "supply": {"uploads": lambda: FilesField(label="材料")},
    "return": {"suggested": _suggested},
    "note": {
        "public": _public,
        "contacted": lambda: _check("已联系来件人"),
        "internal": lambda: _check("仅营商办可见"),
        "uploads": lambda: FilesField(label="材料"),
    },
    "answer": {"uploads": lambda: FilesField(label="材料")},
    "request_extension": {"days": _days},
    "terminate": {"withdrawn": lambda: _check("来件人撤回")},
    "call": {
        "reached": _reached,
        "resolved": _resolved,
        "satisfaction": _satisfaction,
        "justified": lambda: _check("不满意的理由成立，重新办理"),
    },
}
_NOTES: dict[str, tuple[str, bool]] = {
    **{step.name: ("理由", True) for step in CASE_STEPS.values() if step.needs_note},
    **dict.fromkeys(
        ("accept", "resume", "confirm", "pass", "archive", "approve_extension"), ("意见（可不填）", False)
    ),
    "ask_more": ("要补充什么", True),
    "supply": ("补充的内容", True),
    "note": ("办理情况", True),
    "answer": ("协办意见", True),
    "send_back": ("要修改什么", True),
    "send_again": ("退回原因", True),
    "call": ("回访情况（不满意的必填原因）", False),
    "whistle_close": ("会商和办理结果", True),
    "chase": ("要求（可不填）", False),
}


class ReplyForm(forms.Form):
    """The reply as the unit proposes it."""

    version = version_field()
    outcome = forms.ChoiceField(
        label="办理结果",
        choices=[
            (value.value, value.label) for value in (Outcome.RESOLVED, Outcome.EXPLAINED, Outcome.UNRESOLVED)
        ],
        widget=forms.RadioSelect(),
        error_messages={"required": "请选择办理结果"},
    )
    text = forms.CharField(
        label="答复内容",
        max_length=5000,
        widget=text_area(10, 5000),
        help_text="来件人会看到：核实情况、处理结果和依据；不要写来件人的姓名、电话",
        error_messages={"required": "请填写答复内容：核实情况、处理结果、依据"},
    )
    measures = forms.CharField(
        label="办理过程（内部）",
        required=False,
        max_length=2000,
        widget=text_area(4, 2000),
        help_text="采取的措施、核查经过，供营商办审核，来件人看不到",
    )
    uploads = FilesField(label="佐证材料")

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return values | {"outcome": Outcome(values["outcome"])}
