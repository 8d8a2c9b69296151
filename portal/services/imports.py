"""Take an uploaded workbook in, and let it be confirmed or given up exactly once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from portal import file_store
from portal.errors import Refused
from portal.file_kinds import clean_name
from portal.models import WorkbookImport
from portal.workbooks.limits import LIMITS, MB


@dataclass(frozen=True)
class StoredWorkbook:
    """An upload on disk: what it was called, under which name it lies, and its digest."""

    name: str
    stored_name: str
    sha256: str


@contextmanager
def stored_workbook(upload: UploadedFile) -> Iterator[StoredWorkbook]:
    """Store an upload for as long as the block succeeds; when it raises, the bytes are removed again.

    Raises `Refused` for a file over the limit. What the bytes are is for the
    reader to judge.
    """
    name = clean_name(upload.name or "")
    if upload.size is not None and upload.size > LIMITS.file_bytes:
        raise Refused(f"「{name}」超过 {LIMITS.file_bytes // MB} MB，请删去图片和多余的工作表后上传")
    upload.seek(0)
    content = upload.read(LIMITS.file_bytes + 1)
    stored_name = file_store.write(content)
    try:
        yield StoredWorkbook(name, stored_name, hashlib.sha256(content).hexdigest())
    except BaseException:
        file_store.delete(stored_name)
        raise


def claim_import(batch: WorkbookImport, state: WorkbookImport.State) -> bool:
    """Move a checked import to `state`, once: of two confirmations exactly one gets True.

    Must be called inside the transaction that applies it.
    """
    waiting = WorkbookImport.objects.filter(pk=batch.pk, state=WorkbookImport.State.CHECKED)
    applied_at = timezone.now() if state == WorkbookImport.State.APPLIED else None
    return bool(waiting.update(state=state, applied_at=applied_at))
