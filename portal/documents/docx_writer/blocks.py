"""The blocks of the text as WordprocessingML."""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from docx.document import Document as DocxDocument
from docx.shared import Mm

from portal.documents import layout
from portal.documents.composition import printable
from portal.documents.docx_writer.setting import (
    FLUSH,
    INDENTED,
    TEXT,
    Form,
    Look,
    element,
    line,
    run_of,
)
from portal.documents.docx_writer.stylesheet import HEADING_FACES
from portal.documents.docx_writer.tables import GRIDDED, RULED, build_table, caption_of
from portal.documents.fonts import FontSet, find_fonts
from portal.documents.model import (
    Align,
    Block,
    Chart,
    DocumentKind,
    Heading,
    PageBreak,
    Paragraph,
    Table,
)
from portal.documents.pictures import draw_chart


@dataclass
class BlockWriter:
    """Writes blocks for one file, which has to hold their pictures."""

    docx: DocxDocument
    kind: DocumentKind
    font_folder: Path | None
    system_fonts: bool = True
    pictures: int = 0

    def write(self, block: Block, *, keep_next: bool = False) -> list[Any]:
        """Return the block's lines and tables; `keep_next` holds a paragraph to what follows."""
        match block:
            case Heading():
                look = Look(HEADING_FACES[block.level - 1])
                form = Form(style=f"Heading{block.level}", first=INDENTED.first, keep_next=True)
                return [line(block.text, form, look)]
            case Paragraph():
                return [self._paragraph(block, keep_next=keep_next)]
            case Table():
                return self._table(block)
            case Chart():
                return self._chart(block)
            case PageBreak():
                return [line("", Form(pitch=20, page_break_before=True))]

    def _paragraph(self, block: Paragraph, *, keep_next: bool) -> Any:
        if self.kind is DocumentKind.SHEET:
            return line(block.text, Form(pitch=GRIDDED.pitch, before=60, keep_next=keep_next), GRIDDED.text)
        first = INDENTED.first if block.indent else FLUSH.first
        return line(block.text, Form(first=first, keep_next=keep_next), TEXT)

    def _table(self, block: Table) -> list[Any]:
        look = GRIDDED if self.kind is DocumentKind.SHEET else RULED
        caption = [caption_of(block, look)] if block.caption else []
        gap = line("", Form(pitch=200))  # also keeps two tables apart, which would become one
        return [*caption, build_table(block, look), gap]

    def _chart(self, block: Chart) -> list[Any]:
        page = layout.page_of(self.kind)
        picture = draw_chart(block, page, self._fonts)
        self.pictures += 1
        inline = self.docx.part.new_pic_inline(
            io.BytesIO(picture.png), Mm(picture.width_mm), Mm(picture.height_mm)
        )
        inline.docPr.set("descr", printable(block.caption))
        inline.docPr.set("id", str(self.pictures))
        form = Form(align=Align.CENTER, before=120, pitch=0, keep_next=True)
        holder = line((), form)
        holder.append(run_of(TEXT, element("drawing", inline)))
        below = Form(align=Align.CENTER, before=60, after=120, pitch=RULED.pitch)
        return [holder, line(block.caption, below, RULED.header)]

    @cached_property
    def _fonts(self) -> FontSet:
        return find_fonts(self.font_folder, system_fonts=self.system_fonts)
