"""Errors of containers that could not be started: the core of the message, and the remedy.

The texts are those of moby, containerd, runc and Podman's crun, seen on Engines 20.10 to 28.5 and Podman 5.8; an
unknown one is shown as it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Final, NamedTuple

from dockertui.resources.why.facts import Facts

_WRAPPINGS: Final = (
    "unable to start container process: ",
    "runc create failed: ",
    "crun create failed: ",
    "OCI runtime create failed: ",
    "failed to create shim task: ",
    "failed to create task for container: ",
    "error during container init: ",
    "driver failed programming external connectivity on endpoint ",
    "failed to set up container networking: ",
    "error while creating mount source path ",
)
_HINT_OF_ENGINE: Final = ": Are you trying to mount a directory onto a file"
_KINDS: Final = (": OCI runtime attempted to invoke a command that was not found", ": OCI permission denied")
"""What Podman appends to crun's errors."""
_ENDPOINT: Final = re.compile(r"^\S+ \([0-9a-f]{8,64}\): ")


class StartError(NamedTuple):
    """said: the core of the Engine's error. likely, todo: sentences, if the error is a known one."""

    said: str
    likely: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()


def start_error(facts: Facts) -> StartError:
    """Explain the `State.Error` of a container that could not be started."""
    for pattern, explain in _KNOWN:
        if match := pattern.search(facts.error):
            likely, todo = explain(facts, match)
            return StartError(facts.shown(core(facts.error)), tuple(likely), tuple(todo))
    return StartError(facts.shown(core(facts.error)))


def core(error: str) -> str:
    """Return the innermost of several nested errors."""
    said = error.partition(_HINT_OF_ENGINE)[0].removesuffix(": unknown")
    for wrapping in _WRAPPINGS:
        _, found, rest = said.rpartition(wrapping)
        said = rest if found else said
    for kind in _KINDS:
        said = said.removesuffix(kind)
    return _ENDPOINT.sub("", said.removesuffix(": unknown")).strip() or error


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
_KNOWN: Final[tuple[tuple[re.Pattern[str], Explain], ...]] = tuple(
    (re.compile(pattern, re.I), explain)
    for pattern, explain in (
        (r"\S* (?:failed: )?port is already allocated", _port),
        (r"(?:bind|listen|expose|for)\b.{0,200}address already in use", _port),
        (r"ports are not available", _port),
        (r"exec format error", _format),
        (r"could not select device driver", _gpu),
        (r"adding custom device", _device),
        (r"no space left on device", _full),
        (r"unable to find (?:user|group)|no matching entries in (?:passwd|group)", _user),
        (r"network \S+ not found|could not find a network matching|network .{1,80} does not exist", _network),
        (r"(?:cannot join|non running container|No such container)", _joined),
        (r"chdir to cwd|Cannot mkdir|mkdir .{1,200} not a directory", _directory),
        (r"bind source path does not exist|error while creating mount source path", _no_source),
        (r"mount(?:ing)?\b.{0,400}(?:not a directory|is a directory|onto a file)", _mount_type),
        (r'exec: "?([^":]{1,200})"?: .{0,200}(?:not found|no such file)', _not_found),
        (r'exec: "?([^":]{1,200})"?: .{0,200}(?:permission denied|is a directory)', _not_executable),
        (r"executable file `([^`]{1,200})` not found", _not_found),
        (r"the path `([^`]{1,200})` exists but it is not", _not_executable),
        (r"failed to initialize logging driver|logging driver", _log_driver),
        (r"operation not permitted|permission denied", _forbidden),
    )
)
