"""Log in to registries and out of them: credentials are stored where the `docker` command stores its own."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from dockertui.config import shown
from dockertui.engine import credentials, environment, system
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Image
from dockertui.operations.command_body import Body, FieldKind, InvalidValue, Option, Plan, Values


def _registry(value: str) -> None:
    bare = value.partition("://")[2] or value
    if not bare or any(sign.isspace() or not sign.isprintable() for sign in bare) or bare.startswith(("-", "/", ":")):
        raise InvalidValue("a registry's address such as quay.io or localhost:5000")


def _user(value: str) -> None:
    if ":" in value or not value.isprintable():  # the file stores user:password
        raise InvalidValue("a user's name, with no : in it")


def _from_here(item: Image | None) -> Values:
    """Return the registry that the image under the cursor came from."""
    named = credentials.registry_of(item.tags[0]) if item is not None and item.tags else credentials.HUB
    return {"registry": credentials.name_of(named)}


def _login(item: Any, values: Values) -> Plan:
    registry, user = credentials.address_of(values["registry"]), values["user"]
    found = {"username": user, "password": values["password"], "serveraddress": registry}
    docker = ("login", "--username", user, "--password-stdin", *_argument(registry))
    return Plan((system.login(registry, user, values["password"]),), docker, _keeping(found))


def _argument(registry: str) -> tuple[str, ...]:
    """Return the argument for a registry; the Hub is the default of `docker login` and `logout`."""
    return () if registry == credentials.HUB else (registry,)


def _keeping(found: dict[str, str]) -> Callable[[Engine, Any], Awaitable[str]]:
    async def keep(engine: Engine, reply: Any) -> str:
        if engine.endpoint.demo:
            return "nothing is kept: this is the demo Engine"
        where = await credentials.keep(credentials.checked(found, reply), environment.own())
        if os.path.isabs(where):
            return f"as {found['username']}, kept in {shown(Path(where))}, not encrypted"
        return f"as {found['username']}, kept by {where}"

    return keep


async def _logged_in(engine: Engine, item: Any) -> Values:
    """Return the registries to choose from. Raises EngineError when there are none."""
    found = [] if engine.endpoint.demo else await credentials.registries(environment.own())
    if not found:
        raise EngineError(ErrorKind.NOT_FOUND, "no registry's credentials are kept here")
    names = tuple(map(credentials.name_of, found))
    here = _from_here(item)["registry"] if isinstance(item, Image) else ""
    return {"registries": names, "registry": here if here in names else names[0]}


def _logout(item: Any, values: Values) -> Plan:
    registry = credentials.address_of(values["registry"])

    async def forget(engine: Engine, reply: Any) -> str:
        await credentials.forget(registry, environment.own())
        return ""

    return Plan((), ("logout", *_argument(registry)), forget)


BODIES: Mapping[str, Body] = {
    "registry.login": Body(
        plan=_login,
        options=(
            Option("registry", "Registry", hint="docker.io, localhost:5000", required=True, check=_registry),
            Option("user", "User", required=True, check=_user),
            Option("password", "Password or token", FieldKind.SECRET, required=True),
        ),
        defaults=_from_here,
    ),
    "registry.logout": Body(
        options=(Option("registry", "Registry", FieldKind.CHOICE, required=True, choices_in="registries"),),
        prepare=_logged_in, plan=_logout,
        takes_along=lambda item, surroundings, values: [
            f"the credentials of {values['registry']} on this machine, for the docker command, too"
        ],
    ),
}  # fmt: skip
