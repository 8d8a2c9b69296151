"""Sheets of QR codes as PDF, set by typst. No database, no request."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typst

from portal.documents.fonts import Face, find_fonts

LARGE, SMALL = "large", "small"
TEMPLATE: Final = Path(__file__).with_name("point_sheet.typ")
TITLE: Final = "营商环境扫码反映"


@dataclass(frozen=True)
class SheetPoint:
    """A point as it is printed; `qr` is an SVG file."""

    name: str
    place: str
    qr: str


def render_sheets(points: Sequence[SheetPoint], *, size: str, county: str, font_folder: Path | None) -> bytes:
    """Return A4 sheets, one large code or eight small ones on each; the same points give the same bytes.

    Raises `FontMissing` without any Chinese font.
    """
    fonts = find_fonts(font_folder)
    data = {
        "size": size,
        "title": TITLE,
        "office": f"{county}优化营商环境工作领导小组办公室　紧急事项请拨打 12345",
        "fonts": list(fonts.choice.families[Face.HEI]),
        "points": [asdict(point) for point in points],
    }
    return typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=fonts.fonts,
        format="pdf",
        sys_inputs={"sheets": json.dumps(data, ensure_ascii=False)},
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),
    )
