"""Images made of what is there: what `save` wrote, a root file system, a container's commit; and `save` itself."""

import asyncio
import hashlib
import json
import stat
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from dockertui.demo import archive, build, files, images
from dockertui.demo.call import TAR, Call, Route, Stream
from dockertui.demo.files import File, Files
from dockertui.demo.host import Host, Refusal, invalid
from dockertui.demo.objects import Image
from dockertui.demo.registry import advance, pull
from dockertui.demo.templates import filled
from dockertui.demo.times import moment, rfc3339

_FILE = stat.S_IFREG | 0o644
_BLOBS = "blobs/sha256"
_KEPT = ("Cmd", "Entrypoint", "Env", "ExposedPorts", "Healthcheck", "Labels", "StopSignal", "User", "Volumes",
         "WorkingDir")  # fmt: skip
_CHANGES = frozenset(
    ("CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)


def _changed(config: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """The configuration after instructions such as `CMD ["ls"]`. Refuses what is none."""
    result = dict(config)
    for change in changes:
        word, _, rest = change.strip().partition(" ")
        if word.upper() not in _CHANGES:
            raise invalid(f"{word.upper()} is not a valid change command")
        build.configure(result, word.upper(), rest.strip())
    return result


def _new(host: Host, config: dict[str, Any], comment: str, content: Files) -> Image:
    image = Image(f"sha256:{host.new_id()}", host.now(), 0, config=config, comment=comment, files=content)
    image.layers = [f"sha256:{images.digest(image.id)}"]
    host.images[image.id] = image
    return image


def described(image: Image, layer: str) -> bytes:
    """The image's configuration as an archive has it; `layer` is the digest of its one layer's tar."""
    steps = [
        {"created": rfc3339(image.created), "created_by": text, "comment": image.comment, "empty_layer": nth > 0}
        for nth, (text, _) in enumerate(image.steps or [("", 0)])
    ]
    layers = {"type": "layers", "diff_ids": [f"sha256:{layer}"]}
    return json.dumps(filled("Image in archives", image, rootfs=layers, history=steps[::-1])).encode()


# -- the API --------------------------------------------------------------------------------------


def _commit(call: Call) -> dict[str, Any]:
    """POST /commit: a container's files, without its mounts, and its configuration as an image on top of its own."""
    host, container = call.host, call.host.container(call.text("container"))
    reference = images.asked(call.text("repo"), call.text("tag"))
    own = {key: container.config[key] for key in _KEPT if container.config.get(key)}
    content, parent = files.of(host, container, mounted=False), host.images.get(container.image_id)
    image = _new(host, _changed(own, call.all("changes")), call.text("comment"), content)
    image.size, image.author = (parent.size if parent else 0) + container.size_rw, call.text("author")
    image.steps = [(" ".join(container.command), container.size_rw), *(parent.steps if parent else [])]
    image.layers = [*(parent.layers if parent else []), *image.layers]
    image.parent = container.image_id
    images.tell(host, image, "create")
    if reference:
        images.tag(host, image, *images.split(reference))
    named = {"imageRef": reference} if reference else {}
    host.tell(container, "commit", comment=call.text("comment"), imageID=image.id, **named)
    return {"Id": image.id}


async def save(call: Call) -> web.StreamResponse:
    """The images and tags asked for; each image is one layer here, of the files that it has."""
    given = [call.names["name"]] if "name" in call.names else call.all("names")
    names = [one for text in given for one in text.split(",")]
    chosen: dict[str, list[str]] = {}
    for name in names:
        image = images.find(call.host, name)
        chosen.setdefault(image.id, []).extend(_tags(image, name))
    stream = await call.stream(TAR)
    manifest = []
    for id, tags in chosen.items():
        image = call.host.images[id]
        layer = await _write(stream, image)
        manifest.append({"Config": f"{_BLOBS}/{id[7:]}", "RepoTags": tags or None, "Layers": [layer]})
        images.tell(call.host, image, "save")
    await _write_file(stream, "manifest.json", json.dumps(manifest).encode())
    await stream.write(archive.END)
    return stream.response


def _tags(image: Image, name: str) -> list[str]:
    """Those that a name stands for: none for an id, all of a repository where it has no tag."""
    if images.familiar(name) not in image.tags:
        return []
    if ":" in name.rpartition("/")[2]:
        return [images.familiar(name)]
    return [one for one in image.tags if images.repository(one) == name]


async def _write(stream: Stream, image: Image) -> str:
    """An image's layer and its configuration; the name of the layer."""
    members = archive.all_members(image.files or files.named(next(iter(image.tags), ""), image.created))
    digest, size = hashlib.sha256(), 0
    for piece in archive.pieces(members):
        digest.update(piece)
        size += len(piece)
        await asyncio.sleep(0)  # a layer may be large, and the host lives on
    name = f"{_BLOBS}/{digest.hexdigest()}"
    await stream.write(archive.header(name, File(_FILE, image.created, length=size)))
    for piece in archive.pieces(members):
        await stream.write(piece)
    await _write_file(stream, f"{_BLOBS}/{image.id[7:]}", described(image, digest.hexdigest()))
    return name


async def _write_file(stream: Stream, name: str, data: bytes) -> None:
    await stream.write(archive.header(name, File(_FILE, 0, data)) + data + bytes(-len(data) % 512))


async def load(call: Call) -> web.StreamResponse:
    """What `save` wrote, here or on another Engine."""
    tar = await archive.uploaded(call)
    stream = await call.stream()
    try:
        found = archive.unpacked(tar)
        if "/manifest.json" not in found:
            raise Refusal(500, "open manifest.json: no such file or directory")
        for told in json.loads(found["/manifest.json"].data):
            await _load(call, stream, found, told)
    except Refusal as refusal:
        await stream.fail(refusal.message)
    return stream.response


async def _load(call: Call, stream: Stream, found: Files, told: dict[str, Any]) -> None:
    """One image of an archive, as its manifest tells of it: one that is here is left as it is."""
    host, raw, content = call.host, found[f"/{told['Config']}"].data, Files()
    digits = told["Config"].rpartition("/")[2].removesuffix(".json")
    id = f"sha256:{digits if len(digits) == 64 else images.digest(raw)}"
    for layer in told["Layers"]:
        file = found[f"/{layer}"]
        if id not in host.images and not call.flag("quiet"):
            await advance(stream, "Loading layer", layer.rpartition("/")[2][:12], file.size, 0.0)
        content |= archive.unpacked(file.data)
    if id not in host.images:
        made = json.loads(raw)
        steps = [*reversed(made.get("history") or [])]
        image = Image(id, moment(made.get("created")), sum(one.size for one in content.values()), files=content)
        image.config = {key: value for key, value in (made.get("config") or {}).items() if value is not None}
        image.layers = [*((made.get("rootfs") or {}).get("diff_ids") or [])]
        image.steps = [(one.get("created_by", ""), 0) for one in steps]
        image.comment = next((one["comment"] for one in steps if one.get("comment")), "")
        image.author = made.get("author", "")
        host.images[id] = image
    images.tell(host, host.images[id], "load")
    tags = [images.familiar(tag) for tag in told.get("RepoTags") or []]
    for tag in tags:
        images.tag(host, host.images[id], *images.split(tag))
    for said in [f"Loaded image: {tag}\n" for tag in tags] or [f"Loaded image ID: {id}\n"]:
        await stream.write_json({"stream": said})


async def create(call: Call) -> web.StreamResponse:
    """POST /images/create is two things."""
    return await (import_(call) if call.text("fromSrc") else pull(call))


async def import_(call: Call) -> web.StreamResponse:
    """POST /images/create with fromSrc: a root file system out of the body as an image of one layer."""
    if call.text("fromSrc") != "-":
        raise Refusal(500, f"{call.text('fromSrc')}: the demo Engine has no network")
    reference = images.asked(call.text("repo"), call.text("tag"))
    comment, content = call.text("message") or "Imported from -", archive.unpacked(await archive.uploaded(call))
    image = _new(call.host, _changed({}, call.all("changes")), comment, content)
    image.size = sum(one.size for one in content.values())
    image.steps = [("", image.size)]
    images.tell(call.host, image, "import")
    if reference:
        images.tag(call.host, image, *images.split(reference))
    stream = await call.stream()
    await stream.write_json({"status": image.id})
    return stream.response


ROUTES = (
    Route("POST", "/commit", _commit, 201),
    Route("GET", "/images/get", save),
    Route("GET", "/images/{name:path}/get", save),
    Route("POST", "/images/load", load),
    Route("POST", "/images/create", create),
)
