"""`manage.py verify_backup FOLDER`: exit code 1 and the faults by name where a backup is not whole."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.errors import Refused
from portal.services.backups import verify_backup


class Command(BaseCommand):
    help = "核验备份是否完整"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="备份所在的文件夹")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest, faults = verify_backup(options["folder"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if faults:
            raise CommandError("备份不完整：\n" + "\n".join(faults))
        self.stdout.write(
            f"备份完整：{manifest.created_at}，{len(manifest.tables)} 张表，{len(manifest.files) - 1} 个附件。"
        )
