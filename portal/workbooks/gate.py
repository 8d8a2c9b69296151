"""The gate before an uploaded workbook: what may be parsed at all.

Nothing in a file is believed. The sizes an archive declares are compared with what really unpacks, in
small pieces that are thrown away; only then is the file parsed, in a child process with little memory
and little time (`process`). The figures are those at which a 3 MB upload that unpacks to 766 MB is
refused at once while every workbook a person fills in passes. A limit on the compression ratio is no
help: an honest ledger with repeated texts compresses 260 : 1.
"""

import codecs
import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from portal.workbooks import archive, ole, refusals
from portal.workbooks.limits import LIMITS, MB, Limits
from portal.workbooks.process import Workbook
from portal.workbooks.refusals import WorkbookRefused

HEAD = 4096
PIECE = 1 << 20
SIGNATURES = (
    (b"%PDF", refusals.NOT_A_SHEET.format(found=" PDF 文件")),
    (b"\x89PNG", refusals.NOT_A_SHEET.format(found="图片")),
    (b"\xff\xd8\xff", refusals.NOT_A_SHEET.format(found="图片")),
    (b"Rar!", refusals.PACKED),
    (b"7z\xbc\xaf", refusals.PACKED),
)
OLE_CONTENTS = (
    ("EncryptedPackage", refusals.ENCRYPTED),
    ("WordDocument", refusals.NOT_A_SHEET.format(found=" Word 文档")),
    ("PowerPoint Document", refusals.NOT_A_SHEET.format(found="演示文稿")),
    ("_VBA_PROJECT_CUR", refusals.MACROS),
)
OLE_WORKBOOKS = ("Workbook", "Book")


class Format(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


@dataclass(frozen=True)
class Contents:
    """What the gate let through: the format, and the parts in which a formula may have no result."""

    format: Format
    suspects: tuple[str, ...] = ()


@contextmanager
def open_workbook(file: BinaryIO | Path, *, limits: Limits = LIMITS) -> Iterator[Workbook]:
    """Open an uploaded workbook (.xlsx, .xls, .ods) that has passed the gate.

    `file` is read from its beginning; a path is read where it lies. Raises `WorkbookRefused`
    with a sentence that says what is wrong and what to do.
    """
    with _on_disk(file, limits) as path:
        contents = inspect(path, limits=limits)
        with Workbook(path, suspects=contents.suspects, limits=limits) as workbook:
            yield workbook


@contextmanager
def _on_disk(file: BinaryIO | Path, limits: Limits) -> Iterator[Path]:
    """Give the upload a private name for as long as it is read; one byte over the limit is enough."""
    if isinstance(file, Path):
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        path = Path(folder, "upload")
        with path.open("wb") as copy:
            file.seek(0)
            left = limits.file_bytes + 1
            while left and (piece := file.read(min(left, PIECE))):
                left -= copy.write(piece)
        yield path


def inspect(path: Path, *, limits: Limits = LIMITS) -> Contents:
    """Say what a file is, without parsing it; raise `WorkbookRefused` when it is not to be parsed."""
    size = path.stat().st_size
    if not size:
        raise WorkbookRefused(refusals.EMPTY)
    if size > limits.file_bytes:
        raise WorkbookRefused(refusals.TOO_LARGE.format(limit=limits.file_bytes // MB))
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        head = data[:HEAD]
        if head.startswith(archive.SIGNATURES):
            kind, suspects = archive.examine(stream, data, limits)
            return Contents(Format(kind), suspects)
        if head.startswith(ole.SIGNATURE):
            return _examine_ole(data)
    raise WorkbookRefused(_name_the_stranger(head))


def _examine_ole(data: mmap.mmap) -> Contents:
    for name, sentence in OLE_CONTENTS:
        if ole.has_stream(data, name):
            raise WorkbookRefused(sentence)
    if not any(ole.has_stream(data, name) for name in OLE_WORKBOOKS):
        raise WorkbookRefused(refusals.NOT_A_WORKBOOK)
    return Contents(Format.XLS)


def _name_the_stranger(head: bytes) -> str:
    for signature, sentence in SIGNATURES:
        if head.startswith(signature):
            return sentence
    text = _as_text(head)
    if text is None:
        return refusals.NOT_A_WORKBOOK
    return refusals.WEB_PAGE if text.lstrip().startswith("<") else refusals.PLAIN_TEXT


def _as_text(head: bytes) -> str | None:
    """Return the beginning of a text file, or None when the bytes are no text."""
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            # An incremental decoder does not mind that the head ends in the middle of a character.
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None
