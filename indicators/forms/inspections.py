"""Forms of inspections: design, visits, findings, and what each step asks for."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet

from indicators.inspection_workflow import FINDING_STEPS, Authority, InspectionKind, Method
from indicators.models import Finding, Inspection, TaskForce
from indicators.services.inspections import Design, Observation, Visit
from portal.forms.files import FilesField
from portal.forms.styles import DateInput, Styled
from portal.models import Organisation, User
from portal.roles import Role

CHOICES = {"class": "choices in-columns"}
WITH_FILES = frozenset({"answer", "object"})


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def inspectors(today: date) -> QuerySet[User]:
    """Return who can take part in an inspection or read a referral."""
    found = User.objects.holding(Role.INSPECTOR, on=today).select_related("organisation")
    return found.prefetch_related("grants").order_by("organisation__order", "pk")


class _Chooser(Styled, forms.Form):
    """A form whose choices depend on the day and the inspection."""

    def _query(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows


class InspectionForm(_Chooser):
    """What an inspection is to be. `occasion` makes pressing twice enter one."""

    title = forms.CharField(
        label="名称", max_length=80, help_text="如“办理建筑许可并联审批专项督查”；没有授权的写“日常督办”"
    )
    kind = forms.ChoiceField(label="类型", choices=InspectionKind.choices)
    method = forms.ChoiceField(
        label="方式", choices=Method.choices, help_text="暗访不发通知，结论反馈前单位不知情"
    )
    authority = forms.ChoiceField(
        label="授权",
        choices=[("", "没有授权（只能作为日常督办）"), *Authority.choices],
        required=False,
        help_text="督查事项须由县政府决定、县政府负责人批准，或由县政府指定部门开展",
    )
    authority_document = forms.CharField(
        label="依据文件", max_length=160, required=False, help_text="文件名称和文号，或批示件"
    )
    approver = forms.CharField(
        label="批准人", max_length=40, required=False, help_text="作出决定或批准的机关、会议或领导"
    )
    approved_on = forms.DateField(label="批准日期", required=False, widget=DateInput())
    authority_scope = forms.CharField(
        label="指定的事项、范围和职责",
        max_length=300,
        required=False,
        widget=_area(2),
        help_text="指定部门督查时填写",
    )
    authority_until = forms.DateField(label="授权期限", required=False, widget=DateInput())
    organisations = forms.ModelMultipleChoiceField(
        label="被督查单位",
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=CHOICES),
    )
    scope = forms.CharField(label="督查范围", max_length=1000, required=False, widget=_area(3))
    plan = forms.CharField(
        label="督查方案",
        max_length=3000,
        required=False,
        widget=_area(8),
        help_text="内容、步骤、时间和要求，每段一行，印在通知里",
    )
    starts_on = forms.DateField(label="开始日期", required=False, widget=DateInput())
    ends_on = forms.DateField(label="结束日期", required=False, widget=DateInput())
    head = forms.ModelChoiceField(
        label="组长", queryset=User.objects.none(), required=False, empty_label="请选择"
    )
    members = forms.ModelMultipleChoiceField(
        label="督查人员",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=CHOICES),
        help_text="参加督查的不参与本次异议复核",
    )
    companions = forms.CharField(
        label="其他参加人员", max_length=200, required=False, help_text="没有账号的人员，用顿号隔开"
    )
    occasion = forms.SlugField(max_length=60, required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        initial = {"occasion": uuid4().hex, **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, **kwargs)
        self._query("organisations", Organisation.objects.active(today).order_by("order", "pk"))
        self._query("head", inspectors(today))
        self._query("members", inspectors(today))

    @staticmethod
    def values_of(inspection: Inspection) -> dict[str, Any]:
        """Return what the form shows of an inspection."""
        members = list(inspection.members.all())
        names = [field for field in InspectionForm.base_fields if hasattr(inspection, field)]
        return {name: getattr(inspection, name) for name in names} | {
            "organisations": [unit.pk for unit in inspection.organisations.all()],
            "members": [member.user_id for member in members],
            "head": next((member.user_id for member in members if member.is_head), None),
        }

    def design(self) -> Design:
        apart = {"occasion", "version"}
        return Design(**{name: value for name, value in self.cleaned_data.items() if name not in apart})


class ConclusionForm(Styled, forms.Form):
    conclusion = forms.CharField(
        label="督查结论",
        max_length=3000,
        widget=_area(8),
        help_text="反馈给全部被督查单位，只应由个别单位知悉的内容写在问题里",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class VisitForm(_Chooser):
    visited_on = forms.DateField(label="走访日期", widget=DateInput())
    organisation = forms.ModelChoiceField(
        label="被督查单位", queryset=Organisation.objects.none(), required=False, empty_label="不限于某一单位"
    )
    place = forms.CharField(label="地点", max_length=80)
    note = forms.CharField(
        label="了解的情况", max_length=2000, widget=_area(6), help_text="被督查单位看不到走访记录"
    )
    uploads = FilesField(label="照片和记录")

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._query("organisation", inspection.organisations.order_by("order", "pk"))

    def visit(self) -> Visit:
        return Visit(**{name: value for name, value in self.cleaned_data.items() if name != "uploads"})


class FindingForm(_Chooser):
    organisation = forms.ModelChoiceField(
        label="被督查单位", queryset=Organisation.objects.none(), empty_label="请选择"
    )
    task_force = forms.ModelChoiceField(
        label="专班", queryset=TaskForce.objects.none(), empty_label="请选择", help_text="整改事项归口的专班"
    )
    weight = forms.ChoiceField(label="程度", choices=Finding.Weight.choices, initial=Finding.Weight.ORDINARY)
    title = forms.CharField(label="问题", max_length=120, help_text="一句话说清什么问题")
    fact = forms.CharField(
        label="事实",
        max_length=2000,
        widget=_area(5),
        help_text="时间、地点、具体情况；反馈后单位看得到，不写反映人的信息",
    )
    basis = forms.CharField(label="对照要求", max_length=200, help_text="违反或没有达到的规定、方案、承诺")
    demand = forms.CharField(label="整改要求", max_length=300, widget=_area(2))
    uploads = FilesField(label="佐证")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, inspection: Inspection, finding: Finding | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._query("organisation", inspection.organisations.order_by("order", "pk"))
        self._query("task_force", TaskForce.objects.filter(year=inspection.year).order_by("order", "pk"))
        self.fields["uploads"].required = finding is None

    @staticmethod
    def values_of(finding: Finding) -> dict[str, Any]:
        names = ("weight", "title", "fact", "basis", "demand", "version")
        return {name: getattr(finding, name) for name in names} | {
            "organisation": finding.organisation_id,
            "task_force": finding.task_force_id,
        }

    def seen(self) -> Observation:
        apart = {"uploads", "version"}
        return Observation(**{name: value for name, value in self.cleaned_data.items() if name not in apart})


class FindingStepForm(Styled, forms.Form):
    """What one step of a finding asks for: words, for some of them files or a date."""

    note = forms.CharField(max_length=300, widget=_area(3))
    due_on = forms.DateField(
        label="新的整改时限", required=False, widget=DateInput(), help_text="事项已销号的必须填写"
    )
    uploads = FilesField(label="材料")
    version = forms.IntegerField(widget=forms.HiddenInput)

    LABELS = {
        "answer": ("原因和整改打算", 1000),
        "object": ("事实和依据", 1000),
        "maintain": ("维持的理由", 300),
        "revoke": ("撤销的理由", 300),
        "recheck_pass": ("复查情况", 300),
        "recheck_fail": ("复查情况", 300),
    }

    def __init__(self, step: str, finding: Finding, *args: Any, **kwargs: Any) -> None:
        initial = {"version": finding.version}
        super().__init__(*args, initial=initial, auto_id=f"id_{step}_%s", **kwargs)
        self.step = FINDING_STEPS[step]
        label, limit = self.LABELS.get(step, ("理由", 300))
        note = self.fields["note"]
        note.label, note.error_messages["required"] = label, f"请填写{label}"
        if isinstance(note, forms.CharField):
            note.max_length = limit
            note.widget.attrs["maxlength"] = limit
        if step not in WITH_FILES:
            del self.fields["uploads"]
        if step != "recheck_fail":
            del self.fields["due_on"]


class FindingsField(forms.ModelMultipleChoiceField):
    """Findings by their place, title and state."""

    def label_from_instance(self, obj: Finding) -> str:
        return f"{obj.position}. {obj.title}（{obj.get_state_display()}）"


class RectifyForm(_Chooser):
    """Which findings of a unit become items, and by when they are to be put right."""

    findings = FindingsField(
        label="问题", queryset=Finding.objects.none(), widget=forms.CheckboxSelectMultiple()
    )
    due_on = forms.DateField(label="整改时限", widget=DateInput())

    def __init__(self, *args: Any, findings: QuerySet[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._query("findings", findings)


class ReferralForm(_Chooser):
    """A clue to be handed over, and who else needs to know."""

    facts = forms.CharField(label="线索情况", max_length=3000, widget=_area(8))
    readers = forms.ModelMultipleChoiceField(
        label="知悉人员",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs=CHOICES),
        help_text="只选办理需要的督查人员；您本人自动知悉",
    )

    def __init__(self, *args: Any, today: date, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._query("readers", inspectors(today).exclude(pk=user.pk))


class ShareForm(_Chooser):
    readers = forms.ModelMultipleChoiceField(
        label="增加知悉人员",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs=CHOICES),
    )

    def __init__(self, *args: Any, today: date, known: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._query("readers", inspectors(today).exclude(pk__in=known))


class OutcomeForm(Styled, forms.Form):
    outcome = forms.CharField(label="办理结果", max_length=2000, widget=_area(4))
