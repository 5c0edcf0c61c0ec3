"""Images made of what is there: a container's commit, a root file system, and what `save` wrote."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dockertui.demo import build, files, images
from dockertui.demo.files import Files
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Image
from dockertui.demo.refusal import invalid
from dockertui.demo.times import moment, rfc3339

_KEPT = ("Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "StopSignal", "User", "Volumes",
         "WorkingDir")  # fmt: skip
_CHANGES = frozenset(
    ("CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)


def changed(config: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """The configuration after instructions such as `CMD ["ls"]`. Refuses what is none."""
    result = dict(config)
    for change in changes:
        word, _, rest = change.strip().partition(" ")
        if word.upper() not in _CHANGES:
            raise invalid(f"{word.upper()} is not a valid change command")
        build.configure(result, word.upper(), rest.strip())
    return result


def commit(host: Host, container: Container, changes: Sequence[str], comment: str, author: str) -> Image:
    """The container's file system, without its mounts, and its configuration as an image on top of its own."""
    own = {key: container.config[key] for key in _KEPT if container.config.get(key)}
    parent = host.images.get(container.image_id)
    image = _new(host, changed(own, changes), comment, files.of(host, container, mounted=False))
    image.size, image.author = (parent.size if parent else 0) + container.size_rw, author
    image.steps = [(" ".join(container.command), container.size_rw), *(parent.steps if parent else [])]
    image.layers = [*(parent.layers if parent else []), *image.layers]
    image.parent = container.image_id
    images.tell(host, image, "create")
    return image


def imported(host: Host, content: Files, changes: Sequence[str], comment: str) -> Image:
    """A root file system as an image of one layer."""
    image = _new(host, changed({}, changes), comment, content)
    image.size = sum(one.size for one in content.values())
    image.steps = [("", image.size)]
    images.tell(host, image, "import")
    return image


def _new(host: Host, config: dict[str, Any], comment: str, content: Files) -> Image:
    image = Image(f"sha256:{host.new_id()}", host.now(), 0, config=config, comment=comment, files=content)
    image.layers = [f"sha256:{_digest(image.id.encode())}"]
    host.images[image.id] = image
    return image


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def described(image: Image, layer: str) -> bytes:
    """The image's configuration as an archive has it; `layer` is the digest of its one layer's tar."""
    created = rfc3339(image.created)
    steps = [
        {"created": created, "created_by": text, "comment": image.comment, **({"empty_layer": True} if nth else {})}
        for nth, (text, _) in enumerate(image.steps or [("", 0)])
    ]
    return json.dumps(
        {
            "architecture": "amd64", "os": "linux", "created": created, "author": image.author,
            "config": image.config,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]}, "history": steps[::-1],
        }
    ).encode()  # fmt: skip


def loaded(host: Host, name: str, raw: bytes, content: Files) -> Image:
    """The image of an archive by its configuration, which a file `name` holds: one that is here is left as it is."""
    told = json.loads(raw)
    digits = name.rpartition("/")[2].removesuffix(".json")
    id = f"sha256:{digits if len(digits) == 64 else _digest(raw)}"
    if id not in host.images:
        image = Image(id, moment(told.get("created")), sum(one.size for one in content.values()), files=content)
        image.config = {key: value for key, value in (told.get("config") or {}).items() if value is not None}
        image.layers = [*((told.get("rootfs") or {}).get("diff_ids") or [])]
        image.steps = [(one.get("created_by", ""), 0) for one in reversed(told.get("history") or [])]
        image.comment = next((one["comment"] for one in reversed(told.get("history") or []) if one.get("comment")), "")
        image.author = told.get("author", "")
        host.images[id] = image
    images.tell(host, host.images[id], "load")
    return host.images[id]
