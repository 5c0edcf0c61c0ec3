"""What the docker command adds by itself to what is typed; so do the requests that the program sends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence

from dockertui.engine import docker_config, environment
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.operations.command_body import Values
from dockertui.operations.form_values import words

_SSH_HOST = "http://docker.example.com"
"""What the CLI takes an Engine behind ssh for, when it looks for its proxies."""


def platform() -> str:
    """The platform where none is chosen."""
    return environment.own().default_platform


def platform_words(chosen: str) -> tuple[str, ...]:
    """`--platform`, also for none where the environment has the CLI take one by itself."""
    return words("--platform", chosen) or (("--platform", "") if platform() else ())


async def with_proxies(engine: Engine, values: Values) -> Values:
    """The values with the `proxies` that config.json gives to the containers and builds of this Engine."""
    config = await asyncio.to_thread(docker_config.load, environment.own())
    return {**values, "proxies": config.proxies(_daemon_host(engine.endpoint))}


def _daemon_host(endpoint: Endpoint) -> str:
    return _SSH_HOST if endpoint.scheme == "ssh" else endpoint.url


def variables(given: Iterable[str], proxies: Mapping[str, str]) -> list[str]:
    """The variables of a container: `NAME` alone has its value from here, and proxies are added that are not given.

    A `NAME` that is not set here stays alone, by which the Engine leaves it unset. Of two for one name the last counts.
    """
    found = {text.partition("=")[0]: _with_value(text) for text in given}
    for name, value in proxies.items():
        found.setdefault(name, f"{name}={value}")
    return list(found.values())


def _with_value(text: str) -> str:
    value = None if "=" in text else environment.own().value(text)
    return text if value is None else f"{text}={value}"


def build_args(given: Iterable[str], proxies: Mapping[str, str]) -> dict[str, str | None]:
    """The arguments of a build, as `variables`; None for one that has its value from nowhere."""
    pairs = (text.partition("=") for text in variables(given, proxies))
    return {name: value if equals else None for name, equals, value in pairs}


def on_this_machine(mounts: Sequence[str]) -> tuple[str, ...]:
    """Mounts with the folders that begin with `.` or `~` made absolute."""
    return tuple(map(_absolute, mounts))


def _absolute(mount: str) -> str:
    folder, colon, inside = mount.partition(":")
    if not colon or not folder.startswith((".", "~")):
        return mount
    return f"{os.path.abspath(os.path.expanduser(folder))}:{inside}"
