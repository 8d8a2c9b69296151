"""Ask a virus scanner (ClamAV's clamd) about bytes. No database; without an address nothing is asked.

The protocol is clamd's own: `zINSTREAM`, the bytes in pieces each preceded by
its length in four bytes, an empty piece at the end, and one answer:
`stream: OK`, `stream: <name> FOUND`, or a sentence that ends in `ERROR`.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

CONNECT_SECONDS: Final = 2
ANSWER_SECONDS: Final = 20
PIECE: Final = 1 << 16
ANSWER_BYTES: Final = 4096
_FOUND: Final = re.compile(r"stream: (.+) FOUND")


class ScannerUnavailable(Exception):
    """No answer about these bytes: nobody listens, it took too long, or the scanner could not read them."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner says; `virus` is the name it gives, empty for clean bytes."""

    virus: str = ""


def is_configured() -> bool:
    """Tell whether this deployment has a scanner (setting `CLAMD_ADDRESS`)."""
    return bool(settings.CLAMD_ADDRESS)


def scan(content: bytes) -> Verdict:
    """Return the scanner's verdict; raise `ScannerUnavailable` where there is none."""
    end = time.monotonic() + ANSWER_SECONDS
    try:
        with _connect() as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                line.settimeout(_left(end))
                line.sendall(struct.pack(">L", len(piece)) + piece)
            line.sendall(struct.pack(">L", 0))
            answer = _answer(line, end)
    except OSError as error:
        raise ScannerUnavailable(str(error)) from error
    if answer == "stream: OK":
        return Verdict()
    if found := _FOUND.fullmatch(answer):
        return Verdict(found[1])
    raise ScannerUnavailable(answer or "没有应答")


def _connect() -> socket.socket:
    """Open `tcp://host:port` or `unix:///path/of/socket`."""
    address = urlsplit(settings.CLAMD_ADDRESS)
    if address.scheme == "tcp" and address.hostname and address.port:
        return socket.create_connection((address.hostname, address.port), timeout=CONNECT_SECONDS)
    if address.scheme == "unix" and address.path:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(address.path)
        except OSError:
            line.close()
            raise
        return line
    raise ImproperlyConfigured("CLAMD_ADDRESS 应为 tcp://主机:端口 或 unix:///套接字路径")


def _answer(line: socket.socket, end: float) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < ANSWER_BYTES:
        line.settimeout(_left(end))
        piece = line.recv(ANSWER_BYTES)
        if not piece:
            break
        received += piece
    return received.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def _left(end: float) -> float:
    """Return the seconds that are left, a little at least: a time-out of 0 would mean not to wait at all."""
    return max(end - time.monotonic(), 0.01)
