"""The forms and requests of the commands on containers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dockertui.engine import containers as calls
from dockertui.engine.fields import strings, text
from dockertui.engine.images import split_reference
from dockertui.engine.models import Container
from dockertui.operations import form_values, prune_estimate
from dockertui.operations.command_body import Body, FieldKind, InvalidValue, Option, Plan, Values
from dockertui.operations.form_values import LABELS, UNTIL, filter_words, filters, words
from dockertui.resources import format
from dockertui.resources.surroundings import Surroundings

KIND = "container"
_ANONYMOUS = re.compile(r"[0-9a-f]{64}")
SIGNALS = ("TERM", "KILL", "HUP", "INT", "QUIT", "USR1", "USR2", "STOP", "CONT", "WINCH")
_SECONDS = Option(
    "seconds",
    "Seconds until it is killed",
    FieldKind.NUMBER,
    None,
    hint="empty: as it was made to be, 10 by default",
    check=form_values.not_negative,
)


def anonymous_volumes(item: Container) -> list[str]:
    """Return the names of the volumes created for this container, which can be removed with it."""
    return [mount.name for mount in item.mounts if mount.type == "volume" and _ANONYMOUS.fullmatch(mount.name)]


def _goes_with(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    told = ["it is running: killed first"] if item.running and values.get("force") else []
    if item.running and not values.get("force"):
        told.append("it is running: the Engine will refuse without force")
    count = len(anonymous_volumes(item))
    if count:
        it, stays = ("it", "stays") if count == 1 else ("them", "stay")
        fate = f"with all that is in {it}" if values.get("volumes") else f"{stays} behind, unused"
        told.append(f"{format.plural(count, 'anonymous volume')} {fate}")
    return [*told, "what it wrote outside of volumes is lost"]


def _ends(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    seconds = values.get("seconds")
    grace = "its grace period (10 s by default)" if seconds is None else f"{seconds} s"
    return [f"is asked to end, and killed if it has not ended after {grace}"]


def _restarts(item: Container, surroundings: Surroundings, values: Values) -> list[str]:
    if item.state in ("created", "exited", "dead"):
        return ["does not run: it is started"]
    return [*_ends(item, surroundings, values), "then started again"]


def _remove(item: Container, values: Values) -> Plan:
    force, volumes = values["force"], values["volumes"]
    return Plan(
        (calls.remove(item.id, force=force, volumes=volumes),),
        ("rm", *words("--force", force), *words("--volumes", volumes), item.name),
    )


def _changes(values: Values) -> None:
    """Raise InvalidValue if nothing would change: the Engine takes 0 for "as it is", and reports success."""
    limits = {"memory": values["memory"], "swap": values["swap"], "cpus": values["cpus"],
              "cpu_shares": values["cpu_shares"], "pids": values["pids"]}  # fmt: skip
    for option, value in limits.items():
        if value not in (None, "") and not (value if isinstance(value, int) else _amount(option, value)):
            remedy = "-1 takes the limit away" if option in ("swap", "pids") else "leave it empty, or give an amount"
            raise InvalidValue(f"0 changes nothing: {remedy}", option)
    if values["memory"] == "-1":
        raise InvalidValue("the docker command takes no limit away from a container: recreate it without", "memory")
    if not values["restart"] and all(value in (None, "") for value in limits.values()):
        raise InvalidValue("nothing is to be changed: fill in one at least", "memory")


def _amount(option: str, value: str) -> float:
    return float(value) if option == "cpus" else form_values.in_bytes(value)


def _update(item: Container, values: Values) -> Plan:
    body: dict[str, Any] = {}
    if values["memory"]:
        body["Memory"] = form_values.in_bytes(values["memory"])
    if values["swap"]:
        body["MemorySwap"] = form_values.in_bytes(values["swap"])
    if values["cpus"]:
        body["NanoCpus"] = form_values.nano_cpus(values["cpus"])
    if values["cpu_shares"]:
        body["CpuShares"] = values["cpu_shares"]
    if values["pids"]:
        body["PidsLimit"] = values["pids"]
    if values["restart"]:
        body["RestartPolicy"] = form_values.restart_policy(values["restart"])
    docker = (
        *words("--memory", values["memory"]),
        *words("--memory-swap", values["swap"]),
        *words("--cpus", values["cpus"]),
        *words("--cpu-shares", values["cpu_shares"]),
        *words("--pids-limit", values["pids"]),
        *words("--restart", values["restart"]),
    )
    return Plan((calls.update(item.id, body),), ("update", *docker, item.name))


def _commit(item: Container, values: Values) -> Plan:
    repository, tag = split_reference(values["reference"])
    call = calls.commit(
        item.id,
        repository,
        tag,
        author=values["author"],
        message=values["message"],
        changes=values["changes"],
        pause=values["pause"],
    )
    docker = (
        *words("--author", values["author"]),
        *words("--message", values["message"]),
        *words("--change", values["changes"]),
        *(() if values["pause"] else ("--pause=false",)),
    )
    return Plan((call,), ("commit", *docker, item.name, values["reference"]))


def _prune(item: None, values: Values) -> Plan:
    wanted = filters(values)
    return Plan((calls.prune(wanted),), ("container", "prune", "--force", *filter_words(wanted)))


def pruned(item: None, surroundings: Surroundings, values: Values) -> list[str]:
    """List the stopped containers, without applying the filters: only the Engine can."""
    containers: list[Container] = list(surroundings.mirror.objects(KIND).values())
    stopped = [container for container in containers if container.state in ("created", "exited", "dead")]
    among = "of " if values.get("until") or values.get("labels") else ""
    space = prune_estimate.told(values, KIND, [container.id for container in stopped])
    names = ", ".join(sorted(container.name for container in stopped)) or "none"
    return [f"{among}{format.plural(len(stopped), 'stopped container')}{space}: {names}"]


def freed(reply: Any, key: str, noun: str) -> str:
    """Return the result of a prune: how many were removed, and how many bytes freed."""
    raw: Mapping[str, Any] = reply if isinstance(reply, dict) else {}
    gone = raw.get(key)
    count = len(gone) if isinstance(gone, list) else 0
    space = raw.get("SpaceReclaimed")
    told = f"{format.plural(count, noun)} removed"
    return f"{told}, {format.size(space)} freed" if isinstance(space, int) else told


def _exit_code(reply: Any) -> str:
    return f"exit {reply.get('StatusCode')}" if isinstance(reply, dict) else ""


def _committed(reply: Any) -> str:
    return text(reply, "Id").removeprefix("sha256:")[:12] if isinstance(reply, dict) else ""


def _warned(reply: Any) -> str:
    return "; ".join(strings(reply, "Warnings")) if isinstance(reply, dict) else ""


BODIES: Mapping[str, Body] = {
    "container.stop": Body(
        options=(_SECONDS,), takes_along=_ends,
        plan=lambda item, v: Plan(
            (calls.stop(item.id, v["seconds"]),), ("stop", *words("-t", v["seconds"]), item.name)
        ),
    ),
    "container.start": Body(plan=lambda item, v: Plan((calls.start(item.id),), ("start", item.name))),
    "container.restart": Body(
        options=(_SECONDS,), takes_along=_restarts,
        plan=lambda item, v: Plan(
            (calls.restart(item.id, v["seconds"]),), ("restart", *words("-t", v["seconds"]), item.name)
        ),
    ),
    "container.pause": Body(
        takes_along=lambda item, surroundings, v: ["its processes stand still until it is unpaused"],
        plan=lambda item, v: Plan((calls.pause(item.id),), ("pause", item.name)),
    ),
    "container.unpause": Body(plan=lambda item, v: Plan((calls.unpause(item.id),), ("unpause", item.name))),
    "container.kill": Body(
        options=(Option("signal", "Signal", FieldKind.CHOICE, "KILL", choices=SIGNALS, required=True),),
        takes_along=lambda item, surroundings, v: [f"gets SIG{v['signal']}"],
        plan=lambda item, v: Plan((calls.kill(item.id, v["signal"]),), ("kill", "-s", v["signal"], item.name)),
    ),
    "container.remove": Body(
        options=(
            Option("force", "Kill it if it runs", FieldKind.FLAG, False),
            Option("volumes", "Its anonymous volumes, too", FieldKind.FLAG, False),
        ),
        defaults=lambda item: {"force": bool(item and item.running)}, takes_along=_goes_with, plan=_remove,
    ),
    "container.rename": Body(
        options=(Option("name", "New name", required=True, check=form_values.name),),
        defaults=lambda item: {"name": item.name if item else ""},
        plan=lambda item, v: Plan((calls.rename(item.id, v["name"]),), ("rename", item.name, v["name"])),
    ),
    "container.update": Body(
        options=(
            Option("memory", "Memory", hint="512m, 2g; empty fields stay as they are", check=form_values.size),
            Option("swap", "Memory and swap", hint="1g; -1: no limit of swap", check=form_values.size),
            Option("cpus", "CPUs", hint="1.5", check=form_values.cpus),
            Option(
                "cpu_shares",
                "CPU shares",
                FieldKind.NUMBER,
                None,
                hint="1024: one share",
                check=form_values.not_negative,
            ),
            Option("pids", "Processes", FieldKind.NUMBER, None, hint="-1: no limit"),
            Option("restart", "Restart policy", hint=" ".join(form_values.POLICIES), check=form_values.policy),
        ),
        check=_changes, plan=_update, outcome=_warned,
    ),
    "container.wait": Body(plan=lambda item, v: Plan((calls.wait(item.id),), ("wait", item.name)), outcome=_exit_code),
    "container.commit": Body(
        options=(
            Option("reference", "Image", hint="name:tag", required=True, check=form_values.new_reference),
            Option("message", "Message"),
            Option("author", "Author"),
            Option("changes", "Changes", FieldKind.WORDS, (), hint="'CMD [\"sh\"]' 'ENV A=b'"),
            Option("pause", "Pause it meanwhile", FieldKind.FLAG, True),
        ),
        plan=_commit, outcome=_committed,
    ),
    "container.prune": Body(
        options=(UNTIL, LABELS), prepare=prune_estimate.measured(KIND), takes_along=pruned, plan=_prune,
        outcome=lambda reply: freed(reply, "ContainersDeleted", "container"),
    ),
}  # fmt: skip
