"""A server that speaks clamd's INSTREAM, on TCP or on a Unix socket; it knows one virus, the EICAR test file."""

import contextlib
import socketserver
import struct
import threading

# In two parts, so that no scanner stops at this very file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        command = self.rfile.read(len(b"zINSTREAM\0"))
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        received = b""
        while length := struct.unpack(">L", self.rfile.read(4))[0]:
            received += self.rfile.read(length)
            if len(received) > self.server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.received.append(received)
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in received else b"stream: OK\0"
        self.wfile.write(found)


class TcpScanner(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class UnixScanner(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextlib.contextmanager
def clamd(path=None, limit=25 << 20):
    """Serve on a free port, or at the socket `path`; yield the server with its `address` and what it `received`."""
    server = UnixScanner(str(path), Conversation) if path else TcpScanner(("127.0.0.1", 0), Conversation)
    server.limit, server.received = limit, []
    server.address = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
