"""The failures behind the messages of ssh, and of the docker command it runs, before an Engine is reached."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind


class _Meaning(NamedTuple):
    """A failure recognised by its message; `message` and `remedy` may contain {host}, {login}, {address} and {1}.

    {1} is the pattern's first group, {login} ssh's arguments for the host.
    """

    words: re.Pattern[str]
    kind: ErrorKind
    message: str
    remedy: str


def _meaning(words: str, message: str, remedy: str, kind: ErrorKind = ErrorKind.SSH) -> _Meaning:
    return _Meaning(re.compile(words, re.IGNORECASE), kind, message, remedy)


_BY_HAND: Final = "try: {command} docker version"
_MEANINGS: Final = (
    _meaning(
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "the host key of {host} has changed: it was installed anew, or somebody pretends to be it",
        "ask who runs it; if it is right: ssh-keygen -R '{known}', then ssh {login}",
        ErrorKind.LOGIN,
    ),
    _meaning(
        "host key verification failed|no .{1,20} host key is known for",
        "ssh does not know the host key of {host}",
        "connect once by hand, and compare its fingerprint: ssh {login}",
        ErrorKind.LOGIN,
    ),
    _meaning(
        r"(\S*:? ?permission denied \(.*?\)|too many authentication failures)",
        "{address} refused the login: {1}",
        _BY_HAND,
        ErrorKind.LOGIN,
    ),
    _meaning("could not resolve hostname", "cannot resolve host '{host}'", "check {source}"),
    _meaning(
        "connect to host .{1,300}?: (connection refused|connection timed out|no route to host|network is unreachable)",
        "no ssh server answers at {host}: {1}",
        "check the address and the network",
    ),
    _meaning(
        "dial unix (.{1,200}?): connect: permission denied|permission denied while trying to connect",
        "permission denied on the Engine's socket on {host}",
        "add the user to the group docker there: sudo usermod -aG docker USER",
    ),
    _meaning(
        r"(?:dial unix |docker daemon at (?:unix://)?)(/.{1,200}?)(?:: connect|\. is the)",
        "there is no Engine at {1} on {host}",
        "is it running there? ssh {login} sudo systemctl start docker",
    ),
    _meaning(
        r"docker\S{0,3}:? (?:command )?not found|not found: docker|no such file or directory: docker",
        "{host} has no docker command, through which its Engine is reached",
        "install the Docker CLI there, or forward the socket: ssh -NL /tmp/far.sock:/var/run/docker.sock {login}, "
        "and --host unix:///tmp/far.sock",
    ),
)


def meaning(endpoint: Endpoint, said: str, command: str) -> EngineError:
    """Return the error for `said` on standard error; `command` is the command that ran, without its last argument."""
    parts = endpoint.split
    host = parts.hostname or ""
    login = f"{parts.username}@{host}" if parts.username else host
    facts = {
        "host": host,
        "login": f"-p {parts.port} {login}" if parts.port else login,
        "known": f"[{host}]:{parts.port}" if parts.port else host,
        "address": endpoint.address,
        "source": endpoint.source,
        "command": command,
    }
    for one in _MEANINGS:
        if found := one.words.search(said):
            told = found[1] if one.words.groups else ""
            return EngineError(one.kind, one.message.format("", told, **facts), one.remedy.format("", told, **facts))
    return EngineError(ErrorKind.SSH, f"{endpoint.address}: {said}", _BY_HAND.format(**facts))
