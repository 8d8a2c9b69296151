"""What may be uploaded, judged by the bytes and not by the name. No database, no disk.

The list is short on purpose. Nothing that a browser would run (HTML, SVG) or a
desktop would start is on it, and a file is taken only when its content is what
its extension says. The limits: 20 MB a file, ten files a row, 200 MB a person
within a day; of the public, which has no accounts, three files of 10 MB a row.
"""

from __future__ import annotations

import codecs
import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from portal.errors import Refused
from portal.workbooks import ole

MB: Final = 1 << 20
MAX_BYTES: Final = 20 * MB
MAX_PER_ROW: Final = 10
MAX_PER_DAY: Final = 200 * MB
PUBLIC_MAX_BYTES: Final = 10 * MB
PUBLIC_MAX_PER_ROW: Final = 3
MAX_NAME_BYTES: Final = 200
MAX_MEMBERS: Final = 3000
MAX_UNPACKED: Final = 300 * MB


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its extension, how a refusal calls it, and the type it is served as."""

    extension: str
    label: str
    media_type: str
    is_image: bool = False


_OFFICE = "application/vnd.openxmlformats-officedocument"
PDF: Final = FileKind("pdf", "PDF 文件", "application/pdf")
DOCX: Final = FileKind("docx", "Word 文档", f"{_OFFICE}.wordprocessingml.document")
XLSX: Final = FileKind("xlsx", "Excel 工作簿", f"{_OFFICE}.spreadsheetml.sheet")
DOC: Final = FileKind("doc", "Word 文档（97-2003）", "application/msword")
XLS: Final = FileKind("xls", "Excel 工作簿（97-2003）", "application/vnd.ms-excel")
OFD: Final = FileKind("ofd", "OFD 版式文件", "application/ofd")
JPG: Final = FileKind("jpg", "JPG 图片", "image/jpeg", is_image=True)
PNG: Final = FileKind("png", "PNG 图片", "image/png", is_image=True)
WEBP: Final = FileKind("webp", "WebP 图片", "image/webp", is_image=True)
TXT: Final = FileKind("txt", "文本文件", "text/plain; charset=utf-8")

KINDS: Final = {kind.extension: kind for kind in (PDF, DOCX, XLSX, DOC, XLS, OFD, JPG, PNG, WEBP, TXT)}
ALIASES: Final = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}
ACCEPT: Final = ",".join(f".{extension}" for extension in (*KINDS, "jpeg"))
ACCEPTED_LABEL: Final = "图片（JPG、PNG、WebP）、PDF、OFD、Word、Excel、文本文件"

_HEIF_BRANDS: Final = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
_RESERVED = re.compile(r'[<>:"/\\|?*]')
_MARKUP = re.compile(r"<\s*(!doctype|html|head|body|script|svg|iframe|\?xml|\?php)", re.I)
_RUNNABLE = re.compile(
    r"vbaproject\.bin$|\.(exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|jse?|wsf|hta|jar|lnk|msi|html?|svg)$", re.I
)
_TEXT_CONTROLS = frozenset("\t\n\r\f\ufeff")


def clean_name(name: str) -> str:
    """Return a name that is safe to show, to store and to save on any desktop.

    The folder is dropped, invisible characters (control characters, marks that
    reverse the direction of reading, zero-width ones) are removed, reserved
    characters become underscores, and the stem is shortened so that the whole
    has at most `MAX_NAME_BYTES` bytes of UTF-8. Cleaning twice changes nothing.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cc, Cf, Cs, Co, Cn: nothing that is not a printed sign; Zl and Zp: line and paragraph ends.
    shown = "".join(
        sign
        for sign in base
        if not (kind := unicodedata.category(sign)).startswith("C") and kind[0:2] not in {"Zl", "Zp"}
    )
    stem, dot, extension = _RESERVED.sub("_", shown).strip().rstrip(" .").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    stem = stem.strip(" .") or "附件"
    tail = f".{extension.strip()}" if extension.strip() else ""
    room = max(MAX_NAME_BYTES - len(tail.encode()), 20)
    stem = stem.encode()[:room].decode(errors="ignore").strip(" .") or "附件"
    return f"{stem}{tail[:20]}"


def extension_of(name: str) -> str:
    """Return the extension in small letters, `jpeg` as `jpg`; an empty string where there is none."""
    _stem, dot, extension = name.rpartition(".")
    extension = extension.lower() if dot else ""
    return ALIASES.get(extension, extension)


def examine(name: str, content: bytes, *, accepted: str = ACCEPTED_LABEL) -> FileKind:
    """Return the kind of a file whose name and content agree.

    Raises `Refused` with a sentence that says what is wrong and what to do.
    `name` is a cleaned one, `accepted` the words for what is taken here.
    """
    if not content:
        raise Refused(f"「{name}」是空文件（0 字节），请检查后重新上传。")
    if len(content) > MAX_BYTES:
        raise Refused(f"「{name}」超过 {MAX_BYTES // MB} MB，请压缩图片或拆分后上传。")
    if _is_heif(content):
        raise Refused(
            f"「{name}」是 HEIC 格式的照片，多数电脑打不开。请在手机“设置－相机－格式”中选“兼容性最佳”后重拍，或截屏后上传。"
        )
    named = KINDS.get(extension_of(name))
    if named is None:
        raise Refused(f"「{name}」不在可上传的类型内。请上传{accepted}。")
    found = _recognise(name, content)
    if found is None:
        raise Refused(f"「{name}」的内容不是{named.label}。请用原来的软件打开，另存后重新上传。")
    if found != named:
        raise Refused(f"「{name}」的内容是{found.label}，与后缀名不符。请改正后缀名后重新上传。")
    return found


def _is_heif(content: bytes) -> bool:
    """Tell whether this is a photograph as new telephones keep it (HEIF with HEVC or AV1), whatever its name."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS


def _recognise(name: str, content: bytes) -> FileKind | None:
    """Return what the bytes are, or None; raise `Refused` for what is dangerous under any name."""
    if content.startswith(b"%PDF-"):
        return _examine_pdf(name, content)
    if content.startswith(b"PK\x03\x04"):
        return _examine_zip(name, content)
    if content.startswith(ole.SIGNATURE):
        return _examine_ole(name, content)
    return _picture_kind(content) or (TXT if _is_text(name, content) else None)


def _picture_kind(content: bytes) -> FileKind | None:
    if content.startswith(b"\xff\xd8\xff"):
        return JPG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return WEBP if content.startswith(b"RIFF") and content[8:12] == b"WEBP" else None


def _examine_pdf(name: str, content: bytes) -> FileKind:
    if b"%%EOF" not in content[-2048:]:
        raise Refused(f"「{name}」不完整，可能没有传完。请重新导出后上传。")
    if zipfile.is_zipfile(BytesIO(content)) or _MARKUP.search(content[:1024].decode("latin-1")):
        raise Refused(f"「{name}」里夹带了其他类型的内容，不予接收。请重新导出为 PDF 后上传。")
    if re.search(rb"/Launch\b", content):
        raise Refused(f"「{name}」含有可启动程序的操作，不予接收。请用“打印为 PDF”另存后上传。")
    return PDF


def _examine_zip(name: str, content: bytes) -> FileKind | None:
    """Tell the office formats apart by their parts; nothing is unpacked."""
    if content.count(b"PK\x01\x02") > MAX_MEMBERS or b"%PDF-" in content[:1024]:
        raise Refused(f"「{name}」结构异常，不予接收。请用原来的软件打开，另存后重新上传。")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise Refused(f"「{name}」已损坏，无法读取。请用原来的软件打开检查，另存后重新上传。") from error
    if not members or min(member.header_offset for member in members) != 0:
        raise Refused(f"「{name}」结构异常，不予接收。请用原来的软件打开，另存后重新上传。")
    if any(member.flag_bits & 1 for member in members):
        raise Refused(f"「{name}」设有密码。请取消密码后重新上传。")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused(f"「{name}」解压后内容过大，不予接收。请拆分后上传。")
    names = [member.filename for member in members]
    if any(_RUNNABLE.search(part) for part in names):
        raise Refused(f"「{name}」含有宏或程序，不予接收。请另存为不含宏的文档后上传。")
    return _office_kind(name, names)


def _office_kind(name: str, parts: list[str]) -> FileKind | None:
    if "OFD.xml" in parts:
        return OFD
    if "[Content_Types].xml" not in parts:
        raise Refused(f"「{name}」是压缩包。请解压后逐个上传其中的文件。")
    for prefix, kind in (("word/", DOCX), ("xl/", XLSX)):
        if any(part.startswith(prefix) for part in parts):
            return kind
    return None


def _examine_ole(name: str, content: bytes) -> FileKind | None:
    if ole.has_stream(content, "EncryptedPackage"):
        raise Refused(f"「{name}」设有打开密码。请取消密码后重新上传。")
    if ole.has_stream(content, "_VBA_PROJECT"):
        raise Refused(f"「{name}」含有宏，不予接收。请另存为不含宏的文档后上传。")
    if ole.has_stream(content, "WordDocument"):
        return DOC
    if ole.has_stream(content, "Workbook") or ole.has_stream(content, "Book"):
        return XLS
    return None


def _is_text(name: str, content: bytes) -> bool:
    """Whether the bytes are plain text; a web page or a picture written as text is refused."""
    text = _decode(content)
    if text is None or any(ord(sign) < 32 and sign not in _TEXT_CONTROLS for sign in text):
        return False
    if _MARKUP.search(text):
        raise Refused(f"「{name}」是网页或程序代码，不予接收。请另存为 PDF 或纯文本后上传。")
    return True


def _decode(content: bytes) -> str | None:
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
