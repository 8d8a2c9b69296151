"""The questions of the public form, one set for each screen. Pages work without a script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile

from complaints.kinds import CaseType, ProblemKind, Satisfaction
from complaints.services.intake import TEXT_LENGTH, WISHES_LENGTH
from complaints.services.public_files import TAKEN_LABEL
from portal.credit_codes import clean_credit_code
from portal.file_kinds import MB, PUBLIC_MAX_BYTES, PUBLIC_MAX_PER_ROW
from portal.forms.styles import Styled
from portal.models import Organisation, Topic

TITLE_LENGTH: Final = 60
COMMENT_LENGTH: Final = 500
ANONYMOUS, NAMED = "anonymous", "named"
YES, NO = "yes", "no"
# A phone converts its own format to one of these when it knows what is taken.
ACCEPT: Final = "image/jpeg,image/png,image/webp,application/pdf"
_PHONE = re.compile(r"(?:1\d{10}|0\d{2,3}\d{7,8}|\d{7,8})")
# Marks that turn the direction of reading; in a single line they would reorder the words around it.
_TURNING = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

# The types and problem kinds in the words of somebody who does not know the regulation.
TYPE_WORDS: Final = {
    CaseType.COMPLAINT: "投诉　办事不公、推诿拖延、乱收费、拖欠账款等",
    CaseType.HELP: "求助　遇到困难，请政府帮助协调",
    CaseType.INQUIRY: "咨询　问政策、问流程、问进度",
    CaseType.SUGGESTION: "建议　对政策或做法提出改进意见",
    CaseType.REPORT: "举报　反映单位或人员违法违规，默认为您保密",
}
PROBLEM_WORDS: Final = {
    ProblemKind.INTERFERENCE: "干涉企业自己的经营决定",
    ProblemKind.INEQUALITY: "对本地、外地或不同类型的企业区别对待",
    ProblemKind.SEIZURE: "违法查封、扣押、冻结财产",
    ProblemKind.LEVY: "要求企业出钱、出物、出人",
    ProblemKind.FORCED_RATING: "强制参加评比、达标、培训、考试",
    ProblemKind.FEES: "乱收费，或收取清单以外的保证金",
    ProblemKind.BROKEN_PROMISE: "承诺不兑现、合同不履行、拖欠账款",
    ProblemKind.HIDDEN_PERMIT: "没有依据的审批、备案、证明，办事被卡住",
    ProblemKind.FORCED_AGENT: "指定或强制找中介机构",
    ProblemKind.UNHEARD: "出台涉企政策没有听取企业意见",
    ProblemKind.OTHER: "其他问题",
}
WITH_PROBLEM: Final = frozenset({CaseType.COMPLAINT, CaseType.REPORT})


class LinesField(forms.CharField):
    """Several lines as they are kept: a browser sends two characters for each end of a line and counts one."""

    def __init__(
        self, *, label: str, rows: int, most: int, required: bool = True, help_text: str = ""
    ) -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=most,
            help_text=help_text,
            widget=forms.Textarea(attrs={"rows": rows, "maxlength": most}),
            error_messages={"max_length": f"{label}最多 {most} 字，请精简，或把详细材料拍照上传"},
        )

    def to_python(self, value: Any) -> str:
        return str(super().to_python(str(value or "").replace("\r\n", "\n").replace("\r", "\n")))


class LineField(forms.CharField):
    """One line, without marks that turn the direction of reading and without control characters."""

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value)).translate(_TURNING)
        return "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text).strip()


class PublicFilesField(forms.FileField):
    """Files of the public; cleans to a list, empty where none were sent. What they are is examined by the service."""

    def __init__(self, *, label: str = "照片或文件") -> None:
        widget = forms.ClearableFileInput()
        widget.allow_multiple_selected = True
        widget.attrs = {
            "multiple": True,
            "accept": ACCEPT,
            "data-max-bytes": str(PUBLIC_MAX_BYTES),
            "data-max-files": str(PUBLIC_MAX_PER_ROW),
        }
        limit = PUBLIC_MAX_BYTES // MB
        super().__init__(
            label=label,
            required=False,
            allow_empty_file=True,
            widget=widget,
            help_text=f"{TAKEN_LABEL}，最多 {PUBLIC_MAX_PER_ROW} 个，每个不超过 {limit} MB。照片里的拍摄地点信息会自动去掉。",
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        sent = data if isinstance(data, list | tuple) else [data] if data else []
        if len(sent) > PUBLIC_MAX_PER_ROW:
            raise forms.ValidationError(f"最多上传 {PUBLIC_MAX_PER_ROW} 个文件，这次选了 {len(sent)} 个。")
        return [super(PublicFilesField, self).clean(one, initial) for one in sent]


def offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    """Set what a field of `form` offers."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


class KindForm(Styled, forms.Form):
    """Screen 1: what the person wants, and the field of work."""

    kind = forms.ChoiceField(label="诉求类型", choices=list(TYPE_WORDS.items()), widget=forms.RadioSelect)
    topic = forms.ChoiceField(label="属于哪个方面", required=False, help_text="不清楚的可以不选")

    def __init__(self, *args: Any, topics: Sequence[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "topic", [("", "不清楚"), *((row.code, row.name) for row in topics)])


class MatterForm(Styled, forms.Form):
    """Screen 2: what happened. The problem kinds are asked of complaints only."""

    problem = forms.ChoiceField(
        label="最接近哪一种情况", choices=list(PROBLEM_WORDS.items()), widget=forms.RadioSelect
    )
    title = LineField(
        label="一句话概括",
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs={"maxlength": TITLE_LENGTH, "autocomplete": "off"}),
        error_messages={"max_length": f"一句话概括最多 {TITLE_LENGTH} 字，详细情况写在下面"},
    )
    text = LinesField(
        label="经过",
        rows=7,
        most=TEXT_LENGTH,
        help_text="什么时间、什么地点、办什么事、找过谁、对方怎么说。请不要写身份证号、银行卡号。",
    )
    wishes = LinesField(label="希望怎么解决", rows=3, most=WISHES_LENGTH, required=False)
    reported = forms.ChoiceField(label="反映的是哪个单位", required=False, help_text="不清楚的可以不选")
    town = forms.ChoiceField(label="事情发生在哪里", required=False)

    def __init__(self, *args: Any, kind: str, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind not in WITH_PROBLEM:
            del self.fields["problem"]
        if kind == CaseType.INQUIRY:
            self.fields["reported"].label = "想问哪个单位"
        local = [row for row in units if row.is_local]
        offer(self, "reported", [("", "不清楚"), *_by_kind(units)])
        offer(self, "town", [("", "不清楚或全县"), *((row.code, row.name) for row in local)])


def _by_kind(units: Sequence[Organisation]) -> list[tuple[str, list[tuple[str, str]]]]:
    order = {kind: place for place, kind in enumerate(Organisation.Kind.values)}
    rows = sorted(units, key=lambda row: order[row.kind])
    return [
        (Organisation.Kind(kind).label, [(row.code, row.name) for row in group])
        for kind, group in groupby(rows, key=attrgetter("kind"))
    ]


class PersonForm(Styled, forms.Form):
    """Screen 3: who the person is, or that he doesn't say. Of the nameless nothing typed is kept."""

    how = forms.ChoiceField(
        label="署名方式",
        choices=[
            (ANONYMOUS, "匿名　我们不知道您是谁，请您自己凭查询码看进度"),
            (NAMED, "留下姓名电话　方便核实情况和回访"),
        ],
        widget=forms.RadioSelect,
    )
    name = LineField(
        label="姓名", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = LineField(
        label="电话",
        required=False,
        max_length=20,
        help_text="手机号码，或带区号的固定电话",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    company = LineField(
        label="企业名称（选填）",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    credit_code = LineField(
        label="统一社会信用代码（选填）",
        required=False,
        max_length=30,
        help_text="营业执照上的 18 位代码，填写后不必再核实企业信息",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    secret = forms.BooleanField(label="请对办理单位也保密我的身份", required=False)
    consent = forms.BooleanField(label="我已阅读并同意《个人信息告知书》", required=False)

    def clean_phone(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["phone"])
        plain = re.sub(r"^\+?86(?=1\d{10}$)", "", re.sub(r"[\s\-()]", "", typed))
        if typed and not _PHONE.fullmatch(plain):
            raise forms.ValidationError("电话号码不完整，请填 11 位手机号码，或带区号的固定电话")
        return plain

    def clean_credit_code(self) -> str:
        typed = self.cleaned_data["credit_code"]
        try:
            return clean_credit_code(typed) if typed else ""
        except ValueError as error:
            raise forms.ValidationError(f"{error}；不方便核对的可以不填") from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("how") == ANONYMOUS:
            for name in ("phone", "credit_code"):
                self.errors.pop(name, None)
            return {"how": ANONYMOUS}
        if values.get("how") == NAMED:
            for name, words in (("name", "请填写姓名"), ("phone", "请填写电话")):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, f"{words}；不愿留下的请选择匿名")
            if not values.get("consent"):
                self.add_error("consent", "留下姓名电话前，请先阅读并同意《个人信息告知书》；也可以选择匿名")
        return values


class PhotosForm(Styled, forms.Form):
    """Screen 4: photos, added as often as wanted."""

    uploads = PublicFilesField()


class CheckForm(Styled, forms.Form):
    """Screen 5: the answers are true, and a person sends them."""

    true = forms.BooleanField(label="以上内容属实，我愿意为此负责")
    answer = LineField(
        label="回答",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "field__input field__input--short"}),
    )

    def __init__(self, *args: Any, prompt: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = prompt


class QueryForm(Styled, forms.Form):
    """The query code, as it was printed or in any other spelling."""

    code = forms.CharField(
        label="查询码",
        max_length=60,
        help_text="提交时给您的 18 位字母和数字，大小写、有无横线均可",
        widget=forms.TextInput(
            attrs={
                "class": "field__input code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"max_length": "查询码是 18 位，请核对"},
    )


class SupplyForm(Styled, forms.Form):
    """What the office asked for."""

    text = LinesField(label="补充说明", rows=5, most=WISHES_LENGTH)
    uploads = PublicFilesField()


class RatingForm(Styled, forms.Form):
    """What the person thinks of the outcome."""

    resolved = forms.ChoiceField(
        label="问题解决了吗", choices=[(YES, "解决了"), (NO, "没有解决")], widget=forms.RadioSelect
    )
    satisfaction = forms.ChoiceField(
        label="对办理情况", choices=Satisfaction.choices, widget=forms.RadioSelect
    )
    comment = LinesField(label="意见", rows=3, most=COMMENT_LENGTH, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolved"].error_messages["required"] = "请选择问题是否解决"
        self.fields["satisfaction"].error_messages["required"] = "请选择对办理情况是否满意"
