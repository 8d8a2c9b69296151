"""Disable the accounts that nobody has used for 90 days (a setting); also a daily job."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.services.accounts import disable_unused


class Command(BaseCommand):
    """Prints each account it has disabled; a second call finds nothing more."""

    help = "停用长期未登录的账号，并告知安全管理员"

    def handle(self, *args: Any, **options: Any) -> None:
        disabled = disable_unused(now=timezone.now())
        for user in disabled:
            self.stdout.write(f"已停用 {user.username}  {user.name}  {user.organisation.short_name}")
        self.stdout.write(f"共停用 {len(disabled)} 个账号")
