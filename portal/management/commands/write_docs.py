"""Write the workflow tables out of the code into docs/workflows.md."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "由代码生成 docs/workflows.md"

    def handle(self, *args: Any, **options: Any) -> None:
        parts = [
            "# Workflows\n\nWritten out from the workflow tables by `manage.py write_docs`; change the tables, not this page.\n"
        ]
        for title, steps_path, states_path in settings.WORKFLOW_TABLES:
            parts.append(_table(title, import_string(steps_path), import_string(states_path)))
        (settings.ROOT / "docs" / "workflows.md").write_text("\n".join(parts), encoding="utf-8")


def _table(title: str, steps: Any, states: Any) -> str:
    labels = dict(states.choices)
    lines = [f"## {title}\n", "| step | from | to | who | effect |", "|---|---|---|---|---|"]
    for step in steps.values():
        sources = "、".join(labels[state] for state in labels if state in step.sources)
        who = "、".join(sorted(actor.label for actor in step.actors))
        note = "（须写明理由）" if step.needs_note else ""
        lines.append(
            f"| {step.label} `{step.name}` | {sources} | {labels.get(step.target, '不变')} | {who} | {step.effect}{note} |"
        )
    return "\n".join(lines) + "\n"
