"""R-16: a backup made while people work, verified, restored into an empty place by the real commands."""

import os
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from portal.errors import Refused
from portal.models import Attachment, AuditEvent
from portal.services import audit, audit_chain, backups, files
from tests.chaos.processes import ROOT, database_url
from tests.factories import UserFactory, WorkItemFactory

pytestmark = pytest.mark.django_db(transaction=True)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.txt"
    settings.BACKUP_FOLDER = tmp_path / "backups"
    return tmp_path


@pytest.fixture
def county(places, liaison, task_force, unit):
    item = WorkItemFactory(task_force=task_force, organisation=unit)
    return files.store_upload(item, SimpleUploadedFile("免审清单.pdf", PDF), actor=liaison)


def make(settings):
    audit_chain.seal_events(timezone.now())
    return backups.make_backup(settings.BACKUP_FOLDER, now=timezone.now())


@contextmanager
def empty_database(places):
    """Yield the address of an empty database of the engine under test."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{places / 'restored.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield database_url().rpartition("/")[0] + f"/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *(str(argument) for argument in arguments)],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": "", **{key: str(value) for key, value in environment.items()}},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_backup_comes_back_whole_in_an_empty_place(county, places, settings):
    folder = make(settings)
    with empty_database(places) as url:
        place = {"DATABASE_URL": url, "MEDIA_ROOT": places / "new", "AUDIT_ANCHOR_FILE": places / "a.txt"}
        restored = manage("restore", folder, **place)
        assert restored.returncode == 0, restored.stderr
        assert "1 个附件" in restored.stdout
        assert "审计链完整" in restored.stdout
        stored = places / "new" / Attachment.objects.get().stored_name
        assert stored.read_bytes() == PDF
        assert manage("verify_audit", **place).returncode == 0
        again = manage("restore", folder, **place)
        assert again.returncode == 1
        assert "不是空的" in again.stderr


def test_a_backup_made_while_people_write_is_of_one_moment(county, places, settings, officer):
    stop = threading.Event()

    def write():
        with closing(connection):
            number = 0
            while not stop.is_set():
                UserFactory(username=f"busy{number}", organisation=officer.organisation)
                audit.record(officer, "user.update", actor=officer)
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        folder = make(settings)
    finally:
        stop.set()
        writer.join()
    manifest, faults = backups.verify_backup(folder)
    assert faults == []
    assert manifest.tables["portal_attachment"].rows == 1
    with empty_database(places) as url:
        restored = manage("restore", folder, DATABASE_URL=url, MEDIA_ROOT=places / "new")
        assert restored.returncode == 0, restored.stderr


@pytest.mark.parametrize("part", ["database", "file", "manifest"])
def test_one_changed_byte_is_found_and_named(county, settings, part):
    folder = make(settings)
    path = {
        "database": next(folder.glob("database.*")),
        "file": folder / "files" / county.stored_name,
        "manifest": folder / "manifest.json",
    }[part]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"不一致|已损坏"):
        call_command("verify_backup", str(folder))
    with pytest.raises(Refused):
        backups.restore_backup(folder)


def test_a_missing_and_an_added_file_are_named(county, settings):
    folder = make(settings)
    (folder / "files" / county.stored_name).unlink()
    (folder / "files" / "extra").write_bytes(b"x")
    _manifest, faults = backups.verify_backup(folder)
    assert faults == [f"缺少文件 files/{county.stored_name}", "多出文件 files/extra"]


def test_a_folder_that_is_no_backup_is_refused(places):
    with pytest.raises(CommandError, match="不是完整的备份"):
        call_command("verify_backup", str(places))


def test_a_restore_never_overwrites_what_is_there(county, settings):
    with pytest.raises(Refused, match="目标数据库不是空的"):
        backups.restore_backup(make(settings))


def test_a_backup_is_written_down_and_holds_no_key(county, settings, capsys):
    call_command("backup")
    assert "密钥" in capsys.readouterr().out
    assert AuditEvent.objects.filter(action="backup.create").exists()
    (folder,) = Path(settings.BACKUP_FOLDER).iterdir()
    text = (folder / "manifest.json").read_text()
    assert settings.SECRET_KEY not in text
    assert settings.FIELD_KEYS not in text


def test_only_the_newest_backups_are_kept(places):
    for number in range(4):
        (places / f"backup-2023110{number}-020000").mkdir()
    (places / "backup-20231109-020000.partial").mkdir()
    assert backups.prune_backups(places, 2) == 2
    assert sorted(path.name for path in places.glob("backup-*")) == [
        "backup-20231102-020000",
        "backup-20231103-020000",
        "backup-20231109-020000.partial",
    ]
