"""The `docker` and `curl` lines equivalent to the program's requests: quoted for a shell, made from what is really
sent.

Secrets are masked when shown; lines run, or copied after revealing, are complete.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dockertui.engine import build_context, environment
from dockertui.engine.call import ID, Call
from dockertui.engine.endpoint import DEFAULT_SOCKET, NAMED_DEFAULT, Endpoint
from dockertui.engine.target import target
from dockertui.masking import MASK, is_secret, masked, masked_path, masked_tree, masked_words

SECRET_HEADERS: Final = frozenset({"x-registry-auth", "x-registry-config", "authorization"})
_SETTING: Final = re.compile(r"DOCKER_[A-Z_]+=")
_CURL: Final = ("curl", "-sS", "--fail-with-body")
_CHOSEN_THERE: Final = '"$(docker context inspect -f {{.Endpoints.docker.Host}} | cut -c8-)"'
"""The socket that the docker command at the other end of ssh uses by default, with `unix://` cut off."""


def docker_line(endpoint: Endpoint, words: Sequence[str], unsaid: Sequence[str] = (), *, reveal: bool = False) -> str:
    """Return the command for the shell that started this program; several commands for words separated by ";".

    What it leaves out follows in a comment. Leading words such as DOCKER_BUILDKIT=0 are its environment.
    """
    options = docker_options(endpoint)
    lines = []
    for command in _commands(words):
        told = list(command if reveal else masked_words(("docker", *command))[1:])
        start = next((at for at, word in enumerate(told) if not _SETTING.match(word)), len(told))
        lines.append(shlex.join([*told[:start], "docker", *options, *told[start:]]))
    comment = f"  # without: {', '.join(unsaid)}" if unsaid else ""
    return " && ".join(lines) + comment


def _commands(words: Sequence[str]) -> Iterable[Sequence[str]]:
    """Split the words at each ";"."""
    start = 0
    for index, word in enumerate(words):
        if word == ";":
            yield words[start:index]
            start = index + 1
    yield words[start:]


def docker_options(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the options that name the Engine to the CLI, if it would not find it by itself."""
    if endpoint.source in ("--host", NAMED_DEFAULT) or endpoint.demo:
        return ("--host", endpoint.url)
    if endpoint.source.startswith("context "):
        return ("--context", endpoint.name)
    if endpoint.source == "DOCKER_HOST" or endpoint.socket_path in ("", DEFAULT_SOCKET):
        return ()
    return ("--host", endpoint.url)


def docker_command(endpoint: Endpoint) -> str:
    """Return how a shell calls the CLI for an Engine, in advice; for the demo Engine as for the one it stands for."""
    return "docker" if endpoint.demo else shlex.join(("docker", *docker_options(endpoint)))


def curl_line(endpoint: Endpoint, api: str, calls: Sequence[Call], *, reveal: bool = False) -> str:
    """Return the requests as one command line, each run only if the one before it succeeded."""
    if not calls:
        return "# no request: it is done on this machine"
    lines = [_call_line(endpoint, api, call, reveal=reveal) for call in calls]
    for index, call in enumerate(calls):
        if ID in call.path:  # a shell variable holds the id that the call before it created
            lines[index - 1] = f'Id=$({lines[index - 1]} | sed \'s/.*"Id":"\\([^"]*\\).*/\\1/\')'
            lines[index] = lines[index].replace(ID, "'\"$Id\"'")
    return " && ".join(lines)


def _call_line(endpoint: Endpoint, api: str, call: Call, *, reveal: bool) -> str:
    headers = call.headers if reveal else {name: _header_seen(name, text) for name, text in call.headers.items()}
    path = f"/v{api}{target(call.path, call.params)}"
    path = path if reveal else masked_path(path)
    line = request_line(
        endpoint, call.method, path, _body(call, reveal), headers, _files(endpoint, call), reveal=reveal
    )
    if call.context is not None:
        return f"{build_context.tar_line(call.context)} | {line}"
    if call.tar and call.sink:
        return f"{line} | tar -x -C {shlex.quote(call.sink)}"
    if call.tar:
        folder, name = os.path.split(call.source)
        return f"{shlex.join(['tar', '-c', '-C', folder, name])} | {line}"
    if endpoint.scheme == "ssh" and (call.source or call.sink):  # curl runs at the other end, the file is here
        return f"{line} {'<' if call.source else '>'} {shlex.quote(call.source or call.sink)}"
    return line


def _files(endpoint: Endpoint, call: Call) -> list[str]:
    """Return curl's options for a body from a file, and for a reply to one."""
    piped = call.tar or endpoint.scheme == "ssh"
    if call.source or call.context is not None:
        return ["-H", "Content-Type: application/x-tar", "-T", call.source if call.source and not piped else "-"]
    return ["-o", call.sink] if call.sink and not piped else []


def _body(call: Call, reveal: bool) -> str:
    body = call.body if call.shown is None else call.shown
    return "" if body is None else json.dumps(body if reveal else masked_tree(body), ensure_ascii=False)


def request_line(
    endpoint: Endpoint,
    method: str,
    path: str,
    body: str = "",
    headers: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    *,
    reveal: bool = False,
) -> str:
    """Return the curl command for one request. `path` with version and query, `body` as JSON; `options` of curl.

    reveal: whether to show the headers that config.json adds to every request, and a proxy's password.
    """
    words = [*_CURL, *_where(endpoint, reveal=reveal)]
    if method == "HEAD":
        words.append("--head")
    elif method != "GET":
        words += ["-X", method]
    if body:
        words += ["-H", "Content-Type: application/json", "-d", body]
    for name, value in [*_own_headers(endpoint, reveal=reveal), *(headers or {}).items()]:
        words += ["-H", f"{name}: {value}"]
    line = shlex.join([*words, *options, f"{_base(endpoint)}{path}"])
    if endpoint.scheme != "ssh":
        return line
    return shlex.join(["ssh", *endpoint.ssh_words, line.replace(shlex.quote(_CHOSEN_THERE), _CHOSEN_THERE)])


def _header_seen(name: str, value: str) -> str:
    return MASK if name.lower() in SECRET_HEADERS or is_secret(name) else masked(value)


def _own_headers(endpoint: Endpoint, *, reveal: bool) -> list[tuple[str, str]]:
    """Return the headers sent with every request, masked: they authenticate the user to the Engine's gateway."""
    return [(name, value if reveal else MASK) for name, value in endpoint.headers]


def _where(endpoint: Endpoint, *, reveal: bool) -> list[str]:
    """Return curl's options to reach the Engine: a socket, or a proxy and certificates.

    Over ssh curl runs on the other side.
    """
    if endpoint.scheme == "ssh":
        return ["--unix-socket", endpoint.far_socket or _CHOSEN_THERE]
    if endpoint.scheme == "unix":
        return ["--unix-socket", endpoint.socket_path]
    return [*_route(endpoint, reveal=reveal), *_certificates(endpoint)]


def _route(endpoint: Endpoint, *, reveal: bool) -> list[str]:
    """Return the options for the program's route, if curl by itself would choose another proxy."""
    if endpoint.proxy:
        return ["--proxy", endpoint.proxy if reveal else masked(endpoint.proxy), "--noproxy", ""]
    return ["--noproxy", "*"] if environment.own().names_a_proxy else []


def _certificates(endpoint: Endpoint) -> list[str]:
    if endpoint.tls is None:
        return []
    files: dict[str, Any] = {"--cacert": endpoint.tls.ca, "--cert": endpoint.tls.cert, "--key": endpoint.tls.key}
    words = [word for option, path in files.items() if path for word in (option, str(path))]
    return words if endpoint.tls.verify else [*words, "--insecure"]


def _base(endpoint: Endpoint) -> str:
    if endpoint.scheme != "tcp":
        return "http://localhost"
    parts = endpoint.split
    return f"{'https' if endpoint.tls else 'http'}://{parts.netloc}{parts.path}"
