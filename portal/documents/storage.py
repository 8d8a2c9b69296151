"""The stored form of a document: JSON that reads back as an equal value.

Keys are sorted and empty defaults are written, so equal documents give equal text and the text can be hashed.
"""

import json
from dataclasses import fields
from datetime import date
from typing import Any

from portal.documents.model import (
    Align,
    Attachment,
    Block,
    Chart,
    Column,
    CopyLine,
    DocumentKind,
    GroupRow,
    Heading,
    Imprint,
    Mark,
    OfficialDocument,
    PageBreak,
    Paragraph,
    Row,
    Run,
    Table,
    Text,
)

FORMAT = 1
BLOCKS: dict[str, type[Block]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "table": Table,
    "chart": Chart,
    "page_break": PageBreak,
}
BLOCK_NAMES = {block: name for name, block in BLOCKS.items()}


class DocumentUnreadable(ValueError):
    """The stored text is not a document of this format."""


def to_json(document: OfficialDocument) -> str:
    """Return the stored form."""
    stored = {"format": FORMAT, **_shallow(document)}
    return json.dumps(stored, default=_encode, ensure_ascii=False, sort_keys=True)


def from_json(stored: str) -> OfficialDocument:
    """Return the document that `to_json` wrote; `from_json(to_json(document)) == document`."""
    try:
        data = json.loads(stored)
        written_in = data.pop("format")
        document = _document(data) if written_in == FORMAT else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentUnreadable("文书存档不完整，无法读取，请从备份恢复后再试") from error
    if document is None:
        raise DocumentUnreadable(
            f"文书存档是第 {written_in} 版格式，本系统只能读取第 {FORMAT} 版，请升级后再试"
        )
    return document


def _encode(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case Heading() | Paragraph() | Table() | Chart() | PageBreak():
            return {"type": BLOCK_NAMES[type(value)], **_shallow(value)}
        case GroupRow():
            return {"group": value.text}
        case Run() | Column() | Attachment() | CopyLine() | Imprint():
            return _shallow(value)
    raise TypeError(f"{type(value).__name__} has no stored form")


def _shallow(value: Any) -> dict[str, object]:
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _document(data: dict[str, Any]) -> OfficialDocument:
    imprint = data["imprint"]
    left_middle_right = {name: tuple(data[name]) for name in ("sheet_heads", "sheet_feet")}
    return OfficialDocument(
        **{
            **data,
            **left_middle_right,
            "kind": DocumentKind(data["kind"]),
            "body": _blocks(data["body"]),
            "issued_on": _date(data["issued_on"]),
            "title_words": tuple(data["title_words"]),
            "attachments": tuple(_attachment(item) for item in data["attachments"]),
            "copies_to": tuple(CopyLine(**line) for line in data["copies_to"]),
            "imprint": imprint and Imprint(imprint["office"], _date(imprint["printed_on"])),
        }
    )


def _attachment(data: dict[str, Any]) -> Attachment:
    return Attachment(data["title"], _blocks(data["body"]))


def _blocks(items: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(_block(item) for item in items)


def _block(stored: dict[str, Any]) -> Block:
    kind = BLOCKS[stored["type"]]
    data = {name: value for name, value in stored.items() if name != "type"}
    if kind is Paragraph:
        return Paragraph(_text(data["text"]), data["indent"])
    if kind is Table:
        return Table(
            caption=data["caption"],
            columns=tuple(Column(c["label"], c["width_share"], Align(c["align"])) for c in data["columns"]),
            rows=tuple(_row(row) for row in data["rows"]),
            total_row=data["total_row"] and _cells(data["total_row"]),
            empty_text=data["empty_text"],
        )
    return kind(**data)


def _row(stored: Any) -> Row:
    return GroupRow(_text(stored["group"])) if isinstance(stored, dict) else _cells(stored)


def _cells(stored: list[Any]) -> tuple[Text, ...]:
    return tuple(_text(cell) for cell in stored)


def _text(stored: Any) -> Text:
    return stored if isinstance(stored, str) else tuple(Run(run["text"], Mark(run["mark"])) for run in stored)


def _date(stored: str | None) -> date | None:
    return None if stored is None else date.fromisoformat(stored)
