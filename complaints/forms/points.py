"""The form of a QR point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from complaints.models import IntakePoint
from complaints.selectors.public_pages import enterprise_of
from portal.credit_codes import clean_credit_code
from portal.forms.choices import LoadedChoiceField
from portal.forms.styles import Styled
from portal.models import Enterprise, Organisation


class PointNameForm(Styled, forms.Form):
    """Another name or place of a point; what it is and whose it is stays."""

    name = forms.CharField(label="名称", max_length=60, help_text="印在二维码下方，改名后请重新打印")
    place = forms.CharField(label="地点", max_length=80, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def values_of(row: IntakePoint) -> dict[str, Any]:
        """Return what the form begins with."""
        return {"name": row.name, "place": row.place, "version": row.version}


class PointForm(Styled, forms.Form):
    """A new point: what it is called on its sheet, where it hangs, whose it is."""

    kind = forms.ChoiceField(label="类别", choices=IntakePoint.Kind.choices)
    name = forms.CharField(
        label="名称", max_length=60, help_text="印在二维码下方，例如 县政务服务大厅 3 号窗口"
    )
    place = forms.CharField(label="地点", max_length=80, required=False)
    organisation = LoadedChoiceField(
        label="所属单位",
        queryset=Organisation.objects.none(),
        required=False,
        help_text="窗口、站点所在的单位；该单位能看到点位和扫码次数",
    )
    credit_code = forms.CharField(
        label="企业的统一社会信用代码", max_length=30, required=False, help_text="仅一企一码填写"
    )

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        if isinstance(field, LoadedChoiceField):
            field.offer(units, empty="不属于哪个单位")

    def clean_credit_code(self) -> Enterprise | None:
        typed = self.cleaned_data["credit_code"]
        if not typed:
            return None
        try:
            row = enterprise_of(clean_credit_code(typed))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if row is None:
            raise forms.ValidationError("市场主体名录中没有这个代码，请先登记企业")
        return row

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_enterprise = values.get("kind") == IntakePoint.Kind.ENTERPRISE
        if is_enterprise and not values.get("credit_code") and "credit_code" not in self.errors:
            self.add_error("credit_code", "一企一码须填写企业的统一社会信用代码")
        if not is_enterprise:
            values["credit_code"] = None
        return values
