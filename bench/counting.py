"""A unix socket in front of an Engine's that counts the requests and forwards everything."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import Counter
from pathlib import Path
from typing import Self

_REQUEST = re.compile(rb"(GET|HEAD|POST|PUT|DELETE) (\S+) HTTP/1\.1\r\n")
_VERSION_AND_ID = re.compile(r"^/v\d+\.\d+|\?.*$|(?<=/)[0-9a-f]{12,64}")


class Counting:
    """Listens at `path` (which must not exist yet); `requests` counts by method and path, without ids."""

    def __init__(self, path: Path, upstream: Path) -> None:
        self.requests: Counter[str] = Counter()
        self._upstream = str(upstream)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self.host = f"unix://{path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A thread blocked in accept() keeps the socket open; shutdown wakes it.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                engine.connect(self._upstream)
                for source, target, counted in ((client, engine, True), (engine, client, False)):
                    threading.Thread(target=self._pass_on, args=(source, target, counted), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):  # either side has closed
            while data := source.recv(65536):
                if counted:
                    self._count(data)
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _count(self, data: bytes) -> None:
        """Count requests; a client writes each request's head in one piece."""
        for method, path in _REQUEST.findall(data):
            self.requests[f"{method.decode()} {_VERSION_AND_ID.sub('', path.decode())}"] += 1
