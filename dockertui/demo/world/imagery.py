"""How images of the scenes come to be: layers, history and digests that follow from their name and size."""

import hashlib
from typing import Any

from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Image
from dockertui.demo.world.spec import HOUR, PATH


def add_image(host: Host, tags: tuple[str, ...], size: int, created: float, config: dict[str, Any]) -> Image:
    """An image with layers, history and (when it has a name) a digest, following from its name and size."""
    seed = f"{tags} {size}"
    layer_sizes = [int(size * share) for share in (0.55, 0.3, 0.12, 0.03)]
    image = Image(f"sha256:{host.new_id()}", created, size, sorted(tags), config={"Env": [PATH], **config})
    image.layers = [_digest(f"{seed} layer {nth}") for nth in range(len(layer_sizes))]
    image.steps = _steps(config, layer_sizes)
    image.tagged = created + HOUR
    if tags:
        image.digests = [f"{tags[0].rpartition(':')[0]}@{_digest(f'{seed} manifest')}"]
    host.images[image.id] = image
    return image


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _steps(config: dict[str, Any], sizes: list[int]) -> list[tuple[str, int]]:
    """History, newest first: (created by, bytes)."""
    base, packages, files, links = sizes
    steps = [
        ("RUN /bin/sh -c ln -sf /dev/stdout /var/log/app.log # buildkit", links),
        ("COPY . /app # buildkit", files),
    ]
    if config.get("Entrypoint"):
        steps.insert(0, (f"ENTRYPOINT {config['Entrypoint']}".replace("'", '"'), 0))
    if config.get("Cmd"):
        steps.insert(0, (f"CMD {config['Cmd']}".replace("'", '"'), 0))
    steps.append(("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates curl # buildkit", packages))
    return [*steps, ("ENV LANG=C.UTF-8", 0), ("# debian.sh --arch 'amd64' out/ 'bookworm' '@1736726400'", base)]
