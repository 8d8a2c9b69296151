"""Columns kept in the database as the nightly match read them, so that a preview need not read the register.

To read three hundred thousand rows takes a database longer than a person at a form should wait. What is
kept serves for its day, until anybody changes the register.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policies.matching.columns import NO_DAY, Columns, Texts
from policies.matching.reading import Register
from policies.models import StoredColumn
from portal.models import AuditEvent

REGISTER: Final = "register"
# Every change of the register is on record under one of these.
CHANGES: Final = (
    "enterprise.register",
    "enterprise.change",
    "enterprise.fact",
    "enterprise.label",
    "enterprise.label_end",
    "enterprise.merge",
    "enterprise.unmerge",
    "import.apply",
    "import.confirm",
)
# An event bears the time at which its request began; what it wrote may be seen later.
MARGIN: Final = timedelta(hours=1)
Array = npt.NDArray[Any]


def fact_name(fact: str) -> str:
    return f"fact.{fact}"


def label_name(label: str) -> str:
    return f"label.{label}"


def store_columns(columns: Columns, read_at: datetime) -> None:
    """Keep the columns of a match in place of those kept before. Must be called inside a transaction."""
    token = secrets.token_hex(8)
    StoredColumn.objects.all().delete()
    StoredColumn.objects.bulk_create(
        StoredColumn(name=name, token=token, on=columns.on, read_at=read_at, content=content)
        for name, content in _packed(columns)
    )


def stored_register(on: date) -> tuple[str, Register] | None:
    """Return the register kept for the day `on` with its token, with two queries; None where it has changed since."""
    row = StoredColumn.objects.filter(name=REGISTER, on=on).first()
    if row is None or _changed_since(row.read_at):
        return None
    return row.token, _register(_unpack(bytes(row.content)))


def stored_columns(token: str, names: Collection[str]) -> dict[str, Array]:
    """Return those of the named columns that were kept with the register of that token, with one query."""
    rows = StoredColumn.objects.filter(token=token, name__in=names)
    return {name: _column(_unpack(bytes(content))) for name, content in rows.values_list("name", "content")}


def _column(arrays: Mapping[str, Array]) -> Array:
    if "values" in arrays:
        return arrays["values"]
    days = np.full(int(arrays["size"]), NO_DAY, dtype=arrays["held"].dtype)
    days[arrays["places"]] = arrays["held"]
    return days


def _changed_since(moment: datetime) -> bool:
    return AuditEvent.objects.filter(at__gt=moment - MARGIN, action__in=CHANGES).exists()


def _packed(columns: Columns) -> Iterator[tuple[str, bytes]]:
    texts: dict[str, Array] = {}
    for name, column in columns.texts.items():
        texts[f"{name}.values"] = np.array(column.values, dtype=str)
        texts[f"{name}.codes"] = column.codes.astype(np.min_scalar_type(len(column.values)))
    yield REGISTER, _pack(keys=columns.keys, founded=columns.founded, **texts)
    for fact, values in columns.facts.items():
        yield fact_name(fact), _pack(values=values)
    for label, days in columns.labels.items():
        # Few hold a label: only they are kept.
        places = np.flatnonzero(days)
        yield (
            label_name(label),
            _pack(size=np.array(len(days)), places=places.astype(np.uint32), held=days[places]),
        )


def _register(arrays: Mapping[str, Array]) -> Register:
    texts = {
        name.removesuffix(".values"): Texts(
            tuple(values.tolist()), arrays[f"{name.removesuffix('.values')}.codes"]
        )
        for name, values in arrays.items()
        if name.endswith(".values")
    }
    return Register(arrays["keys"], texts, arrays["founded"])


def _pack(**arrays: Array) -> bytes:
    target = BytesIO()
    named: dict[str, Any] = {**arrays}
    np.savez(target, **named)
    return target.getvalue()


def _unpack(content: bytes) -> dict[str, Array]:
    with np.load(BytesIO(content), allow_pickle=False) as kept:
        return dict(kept.items())
