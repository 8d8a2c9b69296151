"""What a domain puts on the dispatch sheet: a table of plain values, so that it freezes with the sheet.

The sheet is read by everybody who reads its round, and stays as it was. A block
therefore holds counts, public titles and fields of work, never anything that
only some of its readers may read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from indicators.models import TaskForce

Cell = str | int | None
DASH = "—"


class BlockKind(StrEnum):
    """What a column holds: words, whole numbers, or decimals written as text ("95.5")."""

    TEXT = "text"
    COUNT = "count"
    DECIMAL = "decimal"
    PERCENT = "percent"


@dataclass(frozen=True)
class BlockColumn:
    """A column; `share` is its part of the width, an `alarm` shows any number but zero in red."""

    key: str
    label: str
    kind: BlockKind = BlockKind.COUNT
    share: int = 6
    alarm: bool = False

    def shown(self, cell: Cell) -> str:
        """Return a cell of this column as it is printed; "—" for none, nothing for no words."""
        if cell is None:
            return DASH
        if self.kind is BlockKind.TEXT:
            return str(cell)
        text = f"{Decimal(cell):,f}"
        plain = text.rstrip("0").rstrip(".") if "." in text else text
        return f"{plain}%" if self.kind is BlockKind.PERCENT else plain


@dataclass(frozen=True)
class SheetBlock:
    """One domain's table: the first column names the row, `total` is its last line, `note` says what is counted."""

    key: str
    title: str
    note: str
    columns: tuple[BlockColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None

    @property
    def shown(self) -> tuple[tuple[tuple[BlockColumn, str, bool], ...], ...]:
        """Each line's cells for a page: the column, the text, and whether it is alarming."""
        return tuple(
            tuple(
                (column, column.shown(cell), column.alarm and bool(cell))
                for column, cell in zip(self.columns, line, strict=True)
            )
            for line in self.lines
        )

    @property
    def lines(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows and the total below them."""
        return self.rows if self.total is None else (*self.rows, self.total)


@dataclass(frozen=True)
class Scope:
    """For what a block is asked: the units of a round's task forces by code, a month, and the day `on`.

    `is_past` says that the day lies behind, so that only what dates tell is known.
    """

    units: frozenset[str]
    month: date
    on: date
    is_past: bool = False

    @classmethod
    def of(cls, forces: Collection[TaskForce], month: date, on: date, *, is_past: bool = False) -> Scope:
        """Take the lead and the responsible units of `forces`, each once; one query."""
        helping = TaskForce.responsible.through.objects.filter(taskforce__in=[one.pk for one in forces])
        codes = set(helping.values_list("organisation__code", flat=True))
        return cls(frozenset(codes | {one.lead.code for one in forces}), month, on, is_past)


def stored_block(data: Mapping[str, Any]) -> SheetBlock:
    """Return the block that was kept as JSON."""
    columns = [BlockColumn(**{**one, "kind": BlockKind(one["kind"])}) for one in data["columns"]]
    total = data["total"]
    return SheetBlock(
        **{
            **data,
            "columns": tuple(columns),
            "rows": tuple(tuple(row) for row in data["rows"]),
            "total": None if total is None else tuple(total),
        }
    )
