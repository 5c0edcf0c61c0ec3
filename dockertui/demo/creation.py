"""Containers made by a request: what they are, and what their command will do on a host that runs nothing."""

import re
from dataclasses import replace
from typing import Any

from dockertui.demo import first_process, images, volumes
from dockertui.demo.host import Host
from dockertui.demo.lifecycle import check_name
from dockertui.demo.objects import Attachment, Container, Mount, Temper
from dockertui.demo.refusal import invalid, not_found

_LEFT = ("amazing", "bold", "clever", "eager", "focused", "gracious", "happy", "keen", "nifty", "quirky", "serene")
_RIGHT = ("curie", "darwin", "euler", "gauss", "hopper", "knuth", "lamarr", "noether", "ritchie", "turing", "wu")
_LIMITS = frozenset(
    ("Memory", "MemorySwap", "MemoryReservation", "NanoCpus", "CpuShares", "CpuPeriod", "CpuQuota", "CpusetCpus",
     "CpusetMems", "PidsLimit", "BlkioWeight", "RestartPolicy")
)  # fmt: skip
_APART = ("HostConfig", "NetworkingConfig")


def create(host: Host, name: str, wanted: dict[str, Any]) -> Container:
    """POST /containers/create; `wanted` is the request's body."""
    if not wanted.keys() - _APART:
        raise invalid("config cannot be empty in order to create a container")
    reference = str(wanted.get("Image") or "")
    image = images.find_or_none(host, reference) if reference else None
    if reference and image is None:
        shown = reference if reference.startswith("sha256:") else images.familiar(reference)
        raise not_found(f"No such image: {shown}")
    if name:
        check_name(host, name)
    config = _config(wanted, image.config if image else {})
    if not config.get("Cmd") and not config.get("Entrypoint"):
        raise invalid("no command specified")
    container = Container(
        id=host.new_id(),
        name=name.removeprefix("/") or _invented_name(host),
        image=reference,
        image_id=image.id if image else "",
        created=host.now(),
        config=config,
        host_config={key: value for key, value in (wanted.get("HostConfig") or {}).items() if value is not None},
    )
    config["Hostname"] = config.get("Hostname") or container.id[:12]
    container.temper = _checked(fate(container.command), config.get("Healthcheck") or {})
    if container.temper.runs_for is None and first_process.playable(container):
        container.temper = replace(container.temper, played=True)
    container.mounts = _mounts(host, container)
    container.attachments = _attachments(container, wanted.get("NetworkingConfig") or {})
    host.add_container(container)
    host.tell(container, "create")
    return container


def update(host: Host, container: Container, wanted: dict[str, Any]) -> None:
    """POST /containers/{id}/update: limits and restart policy, those that are given."""
    given = {key: value for key, value in wanted.items() if key in _LIMITS and value}
    container.host_config = {**container.host_config, **given}
    container.touch()
    host.tell(container, "update")


def _config(wanted: dict[str, Any], of_image: dict[str, Any]) -> dict[str, Any]:
    """The request's configuration over that of the image, as the Engine merges them."""
    config = {key: value for key, value in wanted.items() if key not in _APART}
    if not config.get("Entrypoint"):
        config["Entrypoint"] = of_image.get("Entrypoint")
        config["Cmd"] = config.get("Cmd") or of_image.get("Cmd")
    own = [*(config.get("Env") or [])]
    named = {text.partition("=")[0] for text in own}
    config["Env"] = own + [text for text in of_image.get("Env", []) if text.partition("=")[0] not in named]
    config["Labels"] = {**(of_image.get("Labels") or {}), **(config.get("Labels") or {})}
    for key in ("ExposedPorts", "Volumes"):
        if merged := {**(of_image.get(key) or {}), **(config.get(key) or {})}:
            config[key] = merged
    for key in ("WorkingDir", "User", "StopSignal"):
        if of_image.get(key) and not config.get(key):
            config[key] = of_image[key]
    return {key: value for key, value in config.items() if value is not None}


def _invented_name(host: Host) -> str:
    while True:
        name = f"{host.random.choice(_LEFT)}_{host.random.choice(_RIGHT)}"
        if name not in host.names:
            return name


def _mounts(host: Host, container: Container) -> list[Mount]:
    mounts = [_bind(host, text) for text in container.host_config.get("Binds") or []]
    mounts += [_mount(host, wanted) for wanted in container.host_config.get("Mounts") or []]
    taken = {mount.destination for mount in mounts}
    for path in container.config.get("Volumes") or {}:
        if path not in taken:
            mounts.append(_volume_mount(host, "", path, "", True))
    return mounts


def _bind(host: Host, text: str) -> Mount:
    source, _, rest = text.partition(":")
    target, _, options = rest.partition(":")
    writable = "ro" not in options.split(",")
    if source.startswith("/"):
        return Mount("bind", target, "", source, "", options, writable, "rprivate")
    return _volume_mount(host, source, target, options or "z", writable)


def _mount(host: Host, wanted: dict[str, Any]) -> Mount:
    kind, target = wanted.get("Type"), str(wanted.get("Target") or "")
    writable = not wanted.get("ReadOnly")
    if kind == "volume":
        return _volume_mount(host, str(wanted.get("Source") or ""), target, "z", writable)
    if kind == "tmpfs":
        return Mount("tmpfs", target, rw=writable)
    return Mount("bind", target, "", str(wanted.get("Source") or ""), "", "", writable, "rprivate")


def _volume_mount(host: Host, name: str, target: str, mode: str, writable: bool) -> Mount:
    volume = volumes.create(host, {"Name": name}) if name not in host.volumes else host.volumes[name]
    return Mount("volume", target, volume.name, volume.mountpoint, volume.driver, mode if name else "", writable)


def _attachments(container: Container, networking: dict[str, Any]) -> dict[str, Attachment]:
    """The network of NetworkMode, and those of NetworkingConfig."""
    mode = container.network_mode
    if mode == "default":  # what the CLI says for the default bridge, in both places
        mode = container.host_config["NetworkMode"] = "bridge"
    if mode.startswith("container:"):
        return {}
    asked = networking.get("EndpointsConfig") or {}
    wanted = {"bridge" if name == "default" else name: place for name, place in asked.items()}
    return {
        name: Attachment("", [str(alias) for alias in (wanted.get(name) or {}).get("Aliases") or []])
        for name in dict.fromkeys([mode, *wanted])
    }


def _checked(temper: Temper, check: dict[str, Any]) -> Temper:
    """With what its health check will say, as far as `fate` can tell."""
    test = check.get("Test") or []
    if len(test) < 2:
        return temper
    result = fate(["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:])
    return replace(temper, probe_exit=result.exit_code, probe_output="".join(f"{line}\n" for line in result.says))


def fate(command: list[str]) -> Temper:
    """What a command does here: true, false, echo, sleep N, 'exit N' as they do; others run until stopped."""
    words = command[2].split() if len(command) > 2 and command[1] == "-c" else command
    text = " ".join(words)
    program = words[0].rpartition("/")[2] if words else ""
    if match := re.fullmatch(r"(?:echo (?P<said>[^;&|]*);? ?)?exit (?P<code>\d+)", text):
        said = (match["said"].strip(),) if match["said"] else ()
        return Temper(runs_for=0, exit_code=int(match["code"]), says=said)
    if program in ("true", "false"):
        return Temper(runs_for=0, exit_code=int(program == "false"))
    if program == "echo" and not re.search(r"[;&|]", text):
        return Temper(runs_for=0, says=(" ".join(words[1:]),))
    processes = (("root", " ".join(command)),)
    if program == "sleep" and len(words) == 2 and re.fullmatch(r"\d+(\.\d+)?", words[1]):
        # As process 1 it has no handler for SIGTERM, so that only SIGKILL ends it.
        return Temper(memory=1 << 20, runs_for=float(words[1]), stop_exit=None, processes=processes)
    return Temper(memory=3 << 20, stop_exit=None if program in ("sleep", "sh", "tail") else 0, processes=processes)
