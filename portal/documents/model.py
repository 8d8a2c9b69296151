"""What an official document consists of, without saying how it is set.

A document is a frozen value: what was issued is stored as JSON (`portal.documents.storage`) and can be set
again later. Text is plain text everywhere and is never read as mark-up.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DocumentKind(StrEnum):
    """The four lay-outs."""

    BULLETIN = "bulletin"  # 通报、简报: red masthead, issue number, issuer and date, red rule
    LETTER = "letter"  # 函件: red name of the issuing body, document number, red rule, addressee, signature
    REPORT = "report"  # 汇报材料: no red head
    SHEET = "sheet"  # 调度表: tables on A4 landscape


class Mark(StrEnum):
    """How a run differs from the text around it: a typeface or the colour of a lamp."""

    PLAIN = ""
    HEI = "hei"
    KAI = "kai"
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    GREY = "grey"


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True)
class Run:
    text: str
    mark: Mark = Mark.PLAIN


Text = str | tuple[Run, ...]


def runs_of(text: Text) -> tuple[Run, ...]:
    return (Run(text),) if isinstance(text, str) else text


def plain(text: Text) -> str:
    return "".join(run.text for run in runs_of(text))


@dataclass(frozen=True)
class Heading:
    """A heading on a line of its own; `text` includes its number (一、 （一） 1. （1）)."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 4:
            raise ValueError(f"公文标题层次只有一至四级，不能是 {self.level} 级")


@dataclass(frozen=True)
class Paragraph:
    text: Text
    indent: bool = True


@dataclass(frozen=True)
class Column:
    """A table column; `width_share` is its part of the sum of all columns' shares."""

    label: str
    width_share: int = 1
    align: Align = Align.LEFT

    def __post_init__(self) -> None:
        if self.width_share < 1:
            raise ValueError(f"表格列「{self.label}」的宽度份数应为正整数")


@dataclass(frozen=True)
class GroupRow:
    """A row across all columns that names the rows below it and stays on their page."""

    text: Text


Row = GroupRow | tuple[Text, ...]


@dataclass(frozen=True)
class Table:
    """A table whose header row repeats on each page and whose rows are never split.

    Without rows it prints one row that says `empty_text`.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_row: tuple[Text, ...] | None = None
    empty_text: str = "无"

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"表格「{self.caption}」没有列")
        total = () if self.total_row is None else (self.total_row,)
        for row in (*self.rows, *total):
            if not isinstance(row, GroupRow) and len(row) != len(self.columns):
                raise ValueError(f"表格「{self.caption}」有一行是 {len(row)} 格，应为 {len(self.columns)} 格")


@dataclass(frozen=True)
class Chart:
    """A picture with its caption below. `svg` is a complete SVG document that styles itself."""

    caption: str
    svg: str
    width_mm: int = 140


@dataclass(frozen=True)
class PageBreak:
    pass


Block = Heading | Paragraph | Table | Chart | PageBreak


@dataclass(frozen=True)
class Attachment:
    """An annex, printed on a new page after the text and named in 附件说明 below the text."""

    title: str
    body: tuple[Block, ...]


@dataclass(frozen=True)
class CopyLine:
    """A line of 版记: 抄送, or 报, 送, 发 of a bulletin. `units` is printed as it is given."""

    label: str
    units: str


@dataclass(frozen=True)
class Imprint:
    """The last line of 版记: 印发机关 and 印发日期 (None: not yet printed, the date stays blank)."""

    office: str
    printed_on: date | None = None


@dataclass(frozen=True)
class OfficialDocument:
    """An official document.

    `issue_number` None prints 第　期, `issued_on` None prints a blank date: so a draft looks.
    `number` is the printed 文号 (`portal.documents.numbers.document_number`), left out when empty.
    `title_words` are words that the title's line breaks must not split, besides those known anyway.
    `sealed` says that a seal goes on the date. `sheet_heads` and `sheet_feet` are the left, middle and right
    texts above and below the tables of a sheet; other kinds ignore them.
    """

    kind: DocumentKind
    title: str
    body: tuple[Block, ...]
    masthead: str = ""
    issue_number: int | None = None
    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    title_words: tuple[str, ...] = ()
    addressee: str = ""
    signer: str = ""
    sealed: bool = True
    remark: str = ""
    attachments: tuple[Attachment, ...] = ()
    copies_to: tuple[CopyLine, ...] = ()
    imprint: Imprint | None = None
    sheet_heads: tuple[str, str, str] = ("", "", "")
    sheet_feet: tuple[str, str, str] = ("", "", "")
