"""The first requests, made in threads while the rest of the program is still being imported.

Finds the first candidate that replies, negotiates a version, and lists every kind of object, so that the first paint
shows them. Standard library only. What fails here is left out: the mirror lists everything again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from dockertui.engine import environment
from dockertui.engine.call import VERSION
from dockertui.engine.containers import CONTAINERS
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError
from dockertui.engine.images import IMAGES
from dockertui.engine.listing import Listing
from dockertui.engine.models import Version
from dockertui.engine.negotiation import negotiate
from dockertui.engine.networks import NETWORKS
from dockertui.engine.plain_http import PlainConnection
from dockertui.engine.trace import Trace, because
from dockertui.engine.volumes import VOLUMES

CAUSE: Final = "start"
TIMEOUT: Final = 5.0
GRACE: Final = 0.25
"""Seconds that slower listings may delay the first paint of the containers."""
FIRST: Final[Sequence[Listing[Any]]] = (CONTAINERS, IMAGES, NETWORKS, VOLUMES)
"""The kinds whose panes are always shown, as their `Resource` says; containers before all others."""


class Attempt(NamedTuple):
    """A candidate that did not answer, and why."""

    endpoint: Endpoint
    error: EngineError


class Preflight(threading.Thread):
    """Tries the candidates in order; read its attributes when it is done.

    `endpoint` is the first that replies, None if none does; `version` its version; `lists` its objects by kind
    ("container", "image", "network", "volume"), as models, without the kinds that failed; `attempts` the candidates
    before it. An ssh endpoint is taken untried, with neither version nor lists. `timeout` is in seconds, for each
    candidate and again for the listings.
    """

    def __init__(self, candidates: Sequence[Endpoint], trace: Trace | None = None, timeout: float = TIMEOUT) -> None:
        super().__init__(name="preflight", daemon=True)
        self.endpoint: Endpoint | None = None
        self.version: Version | None = None
        self.lists: dict[str, list[Any]] = {}
        self.attempts: list[Attempt] = []
        self._candidates = list(candidates)
        self._trace = Trace() if trace is None else trace
        self._timeout = timeout
        self._callbacks: list[Callable[[Preflight], None]] = []
        self._lock = threading.Lock()
        self._done = False

    def add_done_callback(self, callback: Callable[[Preflight], None]) -> None:
        """Call `callback` when everything is done: from this thread, or at once if it already is."""
        with self._lock:
            if not self._done:
                self._callbacks.append(callback)
                return
        callback(self)

    def run(self) -> None:
        """Try the candidates; called by `start`."""
        try:
            with because(CAUSE):
                self._find()
        finally:
            with self._lock:
                self._done = True
            for callback in self._callbacks:
                callback(self)

    def _find(self) -> None:
        for endpoint in self._candidates:
            if endpoint.scheme not in ("unix", "tcp"):
                self.endpoint = endpoint
                return
            connection = PlainConnection(endpoint, self._timeout, self._trace)
            try:
                raw = connection.get(VERSION)
                version = negotiate(raw, endpoint, environment.own().api_version)
                self.lists = self._list_all(endpoint, version, connection)
                self.endpoint, self.version = endpoint, version
                return
            except EngineError as error:
                self.attempts.append(Attempt(endpoint, error))
            finally:
                connection.close()

    def _list_all(self, endpoint: Endpoint, version: Version, connection: PlainConnection) -> dict[str, list[Any]]:
        """List every kind concurrently; leave out those that do not arrive soon after the containers."""
        found: dict[str, list[Any]] = {}
        others = [
            threading.Thread(target=self._list_alone, args=(endpoint, version, listing, found), daemon=True)
            for listing in FIRST[1:]
            if not listing.needs.lacking(version)
        ]
        for thread in others:
            thread.start()
        self._list(connection, version, FIRST[0], found)
        soon = time.monotonic() + GRACE
        for thread in others:
            thread.join(max(0.0, soon - time.monotonic()))
        return dict(found)

    def _list_alone(
        self, endpoint: Endpoint, version: Version, listing: Listing[Any], found: dict[str, list[Any]]
    ) -> None:
        """List one kind on a connection of its own."""
        connection = PlainConnection(endpoint, self._timeout, self._trace)
        try:
            with because(CAUSE):
                self._list(connection, version, listing, found)
        finally:
            connection.close()

    def _list(
        self, connection: PlainConnection, version: Version, listing: Listing[Any], found: dict[str, list[Any]]
    ) -> None:
        call, listed_at = listing.all, self._trace.clock()
        try:
            reply = connection.get(call, version.api)
            found[listing.kind] = listing.parse(reply, listed_at)
        except EngineError:
            return  # the journal has the error, and the mirror lists the kind again
