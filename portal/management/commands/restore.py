"""`manage.py restore FOLDER`: a backup into the empty database and folder that the settings name."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.errors import Refused
from portal.services.backups import restore_backup


class Command(BaseCommand):
    help = "把备份恢复到空数据库和空附件目录"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="备份所在的文件夹")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restore_backup(options["folder"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"已恢复 {restored.rows} 行数据、{restored.files} 个附件；审计链完整，共 {restored.audit_events} 条。"
        )
        for warning in restored.warnings:
            self.stdout.write(f"注意：{warning}。")
