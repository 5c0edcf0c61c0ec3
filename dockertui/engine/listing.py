"""How the API lists and inspects one kind of object: the calls, and how to parse their replies."""

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
    """The Engine that a kind of object requires: an API version or newer, and Docker if Podman has none."""

    api: str = "1.41"
    podman: bool = True

    def lacking(self, version: Version) -> str:
        """Return why an Engine of this version has none, or ""."""
        if version.podman and not self.podman:
            return "Podman has none"
        return "" if version.speaks(self.api) else f"from API {self.api} on: this Engine speaks {version.api}"


class Listing(NamedTuple, Generic[T]):
    """A listing of the API, and the `inspect` of its objects.

    kind: as in events and the CLI. all: the call that lists all. model: parses an entry of a listing that was requested
    at an epoch second. identity: returns the key of an object. one: the path of one object, `{}` for its identity or
    name. key: the field that an entry must have, or objects could not be told apart. filter: the listing's filter by
    identity, "" for none. member: the member of the reply that holds the list, "" for the reply itself. safe:
    characters that `segment` leaves as they are. needs: the Engine that these objects require.
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
        """Return the objects of a listing; null is an empty one.

        Anything else is an error, or it would clear a table; so is an entry without its key, whose object would vanish.
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
        """List all objects, or those of `ids` that exist. Raises EngineError."""
        if ids is not None and not ids:
            return []
        found = await self.listed(engine, self.only(ids))
        return found if ids is None else [item for item in found if self.identity(item) in ids]

    async def listed(self, engine: Engine, call: Call) -> list[T]:
        """Return the objects that a listing call returns. Raises EngineError."""
        from dockertui.engine.client import CALL_TIMEOUT  # here: the first requests come before it is loaded

        asked_at = engine.trace.clock()
        reply = await engine.get(call, timeout=call.patience or CALL_TIMEOUT)
        return self.parse(reply, asked_at)

    def only(self, ids: Collection[str] | None) -> Call:
        """Return the call that lists `ids`, or all. Engines match by prefix or pattern, so compare the ids in the
        reply."""
        if ids is None or not self.filter:
            return self.all
        return self.all._replace(params={**self.all.params, "filters": {self.filter: sorted(ids)}})

    def asking(self, ref: str) -> Call:
        """Return the call for everything about one object, by identity or name. Raises EngineError if it is invalid."""
        path = self.one.format(segment(ref, safe=self.safe))
        return Call("GET", path, docker=(self.kind, "inspect", ref))

    async def inspect(self, engine: Engine, ref: str) -> dict[str, Any]:
        """Return the API's inspection of one object, by identity or name. Raises EngineError."""
        return await engine.get_object(self.asking(ref))
