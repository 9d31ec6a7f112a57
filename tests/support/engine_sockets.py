# SPDX-License-Identifier: Apache-2.0
"""Sockets that stand between culprit and an engine: one that records, one that never answers."""
import os
import re
import socket
import threading
from typing import List, Tuple

_REQUEST_LINE = re.compile(rb"^([A-Z]+) (\S+) HTTP/1\.[01]\r?$", re.MULTILINE)


class _Listener:
    """A Unix socket whose connections are handled by threads until the context ends."""

    def __init__(self, path: str):
        self.path = path
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._open: List[socket.socket] = []

    def __enter__(self):
        self._server.bind(self.path)
        os.chmod(self.path, 0o600)
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._open.append(client)
            self.handle(client)

    def handle(self, client: socket.socket) -> None:
        raise NotImplementedError

    def __exit__(self, *_: object) -> None:
        for connection in [self._server, *self._open]:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            connection.close()


class StuckSocket(_Listener):
    """Accepts every connection and says nothing: an engine that hangs."""

    def handle(self, client: socket.socket) -> None:
        del client


class RecordingProxy(_Listener):
    """Hands everything on to the engine's socket and keeps what was asked."""

    def __init__(self, path: str, engine: str):
        super().__init__(path)
        self._engine = engine
        self._asked: List[bytes] = []

    def requests(self) -> List[Tuple[str, str]]:
        """Method and path of every request, connection by connection."""
        found = []
        for stream in self._asked:
            found += [(method.decode(), path.decode()) for method, path in
                      _REQUEST_LINE.findall(stream)]
        return found

    def handle(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        engine.connect(self._engine)
        self._open.append(engine)
        index = len(self._asked)
        self._asked.append(b"")

        def record(data: bytes) -> None:
            self._asked[index] += data

        threading.Thread(target=_pump, args=(client, engine, record), daemon=True).start()
        threading.Thread(target=_pump, args=(engine, client, None), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, record) -> None:
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            if record is not None:
                record(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
