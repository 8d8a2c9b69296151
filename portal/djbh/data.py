"""8.1.4.4 to 8.1.4.11: intrusion, malicious code, integrity, confidentiality, backup, residual and personal data."""

from __future__ import annotations

import hashlib
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import django
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from portal import crypto, file_store, virus_scanner
from portal.djbh.probes import constraints_in_database, has_middleware, last_done, own_models
from portal.djbh.seen import Asked, Seen
from portal.errors import Refused
from portal.models import Attachment, LoginAttempt, User
from portal.networks import Network
from portal.selectors.year_calendar import calendar_gap
from portal.services.backups import read_manifest, verify_backup
from portal.services.second_factor import seed_of

TWO_DAYS: Final = timedelta(days=2)
FILES_LOOKED_AT: Final = 200
# Last days on which the makers mend security faults.
DJANGO_UNTIL: Final = {(5, 2): date(2028, 4, 30), (6, 2): date(2030, 4, 30)}
PYTHON_UNTIL: Final = {
    (3, 11): date(2027, 10, 31),
    (3, 12): date(2028, 10, 31),
    (3, 13): date(2029, 10, 31),
    (3, 14): date(2030, 10, 31),
}
# In two parts, so that no scanner stops at this very file.
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EMBEDDED_KEY: Final = "field.key"


def validity(asked: Asked, seen: Seen) -> None:
    missing, count = [], 0
    for model in own_models():
        wanted = {constraint.name for constraint in model._meta.constraints}
        if wanted:
            missing += sorted(wanted - constraints_in_database(model))
        count += len(wanted)
    seen.expect(not missing, f"数据库约束 {count} 项齐全", f"数据库缺少约束：{'、'.join(missing[:10])}")
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    names = "、".join(f"{migration.app_label}.{migration.name}" for migration, _back in plan[:5])
    seen.expect(not plan, "", f"有未执行的数据库迁移：{names}")


def terminals(asked: Asked, seen: Seen) -> None:
    networks: tuple[Network, ...] = settings.ADMIN_NETWORKS
    shown = "、".join(str(network) for network in networks)
    seen.expect(networks, f"三类管理员限于 {shown}", "没有限定三类管理员的网段（ADMIN_NETWORKS 为空）")
    wide = [str(network) for network in networks if network.prefixlen == 0]
    seen.expect(not wide, "", f"ADMIN_NETWORKS 含全部地址：{'、'.join(wide)}")
    seen.expect(
        has_middleware("portal.network_limits.network_limits"),
        "",
        "网段检查没有装上（portal.network_limits.network_limits）",
    )


def supported_versions(asked: Asked, seen: Seen) -> None:
    today = timezone.localdate(asked.now)
    running = (
        ("Django", django.VERSION[:2], DJANGO_UNTIL, django.get_version()),
        ("Python", sys.version_info[:2], PYTHON_UNTIL, ".".join(map(str, sys.version_info[:3]))),
    )
    for name, series, known, version in running:
        until = known.get((series[0], series[1]))
        seen.expect(
            until is not None and today <= until,
            f"{name} {version} 维护至 {until}",
            f"{name} {version} 不是在维护期内的长期支持版本",
        )


def malicious_code(asked: Asked, seen: Seen) -> None:
    """Show the scanner the harmless test file that every scanner knows."""
    if not virus_scanner.is_configured():
        if asked.limits.level >= 3:
            seen.problems.append("没有设置查杀程序（CLAMD_ADDRESS）")
        else:
            seen.facts.append("没有设置 CLAMD_ADDRESS：附件标记未查杀，只能下载")
        return
    try:
        clean, known = virus_scanner.scan(b"check_djbh").virus, virus_scanner.scan(EICAR).virus
    except virus_scanner.ScannerUnavailable as error:
        seen.problems.append(f"查杀程序没有应答：{error}")
        return
    seen.expect(known and not clean, f"查杀程序识别测试文件（{known}）", "查杀程序没有识别测试文件")
    limit = asked.now - TWO_DAYS
    waiting = Attachment.objects.filter(scan=Attachment.Scan.WAITING, uploaded_at__lt=limit).count()
    seen.expect(not waiting, "", f"{waiting} 个附件等待查杀超过两天")


def integrity(asked: Asked, seen: Seen) -> None:
    seen.expect(settings.BEHIND_TLS, "传输经 TLS", "BEHIND_TLS 未开启，传输没有完整性保护")
    newest = Attachment.objects.filter(removed_at=None).order_by("-pk")[:FILES_LOOKED_AT]
    damaged = [file.token for file in newest if not _is_whole(file)]
    seen.expect(
        not damaged, f"最近 {len(newest)} 个附件与摘要一致", f"附件损坏或丢失：{'、'.join(damaged[:10])}"
    )


def _is_whole(file: Attachment) -> bool:
    try:
        content = file_store.read(file.stored_name)
    except OSError:
        return False
    return hashlib.sha256(content).hexdigest() == file.sha256


def confidentiality(asked: Asked, seen: Seen) -> None:
    """Look for values in clear in the sealed columns, and open a few with the keys that are there."""
    clear = []
    for path in settings.SEALED_COLUMNS:
        table, _, column = path.rpartition(".")
        rows = apps.get_model(table)._default_manager.exclude(**{column: ""})
        if count := rows.exclude(**{f"{column}__startswith": f"{crypto.VERSION}:"}).count():
            clear.append(f"{path} {count} 行")
    columns = len(settings.SEALED_COLUMNS)
    seen.expect(not clear, f"{columns} 列均为密文", f"应加密的列有明文：{'、'.join(clear)}")
    closed = [user.username for user in User.objects.exclude(totp_secret="") if not _opens(user)]
    seen.expect(not closed, "密钥能打开密文", f"现有密钥打不开密文：{'、'.join(closed[:10])}")
    beside = settings.VAR / EMBEDDED_KEY
    kept = beside.exists() and beside.read_text(encoding="utf-8").strip() == settings.FIELD_KEYS
    seen.expect(
        not kept, "密钥不在数据目录", f"字段密钥存放在数据目录（{EMBEDDED_KEY}），应由 FIELD_KEYS 给出"
    )


def _opens(user: User) -> bool:
    try:
        return bool(seed_of(user))
    except crypto.CannotDecrypt:
        return False


def backups(asked: Asked, seen: Seen) -> None:
    limits, folder = asked.limits, Path(settings.BACKUP_FOLDER)
    seen.expect(
        limits.backups_kept <= settings.BACKUP_KEEP,
        f"保留 {settings.BACKUP_KEEP} 份",
        f"每夜备份应保留 {limits.backups_kept} 份，BACKUP_KEEP 为 {settings.BACKUP_KEEP}",
    )
    found = sorted(path for path in folder.glob("backup-*") if path.is_dir() and not path.suffix)
    if not found:
        seen.problems.append(f"{folder} 中没有备份")
    else:
        _look_at(found[-1], asked, seen)
        apart = folder.stat().st_dev != settings.VAR.stat().st_dev
        seen.expect(
            apart, "备份与数据不在同一文件系统", "备份与数据在同一文件系统，应放到另一台机器（BACKUP_FOLDER）"
        )
    if limits.hot_standby:
        standbys = _standbys()
        seen.expect(standbys, f"数据库备机 {standbys} 台", "没有实时跟随的数据库备机")


def _look_at(newest: Path, asked: Asked, seen: Seen) -> None:
    try:
        made = datetime.fromisoformat(read_manifest(newest).created_at)
        _manifest, faults = verify_backup(newest)
    except Refused as refusal:
        seen.problems.append(str(refusal))
        return
    hours = (asked.now - made).total_seconds() / 3600
    most = asked.limits.backup_hours
    seen.expect(
        hours <= most, f"最近一份 {hours:.0f} 小时前", f"最近一份备份已有 {hours:.0f} 小时，应不超过 {most}"
    )
    seen.expect(not faults, "核验无误", f"备份 {newest.name} 核验不通过：{faults[0] if faults else ''}")


def _standbys() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
        return int(cursor.fetchone()[0])


def residual(asked: Asked, seen: Seen) -> None:
    now = asked.now
    sessions = Session.objects.filter(expire_date__lt=now - TWO_DAYS).count()
    seen.expect(not sessions, "没有过期的会话", f"有 {sessions} 个过期两天以上的会话没有清除")
    attempts = LoginAttempt.objects.filter(at__lt=now - timedelta(days=9)).count()
    seen.expect(not attempts, "", f"有 {attempts} 条超过七天的登录尝试没有清除")
    for job, word in (("forget_attempts", "清理登录记录"), ("sweep_files", "清理文件")):
        seen.expect(last_done(job, now, TWO_DAYS), f"{word}正常", f"「{word}」任务近两天没有完成")
    seen.expect(
        has_middleware("portal.middleware.security_headers"), "", "页面没有禁止浏览器留存（security_headers）"
    )


def necessary_only(asked: Asked, seen: Seen) -> None:
    done = last_done("erase_identities", asked.now, TWO_DAYS)
    seen.expect(done, "到期的来件人信息按期删除", "「删除到期的来件人信息」任务近两天没有完成")


def calendar(asked: Asked, seen: Seen) -> None:
    gap = calendar_gap(timezone.localdate(asked.now))
    if gap is None:
        seen.facts.append("下一年放假安排已载入，或未到11月")
    elif gap.is_error:
        seen.problems.append(f"{gap.year}年放假安排尚未载入，已过12月15日")
    else:
        seen.facts.append(f"提醒：{gap.year}年放假安排尚未载入，12月15日起为不通过")
