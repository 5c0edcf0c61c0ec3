"""Running a new container: the form's options, and what becomes of them for the API and for `docker run`."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from dockertui.engine import container_calls as calls
from dockertui.engine import image_calls, platforms
from dockertui.engine.fields import mappings, number, objects
from dockertui.operations import client_defaults, entries
from dockertui.operations.body import Entry, Option, Plan, Unfit, Values
from dockertui.operations.entries import words

_MANY = Entry.WORDS
_FIRST: Final = (
    "brave",
    "calm",
    "clever",
    "eager",
    "gentle",
    "happy",
    "keen",
    "lucid",
    "quiet",
    "swift",
    "warm",
    "wise",
)
_LAST: Final = (
    "crane",
    "falcon",
    "heron",
    "ibis",
    "kestrel",
    "lark",
    "osprey",
    "plover",
    "robin",
    "swan",
    "tern",
    "wren",
)
_SECONDS: Final = 1_000_000_000


class Published(NamedTuple):
    """A port to publish: `ip:public:private/protocol`, the first two "" where they were not given."""

    ip: str
    public: str
    private: str


def published(text: str) -> Published:
    """Read `[[ip:]public:]private[/protocol]`. Raises Unfit."""
    port, slash, protocol = text.partition("/")
    head, _, private = port.rpartition(":")
    ip, _, public = head.rpartition(":")
    ip = ip.removeprefix("[").removesuffix("]")
    if slash and protocol not in ("tcp", "udp", "sctp"):
        raise Unfit(f"{text!r}: the protocol is tcp, udp or sctp")
    for digits in (private, *([public] if public else [])):
        if not digits.isdecimal() or not 0 < int(digits) < 65536:
            raise Unfit(f"{text!r} is not [[ip:]port:]port[/udp], ports from 1 to 65535")
    if ip:
        entries.address(ip)
    return Published(ip, public, f"{private}/{protocol or 'tcp'}")


def _ports(value: Iterable[str]) -> None:
    for text in value:
        published(text)


def _mounts(value: Iterable[str]) -> None:
    for text in value:
        parts = text.split(":")
        inside = parts[0] if len(parts) == 1 else parts[1]
        if len(parts) > 3 or not inside.startswith("/"):
            raise Unfit(f"{text!r} is not volume:/path, /folder:/path or /path, with :ro at the end perhaps")


OPTIONS: Final[tuple[Option, ...]] = (
    Option("image", "Image", hint="name:tag", required=True, check=entries.reference),
    Option("name", "Name", required=True, check=entries.name),
    Option("command", "Command", _MANY, (), hint="empty: the image's own"),
    Option("env", "Environment", _MANY, (), hint="NAME=value 'OTHER=two words'", check=entries.pairs),
    Option("ports", "Ports", _MANY, (), hint="8080:80 127.0.0.1:53:53/udp", check=_ports),
    Option("mounts", "Mounts", _MANY, (), hint="data:/var/lib /srv/www:/www:ro", check=_mounts),
    Option("network", "Network", hint="bridge by default; host, none, a name"),
    Option("restart", "Restart policy", hint=" ".join(entries.POLICIES), check=entries.policy),
    Option("memory", "Memory", hint="512m", check=entries.size),
    Option("cpus", "CPUs", hint="1.5", check=entries.cpus),
    Option("labels", "Labels", _MANY, (), hint="name=value …", check=entries.pairs),
    Option("user", "User", hint="name or 1000:1000"),
    Option("workdir", "Working directory", hint="/srv"),
    Option("entrypoint", "Entry point", hint="a program, in place of the image's"),
    Option("hostname", "Host name"),
    Option("health", "Health check", hint="a shell command, every 30 s by default"),
    Option("platform", "Platform", hint="linux/arm64; empty: the Engine's own", check=entries.platform),
    Option("tty", "Terminal (tty), input open", Entry.FLAG, False),
    Option("remove", "Remove it when it ends", Entry.FLAG, False),
)


def new_name() -> str:
    """A name for a container, as Docker makes them up."""
    return f"{random.choice(_FIRST)}_{random.choice(_LAST)}_{random.randrange(100):02}"


def plan(item: Any, values: Values) -> Plan:
    """Pull where that is needed, create and start. The name is given, so that a request can name what another made."""
    values = {**values, "mounts": client_defaults.on_this_machine(values["mounts"])}
    name, image, platform = values["name"], values["image"], values.get("platform", "")
    pull = (image_calls.pull(image, platform, values["pull"]),) if "pull" in values else ()
    create = calls.create(name, body(values), platforms.normal(platform) if platform else None)
    return Plan((*pull, create, calls.start(name)), docker_words(values), note=values.get("note", ""))


def check(values: Values) -> None:
    """Raises Unfit for what the Engine, or the docker command, would refuse together."""
    if values["remove"] and values["restart"] not in ("", "no"):
        raise Unfit("one that is removed when it ends cannot be restarted: leave one of the two away", "restart")


def body(values: Values) -> dict[str, Any]:
    """The body of `POST /containers/create`."""
    ports = [published(text) for text in values["ports"]]
    config: dict[str, Any] = {
        "Image": values["image"],
        "Cmd": list(values["command"]) or None,
        "Env": client_defaults.variables(values["env"], values.get("proxies", {})),
        "Labels": entries.mapping(values["labels"]),
        "ExposedPorts": {port.private: {} for port in ports},
        "Volumes": {text: {} for text in values["mounts"] if ":" not in text},
        "HostConfig": _host_config(values, ports),
    }
    texts = {"User": "user", "WorkingDir": "workdir", "Hostname": "hostname"}
    config |= {key: values[id] for key, id in texts.items() if values[id]}
    if values["entrypoint"]:
        config["Entrypoint"] = [values["entrypoint"]]
    if values["health"]:
        config["Healthcheck"] = {"Test": ["CMD-SHELL", values["health"]]}
    if values["tty"]:
        config |= {"Tty": True, "OpenStdin": True}
    return config


def _host_config(values: Values, ports: Sequence[Published]) -> dict[str, Any]:
    bound: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        bound.setdefault(port.private, []).append({"HostIp": port.ip, "HostPort": port.public})
    host: dict[str, Any] = {
        "Binds": [text for text in values["mounts"] if ":" in text] or None,
        "PortBindings": bound,
        "NetworkMode": values["network"] or "default",
        "RestartPolicy": _policy(values["restart"]),
        "AutoRemove": values["remove"],
    }
    if values["memory"]:
        host["Memory"] = entries.in_bytes(values["memory"])
    if values["cpus"]:
        host["NanoCpus"] = round(float(values["cpus"]) * _SECONDS)
    return host


def _policy(value: str) -> dict[str, Any]:
    name, _, count = (value or "no").partition(":")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}


def docker_words(values: Values) -> tuple[str, ...]:
    """The words after `docker`: `run --detach --name web … nginx`."""
    flags: Mapping[str, str] = {
        "name": "--name",
        "env": "--env",
        "ports": "--publish",
        "mounts": "--volume",
        "network": "--network",
        "restart": "--restart",
        "memory": "--memory",
        "cpus": "--cpus",
        "labels": "--label",
        "user": "--user",
        "workdir": "--workdir",
        "entrypoint": "--entrypoint",
        "hostname": "--hostname",
        "health": "--health-cmd",
        "remove": "--rm",
    }
    found = [word for id, flag in flags.items() for word in words(flag, values[id])]
    tty = ("--interactive", "--tty") if values["tty"] else ()
    platform = client_defaults.platform_words(values.get("platform", ""))
    return ("run", "--detach", *found, *platform, *tty, values["image"], *values["command"])


# from a container that there is


def values_of(inspect: Mapping[str, Any], image: Mapping[str, Any]) -> dict[str, Any]:
    """What would have to be filled in to make this container again; `image`: its image's `inspect`, or empty.

    What the image brings is left away. Devices, capabilities, further networks and other rare options are not in the
    form: `left_out` names them.
    """
    config, host, given = _at(inspect, "Config"), _at(inspect, "HostConfig"), _at(image, "Config")
    tty = config.get("Tty") is True
    return {
        "image": str(config.get("Image") or ""),
        "name": str(inspect.get("Name") or "").removeprefix("/"),
        "command": tuple(_own(config, given, "Cmd")),
        "env": tuple(text for text in _list(config, "Env") if text not in _list(given, "Env")),
        "ports": tuple(_publish(host)),
        "mounts": tuple(_bound(config, host, given)),
        "network": _network(host),
        "restart": _restart(_at(host, "RestartPolicy")),
        "memory": str(number(host, "Memory") or ""),
        "cpus": f"{cpus / _SECONDS:g}" if (cpus := number(host, "NanoCpus")) else "",
        "labels": tuple(_labels(config, given)),
        "user": _differing(config, given, "User"),
        "workdir": _differing(config, given, "WorkingDir"),
        "entrypoint": " ".join(_own(config, given, "Entrypoint")),
        "hostname": _hostname(inspect, config, host),
        "health": _health(_at(config, "Healthcheck"), _at(given, "Healthcheck")),
        "tty": tty,
        "remove": host.get("AutoRemove") is True,
    }


def left_out(inspect: Mapping[str, Any]) -> list[str]:
    """What this container has that the form does not know."""
    host, networks = _at(inspect, "HostConfig"), _at(_at(inspect, "NetworkSettings"), "Networks")
    rare = ("Privileged", "CapAdd", "CapDrop", "Devices", "ExtraHosts", "SecurityOpt", "Ulimits", "Sysctls", "Tmpfs",
            "VolumesFrom", "Links", "Init", "ReadonlyRootfs")  # fmt: skip
    found = [key for key in rare if host.get(key)]
    return [*found, *(["further networks"] if len(networks) > 1 else [])]


def _at(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _list(raw: Mapping[str, Any], key: str) -> list[str]:
    value = raw.get(key)
    return [str(item) for item in value] if isinstance(value, list) else []


def _own(config: Mapping[str, Any], given: Mapping[str, Any], key: str) -> list[str]:
    return [] if _list(config, key) == _list(given, key) else _list(config, key)


def _differing(config: Mapping[str, Any], given: Mapping[str, Any], key: str) -> str:
    value = str(config.get(key) or "")
    return "" if value == str(given.get(key) or "") else value


def _labels(config: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    known = _at(given, "Labels")
    return [f"{key}={value}" for key, value in _at(config, "Labels").items() if known.get(key) != value]


def _publish(host: Mapping[str, Any]) -> Iterable[str]:
    for private, bindings in sorted(_at(host, "PortBindings").items()):
        for binding in objects(bindings):
            ip, public = str(binding.get("HostIp") or ""), str(binding.get("HostPort") or "")
            shown = f"[{ip}]" if _is_v6(ip) else ip
            port = private.removesuffix("/tcp")
            yield f"{shown}:{public}:{port}" if ip else f"{public}:{port}" if public else port


def _is_v6(ip: str) -> bool:
    try:
        return ipaddress.ip_address(ip).version == 6
    except ValueError:
        return False


def _bound(config: Mapping[str, Any], host: Mapping[str, Any], given: Mapping[str, Any]) -> Iterable[str]:
    yield from _list(host, "Binds")
    for mount in mappings(host, "Mounts"):
        if mount.get("Type") in ("volume", "bind") and mount.get("Source"):
            yield f"{mount['Source']}:{mount.get('Target')}{':ro' if mount.get('ReadOnly') else ''}"
    yield from (path for path in _at(config, "Volumes") if path not in _at(given, "Volumes"))


def _network(host: Mapping[str, Any]) -> str:
    mode = str(host.get("NetworkMode") or "")
    return "" if mode in ("default", "bridge") else mode


def _restart(policy: Mapping[str, Any]) -> str:
    name, count = str(policy.get("Name") or ""), policy.get("MaximumRetryCount") or 0
    return "" if name in ("", "no") else f"{name}:{count}" if count else name


def _hostname(inspect: Mapping[str, Any], config: Mapping[str, Any], host: Mapping[str, Any]) -> str:
    name = str(config.get("Hostname") or "")
    made_up = str(inspect.get("Id") or "").startswith(name) or host.get("NetworkMode") == "host"
    return "" if made_up else name


def _health(check: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    test = _list(check, "Test")
    return test[1] if test[:1] == ["CMD-SHELL"] and len(test) > 1 and test != _list(given, "Test") else ""
