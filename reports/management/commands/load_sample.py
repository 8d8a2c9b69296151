"""`manage.py load_sample`: write the sample county into an empty database."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.errors import Refused
from portal.roles import Role
from reports.sample import texts
from reports.sample.loading import load_sample


class Command(BaseCommand):
    help = "载入示例县（云溪县）的数据；已载入过的不再改动"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="示例数据以哪一天为今天；不填为当天，数据随之整月平移",
        )

        parser.add_argument("--no-bulletins", action="store_true", help="不生成历次通报，载入更快")

    def handle(self, *args: Any, **options: Any) -> None:
        today, started = options["today"] or timezone.localdate(), monotonic()
        try:
            found = load_sample(today, with_bulletins=not options["no_bulletins"])
        except Refused as error:
            raise CommandError(str(error)) from error
        counts = (
            f"事项 {found.items} 项，月报 {found.reports} 份，逐月亮灯 {found.lamps} 条，"
            f"通报 {found.bulletins} 期，历史 {found.events} 条"
        )
        if found.loaded:
            seconds = monotonic() - started
            self.stdout.write(f"示例数据已载入，以 {today} 为今天：{counts}；用时 {seconds:.1f} 秒。")
        else:
            self.stdout.write(f"示例数据已经载入过，本次没有改动：{counts}。")
        if found.left_out:
            self.stderr.write(self.style.WARNING(found.left_out))
        self._name_accounts()

    def _name_accounts(self) -> None:
        self.stdout.write(f"演示账号（口令均为 {texts.situations().shared_word}）：")
        for person in texts.people():
            if person.demo:
                label = Role(person.roles[0]).label
                self.stdout.write(f"  {person.username:<14}{person.name}　{person.organisation}　{label}")
