"""The `docker` line that creates a container like an existing one, and what that line leaves out.

The line is made from the form's fields; all other settings of the original request are listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from dockertui.engine.fields import Raw, mapping, mappings, number, objects, strings, text
from dockertui.operations import form_values, run_form
from dockertui.operations.command_body import Values
from dockertui.operations.original import Creation, Draft, creation, mounted, with_volumes

_COSMETIC: Final = frozenset(
    {"AttachStdin", "AttachStdout", "AttachStderr", "ConsoleSize", "ContainerIDFile", "HostConfig", "NetworkingConfig",
     "Image", "Binds", "Mounts", "Volumes", "Entrypoint", "Cmd", "PortBindings", "ExposedPorts", "MaskedPaths",
     "ReadonlyPaths"}
)  # fmt: skip
"""Members that make no difference in a new container, or that are compared separately."""
_USUAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "IpcMode": ("private", "shareable"),
    "ShmSize": (64 << 20, 65_536_000),
    "Runtime": ("runc",),
    "LogConfig": ({"Type": "json-file", "Config": {}}, {"Type": "json-file", "Config": None}),
    "Isolation": ("default",),
    "MemorySwappiness": (-1,),
    "PidsLimit": (-1,),
    "PidMode": ("private",),
    "UTSMode": ("private",),
    "NetworkMode": ("default", "bridge"),
    "RestartPolicy": ({"Name": "no", "MaximumRetryCount": 0}, {"Name": "", "MaximumRetryCount": 0}),
}
"""The Engine's defaults, besides empty values."""


class RunLine(NamedTuple):
    """The words after `docker`, and the API's names of what they leave out."""

    words: tuple[str, ...]
    unsaid: tuple[str, ...]


def run_line(wanted: Draft, values: Values, info: Raw) -> RunLine:
    """Return the line that creates a draft and starts it; `values` are the form's, `info` the reply to `GET /info`."""
    connects = tuple(_connects(wanted, values["name"]))
    if not connects:
        return create_line(wanted, values, info, verb=("run", "--detach"))
    words, unsaid = create_line(wanted, values, info)
    return RunLine((*words, ";", "start", values["name"]), unsaid)


def create_line(wanted: Draft, values: Values, info: Raw, *, verb: Sequence[str] = ("create",)) -> RunLine:
    """Return the line that creates a draft, connected to its further networks, without starting it."""
    said = _as_docker_says_it(wanted, values)
    words, unsaid = run_form.docker_words(said), _unsaid(wanted, said, info)
    if verb == ("create",) and values["tty"] and not wanted.config.get("StdinOnce"):
        unsaid = sorted({*unsaid, "StdinOnce"})  # `docker create -i` sets it, `docker run -d -i` does not
    assert words[:2] == ("run", "--detach")
    return RunLine((*verb, *words[2:], *_connects(wanted, values["name"])), tuple(unsaid))


def _as_docker_says_it(wanted: Draft, values: Values) -> Values:
    """Adapt the values to the line: `--entrypoint` takes one word, the others start the command; volumes go by name."""
    binds = strings(wanted.host, "Binds")
    carried = [bind for bind in strings(with_volumes(wanted), "Binds") if bind not in binds]
    said = {**values, "mounts": (*values["mounts"], *carried)}
    program = strings(wanted.config, "Entrypoint")
    if len(program) > 1:
        said |= {"entrypoint": program[0], "command": (*program[1:], *values["command"])}
    return said


def _connects(wanted: Draft, name: str) -> Iterable[str]:
    """Yield the words that connect a container to its draft's networks, each command after a ";"."""
    if wanted.leaves:
        yield from (";", "network", "disconnect", wanted.primary, name)
    for network, place in _further(wanted):
        addresses = mapping(place, "IPAMConfig")
        yield from (";", "network", "connect")
        yield from form_values.words("--alias", tuple(strings(place, "Aliases")))
        yield from form_values.words("--ip", text(addresses, "IPv4Address"))
        yield from form_values.words("--ip6", text(addresses, "IPv6Address"))
        yield from (network, name)


def _further(wanted: Draft) -> list[tuple[str, Raw]]:
    return sorted((name, place) for name, place in wanted.endpoints.items() if name != wanted.primary)


def _unsaid(wanted: Draft, values: Values, info: Raw) -> list[str]:
    made = creation(wanted, several=False)
    said = run_form.body({**values, "ports": (), "mounts": ()})
    host, said_host = mapping(made.body, "HostConfig"), mapping(said, "HostConfig")
    found = {*_differing(made.body, said), *_differing(host, said_host)}
    if _swap_follows(host):
        found.discard("MemorySwap")
    found -= _filled_in(host, info)
    found |= set(_paths(host)) | set(_command(made.body, said)) | set(_mounts(made, values)) | set(_ports(made, values))
    return [*sorted(found), *_networks(wanted)]


def _differing(wanted: Raw, said: Raw) -> Iterable[str]:
    """Yield members whose wanted and expressed values differ; defaults need not be expressed."""
    for key in wanted.keys() | said.keys():
        value, given = wanted.get(key), said.get(key)
        usual = _nothing(value) or value in _USUAL.get(key, ())
        if (
            key not in _COSMETIC
            and value != given
            and not (usual and (_nothing(given) or given in _USUAL.get(key, ())))
        ):
            yield key


def _nothing(value: Any) -> bool:
    return value in (None, "", 0, False, [], {})


def _swap_follows(host: Raw) -> bool:
    """Whether the swap limit is the Engine's default for the memory limit."""
    return number(host, "MemorySwap") == 2 * (number(host, "Memory") or 0)


def _filled_in(host: Raw, info: Raw) -> set[str]:
    """Return the members that have this Engine's default value."""
    namespace = "private" if text(info, "CgroupVersion") == "2" else "host"
    usual = {"CgroupnsMode": namespace, "Runtime": text(info, "DefaultRuntime") or "runc"}
    found = {key for key, value in usual.items() if host.get(key) == value}
    log = mapping(host, "LogConfig")
    plain = not log.get("Config") and text(log, "Type") == text(info, "LoggingDriver")
    return found | ({"LogConfig"} if plain else set())


def _paths(host: Raw) -> Iterable[str]:
    """Yield the path lists that the Engine hides by default and that are empty here."""
    for key in ("MaskedPaths", "ReadonlyPaths"):
        if host.get(key) == [] and not host.get("Privileged"):
            yield key


def _command(made: Raw, said: Raw) -> Iterable[str]:
    """Compare entry point and command together: to the process they are one list of words."""
    wanted, given = ([*strings(one, "Entrypoint"), *strings(one, "Cmd")] for one in (made, said))
    if wanted != given:
        yield "Cmd"


def _mounts(made: Creation, values: Values) -> Iterable[str]:
    """Yield mounts and volumes that the form lacks, or that have options it lacks."""
    host, typed = mapping(made.body, "HostConfig"), values["mounts"]
    if set(strings(host, "Binds")) - set(typed):
        yield "Binds"
    plain = {"Type", "Source", "Target", "ReadOnly"}
    for mount in mappings(host, "Mounts"):
        if run_form.mount_text(mount) not in typed or any(mount[key] for key in mount.keys() - plain):
            yield "Mounts"
    if mapping(made.body, "Volumes").keys() - {*typed, *mounted(host)}:
        yield "Volumes"


def _ports(made: Creation, values: Values) -> Iterable[str]:
    """Yield ports that are published otherwise than in the form, or only exposed."""
    bound = mapping(mapping(made.body, "HostConfig"), "PortBindings")
    shown = {run_form.publish_text(private, one) for private, bindings in bound.items() for one in objects(bindings)}
    if shown - set(values["ports"]):
        yield "PortBindings"
    if mapping(made.body, "ExposedPorts").keys() - bound.keys():
        yield "ExposedPorts"


def _networks(wanted: Draft) -> Iterable[str]:
    """Yield settings of a network's endpoint that the line has no option for."""
    said = {"Aliases", "IPAMConfig"}
    for name, place in sorted(wanted.endpoints.items()):
        keys = place.keys() - (set() if name == wanted.primary else said)
        if keys:
            yield f"{name}: {', '.join(sorted(keys))}"
