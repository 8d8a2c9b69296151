"""Let a person in again from the server's console, when no other administrator can."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.models import User
from portal.services.accounts import recover_account


class Command(BaseCommand):
    """Enables the account, lifts lock and second factor, prints a new one-time password; recorded."""

    help = "恢复账号：启用、解锁、解除动态口令，打印一次性密码（24 小时有效）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="账号")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(f"没有账号 {options['username']}")
        password = recover_account(user, now=timezone.now())
        self.stdout.write(f"{user.name}  账号 {user.username}  一次性密码 {password}")
