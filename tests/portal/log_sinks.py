"""Log servers that really listen, and read syslog the way RFC 5424 and RFC 6587 write it."""

import contextlib
import json
import re
import socket
import socketserver
import ssl
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HEADER = re.compile(
    r"<(?P<priority>\d{1,3})>1 (?P<at>\S+) (?P<host>[!-~]{1,255}) (?P<app>[!-~]{1,48}) (?P<process>[!-~]{1,128}) "
    r'(?P<message>[!-~]{1,32}) \[meta sequenceId="(?P<number>\d+)"\] (?P<body>.*)',
    re.S,
)


def parse(line):
    """Return the header's fields and the body of one line; fail where it is not one."""
    text = line.decode("utf-8")
    assert "\n" not in text
    assert "\r" not in text
    found = HEADER.fullmatch(text)
    assert found, text[:200]
    return found.groupdict() | {"body": json.loads(found["body"])}


class Sink:
    """What a log server has received, in the order in which it came."""

    def __init__(self):
        self.lines = []
        self.changed = threading.Condition()

    def take(self, line):
        with self.changed:
            self.lines.append(line)
            self.changed.notify_all()

    def sequences(self):
        return [parse(line)["body"]["seq"] for line in self.lines]

    def bodies(self):
        return [parse(line)["body"] for line in self.lines]

    def wait_for(self, count, seconds=5):
        """Wait until `count` lines have come; tell whether they did in time."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.lines) >= count, seconds)


class _Counted(socketserver.StreamRequestHandler):
    def handle(self):
        """Read lines with their octets counted until the other side has ended."""
        while digits := self._digits():
            line = self.rfile.read(int(digits))
            if len(line) < int(digits):
                return
            self.server.sink.take(line)
            self.server.left -= 1
            if self.server.left == 0:
                # As a process that is killed: what lies unread in the kernel is thrown away with a reset.
                self.server.broken.set()
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.request.close()
                return

    def _digits(self):
        digits = b""
        while (sign := self.rfile.read(1)) not in {b"", b" "}:
            digits += sign
        return digits

    def finish(self):
        with contextlib.suppress(OSError, ValueError):
            super().finish()


class TcpServer(socketserver.ThreadingTCPServer):
    """`left` lines are read, then the connection is reset; 0 for never."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, sink, port=0, left=0):
        self.sink, self.left, self.broken = sink, left, threading.Event()
        super().__init__(("127.0.0.1", port), _Counted)

    def handle_error(self, request, client_address):
        """A connection that was reset on purpose is no error of the test."""

    def shutdown_request(self, request):
        with contextlib.suppress(OSError):
            super().shutdown_request(request)


class TlsServer(TcpServer):
    """The same behind TLS; `polite` says good-bye (close_notify) where others just close."""

    def __init__(self, sink, certificate, *, polite, left=0):
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate)
        self.polite = polite
        super().__init__(sink, left=left)

    def finish_request(self, request, client_address):
        wire = self.context.wrap_socket(request, server_side=True)
        self.RequestHandlerClass(wire, client_address, self)
        with contextlib.suppress(OSError, ValueError):
            if self.polite:
                wire.unwrap()
            wire.close()


def certificate(folder, name="127.0.0.1"):
    """Write a self-signed certificate for an address, with its key behind it, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "log server")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{name}.pem"
    file.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return file


@contextlib.contextmanager
def tls(sink, file, *, polite=True, left=0):
    """Serve behind TLS on a free port; yield the port."""
    with _served(TlsServer(sink, file, polite=polite, left=left)) as server:
        yield server.server_address[1]


@contextlib.contextmanager
def tcp(sink, port=0, left=0):
    """Serve on `port` or a free one; yield the server."""
    with _served(TcpServer(sink, port, left)) as server:
        yield server


@contextlib.contextmanager
def _served(server):
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def datagrams(sink, path=None, port=0):
    """Take datagrams on a free UDP port, or at the Unix socket `path`; yield the port."""
    family = socket.AF_UNIX if path else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as wire:
        wire.bind(str(path) if path else ("127.0.0.1", port))
        wire.settimeout(0.05)
        stop = threading.Event()

        def receive():
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    sink.take(wire.recv(65536))

        thread = threading.Thread(target=receive, daemon=True)
        thread.start()
        try:
            yield None if path else wire.getsockname()[1]
        finally:
            stop.set()
            thread.join()


@contextlib.contextmanager
def time_server(ahead=0.0, stratum=2, leap=0, *, forged=False, silent=False):
    """Answer SNTP with a clock that is `ahead` of this machine's by so many seconds; yield host:port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        wire.settimeout(0.05)
        stop, asked = threading.Event(), []

        def answer():
            while not stop.is_set():
                try:
                    packet, caller = wire.recvfrom(512)
                except TimeoutError:
                    continue
                asked.append(packet)
                if silent:
                    continue
                stamp = bytes(8) if forged else packet[40:48]
                moment = time.time() + ahead + 2_208_988_800
                now = struct.pack(">II", int(moment) % (1 << 32), int(moment % 1 * (1 << 32)))
                head = struct.pack(">BBBb12x", leap << 6 | 4 << 3 | 4, stratum, 6, -20)
                wire.sendto(head + bytes(8) + stamp + now + now, caller)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{wire.getsockname()[1]}", asked
        finally:
            stop.set()
            thread.join()
