"""The parameters of a scoring method as fields: one small form for each kind, and a registry by kind.

What is read, refused and stored is decided in `indicators.scoring`; a form only lays the parameters out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms

from indicators.forms.method_fields import MethodForm, NumberField, direction_field, full_field
from indicators.scoring import Method, read_method, score
from indicators.scoring.deduction import BASES
from indicators.scoring.interval import MOST_BANDS
from indicators.scoring.linear import COMPARISON_CHOICES, QUOTA, WAYS
from indicators.scoring.methods import Better, shown
from portal.params import ParamError, to_decimal

LEAST_ROWS = 6
MORE_ROWS = 3
ROW_KEYS = {"from": "下限", "to": "上限", "points": "得分"}
# A select of this class changes which fields there are: the block is drawn again.
RESHAPES = "field__input reshapes"


class DirectForm(MethodForm):
    """直接赋分法."""

    kind = "direct"
    explanation = "监测值就是得分；超过满分的按满分计，低于0分的按0分计。"
    defaults: ClassVar[Mapping[str, object]] = {"full": 100}
    full = full_field()


class FrontierForm(MethodForm):
    """前沿距离法."""

    kind = "frontier"
    explanation = (
        "监测值在最差值与最优值之间的，按离最差值的距离占全程的比例乘以满分计分；"
        "达到最优值的得满分，不优于最差值的得0分。"
    )
    defaults: ClassVar[Mapping[str, object]] = {"full": 100}
    better = direction_field(help_text="正向指标数值越大越好，负向指标数值越小越好")
    best = NumberField("最优值", of_value=True, help_text="达到这个数值得满分")
    worst = NumberField("最差值", of_value=True, help_text="在这个数值得0分")
    full = full_field()

    @classmethod
    def from_indicator(cls, known: Mapping[str, object]) -> dict[str, object]:
        ends = {"better": known["better"], "best": known["benchmark"], "worst": known["worst"]}
        return {**cls.defaults, **ends}


class EfficacyForm(MethodForm):
    """功效法: the way decides whether its ends are values or thresholds."""

    kind = "efficacy"
    explanation = (
        "监测值在最差值与最优值之间的，按离最差值的距离占全程的比例乘以满分计分；"
        "达到最优值或符合满分条件的得满分，得分低于止扣值的按止扣值计。"
    )
    defaults: ClassVar[Mapping[str, object]] = {"full": 100, "stop": 0}
    VALUES = ("best", "worst", "comparison", "mark")
    THRESHOLDS = ("upper", "lower")
    way = forms.ChoiceField(
        label="计算方式",
        choices=list(WAYS.items()),
        help_text="定额方式按阈值上限和下限计分，不填最优值、最差值",
        widget=forms.Select(attrs={"class": RESHAPES}),
    )
    best = NumberField("最优值", of_value=True, help_text="达到这个数值得满分")
    worst = NumberField("最差值", of_value=True, help_text="比例从这个数值起算")
    upper = NumberField("阈值上限", of_value=True, help_text="正向定额达到上限得满分，负向定额从上限起算")
    lower = NumberField("阈值下限", of_value=True, help_text="正向定额从下限起算，负向定额达到下限得满分")
    stop = NumberField("止扣值", unit="分", help_text="得分最低扣到多少分；扣完为止的填0")
    full = full_field()
    comparison = forms.ChoiceField(
        label="满分条件的比较",
        choices=[("", "不设满分条件"), *COMPARISON_CHOICES.items()],
        required=False,
        help_text="监测值符合条件的直接得满分",
    )
    mark = NumberField("满分条件的数值", of_value=True, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, object] | None = None,
        unit: str = "",
    ) -> None:
        super().__init__(data, initial=initial, unit=unit)
        for name in self.VALUES if self.quota else self.THRESHOLDS:
            del self.fields[name]
        if self.quota:
            self.explanation = (
                "监测值在阈值下限与上限之间的，按所处位置占全程的比例乘以满分计分；"
                "正向达到上限、负向达到下限的得满分，得分低于止扣值的按止扣值计。"
            )

    @property
    def quota(self) -> bool:
        return str(self["way"].value() or "").endswith(QUOTA)

    @classmethod
    def shape(cls, data: Mapping[str, Any]) -> str:
        return cls.kind + (QUOTA if str(data.get(cls.control("way"), "")).endswith(QUOTA) else "")

    @property
    def own_shape(self) -> str:
        return self.kind + (QUOTA if self.quota else "")

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> dict[str, object]:
        mark = params.get("full_when")
        if not isinstance(mark, Mapping):
            return super().from_params(params)
        return super().from_params(params) | {"comparison": mark.get("comparison"), "mark": mark.get("value")}

    @classmethod
    def from_indicator(cls, known: Mapping[str, object]) -> dict[str, object]:
        ends = {"way": known["better"], "best": known["benchmark"], "worst": known["worst"]}
        return {**cls.defaults, **ends}

    @classmethod
    def from_entries(cls, data: Mapping[str, Any]) -> dict[str, object]:
        """The same two numbers serve as values and as thresholds when the way is changed."""
        found = super().from_entries(data)
        way = str(found.get("way") or "")
        ends = ("lower", "upper") if way.startswith(Better.LOWER.value) else ("upper", "lower")
        for value, threshold in zip(("best", "worst"), ends, strict=True):
            one, other = (threshold, value) if way.endswith(QUOTA) else (value, threshold)
            if found and not found.get(one):
                found[one] = found.get(other, "")
        return found

    def to_params(self) -> dict[str, object]:
        params = super().to_params()
        comparison, mark = params.pop("comparison", ""), params.pop("mark", None)
        if comparison or mark is not None:
            params["full_when"] = {"comparison": comparison, "value": mark}
        return params


class IntervalForm(MethodForm):
    """层差法: a row for each band. Empty rows are left out, the others move up."""

    kind = "interval"
    explanation = "监测值落在哪一档，就得哪一档的分。"
    defaults: ClassVar[Mapping[str, object]] = {"includes": "lower"}
    includes = forms.ChoiceField(
        label="端点归属",
        choices=[("lower", "含下限（80至90这一档含80）"), ("upper", "含上限（80至90这一档含90）")],
    )
    full = NumberField("满分", unit="分", required=False, help_text="不填时取各档中的最高得分")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, object] | None = None,
        unit: str = "",
    ) -> None:
        entered = None if data is None else self._moved_up(data)
        super().__init__(entered, initial=initial, unit=unit)
        source = dict(initial or {}) if entered is None else entered
        self.rows_shown = max(LEAST_ROWS, min(_row_count(source, self.kind), MOST_BANDS))
        for place in range(self.rows_shown):
            for key, name in ROW_KEYS.items():
                label = f"第{place + 1}档的{name}"
                field = NumberField(label, required=False)
                field.widget.attrs |= {"class": "field__input", "aria-label": label}
                self.fields[f"{place}-{key}"] = field

    @classmethod
    def _moved_up(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entries with the filled rows first, so that sentences name the rows one sees."""
        rows = [
            [str(data.get(cls.control(f"{place}-{key}"), "")) for key in ROW_KEYS]
            for place in range(_row_count(data, cls.kind))
        ]
        rows.sort(key=lambda row: not any(text.strip() for text in row))
        moved = {key: data[key] for key in data if key in {cls.control(name) for name in cls.base_fields}}
        for place, row in enumerate(rows):
            names = (cls.control(f"{place}-{key}") for key in ROW_KEYS)
            moved |= dict(zip(names, row, strict=True))
        return moved

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> dict[str, object]:
        bands = params.get("bands")
        written: dict[str, object] = {}
        for place, band in enumerate(bands if isinstance(bands, list) else []):
            if isinstance(band, Mapping):
                written |= {f"{place}-{key}": band.get(key, "") for key in ROW_KEYS}
        return super().from_params(params) | written

    @classmethod
    def from_entries(cls, data: Mapping[str, Any]) -> dict[str, object]:
        """With three rows more where they are asked for."""
        entries = {
            key: value for key, value in cls._moved_up(data).items() if key.startswith(cls.control(""))
        }
        found: dict[str, object] = {key.removeprefix(cls.control("")): entries[key] for key in entries}
        if found and data.get("op") == "rows":
            found[f"{max(_row_count(data, cls.kind), LEAST_ROWS) + MORE_ROWS - 1}-from"] = ""
        return found

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{place}-{key}"] for key in ROW_KEYS] for place in range(self.rows_shown)]

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.base_fields]

    @property
    def may_grow(self) -> bool:
        return self.rows_shown < MOST_BANDS

    def to_params(self) -> dict[str, object]:
        values = self.cleaned_data
        rows = [{key: values.get(f"{place}-{key}") for key in ROW_KEYS} for place in range(self.rows_shown)]
        bands = [row for row in rows if any(number is not None for number in row.values())]
        params: dict[str, object] = {"bands": bands, "includes": values["includes"]}
        return params if values["full"] is None else params | {"full": values["full"]}


class DeductionForm(MethodForm):
    """扣分法."""

    kind = "deduction"
    explanation = "达到满分标准的得满分；未达到的，每偏离一个单位扣一次分，扣到止扣值为止。"
    defaults: ClassVar[Mapping[str, object]] = {"full": 100, "stop": 0, "per": 1, "basis": "points"}
    better = direction_field(help_text="正向指标低于标准扣分，负向指标高于标准扣分")
    target = NumberField("满分标准", of_value=True, help_text="达到这个数值不扣分；按件扣分的填允许的件数")
    per = NumberField("偏离单位", of_value=True, required=False, help_text="每偏离多少扣一次分，不填时为1")
    each = NumberField("每单位扣分", help_text="每偏离一个单位扣多少，按下面的扣分方式计")
    basis = forms.ChoiceField(label="扣分方式", choices=list(BASES.items()))
    stop = NumberField("止扣值", unit="分", help_text="得分最低扣到多少分；扣完为止的填0")
    full = full_field()
    whole_units = forms.BooleanField(label="只计整单位（不足一个单位的不扣分）", required=False)

    @classmethod
    def from_indicator(cls, known: Mapping[str, object]) -> dict[str, object]:
        return {**cls.defaults, "better": known["better"], "target": known["benchmark"]}


FORMS: dict[str, type[MethodForm]] = {
    form.kind: form for form in (FrontierForm, EfficacyForm, IntervalForm, DirectForm, DeductionForm)
}


def _row_count(values: Mapping[str, Any], kind: str) -> int:
    """Return how many rows of bands there are among names like 3-from or interval-3-from."""
    heads = (key.removeprefix(f"{kind}-").partition("-") for key in values)
    places = [
        int(head) + 1 for head, _, key in heads if key in ROW_KEYS and head.isdecimal() and len(head) < 4
    ]
    return min(max(places, default=0), 10 * MOST_BANDS)


def stored_values(kind: str, params: object) -> dict[str, object]:
    """Return stored parameters as initial values; those that cannot be used are shown as they are."""
    try:
        written: object = read_method(kind, params).to_params()
    except ParamError:
        written = params
    return FORMS[kind].from_params(written) if isinstance(written, Mapping) else {}


def same_or_new(method: Method, stored_kind: str, stored: Any) -> Any:
    """Return the stored parameters themselves where they describe the same method, or else the new ones.

    100 and "100.0" are one number, and a default written out is no change: neither must supersede.
    """
    if method.kind == stored_kind:
        try:
            if read_method(stored_kind, stored) == method:
                return stored
        except ParamError:
            pass
    return method.to_params()


def kept_entries(data: Mapping[str, Any], form: MethodForm | None) -> list[tuple[str, str]]:
    """Return what was entered for other methods, so that choosing one of them again brings it back."""
    on_page = {form.add_prefix(name) for name in form.fields} if form else set()
    drawn = f"{form.kind}-" if isinstance(form, IntervalForm) else None
    return [
        (key, str(value))
        for key, value in data.items()
        if key.partition("-")[0] in FORMS
        and key not in on_page
        and not (drawn and key.startswith(drawn))
        # The empty box of the method on the page is not an entry of another.
        and value != ""
    ]


def examples(method: Method, values: Iterable[tuple[str, object]], unit: str) -> list[str]:
    """Work the score out for each of the indicator's own values that is there, in one sentence each."""
    found = []
    for label, value in values:
        try:
            number = to_decimal(value, label)
            result = score(method, number)
        except (ParamError, ValueError):
            continue
        if result.points is not None:
            told = result.steps[-1].endswith(("分", "分计"))
            ending = "" if told else f"，得{shown(result.points)}分"
            found.append(f"监测值等于{label}{shown(number)}{unit}时：{'；'.join(result.steps)}{ending}。")
    return found
