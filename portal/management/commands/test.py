"""`manage.py test`: run pytest in this environment, with whatever arguments follow."""

from __future__ import annotations

import shutil
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
        arguments = [*_selection(argv[2:]), *argv[2:]]
        sys.exit(subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=settings.ROOT))

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["manage.py", "test", *args])


def _selection(arguments: list[str]) -> list[str]:
    """Leave out, unless the caller selects himself, what this machine has nothing to run on, and say so."""
    if "-m" in arguments or any(not argument.startswith("-") for argument in arguments):
        return []
    left_out = ["not chaos"]
    print("未选 chaos 测试：它们需要 PostgreSQL 和 Redis，由 .ci/run 执行。", file=sys.stderr)
    if shutil.which("chromium") is None:
        left_out.append("not browser")
        print(
            "没有找到 Chromium，未选浏览器测试；安装：sudo apt-get install -y --no-install-recommends chromium"
        )
    return ["-m", " and ".join(left_out)]
