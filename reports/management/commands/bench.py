"""Measure on a database of made-up rows: the most used pages against a bare view, the cases, or matching."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from complaints.bench import measuring as complaints
from policies.bench import measuring as matching
from reports.bench.measuring import measure, served, session_of
from reports.bench.seeding import Seeded, seed


class Command(BaseCommand):
    help = "在临时数据库中造数，测量常用页面相对空页面的耗时（pages）、企业诉求（complaints），或惠企政策匹配（matching）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["pages", "complaints", "matching"], default="pages")
        parser.add_argument("--items", type=int, default=20_000)
        parser.add_argument("--months", type=int, default=10)
        parser.add_argument("--rounds", type=int, default=40)
        parser.add_argument("--cases", type=int, default=100_000)
        parser.add_argument("--policy-items", type=int, default=200)
        parser.add_argument("--enterprises", type=int, default=300_000)
        parser.add_argument("--conditions", type=int, default=6)

    def handle(self, *args: Any, **options: Any) -> None:
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            if options["what"] == "matching":
                self._match(options)
                return
            if options["what"] == "complaints":
                with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
                    for line in complaints.measure(options["cases"], timezone.localdate()):
                        self.stdout.write(line)
                return
            with override_settings(ROOT_URLCONF="reports.bench.urls", ALLOWED_HOSTS=["127.0.0.1"]):
                self._measure(options)
        finally:
            connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)
            self.stdout.write(f"已删除临时数据库 {name}")

    def _match(self, options: dict[str, Any]) -> None:
        size = matching.Size(options["policy_items"], options["enterprises"], options["conditions"])
        for line in matching.measure(size, timezone.localdate()):
            self.stdout.write(line)

    def _measure(self, options: dict[str, Any]) -> None:
        self.stdout.write(
            f"数据库：{connection.vendor}；事项 {options['items']}，每项 {options['months']} 个月月报"
        )
        began = time.perf_counter()
        seeded = seed(items=options["items"], months=options["months"], today=timezone.localdate())
        self.stdout.write(f"造数 {time.perf_counter() - began:.1f} 秒")
        session = session_of(seeded.officer)
        with served() as port:
            timings = measure(port, _pages(seeded), session=session, rounds=options["rounds"])
        bare = timings[0].p50
        self.stdout.write(f"{'页面':<24}{'p50 ms':>9}{'p95 ms':>9}{'倍数':>8}{'KB':>8}")
        for row in timings:
            self.stdout.write(
                f"{row.name:<24}{row.p50:>9.1f}{row.p95:>9.1f}{row.p50 / bare:>8.1f}{row.size / 1024:>8.0f}"
            )


def _pages(seeded: Seeded) -> dict[str, str]:
    """The bare view first, then the ten most used pages."""
    month = seeded.month.slug
    return {
        "空页面": "/bare/",
        "工作台": "/",
        "台账": "/items/",
        "台账 红灯": "/items/?lamp=red",
        "事项": seeded.item.get_absolute_url(),
        "专班列表": "/taskforces/",
        "专班": seeded.task_force.get_absolute_url(),
        "月报总览": f"/months/{month}/",
        "月报审核": f"/months/{month}/review/",
        "监测": "/measurements/",
        "双组长一张表": "/leader/",
    }
