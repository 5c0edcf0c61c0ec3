"""Create objects on an Engine for a test, and remove them after it, through the API alone."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.contract.raw_http import Http, target

API = f"/v{os.environ.get('DOCKERTUI_CONTRACT_API', '1.41')}"
"""The suite's API version: the oldest that the program supports, so that every Engine knows it."""

PATIENCE = 60.0
"""Seconds after which something expected has failed to happen."""

_numbers = itertools.count(1)


def await_that(holds: Callable[[], object], what: str) -> None:
    """Wait until a condition holds. Raises AssertionError when it does not within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE:g} s"
        time.sleep(0.02)


@dataclass
class Workshop:
    """Creates uniquely named objects on the Engine behind `http`, and keeps track of all."""

    http: Http
    prefix: str = field(default_factory=lambda: f"ct{os.getpid()}-{next(_numbers)}")
    containers: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def name(self, word: str) -> str:
        return f"{self.prefix}-{word}"

    def post(self, path: str, body: object = None, *, expect: int, **query: object) -> Any:
        """Make a POST that must return the status; return its JSON, or None without any."""
        answer = self.http("POST", target(f"{API}{path}", query), body)
        assert answer.status == expect, (path, answer)
        return answer.json if answer.body else None

    def get(self, path: str, **query: object) -> Any:
        return self.http.get(f"{API}{path}", **query)

    def container(self, word: str, *, start: bool = False, **wanted: object) -> str:
        """Create a busybox container that sleeps, by default without a network; return its id."""
        body = {
            "Image": "busybox:latest",
            "Cmd": ["sleep", "1d"],
            "HostConfig": {"NetworkMode": "none"},
            **wanted,
        }
        identity: str = self.post("/containers/create", body, expect=201, name=self.name(word))["Id"]
        self.containers.append(identity)
        if start:
            self.post(f"/containers/{identity}/start", expect=204)
        return identity

    def network(self, word: str, **wanted: object) -> str:
        body = {"Name": self.name(word), "CheckDuplicate": True, **wanted}
        identity: str = self.post("/networks/create", body, expect=201)["Id"]
        self.networks.append(identity)
        return identity

    def volume(self, word: str, **wanted: object) -> str:
        name: str = self.post("/volumes/create", {"Name": self.name(word), **wanted}, expect=201)["Name"]
        self.volumes.append(name)
        return name

    def tag(self, word: str) -> str:
        """Give busybox:latest another name."""
        reference = f"{self.name(word)}:1"
        self.post("/images/busybox:latest/tag", expect=201, repo=self.name(word), tag="1")
        self.tags.append(reference)
        return reference

    def state(self, identity: str) -> str:
        state: str = self.get(f"/containers/{identity}/json")["State"]["Status"]
        return state

    def await_exit(self, identity: str) -> int:
        """Wait until a container has ended; return its exit code."""
        code: int = self.post(f"/containers/{identity}/wait", expect=200)["StatusCode"]
        await_that(lambda: self.state(identity) == "exited", "the container's end")
        return code

    def close(self) -> None:
        """Remove all created objects that a test did not remove itself."""
        for identity in self.containers:
            self.http("DELETE", f"{API}/containers/{identity}?force=1&v=1")
        for identity in self.networks:
            self.http("DELETE", f"{API}/networks/{identity}")
        for name in self.volumes:
            self.http("DELETE", f"{API}/volumes/{name}?force=1")
        for reference in self.tags:
            self.http("DELETE", f"{API}/images/{reference}")
