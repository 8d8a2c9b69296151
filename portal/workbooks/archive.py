"""Examine a zip container without believing it: .xlsx and .ods are zip archives of XML parts."""

import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from portal.workbooks import ole, refusals
from portal.workbooks.limits import Limits
from portal.workbooks.refusals import WorkbookRefused

SIGNATURES: Final = (b"PK\x03\x04", b"PK\x05\x06")
XLSX: Final = "xlsx"
ODS: Final = "ods"

ENTRY_MARK = re.compile(rb"PK\x01\x02")
LOCAL_HEADER = struct.Struct("<4s22xHH")
ENCRYPTED = 0x1
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
PIECE = 1 << 18
KEPT_BYTES = 1 << 18
CARRIED = 16

CONTENT_TYPES = "[Content_Types].xml"
MIMETYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
KEPT = {CONTENT_TYPES, MIMETYPE, MANIFEST}

FORBIDDEN_PARTS = (
    (re.compile(r"vbaproject\.bin$|^xl/macrosheets/|^xl/activex/", re.I), refusals.MACROS),
    (re.compile(r"^xl/externallinks/", re.I), refusals.EXTERNAL_LINKS),
    (re.compile(r"^xl/embeddings/|\.(zip|rar|7z|xlsx|docx|pptx)$", re.I), refusals.EMBEDDED),
)
CONTAINERS = (*SIGNATURES, b"Rar!", b"7z\xbc\xaf", ole.SIGNATURE)
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
FAULT_MARKS = (b't="e"', b"</f></c>", b"</f><v></v></c>", b"</f><v/></c>", b"</f><v /></c>")
MARKUP = re.compile(r"\.(xml|rels)$", re.I)
WORKSHEET = re.compile(r"^xl/worksheets/[^/]+\.xml$", re.I)

XLSX_MAIN = b"spreadsheetml.sheet.main+xml"
OTHER_TYPES = (
    (b"macroEnabled.main+xml", refusals.MACROS),
    (b"wordprocessingml", refusals.NOT_A_SHEET.format(found=" Word 文档")),
    (b"presentationml.presentation.main", refusals.NOT_A_SHEET.format(found="演示文稿")),
)
ODS_MAIN = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass
class _Survey:
    """What has been seen of the archive so far."""

    unpacked: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)
    suspects: list[str] = field(default_factory=list)


def examine(stream: BinaryIO, data: mmap.mmap, limits: Limits) -> tuple[str, tuple[str, ...]]:
    """Return "xlsx" or "ods", and the sheets that may hold a formula which failed or was never computed.

    Every member is unpacked once, in pieces that are thrown away. Raises `WorkbookRefused` for anything
    a spreadsheet program does not write, and for more than `limits`.
    """
    members = _list_members(stream, data, limits)
    survey = _Survey()
    for member in members:
        if member.filename in KEPT:
            _survey_member(data, member, survey, limits)
    kind = _recognise(survey)
    for member in members:
        _check_name(member.filename)
    for member in members:
        if member.filename not in KEPT:
            _survey_member(data, member, survey, limits)
    return kind, tuple(survey.suspects)


def _list_members(stream: BinaryIO, data: mmap.mmap, limits: Limits) -> list[zipfile.ZipInfo]:
    # The directory is counted in the bytes themselves: reading one with a million entries would
    # already cost hundreds of megabytes, and the count in its own header may be untrue.
    for count, _mark in enumerate(ENTRY_MARK.finditer(data), start=1):
        if count > limits.members:
            raise WorkbookRefused(refusals.UNSAFE)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise WorkbookRefused(refusals.DAMAGED) from error
    sizes = [member.file_size for member in members]
    if sum(sizes) > limits.unpacked_bytes or max(sizes, default=0) > limits.member_bytes:
        raise WorkbookRefused(refusals.TOO_MUCH)
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise WorkbookRefused(refusals.ENCRYPTED)
    if any(member.compress_type not in METHODS for member in members):
        raise WorkbookRefused(refusals.UNSAFE)
    return members


def _check_name(name: str) -> None:
    for pattern, sentence in FORBIDDEN_PARTS:
        if pattern.search(name):
            raise WorkbookRefused(sentence)


def _survey_member(data: mmap.mmap, member: zipfile.ZipInfo, survey: _Survey, limits: Limits) -> None:
    name, size, crc, carried = member.filename, 0, 0, b""
    marks = FAULT_MARKS if WORKSHEET.search(name) else ()
    declarations = DECLARATIONS if MARKUP.search(name) else ()
    kept = bytearray()
    for piece in _unpack(data, member):
        if not size and piece.startswith(CONTAINERS):
            raise WorkbookRefused(refusals.EMBEDDED)
        size += len(piece)
        survey.unpacked += len(piece)
        # More than was declared is a lie told to get past the limits.
        if size > min(member.file_size, limits.member_bytes) or survey.unpacked > limits.unpacked_bytes:
            raise WorkbookRefused(refusals.UNSAFE)
        crc = zlib.crc32(piece, crc)
        window = carried + piece
        if any(mark in window for mark in declarations):
            raise WorkbookRefused(refusals.UNSAFE)
        if any(mark in window for mark in marks):
            survey.suspects.append(name)
            marks = ()
        if name in KEPT and len(kept) < KEPT_BYTES:
            kept += piece
        carried = window[-CARRIED:]
    if size != member.file_size or crc != member.CRC:
        raise WorkbookRefused(refusals.DAMAGED)
    if name in KEPT:
        survey.kept[name] = bytes(kept)


def _unpack(data: mmap.mmap, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a member in small pieces, as far as its compressed bytes reach, whatever size it declares."""
    start = member.header_offset
    header = data[start : start + LOCAL_HEADER.size]
    if len(header) < LOCAL_HEADER.size or not header.startswith(SIGNATURES[0]):
        raise WorkbookRefused(refusals.DAMAGED)
    _mark, name_length, extra_length = LOCAL_HEADER.unpack(header)
    start += LOCAL_HEADER.size + name_length + extra_length
    end = start + member.compress_size
    if member.compress_type == zipfile.ZIP_STORED:
        for position in range(start, end, PIECE):
            yield data[position : min(position + PIECE, end)]
        return
    yield from _inflate(data, start, end)


def _inflate(data: mmap.mmap, start: int, end: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for position in range(start, end, PIECE):
            packed = data[position : min(position + PIECE, end)]
            while packed and not inflater.eof:
                yield inflater.decompress(packed, PIECE)
                packed = inflater.unconsumed_tail
        while not inflater.eof and (rest := inflater.decompress(b"", PIECE)):
            yield rest
    except zlib.error as error:
        raise WorkbookRefused(refusals.DAMAGED) from error


def _recognise(survey: _Survey) -> str:
    """Say what the document is by its own declaration of types."""
    if not survey.kept:
        raise WorkbookRefused(refusals.PACKED)
    types = survey.kept.get(CONTENT_TYPES, b"")
    for mark, sentence in OTHER_TYPES:
        if mark in types:
            raise WorkbookRefused(sentence)
    if XLSX_MAIN in types:
        return XLSX
    if survey.kept.get(MIMETYPE, b"").strip() == ODS_MAIN:
        if b"encryption-data" in survey.kept.get(MANIFEST, b""):
            raise WorkbookRefused(refusals.ENCRYPTED)
        return ODS
    raise WorkbookRefused(refusals.NOT_A_WORKBOOK)
