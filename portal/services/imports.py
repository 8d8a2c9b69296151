"""Take an uploaded workbook in, and let it be confirmed or given up exactly once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal import file_store
from portal.errors import Refused
from portal.file_kinds import clean_name
from portal.models import User, WorkbookImport
from portal.services import audit
from portal.services.notices import notify
from portal.workbooks.columns import Key
from portal.workbooks.limits import LIMITS, MB, Limits
from portal.workbooks.reader import SheetRead

State = WorkbookImport.State
# How often an import by a job is begun before it is given back to the person who confirmed it.
MAX_ATTEMPTS = 3
Row = TypeVar("Row")


@dataclass(frozen=True)
class Applied:
    """What an import wrote; `again` tells that it had been confirmed before and nothing was written now."""

    new: int
    changed: int = 0
    again: bool = False


@dataclass(frozen=True)
class StoredWorkbook:
    """An upload on disk: what it was called, under which name it lies, and its digest."""

    name: str
    stored_name: str
    sha256: str


@contextmanager
def stored_workbook(upload: UploadedFile, limits: Limits = LIMITS) -> Iterator[StoredWorkbook]:
    """Store an upload for as long as the block succeeds; when it raises, the bytes are removed again.

    Raises `Refused` for a file over the limit. What the bytes are is for the
    reader to judge.
    """
    name = clean_name(upload.name or "")
    if upload.size is not None and upload.size > limits.file_bytes:
        raise Refused(f"「{name}」超过 {limits.file_bytes // MB} MB，请删去图片和多余的工作表后上传")
    upload.seek(0)
    content = upload.read(limits.file_bytes + 1)
    stored_name = file_store.write(content)
    try:
        yield StoredWorkbook(name, stored_name, hashlib.sha256(content).hexdigest())
    except BaseException:
        file_store.delete(stored_name)
        raise


def fingerprint(read: SheetRead, existing: Mapping[Key, Mapping[str, Any]]) -> str:
    """Return a digest of the versions of the rows the file speaks of: another one means they were changed.

    `existing` tells of each row its `number` and `version`.
    """
    digest = hashlib.sha256()
    for row in read.rows:
        known = existing.get(read.sheet.key_of(row.values))
        if known is not None:
            digest.update(f"{known['number']}:{known['version']};".encode())
    return digest.hexdigest()


def claim_import(batch: WorkbookImport, state: WorkbookImport.State, *, source: str = State.CHECKED) -> bool:
    """Move an import from `source` to `state`, once: of two confirmations exactly one gets True.

    Must be called inside the transaction that applies it.
    """
    now = timezone.now()
    changes: dict[str, Any] = {"state": state}
    if state == State.APPLYING:
        changes |= {"confirmed_at": now, "attempts": 0, "refusal": ""}
    elif state == State.APPLIED:
        changes["applied_at"] = now
    return bool(WorkbookImport.objects.filter(pk=batch.pk, state=source).update(**changes))


def applied_before(batch: WorkbookImport) -> Applied:
    """Return what an earlier confirmation wrote.

    Raises `Refused` when the import is still with the job, or was given up.
    """
    batch.refresh_from_db()
    if batch.state == State.APPLYING:
        raise Refused("该次导入正在后台进行，完成后会收到消息")
    if batch.state != State.APPLIED:
        raise Refused("该次导入已放弃，请重新上传")
    counts = batch.preview["counts"]
    return Applied(counts["new"], counts["changed"], again=True)


@transaction.atomic
def leave_to_job(batch: WorkbookImport, *, actor: User) -> Applied | None:
    """Confirm an import that a job is to apply: None; what an earlier confirmation wrote, if it is applied by now.

    Raises `Refused` when it was given up.
    """
    counts = batch.preview["counts"]
    if claim_import(batch, State.APPLYING):
        rows = counts["new"] + counts["changed"]
        audit.record(batch, "import.confirm", actor=actor, changes={"rows": rows})
        return None
    batch.refresh_from_db()
    return None if batch.state == State.APPLYING else applied_before(batch)


@transaction.atomic
def discard_import(batch: WorkbookImport, *, actor: User) -> bool:
    """Give an upload up and tell whether it was; a second call does nothing, and what was applied stays applied."""
    if not claim_import(batch, State.DISCARDED):
        return False
    audit.record(batch, "import.discard", actor=actor)
    return True


def tell_of_import(
    batch: WorkbookImport, text: str, what: str, *, url: str, others: Sequence[User] = ()
) -> None:
    """Tell whoever confirmed an import, and `others`, what came of it: once for each `what`."""
    people = [batch.uploaded_by, *others]
    notify(people, text, url=url, event_key=f"import:{batch.token}:{what}")


def slices(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Cut `rows` into parts of `size`, the last one shorter."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def waiting_imports(kind: str) -> list[WorkbookImport]:
    """Return the imports of `kind` that were confirmed and wait for the job, the first confirmed first."""
    waiting = WorkbookImport.objects.filter(kind=kind, state=State.APPLYING).order_by("confirmed_at", "pk")
    return list(waiting.select_related("uploaded_by__organisation"))


def apply_in_turn(batch: WorkbookImport, apply: Callable[[], None]) -> bool:
    """Let a job apply a waiting import; tell whether it is applied now.

    That a try was begun is committed first, so that an import during which the
    process is killed again and again comes back to the person instead of
    stopping all others. `apply` is all or nothing and claims the import itself;
    what it refuses is written beside the import, which can then be uploaded anew.
    """
    held = WorkbookImport.objects.filter(pk=batch.pk, state=State.APPLYING)
    if not held.filter(attempts__lt=MAX_ATTEMPTS).update(attempts=F("attempts") + 1):
        give_back(
            batch,
            f"导入 {MAX_ATTEMPTS} 次均中断，没有做完。请稍后再确认，已写入的不会重复；仍不成功的联系系统管理员",
        )
        return False
    try:
        apply()
    except Refused as error:
        give_back(batch, str(error))
        return False
    return True


def give_back(batch: WorkbookImport, refusal: str) -> None:
    """Let a waiting import be confirmed anew or given up, with why it was not applied; once."""
    held = WorkbookImport.objects.filter(pk=batch.pk, state=State.APPLYING)
    held.update(state=State.CHECKED, refusal=refusal[:300])
