"""What both writers derive from a document before they set it: sizes, insets and fixed wording."""

import re
from dataclasses import dataclass

from portal.documents.layout import MASTHEAD_LARGEST, MASTHEAD_SMALLEST, PORTRAIT
from portal.documents.model import Attachment, CopyLine, Imprint, OfficialDocument
from portal.documents.numbers import printed_date, text_width
from portal.documents.titles import break_title

POINTS_PER_MM = 72 / 25.4
SEALED_DATE_INSET = 4.0
UNSEALED_INSET = 2.0
# Controls and halves of surrogates, which XML cannot hold, and marks without a picture of their own that
# join signs, vary them or turn the direction of text.
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069"
    r"\ud800-\udfff\ufe00-\ufe0f\ufeff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """Return the text without invisible characters; a tab becomes a space, line feeds stay."""
    return UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


@dataclass(frozen=True)
class Masthead:
    lines: tuple[str, ...]
    size: float


def compose_masthead(text: str) -> Masthead:
    """Return the red head as large as one line allows; a very long name goes on two lines."""
    available = PORTRAIT.text_width * POINTS_PER_MM * 0.98
    size = _fitting(available, text_width(text))
    if size >= MASTHEAD_SMALLEST:
        return Masthead((text,), size)
    lines = break_title(text, limit=int(-(-text_width(text) // 2)) + 2)
    return Masthead(lines, _fitting(available, max(map(text_width, lines))))


def _fitting(available: float, chars: float) -> float:
    return min(MASTHEAD_LARGEST, int(available / max(chars, 1) * 2) / 2)


@dataclass(frozen=True)
class Signature:
    """署名 and date with their distances from the right edge, in chars."""

    signer: str
    signer_inset: float
    date: str
    date_inset: float


def compose_signature(document: OfficialDocument) -> Signature:
    """Place 署名 and date after GB/T 9704-2012, 7.3.5.

    Sealed: the date stands 4 chars from the right edge and the signer is centred above it.
    Not sealed: the signer stands 2 chars from the right edge and the date begins 2 chars further right
    than the signer; when the date is the longer one it is the date that stands 2 chars from the edge.
    """
    signer, day = document.signer, printed_date(document.issued_on)
    signer_width, date_width = text_width(signer), text_width(day)
    if document.sealed:
        signer_inset = max(SEALED_DATE_INSET + (date_width - signer_width) / 2, 0.0)
        date_inset = signer_inset + (signer_width - date_width) / 2
    else:
        date_inset = max(signer_width - date_width, UNSEALED_INSET)
        signer_inset = max(date_inset + date_width + 2 - signer_width, UNSEALED_INSET)
    return Signature(signer, signer_inset, day, date_inset)


@dataclass(frozen=True)
class NoteLine:
    """A line of 附件说明: where it begins and where its continuation begins, in chars."""

    text: str
    start: float
    hang: float


def compose_attachment_note(attachments: tuple[Attachment, ...]) -> tuple[NoteLine, ...]:
    """Return 附件：1. … with the names below one another; a single attachment has no number."""
    label = "附件："
    hang = 2 + text_width(label)
    if len(attachments) == 1:
        return (NoteLine(label + attachments[0].title, 2, hang),)
    lines = []
    for position, attachment in enumerate(attachments, start=1):
        before, start = (label, 2.0) if position == 1 else ("", hang)
        lines.append(NoteLine(f"{before}{position}. {attachment.title}", start, hang + 1.5))
    return tuple(lines)


def attachment_label(position: int, count: int) -> str:
    return "附件" if count == 1 else f"附件{position}"


def copy_text(line: CopyLine) -> str:
    """Return 抄送：… ending with a full stop."""
    units = line.units.rstrip("。；;，, ")
    return f"{line.label}：{units}。"


def imprint_date(imprint: Imprint) -> str:
    return f"{printed_date(imprint.printed_on)}印发"
