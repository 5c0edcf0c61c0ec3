"""The beginning: reads `scene.json`, and makes images, networks, volumes and containers of it.

Ages count back from the host's birth: days, or as '5d2h'. What a container was made of is said as in a request to
create it; the rest of its entry is what `place` takes.
"""

import json
import re
import zlib
from pathlib import Path
from typing import Any

from dockertui.demo import containers, images, lifecycle, logs, networks
from dockertui.demo.host import Events, Host
from dockertui.demo.objects import PATH, Container, Health, HealthStatus, Image, Network, Probe, State, Temper, Volume

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
HOUR, DAY = _UNITS["h"], _UNITS["d"]


def build(host: Host) -> Host:
    """Fill an empty host."""
    scene: dict[str, Any] = json.loads(Path(__file__).with_name("scene.json").read_text(encoding="utf-8"))
    for told in scene["images"]:
        created = host.born - told["days"] * DAY
        add_image(host, tuple(told["tags"]), int(told["MB"] * 1e6), created, told.get("config", {}))
    # The two releases of the API, and the dangling build between them, stand on the same base layers.
    family = [one for one in host.images.values() if one.config.get("WorkingDir") == "/app"]
    for image in family[1:]:
        image.layers[:2] = family[0].layers[:2]
    host.build_records = scene["build cache"]
    host.plugins = {one["Id"]: one for one in scene["plugins"]}
    for told in scene["networks"]:
        network = Network(host.new_id(), created=host.born - told.pop("days") * DAY, **told)
        host.networks[network.id] = network
    for told in scene["volumes"]:
        volume = Volume(told.pop("name") or host.new_id(), host.born - told.pop("days") * DAY, **told)
        host.volumes[volume.name] = volume
    for told in scene["containers"]:
        if "compose" in told:
            names = {"number": 1, "depends": ""} | told.pop("compose")
            names["hash"] = f"{zlib.crc32('{project}/{service}'.format(**names).encode()):08x}" * 8
            told["wanted"]["Labels"] = {label: text.format(**names) for label, text in scene["compose"].items()}
        for key in told.keys() & {"created", "started", "finished"}:
            told[key] = sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([dhms])", told[key]))
        place(host, temper=Temper(**told.pop("temper", {})), **told)
    for volume in host.volumes.values():
        if volume.created >= host.born:  # made with its container
            volume.created, volume.size = host.born - 40 * DAY, 8 << 20
    host.events = Events(host.now)  # that all this was made is no news
    for ago, name, action, *attributes in scene["past"]:  # what the event stream still has of it
        host.tell(host.container(name), action, host.born - ago, **(attributes[0] if attributes else {}))
    return host


# -- images ---------------------------------------------------------------------------------------


def add_image(host: Host, tags: tuple[str, ...], size: int, created: float, config: dict[str, Any]) -> Image:
    """An image with layers, history and (when it has a name) a digest, following from its name and size."""
    seed = f"{tags} {size}"
    sizes = images.shares(size)
    image = Image(f"sha256:{host.new_id()}", created, size, sorted(tags), config={"Env": [PATH], **config})
    image.layers = [f"sha256:{images.digest(f'{seed} layer {nth}')}" for nth in range(len(sizes))]
    image.steps = _steps(config, sizes)
    image.tagged = created + HOUR
    if tags:
        image.digests = [f"{tags[0].rpartition(':')[0]}@sha256:{images.digest(f'{seed} manifest')}"]
    host.images[image.id] = image
    return image


def _steps(config: dict[str, Any], sizes: list[int]) -> list[tuple[str, int]]:
    """History, newest first: (created by, bytes)."""
    base, packages, files, links = sizes
    given = [(word, config.get(word.capitalize())) for word in ("CMD", "ENTRYPOINT")]
    return [
        *((f"{word} {value}".replace("'", '"'), 0) for word, value in given if value),
        ("RUN /bin/sh -c ln -sf /dev/stdout /var/log/app.log # buildkit", links),
        ("COPY . /app # buildkit", files),
        ("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates curl # buildkit", packages),
        ("ENV LANG=C.UTF-8", 0),
        ("# debian.sh --arch 'amd64' out/ 'bookworm' '@1736726400'", base),
    ]


# -- containers -----------------------------------------------------------------------------------


def place(
    host: Host,
    name: str,
    wanted: dict[str, Any],
    *,
    temper: Temper,
    created: float = DAY,
    started: float = 3 * HOUR,
    finished: float | None = None,
    state: State = "running",
    health: tuple[HealthStatus, int] = ("healthy", 0),
    last_words: tuple[str, ...] = (),
    **more: Any,
) -> Container:
    """Put a container on the host, as it stands at the host's birth.

    Ages are seconds before that. `health` is how its check went, if it has one, and how often it failed; `more` are
    other attributes of a container.
    """
    container = containers.made(host, name, wanted)
    container.created, container.temper, container.state = host.born - created, temper, state
    for attribute, value in more.items():
        setattr(container, attribute, value)
    if state == "created":
        return container
    born, container.sandbox = host.born, host.new_id()
    container.started, container.finished = born - started, None if finished is None else born - finished
    alive, until = state in ("running", "paused"), container.finished or born
    for network, at in container.attachments.items():
        at.network_id = host.network(network).id
        if alive:
            networks.give_address(host.network(network), container, at)
    if "Healthcheck" in container.config:
        every, starting = lifecycle.probe_interval(container), health[0] == "starting"
        run = (1, "not ready yet\n") if starting else (temper.probe_exit, temper.probe_output)
        times = [born - nth * every + 3 for nth in range(1 if starting else 5, 0, -1)]
        container.health = Health(*health)
        container.health.log.extend(Probe(when, when + 0.045, *run) for when in times)
        container.probe_due = born + every * (0.2 + 0.7 * (zlib.crc32(name.encode()) % 100) / 100)
    if alive:
        container.pid, container.ports = host.new_pid(), lifecycle.published(container)
    if state == "paused":
        container.paused_at = until = born - started / 2
        logs.print_lines(host, container, container.started, until)
    if temper.rests_for is not None and state in ("restarting", "exited"):
        container.start_due = born + temper.rests_for / 2
    if state == "running":  # what it printed is made when first asked for
        container.log_from = container.started
        container.exit_due = None if temper.runs_for is None else born + temper.runs_for
        return container
    for nth, text in enumerate(last_words):
        logs.write(container, until - (len(last_words) - nth) * 0.01, text, stderr=container.exit_code != 0)
    return container
