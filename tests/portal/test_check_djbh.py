"""`check_djbh`: a sound deployment passes every row, and each thing that is made wrong fails the row that asks for it."""

import os
import re
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import django
import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone

from indicators.querysets import WorkItemQuerySet
from portal import file_store
from portal.djbh import CLAUSES, Outcome, check_all, data
from portal.models import (
    Attachment,
    AuditEvent,
    CalendarYear,
    ChainHead,
    JobSlot,
    LogForwarding,
    LoginAttempt,
    Notification,
    RoleGrant,
    SettingRow,
    User,
)
from portal.networks import read_networks
from portal.services import backups
from tests.factories import UserFactory, WorkItemFactory
from tests.portal.log_sinks import time_server
from tests.portal.sound_deployment import password, sound_deployment
from tests.test_assurance import LINES

# Where the connection to a second server is what is asked for; see the test of the backups.
WITHOUT_BACKUPS = {"BR-1"}
# An address that nobody declared; `undeclared` makes this module the URLconf.
urlpatterns = [path("open/", lambda request: HttpResponse(), name="open")]


@pytest.fixture
def sound(db, settings, tmp_path):
    with sound_deployment(settings, tmp_path, "djbh2") as people:
        yield people


def failed(level=2, now=None, only=()):
    """Return the problems by row."""
    rows = check_all(level, now=now or timezone.now(), only=only)
    return {row.clause.id: row.problems for row in rows if row.outcome is Outcome.FAILED}


def put(key, value):
    day = timezone.localdate() - timedelta(days=1)
    SettingRow.objects.create(
        key=key, value=value, valid_from=day, note="试", created_by=User.objects.first()
    )


def execute(**statements):
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])


def without(settings, name):
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if not path.endswith(name)]


def fail_job(name):
    JobSlot.objects.create(
        job=name, slot_at=timezone.now() + timedelta(seconds=1), state="failed", finished_at=timezone.now()
    )


def age_of(**values):
    return timezone.now() - timedelta(**values)


BREAKS = {
    "IA-1 公用账号": lambda s: UserFactory(name="营商办值班", password=password("a")),
    "IA-1 疑似公用账号：yunxi": lambda s: UserFactory(
        username="yunxi", name="云溪县营商办", password=password("a")
    ),
    "IA-1 缺少约束": lambda s: execute(
        sqlite="DROP INDEX portal_user_username_unique", postgresql="DROP INDEX portal_user_username_unique"
    ),
    "IA-2 应为 djbh": lambda s: setattr(s, "PASSWORD_PROFILE", "asvs"),
    "IA-2 现为 180 天": lambda s: put("security.password_days", 180),
    "IA-2 弱口令未被拒绝": lambda s: setattr(s, "AUTH_PASSWORD_VALIDATORS", s.AUTH_PASSWORD_VALIDATORS[:1]),
    "IA-2 保存方式不安全": lambda s: User.objects.filter(username="shenruoning").update(password="md5$a$b"),
    "IA-4 现为 120": lambda s: put("security.idle_minutes", 120),
    "IA-4 会话最长": lambda s: setattr(s, "SESSION_COOKIE_AGE", 86_400),
    "IA-4 没有由服务器控制": lambda s: without(s, "session_limits"),
    "IA-5 W012": lambda s: setattr(s, "SESSION_COOKIE_SECURE", False),
    "IA-5 没有强制 HTTPS": lambda s: setattr(s, "SECURE_HSTS_SECONDS", 3600),
    "IA-5 Cookie": lambda s: setattr(s, "SESSION_COOKIE_NAME", "sessionid"),
    "IA-5 DEBUG": lambda s: setattr(s, "DEBUG", True),
    "AC-1 访问检查没有装上": lambda s: without(s, "AccessMiddleware"),
    "AC-1 没有声明访问范围的地址：open": lambda s: setattr(s, "ROOT_URLCONF", __name__),
    "AC-2 admin": lambda s: UserFactory(username="admin", password=password("admin123")),
    "AC-2 2 个账号的口令是成批复制": lambda s: User.objects.filter(
        username__in=["shenruoning", "mengzhiyuan"]
    ).update(password=password("same")),
    "AC-2 没有期限": lambda s: User.objects.filter(username="shenruoning").update(must_change_password=True),
    "AC-2 示范版": lambda s: setattr(s, "SAMPLE_EDITION", True),
    "AC-3 现为 365 天": lambda s: put("security.unused_days", 365),
    "AC-3 近两天没有完成": lambda s: fail_job("disable_unused"),
    "AC-3 长期未用": lambda s: User.objects.filter(username="shenruoning").update(
        created_at=age_of(days=200), last_login=None, last_seen_at=None
    ),
    "AC-4 没有启用的审计管理员": lambda s: RoleGrant.objects.filter(role="auditor").update(
        revoked_at=timezone.now()
    ),
    "AC-4 没有拒绝兼任": lambda s: execute(
        sqlite="DROP TRIGGER portal_rolegrant_exclusion_insert",
        postgresql="DROP TRIGGER portal_rolegrant_exclusion ON portal_rolegrant",
    ),
    "AU-1 shenruoning": lambda s: User.objects.filter(username="shenruoning").update(
        last_login=timezone.now() + timedelta(minutes=1)
    ),
    "AU-1 审计中间件": lambda s: without(s, "audit_context"),
    "AU-2 TRUSTED_PROXIES": lambda s: setattr(s, "TRUSTED_PROXIES", []),
    "AU-2 不是地址：proxy": lambda s: setattr(s, "TRUSTED_PROXIES", ["proxy"]),
    "AU-2 1 次登录没有来源地址": lambda s: AuditEvent.objects.create(
        at=timezone.now(), actor_name="甲", action="session.login", digest="d"
    ),
    "AU-3 可以被修改或删除": lambda s: execute(
        sqlite="DROP TRIGGER portal_auditevent_no_update",
        postgresql="DROP TRIGGER portal_auditevent_no_change ON portal_auditevent",
    ),
    "AU-3 与记录条数不符": lambda s: ChainHead.objects.update(sequence=99),
    "AU-3 上次核验不通过": lambda s: fail_job("verify_audit"),
    "AU-3 超过两天没有更新": lambda s: os.utime(s.AUDIT_ANCHOR_FILE, (1, 1)),
    "IN-1 缺少约束：portal_rolegrant_once": lambda s: execute(
        sqlite="DROP INDEX portal_rolegrant_once", postgresql="DROP INDEX portal_rolegrant_once"
    ),
    "IN-1 未执行的数据库迁移：portal.0013": lambda s: MigrationRecorder(connection).record_unapplied(
        "portal", "0013_audit_forwarding"
    ),
    "IN-2 为空": lambda s: setattr(s, "ADMIN_NETWORKS", ()),
    "IN-2 全部地址": lambda s: setattr(s, "ADMIN_NETWORKS", read_networks("A", ["10.0.0.0/8", "::/0"])),
    "IN-2 没有装上": lambda s: without(s, "network_limits"),
    "MC-1 没有应答": lambda s: setattr(s, "CLAMD_ADDRESS", "unix:///nowhere/clamd"),
    "MC-1 等待查杀": lambda s: Attachment.objects.update(scan="waiting", uploaded_at=age_of(days=3)),
    "DI-1 损坏或丢失": lambda s: Path(file_store.path_of(Attachment.objects.get().stored_name)).write_bytes(
        b"x"
    ),
    "DI-1 BEHIND_TLS": lambda s: setattr(s, "BEHIND_TLS", False),
    "DC-1 portal.User.totp_secret 1 行": lambda s: User.objects.filter(username="shenruoning").update(
        totp_secret="JBSWY3DPEHPK3PXP"
    ),
    "DC-1 打不开密文": lambda s: setattr(s, "FIELD_KEYS", "k2:" + "A" * 43 + "="),
    "DC-1 存放在数据目录": lambda s: (s.VAR / "field.key").write_text(s.FIELD_KEYS),
    "RI-1 1 个过期": lambda s: Session.objects.create(
        session_key="k", session_data="", expire_date=age_of(days=3)
    ),
    "RI-1 登录尝试": lambda s: LoginAttempt.objects.create(username="a", at=age_of(days=10)),
    "RI-1 清理文件": lambda s: fail_job("sweep_files"),
    "PI-1 来件人信息": lambda s: fail_job("erase_identities"),
    "PI-2 消息中": lambda s: Notification.objects.create(
        recipient=User.objects.first(), event_key="k", text="请联系13812345678张三"
    ),
    "PI-2 审计记录中": lambda s: AuditEvent.objects.create(
        at=timezone.now(), actor_name="甲", action="setting.change", digest="d", note="110101199003074514"
    ),
}

BREAKS_OF_THREE = {
    "IA-3 应锁定 20 分钟，实测 15 分钟": lambda s: setattr(s, "SECURITY_PROFILE", "djbh2"),
    "IA-6 营商办工作人员": lambda s: setattr(s, "SECURITY_PROFILE", "djbh2"),
    "IA-6 没有开启": lambda s: put("security.second_factor", False),
    "AC-6 LABELLED_COLUMNS": lambda s: setattr(s, "LABELLED_COLUMNS", []),
    "AU-4 没有执行任何任务": lambda s: JobSlot.objects.update(finished_at=age_of(minutes=11)),
    "MC-1 CLAMD_ADDRESS": lambda s: setattr(s, "CLAMD_ADDRESS", ""),
    "CM-1 SYSLOG_URL": lambda s: setattr(s, "SYSLOG_TARGET", None),
    "CM-1 NTP_SERVER": lambda s: setattr(s, "NTP_SERVER", ""),
    "CM-1 待外送 0 条": lambda s: LogForwarding.objects.update(
        failing_since=timezone.now(), last_error="没有程序在监听"
    ),
}


def test_a_sound_deployment_passes_every_row_of_level_two(sound):
    assert failed().keys() == WITHOUT_BACKUPS
    outcomes = {row.clause.id: row.outcome for row in check_all(2, now=timezone.now())}
    assert {name for name, outcome in outcomes.items() if outcome is Outcome.NOT_ASKED} == {
        "IA-6",
        "AC-6",
        "AU-4",
        "CM-1",
    }


@pytest.mark.django_db
def test_a_sound_deployment_of_level_three_passes_both(settings, tmp_path):
    with sound_deployment(settings, tmp_path, "djbh3"):
        assert failed(3).keys() == WITHOUT_BACKUPS
        assert failed(2).keys() == WITHOUT_BACKUPS


@pytest.mark.parametrize("what", BREAKS)
def test_what_is_wrong_fails_its_row(sound, settings, what):
    row, words = what.split(" ", 1)
    assert failed(only=[row]) == {}
    BREAKS[what](settings)
    found = failed(only=[row])
    assert row in found, found
    assert words in "；".join(found[row])


@pytest.mark.django_db
@pytest.mark.parametrize("what", BREAKS_OF_THREE)
def test_what_is_wrong_for_level_three_fails_its_row(settings, tmp_path, what):
    row, words = what.split(" ", 1)
    with sound_deployment(settings, tmp_path, "djbh3"):
        assert failed(3, only=[row]) == {}
        BREAKS_OF_THREE[what](settings)
        found = failed(3, only=[row])
    assert row in found, found
    assert words in "；".join(found[row])


def test_a_scope_that_shows_a_duty_anything_fails(sound, monkeypatch):
    WorkItemFactory()
    assert failed(only=["AC-5"]) == {}
    monkeypatch.setattr(WorkItemQuerySet, "visible_to", lambda rows, user: rows)
    assert "系统管理员可见事项" in "；".join(failed(only=["AC-5"])["AC-5"])


def test_versions_nobody_mends_any_more_fail(sound, monkeypatch):
    monkeypatch.setitem(data.DJANGO_UNTIL, django.VERSION[:2], timezone.localdate() - timedelta(days=1))
    assert "Django" in "；".join(failed(only=["IN-3"])["IN-3"])


@pytest.mark.django_db
def test_a_clock_that_is_off_fails_level_three(settings, tmp_path):
    with sound_deployment(settings, tmp_path, "djbh3"), time_server(ahead=3.0) as (address, _asked):
        settings.NTP_SERVER = address
        assert "慢 3.0 秒" in "；".join(failed(3, only=["CM-1"])["CM-1"])


@pytest.mark.parametrize(
    ("day", "fails"), [((10, 31), False), ((11, 1), False), ((12, 14), False), ((12, 15), True)]
)
def test_a_missing_calendar_fails_from_the_middle_of_december(sound, day, fails):
    year = timezone.localdate().year
    CalendarYear.objects.filter(year=year + 1).delete()
    now = datetime(year, *day, 10, tzinfo=timezone.get_default_timezone())
    assert ("CA-5" in failed(now=now, only=["CA-5"])) == fails


@pytest.mark.django_db(transaction=True)
def test_backups_are_looked_at_for_age_content_place_and_number(settings, tmp_path):
    """The test's data lie in its temporary folder; /proc is another file system on every Linux."""

    def said(level=2, now=None):
        return "；".join(failed(level, now, only=["BR-1"]).get("BR-1", ()))

    with sound_deployment(settings, tmp_path, "djbh2"):
        settings.VAR, settings.BACKUP_KEEP = Path("/proc"), 14
        assert "没有备份" in said()
        folder = backups.make_backup(settings.BACKUP_FOLDER, now=timezone.now())
        assert said() == ""
        assert "已有 27 小时" in said(now=timezone.now() + timedelta(hours=27))
        assert "没有实时跟随的数据库备机" in said(3)
        settings.BACKUP_KEEP = 0
        assert "BACKUP_KEEP 为 0" in said()
        settings.BACKUP_KEEP, settings.VAR = 14, tmp_path
        assert "同一文件系统" in said()
        settings.VAR = Path("/proc")
        next(folder.glob("database.*")).write_bytes(b"x")
        assert "database" in said()


def run(*arguments):
    output = StringIO()
    try:
        call_command("check_djbh", *arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def test_the_command_prints_every_row_with_what_is_left_to_people_and_ends_with_a_failure(sound):
    printed, error = run("--level", "2")
    for clause in CLAUSES:
        assert f"{clause.id:<6}" in printed
        assert (clause.paper in printed) == (2 in clause.levels)
    assert error == "1 项不通过：BR-1"
    assert re.search(r"通过 \d+ 项，不通过 1 项，不要求 4 项", printed)


def test_without_a_level_the_command_asks_about_the_one_that_is_set(sound, settings):
    assert run("--row", "AC-2")[0].startswith("等保二级核查")
    settings.SECURITY_PROFILE = "djbh3"
    assert run("--row", "AC-2")[0].startswith("等保三级核查")
    assert run("--row", "AC-99") == ("", "没有这一条：AC-99")


def test_the_command_without_a_failure_ends_well(sound, monkeypatch):
    monkeypatch.setattr(
        "portal.djbh.running.CLAUSES", [row for row in CLAUSES if row.id not in WITHOUT_BACKUPS]
    )
    assert run("--level", "2")[1] == ""


def test_looking_changes_nothing(sound):
    def counts():
        return [model.objects.count() for model in (AuditEvent, LoginAttempt, RoleGrant, JobSlot, User)]

    before = counts()
    check_all(3, now=timezone.now())
    assert counts() == before


def test_every_clause_of_the_table_has_a_line_in_the_docs_of_what_is_promised():
    known = {name for name, _what, _tests in LINES}
    assert {clause.id for clause in CLAUSES} - known == set()
