"""POST /build, as the classic builder tells it: steps, their cache, what `RUN` prints, and where it fails.

Nothing is run. `RUN` knows `echo`, `printf`, `true`, `false`, `exit` and `sleep`, joined by `&&` or `;`; any other
command is taken to succeed without a word. Several stages are built one after the other, as far as the target.
"""

import asyncio
import itertools
import json
import re
import shlex
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from aiohttp import web

from dockertui.demo import archive, images
from dockertui.demo.call import Call, Route
from dockertui.demo.host import Host, Refusal, invalid
from dockertui.demo.objects import Image

KNOWN = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
     "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)  # fmt: skip
_PACE = 0.25
"""Seconds that a step takes on a live host."""


class Failed(Exception):
    """A step failed: what the stream ends with, and the exit code of what was run."""

    def __init__(self, message: str, **detail: int) -> None:
        super().__init__(message)
        self.detail = detail


def _parse(text: str) -> list[tuple[str, str]]:
    """(instruction, its arguments), and a refusal as the Engine words it."""
    found: list[tuple[str, str]] = []
    begun = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun += line if begun else line.lstrip()
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


def _steps(dockerfile: str, target: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Those up to the target's end, and the labels that were given."""
    steps: list[tuple[str, str]] = []
    stages, reached = 0, False
    for word, rest in _parse(dockerfile):
        if word == "FROM":
            if reached:
                break
            reached = target != "" and target in (str(stages), *rest.split()[2:][-1:])
            stages += 1
        steps.append((word, rest))
    if target and not reached:
        raise invalid(f"failed to reach build target {target} in Dockerfile")
    if labels:
        steps.append(("LABEL", " ".join(f"{name}={shlex.quote(text)}" for name, text in labels.items())))
    return steps


@dataclass
class _Build:
    """A build under way: the context's files by name, the arguments given, and the stages by name and number.

    A stage is an image that is not finished: its id is that of its newest layer.
    """

    host: Host
    files: Mapping[str, bytes]
    args: Mapping[str, str]
    no_cache: bool
    known_args: dict[str, str] = field(default_factory=dict)
    stages: dict[str, Image] = field(default_factory=dict)
    image: Image = field(default_factory=lambda: Image("", 0, 0))

    async def run(self, steps: list[tuple[str, str]]) -> AsyncIterator[str]:
        """What is said of it. Raises Failed."""
        for number, (word, rest) in enumerate(steps, 1):
            yield f"Step {number}/{len(steps)} : {word} {rest}"
            yield "\n"
            await asyncio.sleep(_PACE if self.host.live else 0)
            if word == "FROM":
                self._begin(re.sub(r"\$\{?(\w+)\}?", lambda found: self.known_args.get(found[1], ""), rest))
            elif word == "ARG":
                name, _, default = rest.partition("=")
                self.known_args[name] = self.args.get(name) or default
            if word != "FROM" and self.image.id:
                async for text in self._step(word, rest):
                    yield text
            if self.image.id:
                yield f" ---> {self.image.id[7:19]}\n"
        if unused := sorted(self.args.keys() - self.known_args.keys()):
            yield f"[Warning] One or more build-args [{' '.join(unused)}] were not consumed\n"

    def _begin(self, rest: str) -> None:
        """FROM: another stage, an image that is here, or one that a registry has."""
        host, words = self.host, [word for word in rest.split() if not word.startswith("--")]
        base = self.stages.get(words[0])
        if words[0] == "scratch":
            base = Image(f"sha256:{images.digest('scratch')}", 0, 0)
        base = base or images.find_or_none(host, words[0]) or images.arrive(host, words[0])[0]
        config, steps = dict(base.config), [*base.steps]
        self.image = Image(base.id, host.now(), base.size, config=config, steps=steps, comment="")
        number = str(sum(map(str.isdecimal, self.stages)))
        self.stages |= dict.fromkeys((*words[2:][-1:], number), self.image)

    async def _step(self, word: str, rest: str) -> AsyncIterator[str]:
        image, copies = self.image, word in ("COPY", "ADD")
        sent = self._sources(rest) if copies and "--from=" not in rest else {}
        argued = sorted(self.args.items()) if word == "RUN" else []
        digests = {name: images.digest(repr(data)) for name, data in sent.items()}
        layer = images.digest(json.dumps([image.id[7:], word, rest, argued, digests]))
        if layer in self.host.build_cache and not self.no_cache:
            yield " ---> Using cache\n"
        elif not copies:
            container = images.digest(f"container {layer}")[:12]
            yield f" ---> Running in {container}\n"
            if word == "RUN":
                async for text in _run(rest):
                    yield text
            yield f"Removing intermediate container {container}\n"
        self.host.build_cache.add(layer)
        size = sum(map(len, sent.values()))
        configure(image.config, word, rest)
        image.id, image.size = f"sha256:{layer}", image.size + size
        image.steps.insert(0, (f"{word} {rest}", size))

    def _sources(self, rest: str) -> dict[str, bytes]:
        """The files of the context that a COPY takes. Raises Failed when there are none."""
        words = json.loads(rest) if rest.startswith("[") else [one for one in rest.split() if not one.startswith("--")]
        found: dict[str, bytes] = {}
        for source in words[:-1]:
            name = source.strip("/").removeprefix("./")
            taken = {
                path: data
                for path, data in self.files.items()
                if name in ("", ".") or fnmatchcase(path, name) or path.startswith(f"{name}/")
            }
            if not taken:
                told = f"stat {name}: file does not exist"
                raise Failed(f"COPY failed: file not found in build context or excluded by .dockerignore: {told}")
            found |= taken
        return found

    def arrive(self) -> Image:
        """The image, which is the same one as before when all came out of the cache."""
        self.image.layers = [f"sha256:{images.digest(f'layer {self.image.id[7:]}')}"]
        return self.host.images.setdefault(self.image.id, self.image)


async def _run(line: str) -> AsyncIterator[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&")
    lexer.whitespace_split = True
    try:
        words = [*lexer]
    except ValueError:
        raise _non_zero(line, 2) from None  # what no shell understands
    for separates, group in itertools.groupby(words, lambda word: word in (";", "&&")):
        name, *given = group
        if separates:
            continue
        if name == "echo":
            yield " ".join(given) + "\n"
        elif name == "printf":
            yield (given or [""])[0].encode().decode("unicode_escape")
        elif name == "sleep":
            await asyncio.sleep(float(given[0]) if given and given[0].replace(".", "", 1).isdecimal() else 1)
        elif name in ("false", "exit"):
            code = int(given[0]) if given and given[0].isdecimal() else int(name == "false")
            if code:
                raise _non_zero(line, code)
            return


def _non_zero(line: str, code: int) -> Failed:
    return Failed(f"The command '/bin/sh -c {line}' returned a non-zero code: {code}", code=code)


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


# -- the API --------------------------------------------------------------------------------------


async def _build(call: Call) -> web.StreamResponse:
    host, tags = call.host, [images.familiar(tag) for tag in call.all("t")]
    for tag in tags:
        images.check_reference(*images.split(tag))
    if call.text("version") == "2":
        raise invalid("the demo Engine has the classic builder alone")
    context = archive.unpacked(await archive.uploaded(call), status=500)
    files, name = {path[1:]: file.data for path, file in context.items()}, call.text("dockerfile") or "Dockerfile"
    if name not in files:
        raise Refusal(500, f"Cannot locate specified Dockerfile: {name}")
    steps = _steps(files[name].decode("utf-8", "replace"), call.text("target"), _mapping(call, "labels"))
    build = _Build(host, files, _mapping(call, "buildargs"), call.flag("nocache"))
    stream, quiet = await call.stream(), call.flag("q")
    try:
        async for text in build.run(steps):
            if not quiet:
                await stream.write_json({"stream": text})
    except Failed as failure:
        await stream.fail(str(failure), **failure.detail)
        return stream.response
    image = build.arrive()
    for tag in tags:
        images.tag(host, image, *images.split(tag))
    if quiet:
        await stream.write_json({"stream": f"{image.id}\n"})
        return stream.response
    await stream.write_json({"aux": {"ID": image.id}})
    for said in (f"built {image.id[7:19]}", *(f"tagged {tag}" for tag in tags)):
        await stream.write_json({"stream": f"Successfully {said}\n"})
    return stream.response


def _mapping(call: Call, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(call.text(name) or "{}")
    except ValueError:
        raise invalid(f"error reading {name}") from None
    return found if isinstance(found, dict) else {}


ROUTES = (Route("POST", "/build", _build),)
