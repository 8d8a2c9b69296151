"""The periodic work of the base application: each function may run twice, late or on two machines."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from portal.errors import Refused
from portal.jobs import CatchUp, Daily, EveryMinutes, Job
from portal.selectors.clock import database_now
from portal.services import (
    accounts,
    audit_chain,
    audit_forwarding,
    backups,
    delivery,
    enterprise_workbook,
    enterprises,
    login,
    throttles,
)
from portal.services import calendar as calendar_services

JOBS = (
    Job(
        "deliver_notices",
        "发送站外消息",
        "portal.base_jobs.deliver_notices",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job(
        "seal_audit",
        "封存审计记录",
        "portal.base_jobs.seal_audit",
        EveryMinutes(10),
        grace=timedelta(hours=1),
        own_transactions=True,
    ),
    Job(
        "forward_audit",
        "外送审计记录",
        "portal.base_jobs.forward_audit",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job(
        "check_clock",
        "核对时钟",
        "portal.services.clock_watch.check_clock",
        EveryMinutes(30),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job("disable_unused", "停用闲置账号", "portal.base_jobs.disable_unused", Daily(1, 10)),
    Job("backup", "备份", "portal.base_jobs.back_up", Daily(2), own_transactions=True),
    Job("verify_audit", "核验审计链", "portal.base_jobs.verify_audit", Daily(2, 30), own_transactions=True),
    Job("sweep_files", "清理文件", "portal.services.files.sweep_files", Daily(3), own_transactions=True),
    Job(
        "scan_files",
        "查杀附件病毒",
        "portal.services.scanning.scan_waiting",
        EveryMinutes(10),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job("prune_slots", "清理执行记录", "portal.services.jobs.prune_slots", Daily(3, 20)),
    Job("forget_attempts", "清理登录记录", "portal.base_jobs.forget_attempts", Daily(3, 40)),
    Job(
        "apply_registers",
        "导入市场主体名录",
        "portal.base_jobs.apply_registers",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job("renew_sizes", "更新企业规模", "portal.base_jobs.renew_sizes", Daily(4), own_transactions=True),
    Job("warn_calendar", "提醒载入下一年日历", "portal.base_jobs.warn_calendar", Daily(8, 30)),
)


def deliver_notices(today: date) -> str:
    """Send what the outbox owes by now."""
    done = delivery.deliver_due(timezone.now())
    if done == delivery.Delivered():
        return "没有待发送的消息"
    return f"发送 {done.sent} 条，失败待重试 {done.failed} 条，不再发送 {done.dead} 条"


def seal_audit(today: date) -> str:
    """Seal the events whose own transaction could not."""
    return f"封存 {audit_chain.seal_events(timezone.now())} 条"


def forward_audit(today: date) -> str:
    """Send what the log server has not got: the net under the processes that do so every second or two."""
    return audit_forwarding.forward_and_tell(database_now(), today)


def verify_audit(today: date) -> str:
    """Verify the chain; a fault is told to the auditors and makes the run fail."""
    return audit_chain.verify_and_alarm(today)


def apply_registers(today: date) -> str:
    """Apply the large registers that were confirmed; each is all or nothing and written once."""
    done, refused = enterprise_workbook.apply_waiting_registers(today=today)
    return f"导入名录 {done} 份，未导入 {refused} 份" if done or refused else "没有等待导入的名录"


def renew_sizes(today: date) -> str:
    """Tell the sizes anew of market entities whose facts began or ceased to hold."""
    return f"更新 {enterprises.renew_sizes(today=today)} 家"


def back_up(today: date) -> str:
    """Back up once a night and keep the newest ones."""
    if not settings.BACKUP_KEEP:
        return "没有启用自动备份（BACKUP_KEEP 为 0）"
    folder = backups.make_backup(settings.BACKUP_FOLDER, now=timezone.now())
    _manifest, faults = backups.verify_backup(folder)
    if faults:
        raise Refused(f"备份 {folder.name} 核验不通过：{faults[0]}")
    removed = backups.prune_backups(settings.BACKUP_FOLDER, settings.BACKUP_KEEP)
    return f"已备份并核验 {folder.name}，清理旧备份 {removed} 份"


def disable_unused(today: date) -> str:
    """Disable the accounts that nobody has used for too long."""
    people = accounts.disable_unused(now=timezone.now())
    return f"停用 {'、'.join(person.name for person in people)}" if people else "没有闲置账号"


def warn_calendar(today: date) -> str:
    """From 1 November on remind the administrators while next year's calendar is missing."""
    return calendar_services.warn_missing_year(today)


def forget_attempts(today: date) -> str:
    """Delete login attempts of more than a week ago, public calls of more than a day ago, sessions that ended.

    Locks look back minutes and budgets hours; the audit trail keeps the rest. Everybody
    who begins the public form has a session.
    """
    now = timezone.now()
    logins = login.forget_attempts(before=now - timedelta(days=7))
    calls = throttles.forget_public_attempts(before=now - timedelta(days=1))
    SessionStore.clear_expired()
    return f"清理 {logins} 条登录记录、{calls} 条公众访问记录和过期的会话"
