"""`manage.py test`: run pytest in this environment, with whatever arguments follow."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "运行测试；后面的参数原样交给 pytest"
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand the arguments over unread: they are pytest's, not Django's."""
        if find_spec("pytest") is None:
            sys.exit(
                "缺少测试组件，请先执行：python3 -m pip install pytest pytest-django（完整清单见 pyproject.toml）"
            )
        # A process of its own, in which pytest sets Django up itself.
        sys.exit(subprocess.call([sys.executable, "-m", "pytest", *argv[2:]], cwd=settings.ROOT))

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["manage.py", "test", *args])
