"""What stands below the text: 附件说明, 署名, 附注, annexes' heads and 版记."""

from dataclasses import replace
from typing import Any

from portal.documents import layout
from portal.documents.composition import (
    attachment_label,
    compose_attachment_note,
    compose_signature,
    copy_text,
    imprint_date,
)
from portal.documents.docx_writer.heads import title_line
from portal.documents.docx_writer.setting import (
    CHAR,
    INDENTED,
    LINE_PITCH,
    Form,
    Look,
    element,
    line,
    make_run,
    run_of,
    twips,
)
from portal.documents.docx_writer.tables import borders
from portal.documents.fonts import Face
from portal.documents.model import Align, Attachment, CopyLine, Imprint, OfficialDocument, Run
from portal.documents.numbers import text_width

SMALL = Look(Face.TEXT, layout.SMALL_SIZE, spacing=0)
SMALL_CHAR = round(layout.SMALL_SIZE * 20)
WIDTH = twips(layout.PORTRAIT.text_width)
LEFT_EDGE = twips(layout.PORTRAIT.left)
OUTER, INNER = 8, 6  # eighths of a point: 0.35 mm and 0.25 mm
INSIDE = Form(align=Align.LEFT, left=SMALL_CHAR, before=40, after=40, pitch=440)


def attachment_note(document: OfficialDocument) -> list[Any]:
    """Return 附件：1. … one blank line below the text."""
    lines = []
    for number, note in enumerate(compose_attachment_note(document.attachments)):
        form = Form(
            align=Align.LEFT,
            left=round(note.hang * CHAR),
            first=round((note.start - note.hang) * CHAR),
            before=0 if number else LINE_PITCH,
            keep_next=bool(document.signer),
        )
        lines.append(line(note.text, form))
    return lines


def signature(document: OfficialDocument) -> list[Any]:
    """Return 署名 and date, far enough below the text for a seal when there is one."""
    if not document.signer:
        return []
    placed = compose_signature(document)
    above = Form(
        align=Align.RIGHT,
        right=round(placed.signer_inset * CHAR),
        before=(2 if document.sealed else 1) * LINE_PITCH,
        keep_next=True,
    )
    below = Form(align=Align.RIGHT, right=round(placed.date_inset * CHAR))
    return [line(placed.signer, above), line(placed.date, below)]


def remark(document: OfficialDocument) -> list[Any]:
    return [line(document.remark, INDENTED)] if document.remark else []


def attachment_head(attachment: Attachment, position: int, document: OfficialDocument) -> list[Any]:
    """Return 附件1 at the top of a new page and the annex's title on the third line."""
    label = line(
        attachment_label(position, len(document.attachments)),
        Form(align=Align.LEFT, keep_next=True, page_break_before=True),
        Look(Face.HEI),
    )
    return [label, title_line(attachment.title, document.title_words, before=LINE_PITCH)]


def colophon(document: OfficialDocument) -> list[Any]:
    """Return 版记: a table that floats at the foot of the page of the line after it, and that line."""
    rows = [_copies_row(copies) for copies in document.copies_to]
    if document.imprint:
        rows.append(_imprint_row(document.imprint))
    if not rows:
        return []
    grid = element("tblGrid", element("gridCol", w=WIDTH))
    return [element("tbl", _float_properties(), grid, *rows), line("", Form(pitch=20))]


def _float_properties() -> Any:
    edge, inner = (OUTER, "000000"), (INNER, "000000")
    # Placed from the page's edge: LibreOffice keeps a table in the text that floats within the margins.
    place = {"vertAnchor": "margin", "tblpYSpec": "bottom", "horzAnchor": "page"}
    position = element(
        "tblpPr", leftFromText=0, rightFromText=0, topFromText=LINE_PITCH // 2, tblpX=LEFT_EDGE, **place
    )
    return element(
        "tblPr",
        position,
        element("tblOverlap", val="never"),
        element("tblW", w=WIDTH, type="dxa"),
        borders(top=edge, bottom=edge, insideH=inner),
        element("tblLayout", type="fixed"),
        element("tblCellMar", element("left", w=0, type="dxa"), element("right", w=0, type="dxa")),
    )


def _copies_row(copies: CopyLine) -> Any:
    hang = round((text_width(copies.label) + 1) * SMALL_CHAR)
    form = replace(INSIDE, left=SMALL_CHAR + hang, first=-hang, right=SMALL_CHAR)
    return _row(line(copy_text(copies), form, SMALL))


def _imprint_row(imprint: Imprint) -> Any:
    printed = line((), replace(INSIDE, tabs=(("right", WIDTH - SMALL_CHAR),)), SMALL)
    printed.append(make_run(Run(imprint.office), SMALL))
    printed.append(run_of(SMALL, element("tab")))
    printed.append(make_run(Run(imprint_date(imprint)), SMALL))
    return _row(printed)


def _row(content: Any) -> Any:
    cell = element("tc", element("tcPr", element("tcW", w=WIDTH, type="dxa")), content)
    return element("tr", element("trPr", element("cantSplit")), cell)
