"""Sheets with the codes of enterprises as PDF, set by typst. No database, no request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typst

from portal.documents.fonts import Face, find_fonts

TEMPLATE: Final = Path(__file__).with_name("code_sheet.typ")
TITLE: Final = "惠企政策一企一码"


@dataclass(frozen=True)
class CodeSheet:
    """An enterprise's sheet as it is printed; `qr` is an SVG file."""

    name: str
    code: str
    link: str
    qr: str


def render_code_sheets(sheets: Sequence[CodeSheet], *, county: str, font_folder: Path | None) -> bytes:
    """Return A4 sheets, one for each enterprise; the same sheets give the same bytes.

    Raises `FontMissing` without any Chinese font.
    """
    fonts = find_fonts(font_folder)
    data = {
        "title": TITLE,
        "office": f"{county}优化营商环境工作领导小组办公室",
        "fonts": list(fonts.choice.families[Face.HEI]),
        "sheets": [asdict(sheet) for sheet in sheets],
    }
    return typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=fonts.fonts,
        format="pdf",
        sys_inputs={"sheets": json.dumps(data, ensure_ascii=False)},
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),
    )
