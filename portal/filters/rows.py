"""What every filter row shares: its fields as they look, and what was chosen in words."""

from __future__ import annotations

from typing import ClassVar

import django_filters as filters
from django import forms


def select() -> forms.Select:
    return forms.Select(attrs={"class": "field__input"})


def search_box(words: str) -> forms.TextInput:
    """The field for words; `words` says what is searched."""
    return forms.TextInput(
        attrs={"type": "search", "class": "field__input", "placeholder": words, "maxlength": 60}
    )


class FilterRow(filters.FilterSet):
    """A filter row that can say what was chosen. A value that means nothing is passed over.

    `untold` names fields that stand in the heading already.
    """

    untold: ClassVar[frozenset[str]] = frozenset()

    def described(self) -> str:
        """Return the chosen conditions as one line, for the head of an export."""
        form = self.form
        form.is_valid()
        words = []
        for name, value in form.cleaned_data.items():
            if value in {None, "", False} or name in self.untold:
                continue
            choices = dict(self.filters[name].extra.get("choices", ()))
            words.append(f"{form.fields[name].label}：{choices.get(value, value)}")
        return "；".join(words)
