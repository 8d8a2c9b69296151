"""An official document as PDF/A, set by typst from a template that never changes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import typst

from portal.documents.fonts import FontSet, find_fonts
from portal.documents.model import OfficialDocument
from portal.documents.pdf_payload import build_payload

TEMPLATE = Path(__file__).with_name("official.typ")
# What archives ask for. Its level "a" would refuse rare characters of names from the private use area.
STANDARD: Final = "a-2b"
DRAFT_DATE = date(2000, 1, 1)
UNDISPLAYABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
GETA = "〓"  # the printers' sign for a character that no fount has


@dataclass(frozen=True)
class RenderedPdf:
    """The file, and a line for each font or character that had to be replaced."""

    content: bytes
    substitutes: tuple[str, ...]


def render_pdf(
    document: OfficialDocument, *, font_folder: Path | None, system_fonts: bool = True
) -> RenderedPdf:
    """Set a document as PDF/A.

    The same document gives the same bytes as long as the fonts and the library are the same.
    A character that none of the fonts has is printed as 〓 and named in `substitutes`.
    Raises `FontMissing` without any Chinese font and `ChartUnreadable` for a broken chart.
    """
    fonts = find_fonts(font_folder, system_fonts=system_fonts)
    dated = document.issued_on or DRAFT_DATE
    data = build_payload(document, fonts, dated)
    replaced: list[str] = []
    while True:
        try:
            content = _compile(data, fonts, dated)
        except typst.TypstError as error:
            missing = [text for text in _undisplayable(error.diagnostic) if text not in replaced]
            if not missing:
                raise
            replaced += missing
            data = _without(data, missing)
        else:
            notes = tuple(f"字体中没有“{text}”（U+{ord(text[0]):04X}），以“{GETA}”代替" for text in replaced)
            return RenderedPdf(content, fonts.choice.substitutes + notes)


def _compile(data: Mapping[str, Any], fonts: FontSet, dated: date) -> bytes:
    return typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=fonts.fonts,
        format="pdf",
        sys_inputs={"document": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        pdf_standards=[STANDARD],
        timestamp=datetime.combine(dated, time(), UTC),
    )


def _undisplayable(diagnostic: str) -> list[str]:
    """Return the texts that typst could not set; it writes some characters as \\u{e000}."""
    found = [
        ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) for text in UNDISPLAYABLE.findall(diagnostic)
    ]
    return list(dict.fromkeys(found))


def _without(data: Any, missing: Sequence[str]) -> Any:
    """Return the payload with every text in `missing` replaced by 〓."""
    match data:
        case str():
            for text in missing:
                data = data.replace(text, GETA)
            return data
        case list():
            return [_without(item, missing) for item in data]
        case dict():
            return {key: _without(value, missing) for key, value in data.items()}
    return data
