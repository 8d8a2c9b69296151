"""Ask a time server how far this machine's clock is off (SNTP, RFC 4330). No database."""

from __future__ import annotations

import secrets
import socket
import struct
import time
from datetime import timedelta
from typing import Final

PORT: Final = 123
WAIT_SECONDS: Final = 1.0
# Seconds from 1900, where NTP counts from, to 1970; its 32 bits begin anew in February 2036.
EPOCH: Final = 2_208_988_800
ERA: Final = 1 << 32
FRACTION: Final = 1 << 32
PACKET_BYTES: Final = 48
CLIENT: Final = 4 << 3 | 3
SERVER_MODE: Final = 4
UNSYNCHRONISED: Final = 3


class NoTime(OSError):
    """No usable answer; the text is a Chinese sentence."""


def offset_of(server: str, wait: float = WAIT_SECONDS) -> timedelta:
    """Return how far `server` (host or host:port) is ahead of this machine; half the journey is taken off.

    The request carries a random stamp that the answer has to repeat, so that
    nobody who does not see it can answer in the server's place.
    """
    host, port = _split(server)
    stamp = secrets.token_bytes(8)
    try:
        with _socket(host, port) as wire:
            wire.settimeout(wait)
            asked, began = time.time(), time.monotonic()
            wire.send(struct.pack(">B39x8s", CLIENT, stamp))
            answer = wire.recv(512)
            heard = asked + time.monotonic() - began
    except OSError as error:
        raise NoTime("时间服务器没有应答") from error
    received, sent = _times(answer, stamp, near=asked)
    return timedelta(seconds=((received - asked) + (sent - heard)) / 2)


def _split(server: str) -> tuple[str, int]:
    """Return host and port of `host`, `host:port`, an IPv6 address or `[address]:port`."""
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        return host, int(port[1:] or PORT)
    host, separator, port = server.rpartition(":")
    return (host, int(port)) if separator and ":" not in host else (server, PORT)


def _socket(host: str, port: int) -> socket.socket:
    family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    wire = socket.socket(family, kind, protocol)
    wire.connect(address)
    return wire


def _times(answer: bytes, stamp: bytes, *, near: float) -> tuple[float, float]:
    """Return when the server got the question and when it answered, in seconds of this machine's epoch."""
    if len(answer) < PACKET_BYTES:
        raise NoTime("时间服务器的应答不完整")
    flags, stratum = answer[0], answer[1]
    if flags & 7 != SERVER_MODE or answer[24:32] != stamp:
        raise NoTime("应答不是对本次询问的回答")
    if flags >> 6 == UNSYNCHRONISED or not 1 <= stratum <= 15:
        raise NoTime("时间服务器自身没有同步")
    return _moment(answer[32:40], near), _moment(answer[40:48], near)


def _moment(field: bytes, near: float) -> float:
    seconds, fraction = struct.unpack(">II", field)
    moment = seconds - EPOCH + fraction / FRACTION
    # Of the eras that 32 bits leave open the one nearest to this machine's own idea of the time.
    return float(moment + round((near - moment) / ERA) * ERA)
