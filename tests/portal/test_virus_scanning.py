"""MC-1: uploads are scanned by clamd, spoken to over a real socket; what is not known clean is held back."""

import socket
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal import virus_scanner
from portal.models import Attachment, AuditEvent, Notification
from portal.services import files, scanning
from portal.virus_scanner import ScannerUnavailable, Verdict, scan
from tests.factories import WorkItemFactory
from tests.portal.clamd import EICAR, clamd

Scan = Attachment.Scan
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
INFECTED = PDF.replace(b"<<>>", EICAR)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def scanner(settings):
    with clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        yield server


@pytest.fixture
def silent(settings):
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.CLAMD_ADDRESS = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        yield


@pytest.fixture
def item(task_force, unit):
    return WorkItemFactory(task_force=task_force, organisation=unit)


def upload(content=PDF, name="免审清单.pdf"):
    return SimpleUploadedFile(name, content)


def test_the_scanner_gets_every_byte_and_its_answer_is_understood(scanner):
    long = bytes(range(256)) * 1000
    assert scan(long) == Verdict()
    assert scanner.received == [long]
    assert scan(INFECTED) == Verdict("Eicar-Test-Signature")


def test_a_scanner_on_a_unix_socket_is_asked_alike(settings, tmp_path):
    with clamd(tmp_path / "clamd.ctl") as server:
        settings.CLAMD_ADDRESS = server.address
        assert scan(INFECTED).virus
    with pytest.raises(ScannerUnavailable):
        scan(PDF)


def test_bytes_over_the_scanners_own_limit_have_no_verdict(settings):
    with clamd(limit=1000) as server:
        settings.CLAMD_ADDRESS = server.address
        with pytest.raises(ScannerUnavailable):
            scan(bytes(2000))


def test_a_scanner_that_never_answers_is_not_waited_for_long(settings, monkeypatch):
    monkeypatch.setattr(virus_scanner, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.CLAMD_ADDRESS = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(ScannerUnavailable):
            scan(PDF)


@pytest.mark.parametrize("address", ["clamav:3310", "tcp://clamav", "http://clamav:3310", "unix://"])
def test_an_address_that_is_none_is_named(settings, address):
    settings.CLAMD_ADDRESS = address
    with pytest.raises(ImproperlyConfigured, match="CLAMD_ADDRESS"):
        scan(PDF)


@pytest.mark.django_db
def test_a_clean_file_is_marked_so(scanner, item, liaison):
    stored = files.store_upload(item, upload(), actor=liaison)
    assert (stored.scan, stored.scanned_at is None) == (Scan.CLEAN, False)


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_marked_not_scanned_and_given_out_as_an_attachment(
    item, liaison, officer, browse
):
    stored = files.store_upload(item, upload(), actor=liaison)
    assert stored.scan == Scan.UNSCANNED
    answer = browse(officer).get(reverse("portal:file", args=[stored.token]))
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
@pytest.mark.usefixtures("calendar", "on_the_day")
def test_a_virus_is_refused_at_the_page_nothing_is_kept_and_the_attempt_is_on_record(
    scanner, item, liaison, browse, media
):
    form = {"version": item.version, "completed_on": "2023-10-31", "result": "已完成"}
    answer = browse(liaison).post(
        reverse("indicators:item_apply", args=[item.number]), {**form, "uploads": upload(INFECTED)}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "含有病毒（Eicar-Test-Signature）" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
    event = AuditEvent.objects.get(action="file.infected")
    assert (event.actor, event.outcome) == (liaison, AuditEvent.Outcome.DENIED)
    assert event.changes == {"file": "免审清单.pdf", "virus": "Eicar-Test-Signature"}


@pytest.mark.django_db
def test_while_the_scanner_is_down_a_file_is_kept_for_its_sender_only(silent, item, liaison, officer, browse):
    stored = files.store_upload(item, upload(), actor=liaison)
    assert stored.scan == Scan.WAITING
    url = reverse("portal:file", args=[stored.token])
    assert browse(liaison).get(url).status_code == HTTPStatus.OK
    held = browse(officer).get(url)
    assert held.status_code == HTTPStatus.CONFLICT
    assert "等待病毒查杀" in held.content.decode()


@pytest.mark.django_db
def test_what_waited_is_scanned_once_the_scanner_is_back(
    settings, silent, item, liaison, officer, sysadmin, today
):
    clean = files.store_upload(item, upload(), actor=liaison)
    bad = files.store_upload(item, upload(INFECTED, "带毒.pdf"), actor=liaison)
    with clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        assert "发现病毒 1 个" in scanning.scan_waiting(today)
        assert "查杀 0 个" in scanning.scan_waiting(today)
    clean.refresh_from_db()
    bad.refresh_from_db()
    assert (clean.scan, bad.scan) == (Scan.CLEAN, Scan.INFECTED)
    assert files.download(clean, actor=officer) == PDF
    for person in (officer, liaison):
        with pytest.raises(files.FileHeld, match="已隔离"):
            files.download(bad, actor=person)
    assert set(Notification.objects.values_list("recipient__username", flat=True)) == {"liaison", "sysadmin"}


@pytest.mark.django_db
def test_files_from_before_the_scanner_are_scanned_too(item, liaison, settings, today):
    old = files.store_upload(item, upload(INFECTED), actor=liaison)
    with clamd() as server:
        settings.CLAMD_ADDRESS = server.address
        scanning.scan_waiting(today)
    old.refresh_from_db()
    assert old.scan == Scan.INFECTED


@pytest.mark.django_db
def test_the_administrators_hear_once_a_day_that_nobody_scans(silent, item, liaison, sysadmin, today):
    files.store_upload(item, upload(), actor=liaison)
    assert "没有应答，1 个附件待查杀" in scanning.scan_waiting(today)
    scanning.scan_waiting(today)
    assert Notification.objects.filter(recipient=sysadmin).count() == 1
    scanning.scan_waiting(today + timedelta(days=1))
    assert Notification.objects.filter(recipient=sysadmin).count() == 2


@pytest.mark.django_db
def test_the_job_without_a_scanner_says_so(today):
    assert "CLAMD_ADDRESS" in scanning.scan_waiting(today)
