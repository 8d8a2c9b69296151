"""Choices among rows that a form has read once for all its fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model


class _Loaded(forms.ModelChoiceField):
    """The rows that were read; `offer` says which."""

    rows: dict[str, Model] | None = None

    def offer(self, rows: Iterable[Model], *, empty: str | None = None) -> None:
        """Offer `rows`, below the line `empty` where there is one."""
        self.rows = {str(row.pk): row for row in rows}
        first = [] if empty is None else [("", empty)]
        self.choices = [*first, *((row.pk, self.label_from_instance(row)) for row in self.rows.values())]

    def _chosen(self, value: Any) -> Model:
        key = str(value.pk) if isinstance(value, Model) else str(value)
        row = (self.rows or {}).get(key)
        if row is None:
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return row


class LoadedChoiceField(_Loaded):
    """A choice of one row; choosing it asks the database nothing more."""

    def to_python(self, value: Any) -> Any:
        return None if value in self.empty_values else self._chosen(value)


class LoadedMultipleChoiceField(_Loaded, forms.ModelMultipleChoiceField):
    """A choice of several rows; choosing them asks the database nothing more."""

    def clean(self, value: Any) -> Any:
        chosen = list(value or [])
        if self.required and not chosen:
            raise ValidationError(self.error_messages["required"], "required")
        return [self._chosen(one) for one in chosen]


def offer_rows(form: forms.BaseForm, name: str, rows: Iterable[Model], *, empty: str | None = None) -> None:
    """Offer `rows` in a form's field, which chooses among what was read for it."""
    field = form.fields[name]
    if not isinstance(field, _Loaded):
        raise TypeError(f"{name} chooses among rows of its own")
    field.offer(rows, empty=empty)
