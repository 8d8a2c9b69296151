"""Create the three administrators of a fresh installation, with one-time passwords."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.errors import Refused
from portal.models import Organisation
from portal.roles import Role
from portal.services.accounts import create_duty_accounts

DUTIES = (Role.SYSADMIN, Role.SECURITY, Role.AUDITOR)


class Command(BaseCommand):
    """A second call creates only what is missing; nothing is ever created with a known password."""

    help = "建立系统、安全、审计三名管理员，打印一次性密码（24 小时有效）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", default="平台运维单位", help="管理员所在单位的全称，没有时建立")
        for duty in DUTIES:
            parser.add_argument(
                f"--{duty.value}",
                default=f"{duty.value}:{duty.label}",
                metavar="账号:姓名",
                help=f"{duty.label}的账号和真实姓名",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        people = {duty: self._account(options[duty.value], duty) for duty in DUTIES}
        if len({username.lower() for username, _ in people.values()}) < len(DUTIES):
            raise CommandError("三名管理员须是三个人，账号不能相同。")
        unit = self._unit(options["unit"])
        try:
            created = create_duty_accounts(people, organisation=unit, now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for user, duty, password in created:
            self.stdout.write(f"{duty.label}  账号 {user.username}  一次性密码 {password}")
        if created:
            self.stdout.write("密码 24 小时内有效，首次登录须更换；请分别交给三个人，本窗口关闭后无法再查。")
        else:
            self.stdout.write("三类管理员都已有人担任，没有新建账号。")

    def _account(self, text: str, duty: Role) -> tuple[str, str]:
        username, _, name = text.partition(":")
        if not username or not name:
            raise CommandError(f"{duty.label}应写成「账号:姓名」，例如 --{duty.value} zhangsan:张三")
        return username, name

    def _unit(self, name: str) -> Organisation:
        found = Organisation.objects.filter(name=name).first()
        return found or Organisation.objects.create(
            code=f"admin-{Organisation.objects.count() + 1}",
            name=name,
            short_name=name[:30],
            kind=Organisation.Kind.OTHER,
            order=9999,
        )
