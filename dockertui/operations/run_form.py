"""Running a new container: the form's options, and their translation for the API and for `docker run`."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dockertui.engine import containers, images, platforms
from dockertui.engine.container_model import SHORT_ID
from dockertui.engine.fields import mapping, mappings, number, objects, strings
from dockertui.operations import client_defaults, form_values, joining, mounts, ports
from dockertui.operations.command_body import FieldKind, InvalidValue, Option, Plan, Values
from dockertui.operations.form_values import words
from dockertui.operations.ports import Published

_MANY = FieldKind.WORDS
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


OPTIONS: Final[tuple[Option, ...]] = (
    Option("image", "Image", hint="name:tag", required=True, check=form_values.reference),
    Option("name", "Name", required=True, check=form_values.name),
    Option("command", "Command", _MANY, (), hint="default: the image's"),
    Option("env", "Environment", _MANY, (), hint="NAME=value 'OTHER=two words'", check=form_values.pairs),
    Option("ports", "Ports", _MANY, (), hint="8080:80 127.0.0.1:53:53/udp", check=ports.check),
    Option("mounts", "Mounts", _MANY, (), hint="data:/var/lib /srv/www:/www:ro", check=mounts.check),
    Option("network", "Network", hint="bridge by default; host, none, a name", check=joining.check),
    Option("restart", "Restart policy", hint=" ".join(form_values.POLICIES), check=form_values.policy),
    Option("memory", "Memory", hint="512m", check=form_values.size),
    Option("cpus", "CPUs", hint="1.5", check=form_values.cpus),
    Option("labels", "Labels", _MANY, (), hint="name=value …", check=form_values.labels),
    Option("user", "User", hint="name or 1000:1000"),
    Option("workdir", "Working directory", hint="/srv"),
    Option("entrypoint", "Entry point", hint="a program, in place of the image's"),
    Option("hostname", "Host name"),
    Option("health", "Health check", hint="a shell command, every 30 s by default"),
    Option("platform", "Platform", hint="linux/arm64; empty: the Engine's own", check=form_values.platform),
    Option("tty", "Interactive TTY (-it)", FieldKind.FLAG, False),
    Option("remove", "Remove on exit (--rm)", FieldKind.FLAG, False),
)


def new_name() -> str:
    """Return a random name for a container, in Docker's style."""
    return f"{random.choice(_FIRST)}_{random.choice(_LAST)}_{random.randrange(100):02}"


def plan(item: Any, values: Values) -> Plan:
    """Pull if needed, create and start. Later requests use the given name, so they need not wait for an id."""
    here = client_defaults.on_this_machine(values["mounts"])
    values = {**values, "mounts": here, "ports": tuple(map(ports.bracketed, values["ports"]))}
    name, image, platform = values["name"], values["image"], values.get("platform", "")
    pull = (images.pull(image, platform, values["pull"]),) if "pull" in values else ()
    create = containers.create(name, body(values), platforms.normal(platform) if platform else None)
    return Plan((*pull, create, containers.start(name)), docker_words(values), note=values.get("note", ""))


def check(values: Values) -> None:
    """Raise InvalidValue for combinations that the Engine, or the docker command, would refuse."""
    if values["memory"] == "-1":
        raise InvalidValue("without a limit it is empty", "memory")
    if values["remove"] and form_values.restart_policy(values["restart"])["Name"] != "no":
        raise InvalidValue("one that is removed when it ends cannot be restarted: leave one of the two away", "restart")


def body(values: Values) -> dict[str, Any]:
    """Return the body of `POST /containers/create`."""
    published = [port for text in values["ports"] for port in ports.published(text)]
    joined = joining.joined(values["network"])
    config: dict[str, Any] = {
        "Image": values["image"],
        "Cmd": list(values["command"]) or None,
        "Env": client_defaults.variables(values["env"], values.get("proxies", {})),
        "Labels": form_values.mapping(values["labels"]),
        "ExposedPorts": {port.private: {} for port in published},
        "Volumes": {text: {} for text in values["mounts"] if ":" not in text},
        "HostConfig": _host_config(values, published),
    }
    if joined.settings:
        config["NetworkingConfig"] = {"EndpointsConfig": {joined.name: joined.settings}}
    texts = {"User": "user", "WorkingDir": "workdir", "Hostname": "hostname"}
    config |= {key: values[id] for key, id in texts.items() if values[id]}
    if values["entrypoint"]:
        config["Entrypoint"] = [values["entrypoint"]]
    if values["health"]:
        config["Healthcheck"] = {"Test": ["CMD-SHELL", values["health"]]}
    if values["tty"]:
        config |= {"Tty": True, "OpenStdin": True}
    return config


def _host_config(values: Values, published: Sequence[Published]) -> dict[str, Any]:
    bound: dict[str, list[dict[str, str]]] = {}
    for port in published:
        bound.setdefault(port.private, []).append({"HostIp": port.ip, "HostPort": port.public})
    host: dict[str, Any] = {
        "Binds": [text for text in values["mounts"] if ":" in text] or None,
        "PortBindings": bound,
        "NetworkMode": joining.joined(values["network"]).name or "default",
        "RestartPolicy": form_values.restart_policy(values["restart"]),
        "AutoRemove": values["remove"],
    }
    if values["memory"]:
        host["Memory"] = form_values.in_bytes(values["memory"])
    if values["cpus"]:
        host["NanoCpus"] = form_values.nano_cpus(values["cpus"])
    return host


def docker_words(values: Values) -> tuple[str, ...]:
    """Return the words after `docker`: `run --detach --name web … nginx`."""
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


# from an existing container


def values_of(inspect: Mapping[str, Any], image: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's values to create this container again; `image`: its image's `inspect`, or empty.

    The image's own settings are left out. Many settings have no field: `unsaid` lists what these values lack.
    """
    config, host, given = mapping(inspect, "Config"), mapping(inspect, "HostConfig"), mapping(image, "Config")
    tty = config.get("Tty") is True
    return {
        "image": str(config.get("Image") or ""),
        "name": str(inspect.get("Name") or "").removeprefix("/"),
        "command": tuple(_own(config, given, "Cmd")),
        "env": tuple(text for text in strings(config, "Env") if text not in strings(given, "Env")),
        "ports": tuple(_publish(host)),
        "mounts": tuple(_bound(config, host, given)),
        "network": _network(host),
        "restart": _restart(mapping(host, "RestartPolicy")),
        "memory": str(number(host, "Memory") or ""),
        "cpus": form_values.cpus_shown(number(host, "NanoCpus") or 0),
        "labels": tuple(_labels(config, given)),
        "user": _differing(config, given, "User"),
        "workdir": _differing(config, given, "WorkingDir"),
        "entrypoint": _program(_own(config, given, "Entrypoint")),
        "hostname": _hostname(inspect, config, host),
        "health": _health(mapping(config, "Healthcheck"), mapping(given, "Healthcheck")),
        "tty": tty,
        "remove": host.get("AutoRemove") is True,
    }


def _own(config: Mapping[str, Any], given: Mapping[str, Any], key: str) -> list[str]:
    return [] if strings(config, key) == strings(given, key) else strings(config, key)


def _differing(config: Mapping[str, Any], given: Mapping[str, Any], key: str) -> str:
    value = str(config.get(key) or "")
    return "" if value == str(given.get(key) or "") else value


def _labels(config: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    known = mapping(given, "Labels")
    return [f"{key}={value}" for key, value in mapping(config, "Labels").items() if known.get(key) != value]


def _publish(host: Mapping[str, Any]) -> Iterable[str]:
    for private, bindings in sorted(mapping(host, "PortBindings").items()):
        yield from (publish_text(private, binding) for binding in objects(bindings))


def publish_text(private: str, binding: Mapping[str, Any]) -> str:
    """Return one of a port's bindings as it is typed."""
    return ports.shown(str(binding.get("HostIp") or ""), str(binding.get("HostPort") or ""), private)


def _bound(config: Mapping[str, Any], host: Mapping[str, Any], given: Mapping[str, Any]) -> Iterable[str]:
    yield from strings(host, "Binds")
    yield from filter(None, map(mount_text, mappings(host, "Mounts")))
    yield from (path for path in mapping(config, "Volumes") if path not in mapping(given, "Volumes"))


def mount_text(mount: Mapping[str, Any]) -> str:
    """Return an entry of HostConfig.Mounts as it is typed; "" if it cannot be."""
    if mount.get("Type") not in ("volume", "bind") or not mount.get("Source"):
        return ""
    return f"{mount['Source']}:{mount.get('Target')}{':ro' if mount.get('ReadOnly') else ''}"


def _network(host: Mapping[str, Any]) -> str:
    mode = str(host.get("NetworkMode") or "")
    return "" if mode in ("default", "bridge") else mode


def _restart(policy: Mapping[str, Any]) -> str:
    name, count = str(policy.get("Name") or ""), policy.get("MaximumRetryCount") or 0
    return "" if name in ("", "no") else f"{name}:{count}" if count else name


def _hostname(inspect: Mapping[str, Any], config: Mapping[str, Any], host: Mapping[str, Any]) -> str:
    name, mode = str(config.get("Hostname") or ""), str(host.get("NetworkMode") or "")
    made_up = name == str(inspect.get("Id") or "")[:SHORT_ID] or mode == "host" or mode.startswith("container:")
    return "" if made_up else name


def _program(words: Sequence[str]) -> str:
    """Return an entry point as it is typed: several words quoted as in a shell."""
    return words[0] if len(words) == 1 else shlex.join(words)


def _health(check: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    test = strings(check, "Test")
    if len(test) < 2 or test == strings(given, "Test"):
        return ""
    return test[1] if test[0] == "CMD-SHELL" else shlex.join(test[1:]) if test[0] == "CMD" else ""
