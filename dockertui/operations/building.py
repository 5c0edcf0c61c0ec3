"""Build an image from a folder with a Dockerfile, using the Engine's classic builder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dockertui.engine import build_context, build_credentials, dockerfile, environment, images
from dockertui.engine.build_context import BuildContext
from dockertui.engine.client import Engine
from dockertui.engine.dockerfile import Instruction
from dockertui.engine.errors import EngineError
from dockertui.engine.fields import text
from dockertui.operations import client_defaults, form_values
from dockertui.operations.build_progress import BuildProgress
from dockertui.operations.command_body import Body, FieldKind, InvalidValue, Option, Plan, Values
from dockertui.operations.form_values import words

_CLASSIC: Final = "DOCKER_BUILDKIT=0"
_BUILT: Final = "Successfully built "


def _folder(value: str) -> None:
    if not os.path.isdir(os.path.expanduser(value)):
        raise InvalidValue("there is no such folder")


def _references(value: Sequence[str]) -> None:
    for name in value:
        try:
            form_values.reference(name)
        except InvalidValue as unfit:
            raise InvalidValue(f"{name}: {unfit}") from None
        if "@" in name:
            raise InvalidValue(f"{name}: a digest follows from what is built; give a tag")


def context_of(values: Values) -> BuildContext:
    """Return the build context of the form's values; a relative Dockerfile is in its folder."""
    folder = os.path.realpath(os.path.expanduser(values["folder"]))
    path = os.path.join(folder, os.path.expanduser(values["dockerfile"] or _default(folder)))
    name = os.path.relpath(os.path.realpath(path), folder).replace(os.sep, "/")
    return BuildContext(folder, name, tuple(values.get("notes", ())))


def _default(folder: str) -> str:
    """Return the CLI's default: `Dockerfile`, or `dockerfile` if only that exists."""
    names = ("Dockerfile", "dockerfile")
    return next((name for name in names if os.path.lexists(os.path.join(folder, name))), names[0])


def read_dockerfile(context: BuildContext) -> list[Instruction]:
    """Return the instructions of the context's Dockerfile. Raises OSError."""
    path = Path(context.folder, context.dockerfile)
    return dockerfile.instructions(path.read_text(encoding="utf-8", errors="replace"))


def _check(values: Values) -> None:
    """Raise InvalidValue for what the builder would refuse only after everything had been sent."""
    context = context_of(values)
    if context.dockerfile.startswith("../"):
        raise InvalidValue(f"lies outside of {context.folder}: choose a folder around it, or copy it in", "dockerfile")
    try:
        found = read_dockerfile(context)
    except FileNotFoundError:
        raise InvalidValue(f"there is no {context.dockerfile} in {context.folder}", "dockerfile") from None
    except OSError as error:
        raise InvalidValue(f"{context.dockerfile} cannot be read: {error.strerror}", "dockerfile") from None
    if not any(instruction.word == "FROM" for instruction in found):
        raise InvalidValue(f"{context.dockerfile} has no FROM", "dockerfile")
    if modern := dockerfile.beyond_the_classic(found):
        instruction, what = modern
        told = f"line {instruction.line}: {instruction.word} with {what} needs BuildKit"
        raise InvalidValue(f"{told}, which only `docker build` speaks", "dockerfile")
    target = values["target"]
    if target and dockerfile.stage_number(found, target) is None:
        named = ", ".join(filter(None, dockerfile.stages(found))) or "none with a name"
        raise InvalidValue(f"no stage of {context.dockerfile} is called so; there are: {named}", "target")
    try:
        build_context.ignored(context)
    except EngineError as error:
        raise InvalidValue(str(error), "folder") from None


def _build(item: Any, values: Values) -> Plan:
    context = context_of(values)
    tags, args, target, labels = values["tags"], values["args"], values["target"], values["labels"]
    given = client_defaults.build_args(args, values.get("proxies", {}))
    call = images.build(
        context, tags, args=given, target=target, no_cache=values["no_cache"], pull=values["pull"],
        platform=values["platform"], labels=form_values.mapping(labels), headers=values.get("headers", {}),
    )  # fmt: skip
    plain = context.dockerfile == "Dockerfile"
    docker = (
        *words("--file", "" if plain else os.path.join(context.folder, context.dockerfile)),
        *words("--tag", tags),
        *words("--build-arg", args),
        *words("--target", target),
        *words("--no-cache", values["no_cache"]),
        *words("--pull", values["pull"]),
        *client_defaults.platform_words(values["platform"]),
        *words("--label", labels),
    )
    return Plan((call,), (_CLASSIC, "build", *docker, context.folder))


async def _logged_in(engine: Engine, values: Values) -> Values:
    headers, missing = await build_credentials.header(environment.own())
    notes = [f"without these credentials: {why}" for why in missing]
    return await client_defaults.with_proxies(engine, {**values, "headers": headers, "notes": notes})


def _listen(plan: Plan) -> BuildProgress:
    call = plan.calls[0]
    assert call.context is not None
    try:
        found = read_dockerfile(call.context)
    except OSError:
        found = []  # it vanished since the check: packing reports it
    target = str(call.params.get("target") or "")
    return BuildProgress(call.context.dockerfile, dockerfile.steps(found, target))


def _built(reply: Any) -> str:
    """Return the image's id, unless the builder's last message is about its tags."""
    told = text(reply, "stream").strip() if isinstance(reply, dict) else ""
    return told.removeprefix(_BUILT) if told.startswith(_BUILT) else ""


BODIES: Mapping[str, Body] = {
    "image.build": Body(
        options=(
            Option("folder", "Folder", default=".", hint="what COPY and ADD can reach", required=True, check=_folder),
            Option("dockerfile", "Dockerfile", hint="Dockerfile; a path in the folder"),
            Option("tags", "Tags", FieldKind.WORDS, (), hint="shop:1 registry:5000/shop:1", check=_references),
            Option("args", "Build arguments", FieldKind.WORDS, (), hint="VERSION=1.2 TOKEN", check=form_values.pairs),
            Option("target", "Target stage", hint="the last one"),
            Option("no_cache", "Without the cache", FieldKind.FLAG, False),
            Option("pull", "Pull newer base images", FieldKind.FLAG, False),
            Option("platform", "Platform", hint="linux/arm64; empty: the Engine's own", check=form_values.platform),
            Option("labels", "Labels", FieldKind.WORDS, (), hint="name=value", check=form_values.labels),
        ),
        defaults=lambda item: {"platform": client_defaults.platform()}, check=_check, complete=_logged_in, plan=_build,
        outcome=_built, progress=_listen,
    ),
}  # fmt: skip
