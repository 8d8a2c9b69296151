"""Read what is known of all enterprises into columns, and of a few into profiles.

PostgreSQL hands the columns over by binary COPY, in rows of a fixed width that are taken apart without a
loop; elsewhere rows are fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import QuerySet

from policies.criteria import Profile
from policies.criteria.vocabulary import FACTS, label_key, split_label
from policies.matching.columns import NO_DAY, NO_VALUE, Columns, Days, Needs, Texts
from portal.enterprise_terms import EntityKind, EntityState, SizeClass
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation

COPY_HEADER: Final = 19
COPY_TRAILER: Final = 2
EPOCH: Final = date(2000, 1, 1).toordinal()
# Texts of few values are read as their places in these lists: a number is handed over and sorted in a fraction
# of the time. Who is in business has one state only.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "kind": ("", *EntityKind.values),
    "size": ("", *SizeClass.values),
}
# An industry is read as the letter of its section and its digits with a 1 before them, which may be 01.
SECTION_WEIGHT: Final = 100_000
IN_BUSINESS = "e.merged_into_id IS NULL AND e.state = %(active)s"
HELD = "valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)"


@dataclass(frozen=True)
class Field:
    """One column of a read: its SQL on PostgreSQL, its SQL elsewhere, and its type."""

    postgresql: str
    plain: str
    type: str


def _number(sql: str) -> Field:
    return Field(f"({sql})::int8", sql, ">i8")


def _day(column: str) -> Field:
    """Return a day as an ordinal, 0 where there is none."""
    on_postgresql = f"coalesce({column} - date '2000-01-01' + {EPOCH}, 0)::int4"
    # SQLite counts Julian days from noon.
    return Field(on_postgresql, f"coalesce(cast(julianday({column}) - 1721424.5 AS integer), 0)", ">i4")


def _choice(column: str, values: Sequence[str]) -> Field:
    cases = " ".join(f"WHEN '{value}' THEN {place}" for place, value in enumerate(values) if place)
    sql = f"CASE e.{column} {cases} ELSE 0 END"
    return Field(f"({sql})::int4", sql, ">i4")


def _industry() -> Field:
    """Return section and class as one number, 0 where they are not known."""
    digits = f"CASE WHEN e.industry = '' THEN 0 ELSE %s(e.section) * {SECTION_WEIGHT} + cast('1' || e.industry AS integer) END"
    return Field(f"({digits % 'ascii'})::int4", digits % "unicode", ">i4")


SCALED = Field("(value * 10000)::int8", "cast(round(value * 10000) AS integer)", ">i8")


@dataclass(frozen=True)
class Register:
    """The columns that every match needs: keys in order, few different texts, founding days."""

    keys: npt.NDArray[np.int64]
    texts: Mapping[str, Texts]
    founded: Days


def read_columns(on: date, needs: Needs) -> Columns:
    """Return the columns of all enterprises in business on the day `on`, with the facts and labels needed."""
    register = read_register()
    facts = {fact: read_fact(fact, on, register.keys) for fact in sorted(needs.facts)}
    labels = {label: read_label(label, on, register.keys) for label in sorted(needs.labels)}
    return Columns(on, register.keys, register.texts, register.founded, facts, labels)


def read_register() -> Register:
    """Return who is in business."""
    fields = {
        "key": _number("e.id"),
        "founded": _day("e.founded_on"),
        "town": _number("coalesce(e.town_id, 0)"),
        "industry": _industry(),
        **{name: _choice(name, values) for name, values in CHOICES.items()},
    }
    table = f"portal_enterprise e WHERE {IN_BUSINESS}"
    rows = _read(fields, table, {"active": EntityState.ACTIVE.value})
    rows = rows[np.argsort(rows["key"], kind="stable")]
    return Register(rows["key"].astype(np.int64), _texts(rows), rows["founded"].astype(np.int32))


def _texts(rows: npt.NDArray[Any]) -> dict[str, Texts]:
    found = {name: Texts(values, rows[name].astype(np.intp)) for name, values in CHOICES.items()}
    found["state"] = Texts((EntityState.ACTIVE.value,), np.zeros(len(rows), dtype=np.intp))
    numbers, codes = np.unique(rows["industry"], return_inverse=True)
    found["industry"] = Texts(tuple(_industry_code(int(number)) for number in numbers), codes)
    keys, codes = np.unique(rows["town"], return_inverse=True)
    names = dict(Organisation.objects.filter(pk__in=keys.tolist()).values_list("pk", "code"))
    found["town"] = Texts(tuple(names.get(int(key), "") for key in keys), codes)
    return found


def _industry_code(number: int) -> str:
    section, digits = divmod(number, SECTION_WEIGHT)
    return f"{chr(section)}{str(digits)[1:]}" if number else ""


def read_fact(fact: str, on: date, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the newest value that holds of one kind, `NO_VALUE` where there is none."""
    fields = {"key": _number("enterprise_id"), "value": SCALED, "since": _day("valid_from")}
    rows = _read(fields, f"portal_enterprisefact WHERE kind = %(kind)s AND {HELD}", {"kind": fact, "on": on})
    rows = rows[np.argsort(rows["since"], kind="stable")]
    values = np.full(len(keys), NO_VALUE, dtype=np.int64)
    places, known = _places(rows["key"], keys)
    # Of several the last one written stays: the newest.
    values[places[known]] = rows["value"][known]
    return values


def read_label(label: str, on: date, keys: npt.NDArray[np.int64]) -> Days:
    """Return for each enterprise the earliest day of the label's rows that hold, 0 where none does."""
    kind, level = split_label(label)
    fields = {"key": _number("enterprise_id"), "since": _day("valid_from")}
    table = f"portal_enterpriselabel WHERE kind = %(kind)s AND level = %(level)s AND {HELD}"
    rows = _read(fields, table, {"kind": kind, "level": level, "on": on})
    rows = rows[np.argsort(-rows["since"].astype(np.int32), kind="stable")]
    days = np.full(len(keys), NO_DAY, dtype=np.int32)
    places, known = _places(rows["key"], keys)
    days[places[known]] = rows["since"][known]
    return days


def _places(
    wanted: npt.NDArray[Any], keys: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return where in `keys` the wanted keys stand, and which of them are there at all."""
    wanted = wanted.astype(np.int64)
    if not len(keys):
        return np.zeros(len(wanted), dtype=np.intp), np.zeros(len(wanted), dtype=bool)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return places, keys[places] == wanted


def _read(fields: Mapping[str, Field], table: str, params: Mapping[str, object]) -> npt.NDArray[Any]:
    """Return the rows of a query as a structured array; `table` is what follows FROM."""
    if connection.vendor == "postgresql":
        return _copied(fields, table, params)
    columns = ", ".join(field.plain for field in fields.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}", {key: str(value) for key, value in params.items()})
        rows = cursor.fetchall()
    types = [(name, field.type.lstrip(">")) for name, field in fields.items()]
    return np.array([tuple(row) for row in rows], dtype=types)


def _copied(fields: Mapping[str, Field], table: str, params: Mapping[str, object]) -> npt.NDArray[Any]:
    columns = ", ".join(field.postgresql for field in fields.values())
    # Each row: the number of its fields, then each field's length and bytes.
    types: list[tuple[str, str]] = [("_count", ">i2")]
    for name, field in fields.items():
        types += [(f"_{name}", ">i4"), (name, field.type)]
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        query = raw.mogrify(f"SELECT {columns} FROM {table}", dict(params)).decode()
        target = BytesIO()
        raw.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", target)
    content = target.getbuffer()[COPY_HEADER:-COPY_TRAILER]
    return np.frombuffer(content, dtype=types)


def profiles_of(enterprises: QuerySet[Enterprise] | Sequence[Enterprise], on: date) -> list[Profile]:
    """Return what is known of a few enterprises on the day `on`, with two queries besides their own."""
    rows = list(enterprises)
    keys = [row.pk for row in rows]
    facts: dict[int, dict[str, Any]] = {}
    held = EnterpriseFact.objects.held_on(on).filter(enterprise__in=keys, kind__in=FACTS)
    for key, kind, value in held.order_by("valid_from").values_list("enterprise", "kind", "value"):
        facts.setdefault(key, {})[kind] = value
    labels: dict[int, dict[str, date]] = {}
    listed = EnterpriseLabel.objects.held_on(on).filter(enterprise__in=keys).order_by("-valid_from")
    for key, kind, level, day in listed.values_list("enterprise", "kind", "level", "valid_from"):
        labels.setdefault(key, {})[label_key(kind, level)] = day
    return [
        Profile(
            on=on,
            kind=row.kind,
            state=row.state,
            industry=f"{row.section}{row.industry}" if row.industry else "",
            size=row.size,
            town=row.town.code if row.town else "",
            founded_on=row.founded_on,
            facts=facts.get(row.pk, {}),
            labels=labels.get(row.pk, {}),
        )
        for row in rows
    ]
