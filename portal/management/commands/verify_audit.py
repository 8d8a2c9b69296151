"""`manage.py verify_audit`: walk the audit chain; exit code 1 and the first faulty row where it is broken."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.services import audit_chain


class Command(BaseCommand):
    help = "核验审计链是否完整"

    def handle(self, *args: Any, **options: Any) -> None:
        audit_chain.seal_events(timezone.now())
        found = audit_chain.verify()
        if not found.ok:
            raise CommandError(f"审计链不完整：{found.first_fault}（其前 {found.checked} 条无误）")
        self.stdout.write(f"审计链完整，共 {found.checked} 条。")
