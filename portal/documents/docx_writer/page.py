"""Paper, margins, line grid and page numbers."""

from datetime import UTC, date, datetime, time
from typing import Any

from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.shared import Mm

from portal.documents import layout
from portal.documents.composition import printable
from portal.documents.docx_writer.setting import LINE_PITCH, Form, Look, element, field, line, make_run
from portal.documents.fonts import Face
from portal.documents.model import Align, DocumentKind, OfficialDocument, Run

NUMBER = Look(Face.SONG, layout.SMALL_SIZE, spacing=0)
SHEET_NUMBER = Look(Face.SONG, layout.SHEET_SIZE, spacing=0)
NUMBER_INSET = round(layout.SMALL_SIZE * 20)
DRAFT_DATE = date(2000, 1, 1)


def set_up_page(document: DocxDocument, kind: DocumentKind) -> None:
    """Give the only section its paper, margins, grid and footers."""
    page = layout.page_of(kind)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if kind is DocumentKind.SHEET else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
    section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
    section.header_distance = Mm(page.top / 2)
    section.footer_distance = Mm(8 if kind is DocumentKind.SHEET else layout.FOOTER_DISTANCE)
    properties = document.element.body.sectPr
    for grid in properties.xpath("./w:docGrid"):
        properties.remove(grid)
    if kind is not DocumentKind.SHEET:
        properties.append(element("docGrid", type="lines", linePitch=LINE_PITCH))
    for footer, align in ((section.footer, Align.RIGHT), (section.even_page_footer, Align.LEFT)):
        footer.is_linked_to_previous = False
        empty = footer.paragraphs[0].paragraph_format.element
        empty.getparent().replace(
            empty, _sheet_number() if kind is DocumentKind.SHEET else _page_number(align)
        )


def set_properties(document: DocxDocument, source: OfficialDocument) -> None:
    """Write title and author; the dates are the document's own, so that the bytes depend on nothing else."""
    stamp = datetime.combine(source.issued_on or DRAFT_DATE, time(), UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title = printable(" ".join(source.title.split()))[:255]
    properties.author = properties.last_modified_by = printable(source.issuer or source.signer)[:255]
    properties.comments = properties.keywords = properties.subject = ""
    properties.language = "zh-CN"
    properties.created = properties.modified = stamp
    properties.revision = 1


def _page_number(align: Align) -> Any:
    number = line((), Form(align=align, left=NUMBER_INSET, right=NUMBER_INSET, pitch=280), NUMBER)
    number.extend([make_run(Run("— "), NUMBER), *field("PAGE", NUMBER), make_run(Run(" —"), NUMBER)])
    return number


def _sheet_number() -> Any:
    number = line((), Form(align=Align.RIGHT, pitch=240), SHEET_NUMBER)
    number.append(make_run(Run("第 "), SHEET_NUMBER))
    number.extend(field("PAGE", SHEET_NUMBER))
    number.append(make_run(Run(" 页　共 "), SHEET_NUMBER))
    number.extend(field("NUMPAGES", SHEET_NUMBER))
    number.append(make_run(Run(" 页"), SHEET_NUMBER))
    return number
