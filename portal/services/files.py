"""Take files in, give them out, remove them, and keep the disk and the table in step."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone

from portal import file_kinds, file_store
from portal.errors import Refused
from portal.image_cleaning import only_pixels
from portal.models import Attachment, AuditEvent, User, WorkbookImport
from portal.services import audit
from portal.services.scanning import may_be_given_out, scan_upload

DAY = timedelta(days=1)
# An upload still being written, or one whose transaction has not ended, is younger than this.
ORPHAN_SECONDS = 24 * 3600
# A removed file can be brought back by the administrator for so long, then its bytes are gone.
REMOVED_KEPT = timedelta(days=30)


class FileHeld(Refused):
    """The virus scan has not let the file through, or has found a virus in it."""


class FileDamaged(Refused):
    """The stored bytes are gone or are not the ones that were uploaded."""


def store_upload(owner: models.Model, upload: UploadedFile, *, actor: User | None) -> Attachment:
    """Take one uploaded file for the row `owner`, which the caller has found within the actor's scope.

    `actor` None is the public, which has smaller limits. The content is
    examined and scanned for viruses, pictures are written anew without
    metadata, and the row is saved in the caller's transaction. Raises `Refused`
    with the file's name in the sentence; then nothing remains on disk. The same
    file twice is two files: people replace evidence by adding the new one first.
    """
    return store_uploads(owner, [upload], actor=actor)[0]


def store_uploads(
    owner: models.Model, uploads: Iterable[UploadedFile], *, actor: User | None
) -> list[Attachment]:
    """Take several files for one row, all or none, with the queries of one; see `store_upload`."""
    with ExitStack() as undo:
        files = [_take_in(upload, actor, undo) for upload in uploads]
        if not files:
            return []
        with transaction.atomic():
            _check_room(owner, files, actor=actor)
            rows = _add_rows(owner, files, actor)
        undo.pop_all()
    return rows


@dataclass(frozen=True)
class _Stored:
    """An upload that was examined, cleaned and written to disk, without a row so far."""

    name: str
    stored_name: str
    media_type: str
    size: int
    sha256: str
    scan: Attachment.Scan


def _take_in(upload: UploadedFile, actor: User | None, undo: ExitStack) -> _Stored:
    """Examine an upload and write its bytes; `undo` removes them again."""
    name = file_kinds.clean_name(upload.name or "")
    limit = file_kinds.MAX_BYTES if actor is not None else file_kinds.PUBLIC_MAX_BYTES
    if upload.size is not None and upload.size > limit:
        raise Refused(f"「{name}」超过 {limit // file_kinds.MB} MB，请压缩图片或拆分后上传。")
    upload.seek(0)
    content = upload.read(limit + 1)
    kind = file_kinds.examine(name, content)
    scan = scan_upload(name, content, actor=actor)
    if kind.is_image:
        content = only_pixels(name, content, kind)
    stored_name = file_store.write(content)
    undo.callback(file_store.delete, stored_name)
    digest = hashlib.sha256(content).hexdigest()
    return _Stored(name, stored_name, kind.media_type, len(content), digest, scan)


def _check_room(owner: models.Model, files: Sequence[_Stored], *, actor: User | None) -> None:
    """Refuse an eleventh file of a row (a fourth of the public) and what exceeds a person's day.

    The rows are locked, so that parallel uploads are counted one after the other.
    """
    if actor is not None:
        User.objects.select_for_update().only("pk").get(pk=actor.pk)
    type(owner)._default_manager.select_for_update().only("pk").get(pk=owner.pk)
    present = Attachment.objects.filter(
        content_type=ContentType.objects.get_for_model(owner), object_id=owner.pk, removed_at=None
    ).count()
    most = file_kinds.MAX_PER_ROW if actor is not None else file_kinds.PUBLIC_MAX_PER_ROW
    if present + len(files) > most:
        name = files[max(0, most - present)].name
        raise Refused(f"附件最多 {most} 个，「{name}」没有保存。请先移除不用的附件，或把材料合并成一个文件。")
    if actor is None:
        return
    used: int | None = Attachment.objects.filter(
        uploaded_by=actor, uploaded_at__gt=timezone.now() - DAY
    ).aggregate(total=Sum("size"))["total"]
    total = used or 0
    for file in files:
        total += file.size
        if total > file_kinds.MAX_PER_DAY:
            raise Refused(
                f"您 24 小时内上传的文件已接近 {file_kinds.MAX_PER_DAY // file_kinds.MB} MB 的上限，「{file.name}」没有保存。请明天再传，或压缩后上传。"
            )


def _add_rows(owner: models.Model, files: Sequence[_Stored], actor: User | None) -> list[Attachment]:
    content_type, now = ContentType.objects.get_for_model(owner), timezone.now()
    unseen = {Attachment.Scan.UNSCANNED, Attachment.Scan.WAITING}
    rows = Attachment.objects.bulk_create(
        [
            Attachment(
                token=secrets.token_hex(16),
                content_type=content_type,
                object_id=owner.pk,
                name=file.name,
                stored_name=file.stored_name,
                media_type=file.media_type,
                size=file.size,
                sha256=file.sha256,
                uploaded_by=actor,
                scan=file.scan,
                scanned_at=None if file.scan in unseen else now,
            )
            for file in files
        ]
    )
    facts = [{"file": row.name, "size": row.size, "token": row.token} for row in rows]
    audit.record_many(
        [audit.build_event(owner, "file.upload", actor=actor, changes=changes) for changes in facts]
    )
    return rows


@transaction.atomic
def remove_attachment(attachment: Attachment, *, actor: User) -> None:
    """Take a file off its row; whether the actor may is decided by the page that owns the row.

    The row of the file stays as history and its bytes for another thirty days.
    Raises `Refused` when it has been removed already.
    """
    present = Attachment.objects.filter(pk=attachment.pk, removed_at=None)
    if not present.update(removed_at=timezone.now()):
        raise Refused(f"「{attachment.name}」已经移除，请刷新页面。")
    attachment.refresh_from_db(fields=["removed_at"])
    owner = attachment.owner
    audit.record(
        owner if owner is not None else attachment,
        "file.remove",
        actor=actor,
        changes={"file": attachment.name, "token": attachment.token},
    )


@transaction.atomic
def download(attachment: Attachment, *, actor: User) -> bytes:
    """Return the bytes of a file and write down who took it.

    Raises `FileHeld` while the virus scan holds the file back, `FileDamaged`
    when the bytes are gone or their digest is not the stored one.
    """
    if not may_be_given_out(attachment, actor):
        infected = attachment.scan == Attachment.Scan.INFECTED
        raise FileHeld(
            f"「{attachment.name}」含有病毒，已隔离。请联系上传人查杀后重新上传。"
            if infected
            else f"「{attachment.name}」正在等待病毒查杀，请稍后再下载。"
        )
    try:
        content = file_store.read(attachment.stored_name)
    except FileNotFoundError as error:
        raise FileDamaged(f"「{attachment.name}」的文件已经丢失。请联系系统管理员从备份恢复。") from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise FileDamaged(f"「{attachment.name}」与上传时不一致，已停止下载。请联系系统管理员从备份恢复。")
    audit.record(attachment, "file.download", actor=actor, changes={"file": attachment.name})
    return content


def record_damage(attachment: Attachment, *, actor: User | None) -> None:
    """Write down that a file was found damaged."""
    audit.record(
        attachment,
        "file.damaged",
        actor=actor,
        changes={"file": attachment.name, "stored_name": attachment.stored_name},
        outcome=AuditEvent.Outcome.ERROR,
    )


def sweep_files(today: date) -> str:
    """Remove files without a row and bytes removed thirty days ago; say what was done and what is missing.

    A second call finds nothing more to do.
    """
    known = set(Attachment.objects.values_list("stored_name", flat=True))
    known |= set(WorkbookImport.objects.values_list("stored_name", flat=True))
    orphans = [
        name
        for name in file_store.stored_names()
        if name not in known and file_store.age_in_seconds(name) > ORPHAN_SECONDS
    ]
    for name in orphans:
        file_store.delete(name)
    dropped = file_store.drop_incoming(ORPHAN_SECONDS)
    limit = datetime.combine(today, time.min, tzinfo=timezone.get_default_timezone()) - REMOVED_KEPT
    expired = list(Attachment.objects.filter(removed_at__lt=limit).values_list("stored_name", flat=True))
    erased = [name for name in expired if file_store.path_of(name).exists()]
    for name in erased:
        file_store.delete(name)
    kept = Attachment.objects.filter(models.Q(removed_at=None) | models.Q(removed_at__gte=limit))
    missing = sum(
        not file_store.path_of(name).exists() for name in kept.values_list("stored_name", flat=True)
    )
    outcome = f"清理无主文件 {len(orphans) + dropped} 个、到期的已移除文件 {len(erased)} 个"
    return f"{outcome}；有 {missing} 个附件的文件丢失，请从备份恢复" if missing else outcome
