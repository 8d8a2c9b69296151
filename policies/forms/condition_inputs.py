"""Which controls a condition of each kind has, and how what is typed in them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.criteria import CRITERIA
from policies.criteria.dates import AGES, SIDES
from policies.criteria.membership import SECTIONS, OneOf
from policies.criteria.numbers import OPERATORS
from policies.criteria.vocabulary import ADVERSE_LABELS, FACTS, LABELS
from portal.industries import Section

Pairs = Iterable[tuple[str, str]]


def _write_one(raw: Mapping[str, Any], name: str) -> list[str]:
    value = raw.get(name)
    return [] if value in (None, "") else [str(value)]


def _write_many(raw: Mapping[str, Any], name: str) -> list[str]:
    return [str(value) for value in raw.get(name) or []]


def _read_one(typed: Sequence[str], raw: dict[str, Any], name: str, towns: Mapping[str, str]) -> None:
    del towns
    if typed:
        raw[name] = typed[0]


def _read_many(typed: Sequence[str], raw: dict[str, Any], name: str, towns: Mapping[str, str]) -> None:
    del towns
    raw[name] = list(typed)


@dataclass(frozen=True)
class Input:
    """A control of a condition: its name in the condition, what it is called, and how it is drawn.

    `kind` is choices (several), select (one), number, day or text.
    """

    name: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    writer: Callable[[Mapping[str, Any], str], list[str]] = _write_one
    reader: Callable[[Sequence[str], dict[str, Any], str, Mapping[str, str]], None] = _read_one

    def write(self, raw: Mapping[str, Any]) -> list[str]:
        """Return what stands in the control for a stored condition."""
        return self.writer(raw, self.name)

    def read(self, typed: Sequence[str], raw: dict[str, Any], towns: Mapping[str, str]) -> None:
        """Put what was typed into the condition."""
        self.reader(typed, raw, self.name, towns)


def _select(name: str, label: str, options: Mapping[str, str]) -> Input:
    return Input(name, label, "select", tuple(options.items()))


def _choices(name: str, label: str, options: Pairs) -> Input:
    return Input(name, label, "choices", tuple(options), writer=_write_many, reader=_read_many)


def _write_sections(raw: Mapping[str, Any], name: str) -> list[str]:
    del name
    return [value for value in raw.get("values") or [] if value in SECTIONS]


def _write_codes(raw: Mapping[str, Any], name: str) -> list[str]:
    del name
    return ["、".join(value for value in raw.get("values") or [] if value not in SECTIONS)]


def _read_sections(typed: Sequence[str], raw: dict[str, Any], name: str, towns: Mapping[str, str]) -> None:
    del name, towns
    raw["values"] = [*raw.get("values", []), *typed]


def _read_codes(typed: Sequence[str], raw: dict[str, Any], name: str, towns: Mapping[str, str]) -> None:
    del name, towns
    text = "".join(typed[:1]).replace("、", " ").replace("，", " ").replace(",", " ")
    raw["values"] = [*raw.get("values", []), *text.split()]


def _read_towns(typed: Sequence[str], raw: dict[str, Any], name: str, towns: Mapping[str, str]) -> None:
    """Keep the towns' names beside their codes: the sentence is read without the register."""
    raw[name] = list(typed)
    if typed:
        raw["names"] = [towns.get(value, value) for value in typed]


def _industry() -> tuple[Input, ...]:
    sections = tuple((section.value, str(section.label)) for section in Section)
    return (
        Input("sections", "行业门类", "choices", sections, writer=_write_sections, reader=_read_sections),
        Input(
            "codes",
            "大类至小类代码",
            "text",
            hint="如 39、3911，用顿号隔开",
            writer=_write_codes,
            reader=_read_codes,
        ),
    )


def _fact(fact: str) -> tuple[Input, ...]:
    term = FACTS.get(fact)
    units = list(term.units) if term else list({unit: None for row in FACTS.values() for unit in row.units})
    return (
        _select("fact", "数据项", {key: row.label for key, row in FACTS.items()}),
        _select("op", "比较", OPERATORS),
        Input("value", "数值", "number"),
        _select("unit", "单位", {unit: unit for unit in units}),
    )


_FIXED: dict[str, tuple[Input, ...]] = {
    "label": (_choices("labels", "资质（任一即可）", LABELS.items()),),
    "label_gained": (
        _choices("labels", "资质（任一即可）", LABELS.items()),
        Input("since", "认定日期自", "day"),
        Input("until", "至", "day"),
    ),
    "industry": _industry(),
    "founded": (_select("side", "成立时间", SIDES), Input("day", "日期", "day")),
    "age": (_select("op", "成立", AGES), Input("years", "年数", "number")),
    "not_listed": (_choices("labels", "名单（均未列入）", ADVERSE_LABELS.items()),),
}


def inputs_of(kind: str, fact: str, towns: Mapping[str, str]) -> tuple[Input, ...]:
    """Return the controls of a condition of `kind`; of a comparison the units are those of its `fact`."""
    if kind == "fact":
        return _fact(fact)
    if kind == "town":
        options = tuple(towns.items())
        return (Input("values", "镇街园区", "choices", options, writer=_write_many, reader=_read_towns),)
    criterion = CRITERIA.get(kind)
    if kind not in _FIXED and criterion is not None and issubclass(criterion, OneOf):
        return (_choices("values", criterion.noun, criterion.options.items()),)
    return _FIXED.get(kind, ())
