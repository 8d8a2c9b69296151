"""`manage.py check_djbh --level 2|3`: every clause with pass or fail, and what is left to people; exit code 1 on a failure."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.djbh import CLAUSES, Outcome, Row, check_all
from portal.security_profile import current_limits, profile_of

LEVELS = (2, 3)


class Command(BaseCommand):
    help = "按等保2.0（GB/T 22239-2019）逐条核查运行中的平台，有不通过的退出码为 1"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--level",
            type=int,
            choices=LEVELS,
            default=current_limits().level,
            help="二级或三级；不写则按 SECURITY_PROFILE",
        )

        parser.add_argument("--row", action="append", default=[], metavar="IA-1", help="只查这一条，可写多次")

    def handle(self, *args: Any, **options: Any) -> None:
        level, now = options["level"], timezone.now()
        if unknown := set(options["row"]) - {clause.id for clause in CLAUSES}:
            raise CommandError(f"没有这一条：{'、'.join(sorted(unknown))}")
        rows = check_all(level, now=now, only=options["row"])
        held = current_limits()
        self.stdout.write(
            f"{profile_of(level).label}核查　{timezone.localtime(now):%Y-%m-%d %H:%M}　"
            f"现行配置 SECURITY_PROFILE=djbh{held.level}（{held.label}）\n"
        )
        for row in rows:
            self._write(row)
        counts = Counter(row.outcome for row in rows)
        summary = "，".join(f"{outcome} {counts[outcome]} 项" for outcome in Outcome if counts[outcome])
        self.stdout.write(f"\n{summary}。“人工”各条由人核对，机器不能代替。")
        if counts[Outcome.FAILED]:
            failed = "、".join(row.clause.id for row in rows if row.outcome is Outcome.FAILED)
            raise CommandError(f"{counts[Outcome.FAILED]} 项不通过：{failed}")

    def _write(self, row: Row) -> None:
        self.stdout.write(f"{row.clause.id:<6}{row.outcome:　<4}{row.clause.title}")
        for problem in row.problems:
            self.stdout.write(f"        ✗ {problem}")
        if row.facts:
            self.stdout.write(f"        ✓ {'；'.join(row.facts)}")
        if row.outcome is not Outcome.NOT_ASKED:
            self.stdout.write(f"        人工：{row.clause.paper}")
