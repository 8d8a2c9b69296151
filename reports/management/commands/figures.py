"""Print the figures of a period with their values and definitions."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from indicators.months import first_of, shift
from reports.figures import Period, parse_period, values_of
from reports.texts.values import Value, printed


class Command(BaseCommand):
    help = "打印某月的各项数据：键、名称、单位、数值、口径"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--period", default="", help="月份，写作 2023-10；多个月写作 2023-07..2023-09；不写为上月"
        )
        parser.add_argument("--format", default="table", choices=["table", "json"], help="表格或 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wanted = options["period"]
            period = parse_period(wanted) if wanted else Period(shift(first_of(timezone.localdate()), -1))
        except ValueError as error:
            raise CommandError(f"{error}，请改后再运行") from error
        values = values_of(period, compare=False).values()
        rows = [
            {
                "key": item.key,
                "name": item.name,
                "unit": item.unit,
                "value": _number(item.value),
                "definition": item.definition,
            }
            for item in values
        ]
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for item in values:
            self.stdout.write(f"{item.key}\t{item.name}\t{printed(item.value)}{item.unit}\t{item.definition}")


def _number(value: Value) -> int | float | None:
    """Return the number as JSON writes it; its decimal text is the exact value."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
