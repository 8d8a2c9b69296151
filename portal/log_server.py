"""Lines for a log server by syslog (RFC 5424), and the ways to hand them over. No database.

UDP carries one line a datagram (RFC 5426), TCP counts the octets of each line
(RFC 6587, 3.4.1), TLS carries the same to a server that has shown its certificate
(RFC 5425), a Unix socket takes datagrams as `/dev/log` does. What is known of the
arrival depends on the way: see `hand_over`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

# RFC 5424, 6.2.1: facility 13 is "log audit"; severities as in its table 2.
FACILITY: Final = 13
SEVERITIES: Final = {"missing": 1, "error": 3, "denied": 4, "ok": 6}
APPLICATION: Final = "portal"
# 7.3.1: sequenceId counts from 1 and begins anew after this.
LAST_SEQUENCE_ID: Final = 2_147_483_647
MESSAGE_ID_LENGTH: Final = 32
# The largest datagram that IP can carry, less a margin for its headers.
MAX_DATAGRAM: Final = 60_000
CONNECT_SECONDS: Final = 2
SEND_SECONDS: Final = 5
# So long a router or a machine has to say that nobody listens where a datagram went.
ICMP_SECONDS: Final = 0.03
REASONS: Final = {
    errno.ECONNREFUSED: "没有程序在监听",
    errno.ECONNRESET: "日志服务器中断了连接",
    errno.ENOTCONN: "日志服务器中断了连接",
    errno.EPIPE: "日志服务器中断了连接",
    errno.ENOENT: "套接字不存在",
    errno.EACCES: "没有权限",
    errno.EHOSTUNREACH: "主机不可达",
    errno.ENETUNREACH: "网络不可达",
}
BATCHES: Final = {"udp": 20, "tcp": 500, "tls": 500, "unix": 100}


class BadTarget(ValueError):
    """An address is none that lines can be sent to; the text is a Chinese sentence."""


class NotTaken(OSError):
    """The log server has not (demonstrably) taken the lines; the first `taken` of them it has."""

    def __init__(self, reason: str, taken: int = 0) -> None:
        super().__init__(reason)
        self.taken = taken


@dataclass(frozen=True)
class Target:
    """Where the lines go: `kind` udp, tcp, tls or unix; `ca` is the file of those who may vouch for a TLS server."""

    kind: str
    host: str = ""
    port: int = 0
    path: str = ""
    ca: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix://{self.path}" if self.kind == "unix" else f"{self.kind}://{host}:{self.port}"

    @property
    def batch(self) -> int:
        """How many lines are handed over, and noted, at once."""
        return BATCHES[self.kind]


@dataclass(frozen=True)
class Line:
    """One event: its place in the order, its moment, what happened, with what outcome, and all of it as JSON."""

    sequence: int
    at: datetime
    action: str
    outcome: str
    body: Mapping[str, Any]


def read_target(setting: str, text: str, ca: str = "") -> Target | None:
    """Return the target of `udp://host:514`, `tcp://host:601`, `tls://host:6514` or `unix:///dev/log`.

    None where none is given. `ca` is a PEM file; without one the machine's own authorities count.
    """
    if not text:
        return None
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port or 0
    except ValueError:
        url, host, port = urlsplit(""), "", 0
    if url.scheme in {"udp", "tcp"} and host and port and url.path in {"", "/"}:
        return Target(url.scheme, host=host, port=port)
    if url.scheme == "tls" and host and port and url.path in {"", "/"}:
        try:
            _trusting(ca)
        except OSError as error:
            raise BadTarget(f"SYSLOG_CA 中的“{ca}”不是可读的 PEM 证书文件") from error
        return Target("tls", host=host, port=port, ca=ca)
    if url.scheme == "unix" and url.path.startswith("/") and not url.netloc:
        return Target("unix", path=url.path)
    raise BadTarget(
        f"{setting} 中的“{text}”不是日志服务器地址，应写成 udp://主机:514、tcp://主机:601、tls://主机:6514 或 unix:///dev/log"
    )


def format_line(line: Line, limit: int = 0) -> bytes:
    """Write one line; with a `limit` one that is longer leaves `changes` and `note` out and says so."""
    written = _format(line, line.body)
    if not limit or len(written) <= limit:
        return written
    short = {key: value for key, value in line.body.items() if key not in {"changes", "note"}}
    return _format(line, {**short, "shortened": True})


def _format(line: Line, body: Mapping[str, Any]) -> bytes:
    """JSON escapes control characters, so that whatever was typed in stays within the one line."""
    severity = SEVERITIES.get(line.outcome, SEVERITIES["error"])
    number = (line.sequence - 1) % LAST_SEQUENCE_ID + 1
    head = " ".join(
        (
            f"<{FACILITY * 8 + severity}>1",
            line.at.isoformat(timespec="microseconds"),
            _printable(socket.gethostname(), 255),
            APPLICATION,
            "-",
            _printable(line.action, MESSAGE_ID_LENGTH),
            f'[meta sequenceId="{number}"]',
        )
    )
    return f"{head} {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}".encode()


def _printable(text: str, length: int) -> str:
    """Return a name as a header field may hold it: visible ASCII, "-" for nothing."""
    return "".join(sign for sign in text if "!" <= sign <= "~")[:length] or "-"


def hand_over(target: Target, lines: Sequence[Line]) -> None:
    """Send the lines in their order; raise `NotTaken` unless they have arrived as far as the way can tell.

    TCP and TLS: the server has read the lot to its end and closed its side; one that
    died with unread lines resets the connection. Unix: each line lies in the server's
    queue. UDP: nobody has said that nobody listens; what is lost on the way
    stays lost, which is why `sequenceId` is there.
    """
    try:
        if target.kind in {"tcp", "tls"}:
            _by_stream(target, lines)
        else:
            _by_datagrams(target, [format_line(line, MAX_DATAGRAM) for line in lines])
    except NotTaken:
        raise
    except OSError as error:
        raise NotTaken(_reason(error)) from error


def _reason(error: OSError) -> str:
    """Say in Chinese why there was no line to the server, or no end of it."""
    if isinstance(error, socket.gaierror):
        return "主机名无法解析"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"日志服务器的证书未通过校验（{error.verify_message}）"
    if isinstance(error, ssl.SSLError):
        return "未能建立加密连接，对方可能不是 TLS 日志服务器"
    if isinstance(error, TimeoutError):
        return "日志服务器没有在时限内收完"
    return REASONS.get(error.errno or 0, f"系统错误 {error.errno}")


def _by_stream(target: Target, lines: Sequence[Line]) -> None:
    written = [format_line(line) for line in lines]
    counted = b"".join(b"%d %s" % (len(line), line) for line in written)
    with socket.create_connection((target.host, target.port), timeout=CONNECT_SECONDS) as plain:
        plain.settimeout(SEND_SECONDS)
        if target.kind == "tcp":
            plain.sendall(counted)
            plain.shutdown(socket.SHUT_WR)
            # Syslog has no answer: whoever says something is another server at a mistaken port.
            if plain.recv(1):
                raise NotTaken("对方不是日志服务器")
            return
        with _trusting(target.ca).wrap_socket(plain, server_hostname=target.host) as wire:
            wire.sendall(counted)
            _close(wire)


def _trusting(ca: str) -> ssl.SSLContext:
    """Return what checks a server's certificate and its name, from TLS 1.2 on."""
    return ssl.create_default_context(cafile=ca or None)


def _close(wire: ssl.SSLSocket) -> None:
    """Say that this was the end (close_notify) and wait until the server has closed as well.

    A server that only closes its connection has read to the end, too: what it had
    not read would have made it a reset.
    """
    try:
        wire.unwrap()
    except ssl.SSLEOFError:
        return
    except OSError as error:
        if error.errno:
            raise


def _by_datagrams(target: Target, lines: Sequence[bytes]) -> None:
    with _datagram_socket(target) as wire:
        for place, line in enumerate(lines):
            try:
                wire.send(line)
            except OSError as error:
                # A Unix socket has queued what came before; of UDP's datagrams nobody knows.
                taken = place if target.kind == "unix" else 0
                raise NotTaken(_reason(error), taken) from error
        if target.kind == "udp":
            time.sleep(ICMP_SECONDS)
            if code := wire.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise NotTaken(_reason(OSError(code, "")))


@contextlib.contextmanager
def _datagram_socket(target: Target) -> Iterator[socket.socket]:
    """Open a connected socket, so that a refusal by the other machine is heard of."""
    if target.kind == "unix":
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
            wire.settimeout(SEND_SECONDS)
            wire.connect(target.path)
            yield wire
        return
    family, kind, protocol, _name, address = socket.getaddrinfo(
        target.host, target.port, type=socket.SOCK_DGRAM
    )[0]
    with socket.socket(family, kind, protocol) as wire:
        wire.settimeout(SEND_SECONDS)
        wire.connect(address)
        yield wire
