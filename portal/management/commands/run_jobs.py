"""`manage.py run_jobs`: run what is due, once or for ever. All that the embedded edition needs."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from portal.errors import Refused
from portal.models import JobSlot
from portal.selectors.clock import database_now
from portal.selectors.jobs import registry
from portal.services import jobs
from portal.services.audit_forwarding import forward_due

log = logging.getLogger(__name__)

LOOK_EVERY = 10
FORWARD_EVERY = 1


def forward_until(stop: threading.Event) -> None:
    """Hand new events of the audit trail to the log server every second, until `stop` is set."""
    while not stop.wait(FORWARD_EVERY):
        try:
            close_old_connections()
            forward_due(database_now())
        except (OperationalError, InterfaceError) as error:
            log.warning("the database does not answer, trying again: %s", error)
    connection.close()


class Command(BaseCommand):
    help = "执行到期的定时任务（--watch 持续执行；--job 立即执行一项）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="持续执行，直到收到停止信号")
        parser.add_argument("--job", metavar="NAME", help="立即执行一项任务，不等计划时间")
        parser.add_argument("--list", action="store_true", help="列出全部任务")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for job in registry().values():
                self.stdout.write(f"{job.name:<28}{job.schedule.label:<12}{job.label}")
        elif options["job"]:
            self._run_one(options["job"])
        elif options["watch"]:
            self._watch()
        else:
            self._tick()

    def _run_one(self, name: str) -> None:
        now = database_now()
        try:
            slot = jobs.request_run(name, actor=None, now=now)
        except Refused as refusal:
            names = "、".join(registry())
            raise CommandError(f"没有名为 {name} 的任务。可用：{names}") from refusal
        done = jobs.run_slot(slot.pk, now)
        if done is None or done.state != JobSlot.State.DONE:
            raise CommandError(f"{name} 没有完成：{done.outcome if done else '正由另一进程执行'}")
        self._report(done)

    def _tick(self) -> None:
        now = database_now()
        jobs.plan_slots(now)
        for slot in jobs.run_due(now):
            self._report(slot)

    def _report(self, slot: JobSlot) -> None:
        self.stdout.write(f"{slot.get_state_display()} {slot}：{slot.outcome}")
        self.stdout.flush()

    def _watch(self) -> None:
        """Look every few seconds; a database that is away for a while is waited for."""
        stop = threading.Event()

        def leave(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        if settings.SYSLOG_TARGET is not None:
            # A long job must not hold the audit trail up.
            threading.Thread(target=forward_until, args=(stop,), daemon=True).start()
        while not stop.is_set():
            try:
                close_old_connections()
                self._tick()
            except (OperationalError, InterfaceError) as error:
                log.warning("the database does not answer, trying again: %s", error)
            stop.wait(LOOK_EVERY)
