"""The portal's side of the child process that parses a workbook."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from portal.workbooks import refusals
from portal.workbooks.limits import Limits
from portal.workbooks.refusals import WorkbookRefused

CHILD = Path(__file__).with_name("child.py")
# So many workbooks are parsed at a time in one process of ours: each may take a gigabyte.
SLOTS = threading.BoundedSemaphore(2)
# The child is given none of our environment, which holds secrets, but what a program needs to start.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
REFUSALS = {
    "password": refusals.ENCRYPTED,
    "too much": refusals.TOO_MUCH,
    "too wide": refusals.TOO_WIDE_APART,
    "damaged": refusals.DAMAGED,
}


class Fault(StrEnum):
    """A formula that gave no value."""

    ERROR = "error"
    NOT_COMPUTED = "not computed"


Cell = str | float | int | bool | date | datetime | Fault
Row = tuple[int, list[Cell]]


@dataclass(frozen=True)
class SheetName:
    title: str
    visible: bool


class Workbook:
    """A workbook open in a child process; closing it ends the process, whatever it is doing."""

    def __init__(self, path: Path, *, suspects: tuple[str, ...], limits: Limits) -> None:
        if not SLOTS.acquire(timeout=limits.wall_seconds):
            raise WorkbookRefused(refusals.BUSY)
        self._timed_out = False
        self._closed = False
        try:
            self._process = self._start(path, suspects, limits)
        except OSError:
            SLOTS.release()
            raise
        self._timer = threading.Timer(limits.wall_seconds, self._stop_late)
        self._timer.daemon = True
        self._timer.start()
        self.sheets: tuple[SheetName, ...] = ()

    @staticmethod
    def _start(path: Path, suspects: tuple[str, ...], limits: Limits) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                *(sys.executable, "-I", str(CHILD), str(path)),
                *(str(limits.memory_bytes), str(limits.cpu_seconds), *suspects),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        )

    def __enter__(self) -> Self:
        try:
            message = self._receive()
        except WorkbookRefused:
            self.close()
            raise
        self.sheets = tuple(SheetName(title, visible) for title, visible in message["sheets"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def rows(self, title: str) -> Iterator[Row]:
        """Yield the rows of a sheet that hold anything: the number Excel shows, and the cells from A.

        One sheet at a time, each read to its end. Raises `WorkbookRefused` when the file turns out to be
        damaged or to hold too much.
        """
        if self._closed or self._process.stdin is None:
            raise ValueError("the workbook is closed")
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(title) + "\n")
            self._process.stdin.flush()
        while isinstance(batch := self._receive(), list):
            for row in batch:
                yield row[0], row[1:]

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._timer.cancel()
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()
        SLOTS.release()

    def _stop_late(self) -> None:
        self._timed_out = True
        self._process.kill()

    def _receive(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.endswith("\n"):
            raise WorkbookRefused(self._cause_of_death())
        message = json.loads(line, object_hook=_revive)
        if isinstance(message, dict) and "refused" in message:
            raise WorkbookRefused(REFUSALS[message["refused"]])
        return message

    def _cause_of_death(self) -> str:
        code = self._process.wait()
        if self._timed_out or code == -signal.SIGXCPU:
            return refusals.TOO_SLOW
        # A parser written in Rust aborts when it can't have the memory it asks for.
        if code == -signal.SIGABRT:
            return refusals.TOO_WIDE_APART
        return refusals.DAMAGED


def _revive(value: dict[str, Any]) -> Any:
    """Turn the child's objects back into days, moments and faults; leave its messages as they are."""
    if "d" in value:
        text = value["d"]
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    return Fault(value["f"]) if "f" in value else value
