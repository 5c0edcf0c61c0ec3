"""POST /build: the context as a tar in, the classic builder's stream out."""

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from dockertui.demo.api.archive import uploaded
from dockertui.demo.api.call import Call, Route, Stream
from dockertui.demo.world import building, images
from dockertui.demo.world.refusal import Refusal, invalid


async def build(call: Call) -> web.StreamResponse:
    order = await _order(call)
    stream: Stream | None = None
    try:
        async for told in building.build(call.host, order):
            if stream is None:
                stream = Stream(call, "application/json")
                await stream.open()
            if not call.flag("q"):
                await stream.write_json(told)
            elif "aux" in told:
                await stream.write_json({"stream": f"{told['aux']['ID']}\n"})
    except building.Failed as failure:
        if stream is None:
            raise invalid(str(failure)) from None
        await stream.write_json({"errorDetail": failure.detail, "error": str(failure)})
    assert stream is not None
    return stream.response


async def _order(call: Call) -> building.Order:
    query = parse_qs(call.request.rel_url.raw_query_string, keep_blank_values=True)
    tags = tuple(query.get("t", ()))
    for tag in tags:
        images.check_reference(*images.split(images.familiar(tag)))
    if call.text("version") == "2":
        raise invalid("the demo Engine has the classic builder alone")
    files = _files(await uploaded(call))
    name = call.text("dockerfile") or "Dockerfile"
    if name not in files:
        raise Refusal(500, f"Cannot locate specified Dockerfile: {name}")
    return building.Order(
        files[name].decode("utf-8", "replace"), files, tags, _mapping(call, "buildargs"), _mapping(call, "labels"),
        call.text("target"), call.flag("nocache"),
    )  # fmt: skip


def _files(tar: bytes) -> dict[str, bytes]:
    try:
        with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
            return {
                member.name.removeprefix("./"): (found.read() if (found := _regular(opened, member)) else b"")
                for member in opened
            }
    except tarfile.TarError as error:
        raise Refusal(500, f"Error processing tar file: {error}") from None


def _regular(opened: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    return opened.extractfile(member) if member.isreg() else None


def _mapping(call: Call, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(call.text(name) or "{}")
    except ValueError:
        raise invalid(f"error reading {name}") from None
    return found if isinstance(found, dict) else {}


ROUTES = (Route("POST", "/build", build),)
