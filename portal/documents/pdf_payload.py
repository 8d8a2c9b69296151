"""The data the typst template reads: a document with every derived text and measure worked out."""

from dataclasses import asdict
from datetime import date
from itertools import pairwise
from typing import Any

from portal.documents import layout
from portal.documents.composition import (
    POINTS_PER_MM,
    attachment_label,
    compose_attachment_note,
    compose_masthead,
    compose_signature,
    copy_text,
    imprint_date,
    printable,
)
from portal.documents.fonts import FontSet
from portal.documents.model import (
    Block,
    Chart,
    DocumentKind,
    GroupRow,
    Heading,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
    runs_of,
)
from portal.documents.numbers import issue_label, printed_date, text_width
from portal.documents.pictures import draw_chart
from portal.documents.titles import break_title

Json = dict[str, Any]
LARGEST_UNSPLIT_ROW = 0.5


def build_payload(document: OfficialDocument, fonts: FontSet, dated: date) -> Json:
    """Return the template's data."""
    page = layout.page_of(document.kind)

    def blocks(items: tuple[Block, ...]) -> list[Json]:
        return [_block(item, page, fonts) for item in items]

    data: Json = {
        "kind": document.kind,
        "measures": _measures(document.kind, page),
        "fonts": {face: list(families) for face, families in fonts.choice.families.items()},
        "plain_title": " ".join(document.title.split()),
        "author": document.issuer or document.signer,
        "dated": {"year": dated.year, "month": dated.month, "day": dated.day},
        "masthead": asdict(compose_masthead(document.masthead)),
        "issue": issue_label(document.issue_number),
        "number": document.number,
        "issuer": document.issuer,
        "date": printed_date(document.issued_on),
        "title_lines": break_title(document.title, document.title_words),
        "addressee": document.addressee,
        "body": blocks(document.body),
        "attachment_note": [asdict(line) for line in compose_attachment_note(document.attachments)],
        "signature": _signature(document),
        "remark": document.remark,
        "attachments": [
            {
                "label": attachment_label(position, len(document.attachments)),
                "title_lines": break_title(attachment.title, document.title_words),
                "body": blocks(attachment.body),
            }
            for position, attachment in enumerate(document.attachments, start=1)
        ],
        "colophon": _colophon(document),
        "sheet_heads": document.sheet_heads,
        "sheet_feet": document.sheet_feet,
    }
    cleaned: Json = _printable(data)
    return cleaned


def _measures(kind: DocumentKind, page: layout.Page) -> Json:
    is_sheet = kind is DocumentKind.SHEET
    return {
        "page": {**asdict(page), "text_width": page.text_width, "text_height": page.text_height},
        "chars": layout.CHARS_PER_LINE,
        "lines": layout.LINES_PER_PAGE,
        "text_size": layout.TEXT_SIZE,
        "title_size": layout.TITLE_SIZE,
        "title_pitch": layout.TITLE_PITCH,
        "small_size": layout.SMALL_SIZE,
        "table_size": layout.SHEET_SIZE if is_sheet else layout.TABLE_SIZE,
        "table_pitch": layout.SHEET_PITCH if is_sheet else layout.TABLE_PITCH,
        "sheet_title_size": layout.SHEET_TITLE_SIZE,
        "bulletin_top": layout.BULLETIN_TOP,
        "letter_top": layout.LETTER_TOP,
        "rule_gap": layout.RULE_GAP,
        "rule_width": layout.RULE_WIDTH,
        "page_number_drop": layout.PAGE_NUMBER_DROP,
        "colophon_outer": layout.COLOPHON_OUTER,
        "colophon_inner": layout.COLOPHON_INNER,
        "red": layout.OFFICIAL_RED,
        "grid_colour": layout.GRID_COLOUR,
        "group_fill": layout.GROUP_FILL,
        "header_fill": layout.HEADER_FILL,
        "colours": dict(layout.MARK_COLOURS),
    }


def _signature(document: OfficialDocument) -> Json | None:
    if not document.signer:
        return None
    return {**asdict(compose_signature(document)), "sealed": document.sealed}


def _colophon(document: OfficialDocument) -> list[Json]:
    rows: list[Json] = [
        {"type": "copies", "text": copy_text(line), "hang": text_width(line.label) + 1}
        for line in document.copies_to
    ]
    if document.imprint:
        imprint = document.imprint
        rows.append({"type": "imprint", "left": imprint.office, "right": imprint_date(imprint)})
    return rows


def _block(block: Block, page: layout.Page, fonts: FontSet) -> Json:
    match block:
        case Heading():
            return {"type": "heading", "level": block.level, "text": block.text}
        case Paragraph():
            return {"type": "paragraph", "runs": _runs(block.text), "indent": block.indent}
        case Table():
            return _table(block, page)
        case Chart():
            picture = draw_chart(block, page, fonts)
            return {
                "type": "chart",
                "png": list(picture.png),  # the binding takes no binary files besides the template
                "width": picture.width_mm,
                "height": picture.height_mm,
                "alt": block.caption,
                "caption": block.caption,
            }
        case PageBreak():
            return {"type": "page_break"}


def _table(table: Table, page: layout.Page) -> Json:
    rows = [{**_row(row), "tall": _is_tall(row, table, page)} for row in table.rows]
    # A group repeats as a header on the next page only above a row: typst stops at two headers in succession.
    for row, following in pairwise([*rows, None]):
        if row and row["type"] == "group" and (following is None or following["type"] != "row"):
            row["type"] = "empty group"
    if not rows:
        rows = [{"type": "empty", "cells": [_runs(table.empty_text)], "tall": False}]
    if table.total_row is not None:
        rows = _with_total(rows, {**_row(table.total_row), "tall": False})
    return {
        "type": "table",
        "caption": table.caption,
        "columns": [
            {"label": column.label, "share": column.width_share, "align": column.align}
            for column in table.columns
        ],
        "rows": rows,
    }


def _with_total(rows: list[Json], total: Json) -> list[Json]:
    """Return the rows with the total, which never stands alone on its page: the row above it comes along."""
    *others, last = rows
    if last["type"] == "group" or last["tall"]:
        return [*rows, total]
    return [*others, {"type": "tail", "rows": [last, total]}]


def _is_tall(row: Row, table: Table, page: layout.Page) -> bool:
    """Say whether a row fills so much of a page that it has to be split after all."""
    if isinstance(row, GroupRow):
        return False
    size = layout.SHEET_SIZE if page is layout.LANDSCAPE else layout.TABLE_SIZE
    shares = sum(column.width_share for column in table.columns)
    chars = page.text_width * POINTS_PER_MM / size
    heights = (
        text_width(plain(cell)) / max(chars * column.width_share / shares - 1, 1)
        for cell, column in zip(row, table.columns, strict=True)
    )
    return max(heights) * size * 1.5 > page.text_height * POINTS_PER_MM * LARGEST_UNSPLIT_ROW


def _row(row: Row) -> Json:
    if isinstance(row, GroupRow):
        return {"type": "group", "runs": _runs(row.text)}
    return {"type": "row", "cells": [_runs(cell) for cell in row]}


def _runs(text: Text) -> list[Json]:
    return [asdict(run) for run in runs_of(text)]


def _printable(data: Any) -> Any:
    match data:
        case str():
            return printable(data)
        case list() | tuple():
            return [_printable(item) for item in data]
        case dict():
            return {key: _printable(value) for key, value in data.items()}
    return data
