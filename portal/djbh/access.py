"""8.1.4.2 访问控制."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.db.models import Count
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from portal.access import access_of
from portal.djbh.probes import (
    constraints_in_database,
    has_middleware,
    is_refused,
    last_done,
    nullable_columns,
    own_models,
)
from portal.djbh.seen import Asked, Seen
from portal.models import RoleGrant, User
from portal.roles import BUSINESS_ROLES, DUTIES, Role, exclusion
from portal.selectors.settings import number_setting

DEFAULT_NAMES = ("admin", "administrator", "root", "test", "guest", "system", "demo", "user")
DEFAULT_WORDS = ("admin", "123456", "12345678", "admin123", "password", "admin@123", "Admin@123456", "")
TWO_DAYS = timedelta(days=2)


def declared(asked: Asked, seen: Seen) -> None:
    views = list(_views(get_resolver()))
    open_views = sorted({name for name, view in views if access_of(view) is None})
    seen.expect(
        not open_views,
        f"全部 {len(views)} 个地址都声明了访问范围",
        f"没有声明访问范围的地址：{'、'.join(open_views)}",
    )
    permissions = settings.REST_FRAMEWORK.get("DEFAULT_PERMISSION_CLASSES", [])
    seen.expect(
        has_middleware("portal.middleware.AccessMiddleware")
        and permissions == ["portal.api.permissions.IsPermitted"],
        "未声明即拒绝",
        "访问检查没有装上（MIDDLEWARE 或 DEFAULT_PERMISSION_CLASSES）",
    )
    admin = apps.is_installed("django.contrib.admin")
    seen.expect(not admin, "", "装有 Django 管理后台，其权限不受本平台约束")


def _views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name or entry.pattern}", entry.callback


def default_accounts(asked: Asked, seen: Seen) -> None:
    active = User.objects.filter(is_active=True)
    guessed = [
        user.username
        for user in active.filter(username__in=DEFAULT_NAMES)
        if any(check_password(word, user.password) for word in (*DEFAULT_WORDS, user.username))
    ]
    seen.expect(not guessed, "没有默认账号和默认口令", f"默认账号可用默认口令登录：{'、'.join(guessed)}")
    usable = active.exclude(password="").exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    copied = usable.values("password").annotate(count=Count("pk")).filter(count__gt=1)
    together = sum(row["count"] for row in copied)
    seen.expect(not together, "", f"{together} 个账号的口令是成批复制的，应分别重置")
    endless = usable.filter(must_change_password=True, initial_password_until=None).count()
    seen.expect(not endless, "初始口令 24 小时失效", f"{endless} 个账号的初始口令没有期限")
    seen.expect(not settings.SAMPLE_EDITION, "", "正在运行示范版，登录页列有示范账号")


def unused_accounts(asked: Asked, seen: Seen) -> None:
    limits, now = asked.limits, asked.now
    days = number_setting("security.unused_days", on=timezone.localdate(now))
    seen.expect(
        days <= limits.unused_days,
        f"{days} 天未用自动停用",
        f"应在 {limits.unused_days} 天未用时停用，参数「停用闲置账号」现为 {days} 天",
    )
    done = last_done("disable_unused", now, TWO_DAYS)
    seen.expect(done, "停用任务正常执行", "停用闲置账号的任务近两天没有完成（run_jobs 或 celery 没有运行）")
    limit = now - timedelta(days=limits.unused_days) - TWO_DAYS
    # Whoever is the last of a duty is kept: without one nobody could let the others in again.
    today = timezone.localdate(now)
    kept = {user.pk for duty in DUTIES for user in _last_of(duty, today)}
    stale = User.objects.filter(is_active=True, created_at__lt=limit).exclude(pk__in=kept)
    stale = stale.exclude(last_seen_at__gte=limit).exclude(last_login__gte=limit)
    names = list(stale.order_by("username").values_list("username", flat=True))
    seen.expect(not names, "", f"长期未用仍启用的账号 {len(names)} 个：{'、'.join(names[:10])}")


def _last_of(duty: str, today: date) -> list[User]:
    holders = list(User.objects.holding(duty, on=today)[:2])
    return holders if len(holders) == 1 else []


def three_duties(asked: Asked, seen: Seen) -> None:
    today = timezone.localdate(asked.now)
    holders = {duty: User.objects.holding(duty, on=today).count() for duty in sorted(DUTIES)}
    for duty, count in holders.items():
        label = Role(duty).label
        seen.expect(count, f"{label} {count} 人", f"没有启用的{label}")
    held: dict[str, set[str]] = {}
    for username, role in RoleGrant.objects.filter(revoked_at=None).values_list("user__username", "role"):
        held.setdefault(username, set()).add(role)
    wrong = sorted(name for name, roles in held.items() if exclusion(frozenset(roles)))
    seen.expect(not wrong, "职责互斥", f"职责没有分离：{'、'.join(wrong)}")
    rule = "portal_rolegrant_one_duty" in constraints_in_database(RoleGrant)
    seen.expect(rule, "", "数据库缺少约束：portal_rolegrant_one_duty")
    _try_to_mix(seen, today)


def _try_to_mix(seen: Seen, today: date) -> None:
    """Give a holder of a duty, past the services, a business role and a second duty; both have to be refused."""
    person = User.objects.holding(*DUTIES, on=today).first()
    if person is None:
        return
    others = [Role.OFFICE, *sorted(DUTIES - person.roles)[:1]]
    grants = [RoleGrant(user=person, role=role, valid_from=today) for role in others]
    taken = [grant.get_role_display() for grant in grants if not is_refused(grant.save)]
    seen.expect(not taken, "数据库拒绝兼任", f"数据库没有拒绝兼任（触发器缺失或停用）：{'、'.join(taken)}")


def scopes(asked: Asked, seen: Seen) -> None:
    """Ask every business table with a scope what each holder of a duty would read there."""
    today = timezone.localdate(asked.now)
    people = list(User.objects.holding(*DUTIES, on=today).prefetch_related("grants"))
    scoped: list[Any] = [
        model._default_manager.all() for model in own_models() if model._meta.app_label != "portal"
    ]
    scoped = [rows for rows in scoped if hasattr(rows, "visible_to")]
    leaks = {
        f"{Role(min(person.roles & DUTIES)).label}可见{rows.model._meta.verbose_name}"
        for rows in scoped
        for person in people
        if rows.visible_to(person).exists()
    }
    seen.expect(
        not leaks, f"三类管理员在 {len(scoped)} 张业务表中均看不到数据", f"越权：{'；'.join(sorted(leaks))}"
    )
    seen.expect(scoped, "", "没有找到带数据范围的业务表")
    roles = User.objects.holding(*BUSINESS_ROLES, on=today).count()
    seen.facts.append(f"业务用户 {roles} 人，按角色和单位授权")


def labels(asked: Asked, seen: Seen) -> None:
    """Look whether what carries a label of secrecy carries a valid one in every row."""
    found = 0
    for path in settings.LABELLED_COLUMNS:
        table, _, column = path.rpartition(".")
        model = apps.get_model(table)
        field = model._meta.get_field(column)
        choices = [key for key, _label in field.flatchoices]
        wrong = model._default_manager.exclude(**{f"{column}__in": choices}).count()
        optional = column in nullable_columns(model)
        seen.expect(
            not wrong and not optional,
            f"{model._meta.verbose_name}按「{field.verbose_name}」标记",
            f"{model._meta.verbose_name}有 {wrong} 行没有有效的「{field.verbose_name}」",
        )
        found += 1
    seen.expect(found, "", "没有带安全标记的表（LABELLED_COLUMNS 为空）")
