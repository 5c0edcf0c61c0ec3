"""What the docker command adds by itself to its arguments, and so the program to its requests."""

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
"""The host under which the CLI looks up the proxies for an Engine behind ssh."""


def platform() -> str:
    """Return the platform if none is chosen."""
    return environment.own().default_platform


def platform_words(chosen: str) -> tuple[str, ...]:
    """Return the `--platform` words, also for none if the environment sets one for the CLI."""
    return words("--platform", chosen) or (("--platform", "") if platform() else ())


async def with_proxies(engine: Engine, values: Values) -> Values:
    """Return the values with the `proxies` that config.json sets for the containers and builds of this Engine."""
    config = await asyncio.to_thread(docker_config.load, environment.own())
    return {**values, "proxies": config.proxies(_daemon_host(engine.endpoint))}


def _daemon_host(endpoint: Endpoint) -> str:
    return _SSH_HOST if endpoint.scheme == "ssh" else endpoint.url


def variables(given: Iterable[str], proxies: Mapping[str, str]) -> list[str]:
    """Return the variables of a container: `NAME` alone gets its local value, and missing proxies are added.

    A `NAME` that is not set locally stays alone, and the Engine leaves it unset. Of two with one name the last wins.
    """
    found = {text.partition("=")[0]: _with_value(text) for text in given}
    for name, value in proxies.items():
        found.setdefault(name, f"{name}={value}")
    return list(found.values())


def _with_value(text: str) -> str:
    value = None if "=" in text else environment.own().value(text)
    return text if value is None else f"{text}={value}"


def build_args(given: Iterable[str], proxies: Mapping[str, str]) -> dict[str, str | None]:
    """Return the arguments of a build, as `variables`; None for one without a value."""
    pairs = (text.partition("=") for text in variables(given, proxies))
    return {name: value if equals else None for name, equals, value in pairs}


def on_this_machine(mounts: Sequence[str]) -> tuple[str, ...]:
    """Return mounts with folders that begin with `.` or `~` made absolute."""
    return tuple(map(_absolute, mounts))


def _absolute(mount: str) -> str:
    folder, colon, inside = mount.partition(":")
    if not colon or not folder.startswith((".", "~")):
        return mount
    return f"{os.path.abspath(os.path.expanduser(folder))}:{inside}"
