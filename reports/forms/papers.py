"""A month, and the paragraphs of a section as plain text."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from indicators.months import parse
from reports.texts.content import Section

PARAGRAPH_LENGTH = 2000
TITLE_LENGTH = 120
CHARS_PER_ROW = 44
ADDED = "added"
LOOK = {"class": "field__input"}


class MonthForm(forms.Form):
    """A month, written 2023-10."""

    month = forms.CharField(label="月份", max_length=7, error_messages={"required": "请选择月份"})

    def clean_month(self) -> date:
        try:
            return parse(self.cleaned_data["month"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class SectionForm(forms.Form):
    """A section's paragraphs as plain text, one field each by its key, and room for new ones.

    `title` is given with the section under which the document's title is edited.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, section: Section, title: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paragraphs = section.paragraphs
        if title:
            self.fields["title"] = forms.CharField(
                label="标题",
                max_length=TITLE_LENGTH,
                initial=title,
                widget=forms.TextInput(attrs=LOOK),
                error_messages={"required": "请填写标题"},
            )
        for number, block in enumerate(self.paragraphs, start=1):
            self.fields[block.key] = _paragraph(f"第{number}段", block.text)
        # What was typed into a paragraph that somebody else has taken out meanwhile is not lost.
        for name in [name for name in self.data if name.startswith(f"{section.key}.")]:
            if name not in self.fields:
                self.fields[name] = _paragraph("他人已删去的一段", "")
        self.fields[ADDED] = _paragraph("新增段落", "", "每行一段，接在本部分之后；不用新增的留空")

    def show_version(self, version: int) -> None:
        """Let the next save refer to `version`, after the person has been shown what changed."""
        self.data = {**{name: self.data[name] for name in self.data}, "version": str(version)}

    @property
    def texts(self) -> dict[str, str]:
        """The paragraphs' texts by key, as typed."""
        return {block.key: self.cleaned_data[block.key] for block in self.paragraphs}


def _paragraph(label: str, text: str, help_text: str = "") -> forms.CharField:
    rows = max(3, len(text) // CHARS_PER_ROW + 2)
    return forms.CharField(
        label=label,
        required=False,
        initial=text,
        help_text=help_text,
        max_length=PARAGRAPH_LENGTH,
        widget=forms.Textarea(attrs={**LOOK, "rows": rows}),
        error_messages={"max_length": f"{label}不超过 {PARAGRAPH_LENGTH} 字，请拆成两段"},
    )
