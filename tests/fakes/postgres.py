"""Servers that speak so much of PostgreSQL's protocol as it takes to be turned away.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NO_ENCRYPTION = {80877103, 80877104}
"""The codes by which a client asks for TLS and for GSSAPI."""


class Refusal(socketserver.BaseRequestHandler):
    """The handler that answers one client with an ErrorResponse, or by hanging up."""

    server: "Refusing"

    def handle(self) -> None:
        """Say that there is no encryption, then what is to be said."""
        while head := self.request.recv(8):
            length, code = struct.unpack("!ii", head)
            if code not in NO_ENCRYPTION:
                self.request.recv(length - 8)
                self.request.sendall(self.server.answer)
                return
            self.request.sendall(b"N")


class Refusing(socketserver.ThreadingTCPServer):
    """A server that refuses every client."""

    answer: bytes = b""
    daemon_threads = True


@contextmanager
def refusing(says: str, code: str = "XX000") -> Iterator[str]:
    """`host:port` of a server that turns everybody away with these words; with none it hangs up."""
    with Refusing(("127.0.0.1", 0), Refusal) as server:
        fields = f"SFATAL\0VFATAL\0C{code}\0M{says}\0\0".encode()
        server.answer = b"E" + struct.pack("!i", 4 + len(fields)) + fields if says else b""
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
