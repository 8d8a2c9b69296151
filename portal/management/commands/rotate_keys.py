"""`manage.py rotate_keys`: after a new key was put first into FIELD_KEYS, encrypt everything with it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.crypto import CannotDecrypt
from portal.services.key_rotation import rotate_keys


class Command(BaseCommand):
    help = "把用旧密钥加密的信息改用 FIELD_KEYS 中的第一个密钥；完成后可从 FIELD_KEYS 移除旧密钥"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rotate_keys()
        except CannotDecrypt as error:
            raise CommandError(
                f"有信息无法用现有密钥读取：{error}。请先把原来的密钥补进 FIELD_KEYS。"
            ) from error
        self.stdout.write(f"已改用新密钥 {count} 条。旧密钥请与旧备份一起留存，恢复旧备份时还要用。")
