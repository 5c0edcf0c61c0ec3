"""The page of a container, from its `inspect` reply: what it runs, its state, and why it ended."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from dockertui.engine.exit_codes import meaning
from dockertui.engine.fields import Reply
from dockertui.engine.models import Container
from dockertui.resources import format
from dockertui.resources.base import Reference, facts, filled, listing
from dockertui.resources.container_state import process, status
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.page_lines import Field, Section

_HEALTH_STYLES = {"healthy": "good", "unhealthy": "bad", "starting": "warn"}
_PROBES_SHOWN = 3


def container_sections(item: Container, inspect: Reply, surroundings: Surroundings) -> list[Section]:
    """Return the sections of the page, most important first. Without `inspect`, from the listing only."""
    return filled(
        Section("State", facts(*_state(item, inspect, surroundings))),
        Section("Health", facts(*_health(inspect, surroundings))),
        Section("Runs", facts(*_runs(item, inspect))),
        Section("Ports", _ports(inspect)),
        Section("Networks", _networks(item, inspect, surroundings)),
        Section("Mounts", _mounts(inspect)),
        Section("Environment", _environment(inspect)),
        Section("Limits", facts(*_limits(inspect))),
        Section("Security", facts(*_security(inspect))),
        listing("Labels", inspect.pairs("Config", "Labels") or sorted(item.labels.items())),
        Section("Identity", facts(*_identity(item, inspect, surroundings))),
    )


def _state(item: Container, inspect: Reply, surroundings: Surroundings) -> list[Field | None]:
    state = Reply(inspect.at("State"))
    if not state:
        return [Field("Status", *status(surroundings, item))]
    started, finished = (
        format.parse_time(state.text("StartedAt")),
        format.parse_time(state.text("FinishedAt")),
    )
    now = surroundings.clock()
    running = state.flag("Running")
    lasted = (finished - started) if started and finished and finished >= started and not running else None
    return [
        _status(state, started, finished, now),
        _why(item, inspect, surroundings),
        None if running or not started else _ended(state),
        Field("Killed", "the kernel ran out of memory for it (OOM)", "bad") if state.flag("OOMKilled") else None,
        Field("Error", state.text("Error"), "bad"),
        Field("Started", format.moment(started, now)),
        None if running else Field("Finished", format.moment(finished, now)),
        Field("Lasted", format.span(lasted)) if lasted is not None else None,
        Field("Restarts", _restarts(inspect), "warn" if inspect.number("RestartCount") else ""),
        Field("Process", f"PID {state.number('Pid')} on the host" if state.number("Pid") else ""),
    ]


def _why(item: Container, inspect: Reply, surroundings: Surroundings) -> Field | None:
    """Return the verdict of the Why tab, if the `inspect` reply alone proves it."""
    state = Reply(inspect.at("State"))
    troubled = state.text("Status") in ("restarting", "dead") or state.text("Health", "Status") == "unhealthy"
    if not (troubled or state.flag("OOMKilled") or state.text("Error")):
        return None
    from dockertui.resources.why.diagnosis import verdict_by_inspect  # not needed for the first paint
    from dockertui.resources.why.facts import Facts

    verdict = verdict_by_inspect(
        Facts(item.name, surroundings.clock(), item.state, inspect, reveal=surroundings.reveal)
    )
    return Field("Why", f"it {verdict.what}", verdict.style) if verdict is not None else None


def _status(state: Reply, started: float | None, finished: float | None, now: float) -> Field:
    word = state.text("Status")
    since = started if state.flag("Running") else finished
    health = state.text("Health", "Status")
    text = f"{word} for {format.span(now - since)}" if since and word not in ("created", "") else word
    if health not in ("", "none"):
        text += f", {health}"
    style = {"running": "good", "paused": "warn", "restarting": "warn", "dead": "bad"}.get(word, "")
    return Field("Status", text, _HEALTH_STYLES.get(health, style))


def _ended(state: Reply) -> Field:
    code = state.number("ExitCode")
    return Field("Exit code", meaning(code, state.flag("OOMKilled")), "bad" if code else "good")


def _restarts(inspect: Reply) -> str:
    policy, most = (
        inspect.text("HostConfig", "RestartPolicy", "Name"),
        inspect.number("HostConfig", "RestartPolicy", "MaximumRetryCount"),
    )
    text = f"policy {policy or 'no'}" + (f", at most {most}" if most else "")
    count = inspect.number("RestartCount")
    return f"{format.plural(count, 'restart')} so far, {text}" if count else text


def _health(inspect: Reply, surroundings: Surroundings) -> list[Field | None]:
    health = Reply(inspect.at("State", "Health"))
    test = inspect.words("Config", "Healthcheck", "Test")
    if not test and (not health or health.text("Status") in ("", "none")):
        return []
    status, streak = health.text("Status"), health.number("FailingStreak")
    probes = health.objects("Log")[-_PROBES_SHOWN:]
    return [
        Field(
            "Health",
            status + (f", {streak} failed in a row" if streak else ""),
            _HEALTH_STYLES.get(status, ""),
        ),
        Field("Probe", _probe_command(test)),
        Field("Timing", _timing(Reply(inspect.at("Config", "Healthcheck")))),
        *(_probe(probe, not number, surroundings.clock()) for number, probe in enumerate(reversed(probes))),
    ]


def _probe_command(test: Sequence[str]) -> str:
    if not test or test[0] == "NONE":
        return "switched off" if test else ""
    return " ".join(test[1:]) if test[0] == "CMD-SHELL" else shlex.join(test[1:] if test[0] == "CMD" else test)


def _timing(check: Reply) -> str:
    parts = [
        (check.number(name) / 1e9, word)
        for name, word in (("Interval", "every"), ("Timeout", "time limit"), ("StartPeriod", "grace"))
    ]
    retries = check.number("Retries")
    said = [f"{word} {format.span(seconds)}" for seconds, word in parts if seconds]
    return ", ".join(said + ([f"{retries} tries"] if retries else []))


def _probe(probe: Reply, first: bool, now: float) -> Field:
    code, ended = probe.number("ExitCode"), format.parse_time(probe.text("End"))
    when = f"{format.span(now - ended)} ago: " if ended else ""
    output = format.beginning(probe.text("Output")).rstrip()
    return Field(
        "Last probes" if first else "",
        [f"{when}exit {code}", *output.splitlines()[:20]],
        "bad" if code else "dim",
    )


def _runs(item: Container, inspect: Reply) -> list[Field | None]:
    config = Reply(inspect.at("Config"))
    return [
        Field("Image", config.text("Image") or item.image, ref=Reference("image", item.image_id, item.image)),
        Field("Image id", inspect.text("Image") or item.image_id, "dim"),
        Field("Entry point", shlex.join(config.words("Entrypoint"))),
        Field("Command", shlex.join(config.words("Cmd")) or (item.command if not inspect else "")),
        Field("Process", shlex.join(process(inspect))),
        Field("User", config.text("User")),
        Field("Directory", config.text("WorkingDir")),
        Field("Terminal", "yes (TTY)" if config.flag("Tty") else ""),
        Field("Stop signal", config.text("StopSignal")),
        Field("Project", item.project),
        Field("Service", item.service),
    ]


def _ports(inspect: Reply) -> list[Field]:
    fields = []
    bindings = inspect.at("NetworkSettings", "Ports")
    for port in sorted(bindings if isinstance(bindings, dict) else {}, key=_port_order):
        hosts = [
            f"{host.text('HostIp') or '*'}:{host.text('HostPort')}"
            for host in inspect.objects("NetworkSettings", "Ports", port)
        ]
        fields.append(Field(port, hosts or "not published", "" if hosts else "dim"))
    return fields


def _port_order(port: str) -> tuple[int, str]:
    number = port.partition("/")[0]
    return (int(number) if number.isdecimal() else 0), port


def _networks(item: Container, inspect: Reply, surroundings: Surroundings) -> list[Field]:
    known = {a.network: Reference("network", surroundings.network_id(a), a.network) for a in item.networks}
    fields = []
    for name, network in inspect.entries("NetworkSettings", "Networks"):
        aliases = [alias for alias in network.words("Aliases") if not item.id.startswith(alias)]
        lines = [
            " ".join(filter(None, (network.text("IPAddress"), network.text("GlobalIPv6Address")))) or "no address",
            f"aliases {', '.join(aliases)}" if aliases else "",
            f"gateway {network.text('Gateway')}" if network.text("Gateway") else "",
            f"MAC {network.text('MacAddress')}" if network.text("MacAddress") else "",
        ]
        fields.append(Field(name, [line for line in lines if line], ref=known.get(name)))
    return fields or [Field(a.network, a.ip, ref=known[a.network]) for a in item.networks]


def _mounts(inspect: Reply) -> list[Field]:
    return [_mount(mount) for mount in inspect.objects("Mounts")] + [
        Field(target, f"tmpfs {options}".rstrip()) for target, options in inspect.pairs("HostConfig", "Tmpfs")
    ]


def _mount(mount: Reply) -> Field:
    kind, name = mount.text("Type"), mount.text("Name")
    access = "" if mount.flag("RW") else " (read only)"
    if kind == "volume" and name:
        return Field(mount.text("Destination"), f"volume {name}{access}", ref=Reference("volume", name, name))
    return Field(mount.text("Destination"), f"{kind} {mount.text('Source')}{access}")


def _environment(inspect: Reply) -> list[Field]:
    fields = []
    for assignment in sorted(inspect.words("Config", "Env")):
        name, _, value = assignment.partition("=")
        fields.append(Field(name, value or "(empty)", "" if value else "dim"))
    return fields


def _limits(inspect: Reply) -> list[Field | None]:
    host = Reply(inspect.at("HostConfig"))
    nano, quota, period = host.number("NanoCpus"), host.number("CpuQuota"), host.number("CpuPeriod")
    cpus = nano / 1e9 if nano else quota / (period or 100_000) if quota > 0 else 0
    limits = [f"{limit.text('Name')} {limit.text('Soft')}:{limit.text('Hard')}" for limit in host.objects("Ulimits")]
    swap = host.number("MemorySwap")
    return [
        Field(
            "Memory",
            format.memory(host.number("Memory")) if host.number("Memory") else "no limit" if inspect else "",
        ),
        Field("Memory+swap", format.memory(swap) if swap > 0 else "no limit" if swap < 0 else ""),
        Field(
            "Reserved",
            format.memory(host.number("MemoryReservation")) if host.number("MemoryReservation") else "",
        ),
        Field("CPUs", f"{cpus:g}" if cpus else "no limit" if inspect else ""),
        Field("CPU shares", host.text("CpuShares") if host.number("CpuShares") else ""),
        Field("CPU set", host.text("CpusetCpus")),
        Field("Processes", host.text("PidsLimit") if host.number("PidsLimit") > 0 else ""),
        Field("Ulimits", limits),
        Field("Shared memory", format.memory(host.number("ShmSize")) if host.number("ShmSize") else ""),
        Field("Log driver", _log_driver(host)),
    ]


def _log_driver(host: Reply) -> str:
    options = ", ".join(f"{name}={value}" for name, value in host.pairs("LogConfig", "Config"))
    return f"{host.text('LogConfig', 'Type')} {options}".strip()


def _security(inspect: Reply) -> list[Field | None]:
    host = Reply(inspect.at("HostConfig"))
    return [
        Field("Privileged", "yes" if host.flag("Privileged") else "", "warn"),
        Field("Root files", "read only" if host.flag("ReadonlyRootfs") else ""),
        Field("Added", host.words("CapAdd"), "warn"),
        Field("Dropped", host.words("CapDrop")),
        Field("Options", host.words("SecurityOpt")),
        Field("AppArmor", inspect.text("AppArmorProfile")),
        Field("PID mode", host.text("PidMode")),
        Field("IPC mode", host.text("IpcMode") if host.text("IpcMode") not in ("private", "shareable") else ""),
        Field(
            "Network mode",
            host.text("NetworkMode") if host.text("NetworkMode") not in ("default", "bridge") else "",
        ),
        Field("User mode", host.text("UsernsMode")),
        Field(
            "Devices",
            [f"{d.text('PathOnHost')} → {d.text('PathInContainer')}" for d in host.objects("Devices")],
        ),
    ]


def _identity(item: Container, inspect: Reply, surroundings: Surroundings) -> list[Field | None]:
    created = format.parse_time(inspect.text("Created")) or item.created or None
    writable = surroundings.size("container", item.id)
    return [
        Field("Name", item.name),
        Field("Id", item.id),
        Field("Created", format.moment(created, surroundings.clock())),
        Field("Hostname", inspect.text("Config", "Hostname")),
        Field("Platform", inspect.text("Platform")),
        Field("Storage", inspect.text("Driver")),
        Field(
            "Size",
            f"{format.size(writable.own)} written, {format.size(writable.total)} with its image" if writable else "",
        ),
        Field("Auto-remove", "when it exits" if inspect.flag("HostConfig", "AutoRemove") else ""),
    ]
