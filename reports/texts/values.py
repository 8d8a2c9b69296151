"""Values of figures as documents keep and print them. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Value = Decimal | int | None
MISSING = "—"


@dataclass(frozen=True)
class Parts:
    """Figures that add up to a whole: `label` says by what it was divided."""

    label: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class FigureValue:
    """A figure in a period, beside the same in the period before and a year before.

    `share` is its whole percentage within its group, so that the group totals
    100. `carried` marks a figure whose value last month must be the one that last
    month's document printed.
    """

    key: str
    name: str
    unit: str
    definition: str
    value: Value
    previous: Value = None
    last_year: Value = None
    share: int | None = None
    benchmark: Value = None
    better: str = "none"
    carried: bool = False
    parts: tuple[Parts, ...] = ()

    @property
    def change(self) -> Value:
        """What was added since last month; None where one of the two is missing."""
        return difference(self.value, self.previous)

    @property
    def annual_change(self) -> Value:
        return difference(self.value, self.last_year)

    def to_json(self) -> dict[str, Any]:
        """Return what `FigureValue.from_json` reads back; numbers as plain text, missing as null."""
        return {
            "name": self.name,
            "unit": self.unit,
            "definition": self.definition,
            "value": _written(self.value),
            "previous": _written(self.previous),
            "last_year": _written(self.last_year),
            "share": self.share,
            "benchmark": _written(self.benchmark),
            "better": self.better,
            "carried": self.carried,
            "parts": [[part.label, list(part.keys)] for part in self.parts],
        }

    @classmethod
    def from_json(cls, key: str, stored: Mapping[str, Any]) -> FigureValue:
        return cls(
            key=key,
            name=stored["name"],
            unit=stored["unit"],
            definition=stored["definition"],
            value=_read(stored["value"]),
            previous=_read(stored["previous"]),
            last_year=_read(stored["last_year"]),
            share=stored["share"],
            benchmark=_read(stored["benchmark"]),
            better=stored["better"],
            carried=stored["carried"],
            parts=tuple(Parts(label, tuple(keys)) for label, keys in stored["parts"]),
        )


Values = Mapping[str, FigureValue]


def values_to_json(values: Values) -> dict[str, Any]:
    return {key: value.to_json() for key, value in values.items()}


def values_from_json(stored: Mapping[str, Any]) -> dict[str, FigureValue]:
    return {key: FigureValue.from_json(key, item) for key, item in stored.items()}


def difference(value: Value, before: Value) -> Value:
    """Return `value` less `before`; None where one of them is missing."""
    return None if value is None or before is None else Decimal(value) - Decimal(before)


ASPECTS = ("", "previous", "change", "annual_change", "share", "benchmark", "gap")


def mark(key: str, aspect: str = "") -> str:
    """Return the mark that a printed number carries: the figure's key and which of its numbers it is."""
    return f"{key}:{aspect}" if aspect else key


def split_mark(text: str) -> tuple[str, str]:
    key, _, aspect = text.partition(":")
    return key, aspect


def number_of(values: Values, marked: str) -> Value:
    """Return the number that a mark stands for, None when it is missing.

    Changes and gaps are printed beside a word that gives the direction, so their
    number is without sign.
    """
    key, aspect = split_mark(marked)
    figure = values.get(key)
    if figure is None:
        return None
    found: dict[str, Value] = {
        "": figure.value,
        "previous": figure.previous,
        "change": _size(figure.change),
        "annual_change": _size(figure.annual_change),
        "share": figure.share,
        "benchmark": figure.benchmark,
        "gap": _size(difference(figure.value, figure.benchmark)),
    }
    return found.get(aspect)


def printed(value: Value) -> str:
    """Return the number as documents print it: no separators, no trailing zeros, "—" for a missing one."""
    if value is None:
        return MISSING
    text = f"{Decimal(value):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def read_number(text: str) -> Decimal | None:
    """Read a printed number (separators, full-width digits and signs allowed); None for anything else."""
    plain = text.translate(_HALF_WIDTH).replace(",", "").replace("，", "").strip().rstrip("%")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．％－", "0123456789.%-")


def _size(value: Value) -> Value:
    return None if value is None else abs(Decimal(value))


def _written(value: Value) -> str | None:
    return None if value is None else printed(value)


def _read(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
