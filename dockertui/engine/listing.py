"""How the API lists one kind of object and tells all of one: the calls, and how to read what comes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from dockertui.engine.call import Call
from dockertui.engine.errors import EngineError, ErrorKind, PartlyRead
from dockertui.engine.fields import Raw, objects, text
from dockertui.engine.models import Version
from dockertui.engine.target import segment

if TYPE_CHECKING:
    from dockertui.engine.client import Engine

T = TypeVar("T")


class Needs(NamedTuple):
    """What an Engine must be to have a kind of object: of an API version or newer, and Docker if Podman has none."""

    api: str = "1.41"
    podman: bool = True

    def lacking(self, version: Version) -> str:
        """Why an Engine of a version has none, or ""."""
        if version.podman and not self.podman:
            return "Podman has none"
        return "" if version.speaks(self.api) else f"from API {self.api} on: this Engine speaks {version.api}"


class Listing(NamedTuple, Generic[T]):
    """A list of the API, and the `inspect` of what is in it.

    kind: as events name it, and the CLI. all: the call that lists all. model: reads an entry of the list, asked for at
    an epoch second. identity: of such an object. one: the path of one object, `{}` for its identity or name. key: the
    entry's field that must be there, or nothing could be told apart. filter: the list's filter by identity, "" for
    none. member: the member of the reply that holds the list, "" for the reply itself. safe: characters that `segment`
    leaves as they are. needs: what an Engine must be to have such objects.
    """

    kind: str
    all: Call
    model: Callable[[Raw, float], T]
    identity: Callable[[T], str]
    one: str
    key: str = "Id"
    filter: str = "id"
    member: str = ""
    safe: str = ""
    needs: Needs = Needs()

    def parse(self, reply: Any, listed_at: float = 0.0) -> list[T]:
        """The objects of a list; null is an empty one.

        Anything else is an error, or it would clear a table; and so is an entry without its key, or it would be gone.
        """
        if self.member and isinstance(reply, dict):
            reply = reply.get(self.member)
        if reply is not None and not isinstance(reply, list):
            raise EngineError(ErrorKind.PROTOCOL, f"what came for the list of {self.kind}s is no list")
        entries = reply or []
        found = [self.model(raw, listed_at) for raw in objects(entries) if text(raw, self.key)]
        if unread := len(entries) - len(found):
            raise PartlyRead(f"{unread} of {len(entries)} {self.kind}s in the Engine's list cannot be read", found)
        return found

    async def ls(self, engine: Engine, ids: Collection[str] | None = None) -> list[T]:
        """All objects; or those of `ids` that exist. Raises EngineError."""
        if ids is not None and not ids:
            return []
        found = await self.listed(engine, self.only(ids))
        return found if ids is None else [item for item in found if self.identity(item) in ids]

    async def listed(self, engine: Engine, call: Call) -> list[T]:
        """What a call that lists objects of the kind brings. Raises EngineError."""
        from dockertui.engine.client import CALL_TIMEOUT  # here: the first requests are made before it is loaded

        asked_at = engine.trace.clock()
        reply = await engine.get(call, timeout=call.patience or CALL_TIMEOUT)
        return self.parse(reply, asked_at)

    def only(self, ids: Collection[str] | None) -> Call:
        """The call that lists those of `ids`, or all: Engines match by prefix or pattern, so compare what comes."""
        if ids is None or not self.filter:
            return self.all
        return self.all._replace(params={**self.all.params, "filters": {self.filter: sorted(ids)}})

    def asking(self, ref: str) -> Call:
        """The call for everything about one object, by identity or name. Raises EngineError for an impossible name."""
        path = self.one.format(segment(ref, safe=self.safe))
        return Call("GET", path, docker=(self.kind, "inspect", ref))

    async def inspect(self, engine: Engine, ref: str) -> dict[str, Any]:
        """Everything about one object, by identity or name, as the API says it. Raises EngineError."""
        return await engine.get_object(self.asking(ref))
