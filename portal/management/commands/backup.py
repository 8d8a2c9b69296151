"""`manage.py backup`: database and files into a folder of their own, with a contents page of digests."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.errors import Refused
from portal.services.backups import make_backup, prune_backups, read_manifest


class Command(BaseCommand):
    help = "备份数据库和附件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.BACKUP_FOLDER, help="备份目录")
        parser.add_argument("--keep", type=int, default=0, help="只保留最近几份，0 为全部保留")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder = make_backup(options["to"], now=timezone.now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        manifest = read_manifest(folder)
        rows = sum(state.rows for state in manifest.tables.values())
        self.stdout.write(f"已备份到 {folder}：{rows} 行数据，{len(manifest.files) - 1} 个附件。")
        self.stdout.write("备份不含密钥：SECRET_KEY 和 FIELD_KEYS 须另行妥善保存，恢复时要用。")
        if options["keep"]:
            self.stdout.write(f"清理旧备份 {prune_backups(options['to'], options['keep'])} 份。")
