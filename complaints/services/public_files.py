"""Photos of a complaint that is still being written: kept on disk until it is sent, never given out.

They belong to nobody's row yet. What is left behind is removed with the other files
without a row, a day later (`portal.services.files.sweep_files`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from complaints.masking import neutral_file_name
from portal import file_kinds, file_store
from portal.errors import Refused
from portal.file_kinds import MB, PDF, PUBLIC_MAX_BYTES, PUBLIC_MAX_PER_ROW, FileKind
from portal.image_cleaning import only_pixels
from portal.services.scanning import scan_upload

TAKEN_LABEL = "照片（JPG、PNG、WebP）或 PDF"


@dataclass(frozen=True)
class HeldFile:
    """A file that waits to be sent: what it is called from now on, where it lies, how large it is."""

    name: str
    stored_name: str
    size: int


def hold_upload(upload: UploadedFile, *, position: int) -> HeldFile:
    """Examine a file of the public and keep its pixels only; raise `Refused`, naming the file, for all else."""
    name = file_kinds.clean_name(upload.name or "")
    if (upload.size or 0) > PUBLIC_MAX_BYTES:
        raise Refused(
            f"「{name}」有 {(upload.size or 0) / MB:.0f} MB，超过 {PUBLIC_MAX_BYTES // MB} MB。请在手机上选择较小的尺寸，或截屏后上传。"
        )
    upload.seek(0)
    content = upload.read(PUBLIC_MAX_BYTES + 1)
    kind = file_kinds.examine(name, content, accepted=TAKEN_LABEL)
    if not _is_taken(kind):
        raise Refused(f"「{name}」不能在这里上传。请上传{TAKEN_LABEL}。")
    scan_upload(name, content, actor=None)
    if kind.is_image:
        content = only_pixels(name, content, kind)
    neutral = neutral_file_name(position, kind.extension)
    return HeldFile(neutral, file_store.write(content), len(content))


def _is_taken(kind: FileKind) -> bool:
    return kind.is_image or kind == PDF


def check_room(held: Sequence[HeldFile], more: int) -> None:
    """Refuse a file too many."""
    if len(held) + more > PUBLIC_MAX_PER_ROW:
        raise Refused(
            f"最多上传 {PUBLIC_MAX_PER_ROW} 个文件，已有 {len(held)} 个，这次选了 {more} 个。请移除不需要的再添加。"
        )


def as_uploads(held: Sequence[HeldFile]) -> list[UploadedFile]:
    """Return the kept files as what the services take; `Refused` where one is gone."""
    try:
        return [SimpleUploadedFile(file.name, file_store.read(file.stored_name)) for file in held]
    except FileNotFoundError as error:
        raise Refused("照片保存的时间过长，已被清理。请在“照片”一步重新添加后提交。") from error


def let_go(held: Sequence[HeldFile]) -> None:
    """Remove kept files: sent, taken back, or the form was left."""
    for file in held:
        file_store.delete(file.stored_name)
