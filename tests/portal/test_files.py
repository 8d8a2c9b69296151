"""Taking files in and giving them out: scope, limits, digests, the sweep."""

import contextlib
import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from PIL import Image

from indicators.models import ClosingApplication
from portal import file_kinds, file_store
from portal.errors import Refused
from portal.models import Attachment, AuditEvent
from portal.selectors.files import attachments_by_owner, attachments_of, readable_attachment
from portal.services import files
from tests.factories import WorkItemFactory

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def item(task_force, unit):
    return WorkItemFactory(task_force=task_force, lead=unit, organisation=unit)


def pdf(name="免审清单.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def closing_application(item, liaison):
    return ClosingApplication.objects.create(
        item=item,
        round=1,
        completed_on=date(2023, 10, 31),
        result="19 个项目已实行告知承诺",
        applicant=liaison,
        applied_at=timezone.now(),
    )


def on_disk(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_lies_under_a_random_name_and_is_listed_with_its_row(item, liaison, media):
    stored = files.store_upload(item, pdf("../云建发〔2023〕31号.pdf"), actor=liaison)
    (path,) = on_disk(media)
    assert stored.name == "云建发〔2023〕31号.pdf"
    assert "pdf" not in str(path.relative_to(media))
    assert path.parent.name == path.name[:2]
    assert list(attachments_of(item)) == [stored]
    assert attachments_by_owner(type(item), [item.pk, 0]) == {item.pk: [stored]}
    assert AuditEvent.objects.of(item).get().action == "file.upload"


def test_a_picture_is_stored_without_its_metadata(item, liaison):
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    stored = files.store_upload(item, SimpleUploadedFile("现场.jpg", out.getvalue()), actor=liaison)
    assert b"CameraMaker" not in file_store.read(stored.stored_name)


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("liaison", HTTPStatus.OK),
        ("officer", HTTPStatus.OK),
        ("chief", HTTPStatus.OK),
        ("outsider", HTTPStatus.NOT_FOUND),
        ("observer", HTTPStatus.NOT_FOUND),
        ("sysadmin", HTTPStatus.NOT_FOUND),
        ("auditor", HTTPStatus.NOT_FOUND),
    ],
)
def test_who_reads_the_row_reads_its_files(item, liaison, browse, persona, expected, request):
    stored = files.store_upload(item, pdf(), actor=liaison)
    answer = browse(request.getfixturevalue(persona)).get(f"/files/{stored.token}/")
    assert answer.status_code == expected


def test_a_download_is_an_attachment_that_no_browser_runs_and_leaves_a_trace(item, liaison, officer, browse):
    stored = files.store_upload(item, pdf(), actor=liaison)
    answer = browse(officer).get(f"/files/{stored.token}/")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    event = AuditEvent.objects.of(stored).get()
    assert (event.action, event.actor) == ("file.download", officer)


def test_a_file_of_a_closing_application_follows_the_item(item, liaison, officer, outsider):
    application = closing_application(item, liaison)
    stored = files.store_upload(application, pdf(), actor=liaison)
    assert readable_attachment(stored.token, officer) == stored
    with pytest.raises(Attachment.DoesNotExist):
        readable_attachment(stored.token, outsider)


def test_a_table_without_any_scope_gives_its_files_to_nobody(item, liaison, officer, settings):
    settings.ATTACHMENT_SCOPES = {}
    application = closing_application(item, liaison)
    stored = files.store_upload(application, pdf(), actor=liaison)
    with pytest.raises(Attachment.DoesNotExist):
        readable_attachment(stored.token, officer)


def test_an_eleventh_file_is_refused_and_leaves_nothing_behind(item, liaison, media):
    for number in range(file_kinds.MAX_PER_ROW):
        files.store_upload(item, pdf(f"{number}.pdf"), actor=liaison)
    with pytest.raises(Refused, match="附件最多 10 个"):
        files.store_upload(item, pdf("11.pdf"), actor=liaison)
    assert len(on_disk(media)) == file_kinds.MAX_PER_ROW


def test_a_removed_file_makes_room_and_is_gone_for_everybody(item, liaison, officer):
    stored = files.store_upload(item, pdf(), actor=liaison)
    files.remove_attachment(stored, actor=liaison)
    assert not attachments_of(item).exists()
    with pytest.raises(Attachment.DoesNotExist):
        readable_attachment(stored.token, officer)
    with pytest.raises(Refused, match="已经移除"):
        files.remove_attachment(stored, actor=liaison)


def test_two_hundred_megabytes_in_a_day_are_enough(item, liaison):
    stored = files.store_upload(item, pdf(), actor=liaison)
    Attachment.objects.filter(pk=stored.pk).update(size=file_kinds.MAX_PER_DAY - 10)
    with pytest.raises(Refused, match="200 MB"):
        files.store_upload(item, pdf(), actor=liaison)
    Attachment.objects.filter(pk=stored.pk).update(uploaded_at=timezone.now() - timedelta(hours=25))
    files.store_upload(item, pdf(), actor=liaison)


def test_of_several_files_one_bad_one_keeps_all_out(item, liaison):
    with pytest.raises(Refused, match=r"程序\.pdf"):
        files.store_uploads(item, [pdf(), pdf("程序.pdf", b"MZ" + bytes(50))], actor=liaison)
    assert not attachments_of(item).exists()


def test_a_full_disk_is_a_sentence_and_leaves_no_half_file(item, liaison, media, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="存储空间不足"):
        files.store_upload(item, pdf(), actor=liaison)
    assert on_disk(media) == []


def test_a_flipped_byte_is_found_at_download(item, liaison, officer, browse):
    stored = files.store_upload(item, pdf(), actor=liaison)
    path = file_store.path_of(stored.stored_name)
    path.write_bytes(path.read_bytes().replace(b"1 0 obj", b"2 0 obj"))
    answer = browse(officer).get(f"/files/{stored.token}/")
    assert answer.status_code == HTTPStatus.GONE
    assert "与上传时不一致" in answer.content.decode()
    assert AuditEvent.objects.of(stored).get().outcome == AuditEvent.Outcome.ERROR


def test_the_sweep_removes_old_files_without_a_row_and_nothing_else(item, liaison, media):
    kept = files.store_upload(item, pdf(), actor=liaison)
    old, young = file_store.write(PDF), file_store.write(PDF)
    two_days_ago = time.time() - 2 * 86400
    os.utime(file_store.path_of(old), (two_days_ago, two_days_ago))
    foreign = media / "imports" / "book.xlsx"
    foreign.parent.mkdir()
    foreign.write_bytes(b"x")
    os.utime(foreign, (two_days_ago, two_days_ago))
    assert files.sweep_files(timezone.localdate()).startswith("清理无主文件 1 个")
    assert not file_store.path_of(old).exists()
    assert file_store.path_of(young).exists()
    assert file_store.path_of(kept.stored_name).exists()
    assert foreign.exists()


def test_the_bytes_of_a_removed_file_are_erased_after_thirty_days(item, liaison):
    stored = files.store_upload(item, pdf(), actor=liaison)
    files.remove_attachment(stored, actor=liaison)
    files.sweep_files(timezone.localdate() + timedelta(days=30))
    assert file_store.path_of(stored.stored_name).exists()
    files.sweep_files(timezone.localdate() + timedelta(days=31))
    assert not file_store.path_of(stored.stored_name).exists()


def test_the_sweep_says_when_a_file_is_missing(item, liaison):
    stored = files.store_upload(item, pdf(), actor=liaison)
    file_store.delete(stored.stored_name)
    assert "1 个附件的文件丢失" in files.sweep_files(date(2023, 11, 8))


def test_a_stored_name_cannot_climb_out_of_the_folder():
    with pytest.raises(ValueError, match="no stored name"):
        file_store.path_of("../settings.py")


@pytest.mark.django_db(transaction=True)
def test_of_fourteen_uploads_at_once_ten_are_kept_and_four_refused(item, liaison, media):
    start = threading.Barrier(14)

    def send(number):
        with contextlib.closing(connection):
            start.wait()
            try:
                files.store_upload(item, pdf(f"{number}.pdf"), actor=liaison)
            except Refused:
                return "refused"
            return "stored"

    with ThreadPoolExecutor(14) as pool:
        results = list(pool.map(send, range(14)))
    assert sorted(results) == ["refused"] * 4 + ["stored"] * 10
    assert len(on_disk(media)) == file_kinds.MAX_PER_ROW


def test_of_the_public_three_files_of_ten_megabytes_are_taken(item):
    for number in range(file_kinds.PUBLIC_MAX_PER_ROW):
        stored = files.store_upload(item, pdf(f"{number}.pdf"), actor=None)
        assert stored.uploaded_by is None
    with pytest.raises(Refused, match="附件最多 3 个"):
        files.store_upload(item, pdf("4.pdf"), actor=None)
    long = PDF[:-6] + bytes(file_kinds.PUBLIC_MAX_BYTES) + PDF[-6:]
    with pytest.raises(Refused, match="超过 10 MB"):
        files.store_upload(item, pdf("长.pdf", long), actor=None)


def test_a_photograph_of_sixty_megabytes_is_refused_with_a_sentence_and_its_temporary_file_removed(
    task_force, unit, liaison, browse, media, settings, tmp_path_factory
):
    temporary = settings.FILE_UPLOAD_TEMP_DIR = tmp_path_factory.mktemp("incoming")
    item = WorkItemFactory(task_force=task_force, lead=unit, organisation=unit)
    photograph = SimpleUploadedFile("现场.jpg", b"\xff\xd8\xff" + bytes(60 << 20))
    form = {"completed_on": "2023-10-31", "result": "已完成", "uploads": photograph}
    answer = browse(liaison).post(f"/items/{item.number}/apply/", form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "「现场.jpg」超过 20 MB" in answer.content.decode()
    assert (on_disk(media), list(temporary.iterdir())) == ([], [])
