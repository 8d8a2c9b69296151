"""An official document as DOCX, for the office's own machines: it names the standard's fonts."""

from pathlib import Path
from typing import Any

from portal.documents.docx_writer.blocks import BlockWriter
from portal.documents.docx_writer.closing import attachment_head, attachment_note, colophon, remark, signature
from portal.documents.docx_writer.heads import addressee_line, head_lines, title_line
from portal.documents.docx_writer.packing import pack
from portal.documents.docx_writer.page import set_properties, set_up_page
from portal.documents.docx_writer.setting import LINE_PITCH, sort_properties
from portal.documents.docx_writer.sheet import sheet_lines
from portal.documents.docx_writer.stylesheet import new_document
from portal.documents.layout import CHARS_PER_LINE
from portal.documents.model import Block, DocumentKind, OfficialDocument, Paragraph, plain
from portal.documents.numbers import text_width

LONGEST_HELD = 11  # lines


def render_docx(
    document: OfficialDocument, *, font_folder: Path | None = None, system_fonts: bool = True
) -> bytes:
    """Set a document as DOCX; the same document gives the same bytes.

    The fonts are named, not embedded. `font_folder` and `system_fonts` only matter to charts, which
    become pictures: for them it raises `FontMissing` without any Chinese font and `ChartUnreadable` for a broken chart.
    """
    docx = new_document()
    set_up_page(docx, document.kind)
    set_properties(docx, document)
    writer = BlockWriter(docx, document.kind, font_folder, system_fonts=system_fonts)
    write = sheet_lines if document.kind is DocumentKind.SHEET else _text_lines
    body = docx.element.body
    for content in write(document, writer):
        body.sectPr.addprevious(content)
    sort_properties(body)
    return pack(docx)


def _text_lines(document: OfficialDocument, writer: BlockWriter) -> list[Any]:
    above_title = 0 if document.kind is DocumentKind.REPORT else 2 * LINE_PITCH
    lines = head_lines(document)
    lines.append(title_line(document.title, document.title_words, before=above_title))
    lines += addressee_line(document)
    for block in document.body[:-1]:
        lines += writer.write(block)
    for block in document.body[-1:]:
        lines += writer.write(block, keep_next=_holds_signature(block, document))
    lines += attachment_note(document)
    lines += signature(document)
    lines += remark(document)
    for position, attachment in enumerate(document.attachments, start=1):
        lines += attachment_head(attachment, position, document)
        for block in attachment.body:
            lines += writer.write(block)
    return lines + colophon(document)


def _holds_signature(block: Block, document: OfficialDocument) -> bool:
    """Say whether to hold the last paragraph to the signature, which shall not stand alone on its page.

    A long paragraph is not held: LibreOffice would move all of it.
    """
    if not document.signer or not isinstance(block, Paragraph):
        return False
    return text_width(plain(block.text)) < LONGEST_HELD * CHARS_PER_LINE
