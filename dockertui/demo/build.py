"""POST /build, as the classic builder tells it: steps, their cache, what `RUN` prints, and where it fails.

Nothing is run. `RUN` knows `echo`, `printf`, `true`, `false`, `exit` and `sleep`, joined by `&&` or `;`; any other
command is taken to succeed without a word. Several stages are built one after the other, as far as the target.
"""

import asyncio
import json
import re
import shlex
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from aiohttp import web

from dockertui.demo import archive, images
from dockertui.demo.call import Call, Route, Stream
from dockertui.demo.host import Host
from dockertui.demo.objects import Image
from dockertui.demo.refusal import Refusal, invalid

KNOWN = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
     "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)  # fmt: skip
_PACE = 0.25
"""Seconds that a step takes on a live host."""


class Failed(Exception):
    """A step failed: what the stream ends with."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.detail = {"code": code, "message": message} if code else {"message": message}


@dataclass(slots=True)
class Order:
    """What is to be built: a Dockerfile's text, the context's files by name, and the options of the API."""

    dockerfile: str
    files: Mapping[str, bytes]
    tags: tuple[str, ...] = ()
    args: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    no_cache: bool = False


@dataclass(slots=True)
class _Stage:
    """A stage under way: the layer it stands on, its size, and the configuration so far."""

    layer: str = ""
    size: int = 0
    config: dict[str, Any] = field(default_factory=dict)
    history: list[tuple[str, int]] = field(default_factory=list)


def parse(text: str) -> list[tuple[str, str]]:
    """(instruction, its arguments), and a refusal as the Engine words it."""
    found: list[tuple[str, str]] = []
    begun = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun += line.lstrip() if not begun else line
        if begun.rstrip().endswith("\\"):
            begun = begun.rstrip()[:-1]
            continue
        word, _, rest = begun.partition(" ")
        if word.upper() not in KNOWN:
            raise invalid(f"dockerfile parse error line {number}: unknown instruction: {word.upper()}")
        found.append((word.upper(), rest.strip()))
        begun = ""
    if not any(word == "FROM" for word, _ in found):
        raise invalid("no build stage in current context" if found else "the Dockerfile cannot be empty")
    return found


def _steps(order: Order) -> list[tuple[str, str]]:
    """Those up to the target's end, and the labels that were given."""
    steps: list[tuple[str, str]] = []
    for word, rest in parse(order.dockerfile):
        if word == "FROM" and order.target and _stage_named(steps, order.target):
            break
        steps.append((word, rest))
    if order.target and not _stage_named(steps, order.target):
        raise invalid(f"failed to reach build target {order.target} in Dockerfile")
    if order.labels:
        steps.append(("LABEL", " ".join(f"{name}={shlex.quote(text)}" for name, text in order.labels.items())))
    return steps


def _stage_named(steps: list[tuple[str, str]], name: str) -> bool:
    froms = [rest.split() for word, rest in steps if word == "FROM"]
    return name in [words[-1] for words in froms if len(words) > 2] or name in map(str, range(len(froms)))


async def build(host: Host, order: Order) -> AsyncIterator[dict[str, Any]]:
    """The objects of the stream. Raises Refusal before the first of them, Failed after it."""
    steps = _steps(order)
    stage, names, args = _Stage(), dict[str, _Stage](), dict[str, str]()
    for number, (word, rest) in enumerate(steps, 1):
        yield _say(f"Step {number}/{len(steps)} : {word} {rest}")
        yield _say("\n")
        await asyncio.sleep(_PACE if host.live else 0)
        if word == "FROM":
            stage = _begin(host, _filled(rest, args), names)
        elif word == "ARG":
            name, _, default = rest.partition("=")
            args[name] = order.args.get(name) or default
        if word != "FROM" and stage.layer:
            async for told in _step(host, stage, word, rest, order):
                yield told
        if stage.layer:
            yield _say(f" ---> {stage.layer[:12]}\n")
    if unused := sorted(order.args.keys() - args.keys()):
        yield _say(f"[Warning] One or more build-args [{' '.join(unused)}] were not consumed\n")
    image = _arrive(host, stage)
    yield {"aux": {"ID": image.id}}
    yield _say(f"Successfully built {image.id[7:19]}\n")
    for tag in order.tags:
        repository = images.repository(images.familiar(tag))
        images.tag(host, image, repository, images.familiar(tag).rpartition(":")[2])
        yield _say(f"Successfully tagged {images.familiar(tag)}\n")


def _say(text: str) -> dict[str, Any]:
    return {"stream": text}


def _filled(text: str, args: Mapping[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: args.get(found[1], ""), text)


def _begin(host: Host, rest: str, names: dict[str, _Stage]) -> _Stage:
    """FROM: another stage, an image that is here, or one that a registry has."""
    words = [word for word in rest.split() if not word.startswith("--")]
    base = words[0]
    if base in names:
        stage = _Stage(names[base].layer, names[base].size, dict(names[base].config), [*names[base].history])
    elif base == "scratch":
        stage = _Stage(images.digest("scratch"))
    else:
        try:
            image = images.find_or_none(host, base) or images.arrive(host, base)[0]
        except Refusal as refusal:
            raise Failed(refusal.message) from None
        stage = _Stage(image.id.removeprefix("sha256:"), image.size, dict(image.config), [*image.steps])
    if len(words) > 2:
        names[words[-1]] = stage
    names[str(sum(map(str.isdecimal, names)))] = stage  # by its number, too
    return stage


async def _step(host: Host, stage: _Stage, word: str, rest: str, order: Order) -> AsyncIterator[dict[str, Any]]:
    sent = _sources(rest, order) if word in ("COPY", "ADD") and "--from=" not in rest else {}
    argued = sorted(order.args.items()) if word == "RUN" else []
    layer = images.digest(
        json.dumps([stage.layer, word, rest, argued, {name: images.digest(repr(sent[name])) for name in sent}])
    )
    if layer in host.build_cache and not order.no_cache:
        yield _say(" ---> Using cache\n")
    elif word in ("COPY", "ADD"):
        pass
    else:
        container = images.digest(f"container {layer}")[:12]
        yield _say(f" ---> Running in {container}\n")
        if word == "RUN":
            async for told in _run(rest):
                yield told
        yield _say(f"Removing intermediate container {container}\n")
    host.build_cache.add(layer)
    size = sum(map(len, sent.values()))
    configure(stage.config, word, rest)
    stage.layer, stage.size = layer, stage.size + size
    stage.history.insert(0, (f"{word} {rest}", size))


def _sources(rest: str, order: Order) -> dict[str, bytes]:
    """The files of the context that a COPY takes. Raises Failed when there are none."""
    words = json.loads(rest) if rest.startswith("[") else [one for one in rest.split() if not one.startswith("--")]
    found: dict[str, bytes] = {}
    for source in words[:-1]:
        name = source.strip("/").removeprefix("./")
        taken = {
            path: data
            for path, data in order.files.items()
            if name in ("", ".") or fnmatchcase(path, name) or path.startswith(f"{name}/")
        }
        if not taken:
            told = f"stat {name}: file does not exist"
            raise Failed(f"COPY failed: file not found in build context or excluded by .dockerignore: {told}")
        found |= taken
    return found


async def _run(line: str) -> AsyncIterator[dict[str, Any]]:
    for command in _commands(line):
        name, *words = command
        if name == "echo":
            yield _say(" ".join(words) + "\n")
        elif name == "printf":
            yield _say((words or [""])[0].encode().decode("unicode_escape"))
        elif name == "sleep":
            await asyncio.sleep(float(words[0]) if words and words[0].replace(".", "", 1).isdecimal() else 1)
        elif name == "false":
            raise _non_zero(line, 1)
        elif name == "exit":
            if words and words[0].isdecimal() and (code := int(words[0])):
                raise _non_zero(line, code)
            return


def _commands(line: str) -> list[list[str]]:
    """The commands of a line, in words. Raises Failed for what no shell understands."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    try:
        for word in lexer:
            if word in (";", "&&"):
                found.append([])
            else:
                found[-1].append(word)
    except ValueError:
        raise _non_zero(line, 2) from None
    return [words for words in found if words]


def _non_zero(line: str, code: int) -> Failed:
    return Failed(f"The command '/bin/sh -c {line}' returned a non-zero code: {code}", code)


def configure(config: dict[str, Any], word: str, rest: str) -> None:
    """What an instruction changes in the image's configuration."""
    if word in ("ENV", "LABEL"):
        pairs = [one.partition("=")[::2] for one in shlex.split(rest) if "=" in one]
        if word == "LABEL":
            config["Labels"] = {**(config.get("Labels") or {}), **dict(pairs)}
        else:
            config["Env"] = [*config.get("Env", []), *(f"{name}={text}" for name, text in pairs)]
    elif word in ("CMD", "ENTRYPOINT"):
        config[word.capitalize()] = json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]
    elif word in ("WORKDIR", "USER"):
        config[{"WORKDIR": "WorkingDir", "USER": "User"}[word]] = rest
    elif word in ("EXPOSE", "VOLUME"):
        name = {"EXPOSE": "ExposedPorts", "VOLUME": "Volumes"}[word]
        told = json.loads(rest) if rest.startswith("[") else rest.split()
        added: dict[str, Any] = {one if word == "VOLUME" or "/" in one else f"{one}/tcp": {} for one in told}
        config[name] = {**(config.get(name) or {}), **added}


def _arrive(host: Host, stage: _Stage) -> Image:
    """The image, which is the same one as before when all came out of the cache."""
    id = f"sha256:{stage.layer}"
    image = host.images.get(id)
    if image is None:
        image = Image(id, host.now(), stage.size, config=stage.config, steps=stage.history, comment="")
        image.layers = [f"sha256:{images.digest(f'layer {stage.layer}')}"]
        host.images[id] = image
    return image


# -- the API --------------------------------------------------------------------------------------


async def _build(call: Call) -> web.StreamResponse:
    order = await _order(call)
    stream: Stream | None = None
    try:
        async for told in build(call.host, order):
            if stream is None:
                stream = await call.stream()
            if not call.flag("q"):
                await stream.write_json(told)
            elif "aux" in told:
                await stream.write_json({"stream": f"{told['aux']['ID']}\n"})
    except Failed as failure:
        if stream is None:
            raise invalid(str(failure)) from None
        await stream.fail(str(failure), failure.detail)
    assert stream is not None
    return stream.response


async def _order(call: Call) -> Order:
    tags = tuple(call.all("t"))
    for tag in tags:
        images.check_reference(*images.split(images.familiar(tag)))
    if call.text("version") == "2":
        raise invalid("the demo Engine has the classic builder alone")
    context = archive.unpacked(await archive.uploaded(call), status=500)
    files = {path[1:]: file.data for path, file in context.items()}
    name = call.text("dockerfile") or "Dockerfile"
    if name not in files:
        raise Refusal(500, f"Cannot locate specified Dockerfile: {name}")
    return Order(
        files[name].decode("utf-8", "replace"), files, tags, _mapping(call, "buildargs"), _mapping(call, "labels"),
        call.text("target"), call.flag("nocache"),
    )  # fmt: skip


def _mapping(call: Call, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(call.text(name) or "{}")
    except ValueError:
        raise invalid(f"error reading {name}") from None
    return found if isinstance(found, dict) else {}


ROUTES = (Route("POST", "/build", _build),)
