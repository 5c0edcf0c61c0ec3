"""Errors of containers that could not be started: the core of the message, and the remedy."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from dockertui.resources.why.facts import Facts
from dockertui.resources.why.start_reasons import REASONS, core


class StartError(NamedTuple):
    """said: the core of the Engine's error. likely, todo: sentences, if the error is a known one."""

    said: str
    likely: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()


def start_error(facts: Facts) -> StartError:
    """Explain the `State.Error` of a container that could not be started."""
    for pattern, reason in REASONS:
        if match := pattern.search(facts.error):
            likely, todo = _EXPLAIN[reason](facts, match)
            return StartError(facts.shown(core(facts.error)), tuple(likely), tuple(todo))
    return StartError(facts.shown(core(facts.error)))


Advice = tuple[list[str], list[str]]
"""What is likely, and what to do."""


def _port(facts: Facts, match: re.Match[str]) -> Advice:
    found = re.findall(r":(\d{1,5})\b", match[0])
    ports = [int(found[-1])] if found else facts.host_ports
    owners = [
        f"port {port} of the host is published by {facts.port_owners[port].label}"
        for port in ports
        if port in facts.port_owners
    ]
    wanted = "|".join(map(str, ports))
    elsewhere = f"see who listens there: ss -ltnp | grep -E ':({wanted})\\b' on the host" if wanted else ""
    todo = ["stop what holds the port, or publish another one (-p), then start it again"]
    return owners or ["no container publishes it: a process of the host does"], [
        *todo,
        *([elsewhere] if elsewhere else []),
    ]


def _not_found(facts: Facts, match: re.Match[str]) -> Advice:
    return [], [
        f"look whether {match[1]} is in the image and on its PATH: docker run --rm -it --entrypoint sh {_image(facts)}",
        "a script that is there but not found lacks its interpreter: see its first line (#!…) and its line ends (CRLF)",
    ]


def _not_executable(facts: Facts, match: re.Match[str]) -> Advice:
    return ["the file is there, but it is a directory or lacks the x bit"], [
        f"chmod +x {match[1]} in the image (COPY --chmod=755), or name the program to run it with"
    ]


def _mount_type(facts: Facts, match: re.Match[str]) -> Advice:
    return ["a file is mounted onto a directory, or a directory onto a file"], [
        "compare both sides of the mount; for a source that is missing on the host Docker makes an empty directory"
    ]


def _no_source(facts: Facts, match: re.Match[str]) -> Advice:
    return [], ["make the path on the Engine's host (not on this machine), or correct the mount"]


def _directory(facts: Facts, match: re.Match[str]) -> Advice:
    return [], ["correct the working directory (-w, WORKDIR), or the rights of its user there"]


def _user(facts: Facts, match: re.Match[str]) -> Advice:
    return [], ["the image has no such user or group: give its number (-u 1000:1000), or add it to the image"]


def _network(facts: Facts, match: re.Match[str]) -> Advice:
    return ["the network was removed, or made anew, since the container was created"], [
        "create the container again (docker compose up -d --force-recreate), or connect it to a network that exists"
    ]


def _joined(facts: Facts, match: re.Match[str]) -> Advice:
    return [], ["it shares the network, PIDs or IPC of another container: start that one first"]


def _gpu(facts: Facts, match: re.Match[str]) -> Advice:
    return [], ["install and configure the GPU's container toolkit on the host, or run it without --gpus"]


def _device(facts: Facts, match: re.Match[str]) -> Advice:
    return [], ["the device is not there on the host: plug it in, load its driver, or leave --device away"]


def _full(facts: Facts, match: re.Match[str]) -> Advice:
    return ["the disk of the Engine's host is full"], ["see what takes the space: df -h on the host, docker system df"]


def _format(facts: Facts, match: re.Match[str]) -> Advice:
    return ["the image is for another processor architecture, or a script lacks its first line (#!…)"], [
        f"compare: docker image inspect -f '{{{{.Os}}}}/{{{{.Architecture}}}}' {_image(facts)} and docker version"
    ]


def _forbidden(facts: Facts, match: re.Match[str]) -> Advice:
    return ["the Engine itself may not do that here: rootless, in a container, or a limit above its own"], [
        "look for --privileged, --ulimit, --sysctl and security options that the Engine's host does not allow"
    ]


def _log_driver(facts: Facts, match: re.Match[str]) -> Advice:
    return ["the log driver cannot be reached, or refuses its options"], ["see Limits, Log driver, in the detail"]


def _image(facts: Facts) -> str:
    return shlex.quote(facts.inspect.text("Config", "Image") or "IMAGE")


Explain = Callable[[Facts, "re.Match[str]"], Advice]
_EXPLAIN: Final[Mapping[str, Explain]] = {
    "port in use": _port,
    "port not available": _port,
    "wrong platform": _format,
    "no GPU driver": _gpu,
    "no such device": _device,
    "disk full": _full,
    "no such user": _user,
    "no such network": _network,
    "joined container down": _joined,
    "bad working dir": _directory,
    "no mount source": _no_source,
    "bad mount": _mount_type,
    "command not found": _not_found,
    "not executable": _not_executable,
    "log driver error": _log_driver,
    "not permitted": _forbidden,
}
"""The advice for each of the known reasons."""
