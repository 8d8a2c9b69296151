"""The dispatch sheet as a document and as a workbook, both from the same frozen value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO

from indicators.lamps import Colour
from portal.documents.model import (
    Align,
    Column,
    DocumentKind,
    GroupRow,
    Mark,
    OfficialDocument,
    Paragraph,
    Row,
    Run,
    Table,
    Text,
)
from portal.workbooks.columns import Column as Field
from portal.workbooks.columns import Kind, Sheet
from portal.workbooks.writer import Part, write_sheets
from reports.sheets import BlockKind, DispatchSheet, SheetBlock, SheetForce, SheetItem
from reports.sheets.blocks import BlockColumn, Cell

MARKS = {colour: Mark(colour.value) for colour in Colour}
FIELD_KINDS = {
    BlockKind.TEXT: Kind.LONG_TEXT,
    BlockKind.COUNT: Kind.INTEGER,
    BlockKind.DECIMAL: Kind.DECIMAL,
    BlockKind.PERCENT: Kind.PERCENT,
}

ITEM_FIELDS = Sheet(
    "红黄灯事项",
    (
        Field("force", "专班", locked=True),
        Field("number", "编号", locked=True),
        Field("title", "事项", locked=True),
        Field("organisation", "责任单位", locked=True),
        Field("lamp", "亮灯", locked=True),
        Field("reason", "原因", locked=True),
        Field("before", "上月进度", locked=True),
        Field("after", "本月进度", locked=True),
        Field("problems", "存在问题", Kind.LONG_TEXT, locked=True),
        Field("coordination", "提请协调", Kind.LONG_TEXT, locked=True),
    ),
    key=("number",),
)
FORCE_FIELDS = Sheet(
    "专班情况",
    (
        Field("name", "专班", locked=True),
        Field("lead", "牵头单位", locked=True),
        Field("total", "事项", Kind.INTEGER, locked=True),
        *(Field(colour.value, colour.label, Kind.INTEGER, locked=True) for colour in Colour),
        Field("unreported", "未报", Kind.INTEGER, locked=True),
        Field("rank", "省评", locked=True),
        Field("owed", "未报事项（未列入红黄灯的）", Kind.LONG_TEXT, locked=True),
    ),
    key=("name",),
)
WEAK_FIELDS = Sheet(
    "监测值落后项",
    (
        Field("name", "监测项", locked=True),
        Field("value", "本月", locked=True),
        Field("benchmark", "对标", locked=True),
        Field("gap", "差距", locked=True),
    ),
    key=("name",),
)
PICKED_FIELDS = Sheet(
    "转入调度事项",
    (
        Field("number", "编号", locked=True),
        Field("title", "事项", locked=True),
        Field("organisation", "责任单位", locked=True),
        Field("lamp", "亮灯", locked=True),
        Field("reason", "亮灯原因", locked=True),
        Field("why", "转入理由", Kind.LONG_TEXT, locked=True),
        Field("by", "转入人", locked=True),
    ),
    key=("number",),
)
TOLD_FIELDS = Sheet(
    "上次交办落实",
    (
        Field("number", "编号", locked=True),
        Field("title", "交办事项", locked=True),
        Field("organisation", "责任单位", locked=True),
        Field("due", "时限", locked=True),
        Field("lamp", "亮灯", locked=True),
        Field("reason", "情况", locked=True),
    ),
    key=("number",),
)


def sheet_document(sheet: DispatchSheet) -> OfficialDocument:
    """Return the sheet as A4 landscape tables, to be set as DOCX or PDF."""
    return OfficialDocument(
        kind=DocumentKind.SHEET,
        title=sheet.title,
        sheet_heads=sheet.heads,
        sheet_feet=sheet.feet,
        body=(
            _items_table(sheet),
            *_picks_table(sheet),
            _weak_table(sheet),
            _told_table(sheet),
            *(part for block in sheet.blocks for part in _block_parts(block)),
        ),
    )


def _items_table(sheet: DispatchSheet) -> Table:
    rows: list[Row] = []
    for force in sheet.forces:
        rows.append(GroupRow((Run(force.name, Mark.HEI), Run(f"　{force.summary}"))))
        rows += [_item_row(place, item) for place, item in enumerate(force.items, start=1)]
        if force.owed:
            rows.append(GroupRow(f"其他未报：{'、'.join(force.owed)}"))
    return Table(
        caption="",
        columns=(
            Column("序号", 4, Align.CENTER),
            Column("编号", 7),
            Column("红黄灯事项", 17),
            Column("责任单位", 10),
            Column("亮灯与原因", 13),
            Column("较上月", 11),
            Column("存在问题", 22),
            Column("提请协调", 22),
        ),
        rows=tuple(rows),
    )


def _item_row(place: int, item: SheetItem) -> Row:
    return (
        str(place),
        item.number,
        item.title,
        item.organisation,
        _lamp(item.colour, item.reason),
        f"{item.before} → {item.after}",
        item.problems,
        item.coordination,
    )


def _lamp(colour: str, reason: str) -> tuple[Run, ...]:
    lamp = Colour(colour)
    return (Run(f"{lamp.label} {reason}".rstrip(), MARKS[lamp]),)


def _picks_table(sheet: DispatchSheet) -> Iterator[Table]:
    """Yield the table of the items that were put on the sheet, where there are any."""
    if not sheet.picks:
        return
    yield Table(
        caption="转入调度事项",
        columns=(
            Column("序号", 4, Align.CENTER),
            Column("编号", 7),
            Column("事项", 25),
            Column("责任单位", 12),
            Column("亮灯与原因", 16),
            Column("转入理由", 28),
            Column("转入人", 14),
        ),
        rows=tuple(
            (
                str(place),
                one.number,
                one.title,
                one.organisation,
                _lamp(one.colour, one.reason),
                one.why,
                one.by,
            )
            for place, one in enumerate(sheet.picks, start=1)
        ),
    )


def _weak_table(sheet: DispatchSheet) -> Table:
    middle = Align.CENTER
    return Table(
        caption="监测值落后项",
        columns=(
            Column("监测项", 4),
            Column("本月", 2, middle),
            Column("对标", 2, middle),
            Column("差距", 2, middle),
        ),
        rows=tuple((one.name, one.value, one.benchmark, one.gap) for one in sheet.weak),
    )


def _told_table(sheet: DispatchSheet) -> Table:
    return Table(
        caption="上次交办落实",
        columns=(
            Column("交办事项", 9),
            Column("责任单位", 4),
            Column("时限", 2, Align.CENTER),
            Column("情况", 4),
        ),
        rows=tuple(
            (one.title, one.organisation, one.due, _lamp(one.colour, one.reason))
            for one in sheet.instructions
        ),
    )


def _block_parts(block: SheetBlock) -> Iterator[Table | Paragraph]:
    """Yield a domain's table and the line below it that says what is counted."""
    yield Table(
        caption=block.title,
        columns=tuple(
            Column(one.label, one.share, Align.LEFT if one.kind is BlockKind.TEXT else Align.CENTER)
            for one in block.columns
        ),
        rows=tuple(_printed(block, row) for row in block.rows),
        total_row=None if block.total is None else _printed(block, block.total),
    )
    yield Paragraph(f"注：{block.note}。", indent=False)


def _printed(block: SheetBlock, row: tuple[Cell, ...]) -> tuple[Text, ...]:
    return tuple(_cell(column, cell) for column, cell in zip(block.columns, row, strict=True))


def _cell(column: BlockColumn, cell: Cell) -> Text:
    text = column.shown(cell)
    return (Run(text, Mark.RED),) if column.alarm and cell else text


def write_sheet_workbook(target: BinaryIO, sheet: DispatchSheet, *, subtitle: str) -> int:
    """Write the sheet as a workbook: four pages, one more where items were put on it, and one for each block.

    Return the number of rows.
    """
    parts = [
        Part(ITEM_FIELDS, _item_values(sheet), sheet.title, subtitle),
        Part(FORCE_FIELDS, map(_force_values, sheet.forces), f"{sheet.title}·专班情况", subtitle),
        *_picks_part(sheet, subtitle),
        Part(WEAK_FIELDS, (vars(one) for one in sheet.weak), f"{sheet.title}·监测值落后项", subtitle),
        Part(TOLD_FIELDS, _told_values(sheet), f"{sheet.title}·上次交办落实", subtitle),
        *(_block_part(sheet, block, subtitle) for block in sheet.blocks),
    ]
    return write_sheets(target, parts)


def _picks_part(sheet: DispatchSheet, subtitle: str) -> Iterator[Part]:
    if sheet.picks:
        rows = ({**vars(one), "lamp": Colour(one.colour).label} for one in sheet.picks)
        yield Part(PICKED_FIELDS, rows, f"{sheet.title}·转入调度事项", subtitle)


def _block_part(sheet: DispatchSheet, block: SheetBlock, subtitle: str) -> Part:
    fields = Sheet(
        block.title,
        tuple(Field(one.key, one.label, FIELD_KINDS[one.kind], locked=True) for one in block.columns),
        key=(block.columns[0].key,),
    )
    rows = (
        {one.key: _number(one, cell) for one, cell in zip(block.columns, line, strict=True)}
        for line in block.lines
    )
    return Part(fields, rows, f"{sheet.title}·{block.title}", f"{subtitle}　　{block.note}")


def _number(column: BlockColumn, cell: Cell) -> object:
    """Return decimals as the numbers they are: they are kept as text."""
    is_decimal = column.kind in {BlockKind.DECIMAL, BlockKind.PERCENT}
    return Decimal(cell) if is_decimal and cell is not None else cell


def _item_values(sheet: DispatchSheet) -> Iterator[Mapping[str, object]]:
    for force in sheet.forces:
        for item in force.items:
            yield {**vars(item), "force": force.name, "lamp": Colour(item.colour).label}


def _force_values(force: SheetForce) -> Mapping[str, object]:
    counts = {colour.value: 0 for colour in Colour} | dict(force.counts)
    return {**vars(force), **counts, "owed": "、".join(force.owed)}


def _told_values(sheet: DispatchSheet) -> Iterator[Mapping[str, object]]:
    for one in sheet.instructions:
        yield {**vars(one), "lamp": Colour(one.colour).label}
