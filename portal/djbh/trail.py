"""8.1.4.3 安全审计, and what is collected in the middle (8.1.5.4)."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, router, transaction
from django.db.models import F, Max
from django.utils import timezone

from portal.djbh.probes import has_middleware, is_refused, last_done, nullable_columns
from portal.djbh.seen import Asked, Seen
from portal.models import AuditEvent, AuditSeal, ChainHead, Notification, User
from portal.selectors.audit import action_labels
from portal.selectors.clock import clock_skews
from portal.selectors.jobs import is_silent
from portal.selectors.log_forwarding import forwarding_state
from portal.services import audit

RECENT = timedelta(days=30)
TWO_DAYS = timedelta(days=2)
# The event of a login follows the moment that Django notes on the account.
SLACK = timedelta(seconds=10)
REQUIRED_COLUMNS = {"at", "actor_name", "action", "outcome", "address", "object_type", "changes", "digest"}
SAMPLE = 5000
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)


def coverage(asked: Asked, seen: Seen) -> None:
    seen.expect(
        has_middleware("portal.middleware.audit_context"),
        "",
        "审计中间件没有装上（portal.middleware.audit_context）",
    )
    recent = User.objects.filter(last_login__gte=asked.now - RECENT)
    silent = [
        user.username
        for user in recent
        if user.last_login is not None and not _has_event(user, since=user.last_login - SLACK)
    ]
    seen.expect(
        not silent,
        f"近 30 天登录的 {recent.count()} 人都有登录记录",
        f"登录没有记录：{'、'.join(sorted(silent)[:10])}",
    )
    actions = set(AuditEvent.objects.filter(at__gte=asked.now - RECENT).values_list("action", flat=True))
    unnamed = sorted(actions - set(action_labels()))
    seen.expect(not unnamed, f"近 30 天记录 {len(actions)} 种动作", f"有未登记的动作：{'、'.join(unnamed)}")


def _has_event(user: User, *, since: datetime) -> bool:
    return AuditEvent.objects.filter(actor=user, action="session.login", at__gte=since).exists()


def fields(asked: Asked, seen: Seen) -> None:
    loose = REQUIRED_COLUMNS & nullable_columns(AuditEvent)
    seen.expect(not loose, "必填字段由数据库保证", f"审计表字段可以为空：{'、'.join(sorted(loose))}")
    blank = AuditEvent.objects.filter(action="session.login", address="", at__gte=asked.now - RECENT).count()
    seen.expect(not blank, "登录均有来源地址", f"近 30 天有 {blank} 次登录没有来源地址")
    bad = [proxy for proxy in settings.TRUSTED_PROXIES if not _is_address(proxy)]
    seen.expect(not bad, "", f"TRUSTED_PROXIES 中不是地址：{'、'.join(bad)}")
    seen.expect(
        settings.TRUSTED_PROXIES or not settings.BEHIND_TLS,
        "",
        "在反向代理之后而没有设置 TRUSTED_PROXIES，记录的都是代理的地址",
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def protection(asked: Asked, seen: Seen) -> None:
    """Try to change and to delete the newest event; look for links that went, and for the nightly verification."""
    newest = AuditEvent.objects.aggregate(key=Max("pk"))["key"]
    row = AuditEvent.objects.filter(pk=newest)
    kept = newest is not None and is_refused(lambda: row.update(note=F("note"))) and is_refused(row.delete)
    seen.expect(kept, "数据库拒绝修改和删除", "审计记录可以被修改或删除（触发器缺失或停用，或尚无记录）")
    if connection.vendor == "postgresql":
        seen.expect(_truncate_is_guarded(), "", "审计表没有防清空的触发器")
    head = ChainHead.objects.filter(name=audit.CHAIN).first()
    links = AuditSeal.objects.count()
    whole = head is not None and head.sequence == links and links <= AuditEvent.objects.count()
    seen.expect(whole, f"自第一条起共 {links} 条，没有清除", "审计链与记录条数不符，请执行 verify_audit")
    done = last_done("verify_audit", asked.now, TWO_DAYS)
    seen.expect(done, "每夜核验", "核验审计链的任务近两天没有完成，或上次核验不通过")
    anchors = Path(settings.AUDIT_ANCHOR_FILE)
    fresh = anchors.exists() and _written(anchors) >= asked.now - TWO_DAYS
    seen.expect(fresh, "链值每日留存", "库外留存的链值（AUDIT_ANCHOR_FILE）超过两天没有更新")


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.get_default_timezone())


def _truncate_is_guarded() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname = 'portal_auditevent_no_truncate' AND tgenabled = 'O'"
        )
        return bool(cursor.fetchone()[0])


def together_or_not(asked: Asked, seen: Seen) -> None:
    """Write an event and give the transaction up: it must go with it, since both lie in one database."""
    same = router.db_for_write(AuditEvent) == router.db_for_write(User) == "default"
    seen.expect(same, "", "审计记录与业务数据不在同一个数据库，不能保证同时成败")
    with transaction.atomic():
        event = audit.build_event(None, "job.run", actor=None, note="check_djbh")
        event.save(force_insert=True)
        transaction.set_rollback(True)
    gone = not AuditEvent.objects.filter(pk=event.pk, digest=event.digest).exists()
    seen.expect(gone, "审计与业务同一事务，写不成则业务回退", "撤销的事务留下了审计记录")
    seen.expect(not is_silent(asked.now), "任务进程在运行", "任务进程已 10 分钟没有执行任何任务")


def central_log(asked: Asked, seen: Seen) -> None:
    state = forwarding_state(asked.now)
    if asked.limits.central_log:
        seen.expect(state is not None, "", "没有设置日志服务器（SYSLOG_URL）")
        seen.expect(settings.NTP_SERVER, "", "没有设置时间服务器（NTP_SERVER）")
    if state is not None:
        reason = f"：{state.failure}" if state.failure else ""
        seen.expect(
            state.failing_since is None,
            f"审计记录外送 {state.target}，待外送 {state.waiting} 条",
            f"审计记录未能送往 {state.target}{reason}，待外送 {state.waiting} 条",
        )
    for skew in clock_skews():
        seen.expect(not skew.is_off and not skew.problem, skew.text, f"时钟：{skew.text}")


def nothing_in_clear(asked: Asked, seen: Seen) -> None:
    """Look through the newest events and notices for telephone and identity numbers that nobody masked."""
    events = AuditEvent.objects.order_by("-pk").values_list("pk", "changes", "note", "object_label")[:SAMPLE]
    notices = Notification.objects.order_by("-pk").values_list("pk", "text")[:SAMPLE]
    for rows, word in ((list(events), "审计记录"), (list(notices), "消息")):
        hits = [str(key) for key, *texts in rows if _is_personal(" ".join(map(str, texts)))]
        seen.expect(
            not hits,
            f"最近 {len(rows)} 条{word}没有未脱敏的手机号和证件号",
            f"{word}中有未脱敏的手机号或证件号：{'、'.join(hits[:10])}",
        )


def _is_personal(text: str) -> bool:
    return bool(MOBILE.search(text) or IDENTITY.search(text))
