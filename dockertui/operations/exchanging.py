"""Run an exchange of containers: step by step, and back when a step fails or it is cancelled.

A step that was begun is awaited in any case: a request that is cut off may still be carried out. Going back first looks
at the present state, so it works from any point.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar

from dockertui.engine import containers
from dockertui.engine.call import Call, made_id
from dockertui.engine.client import Engine
from dockertui.engine.container_model import docker_state
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.fields import flag, mapping, mappings, number, strings, text
from dockertui.engine.sending import send
from dockertui.live.kind_reader import unexpected
from dockertui.operations.exchange import Exchange, FoundContainer, Step, WaitFor, backward, forward, stands, whole
from dockertui.operations.images import pulled
from dockertui.operations.marks import Ran
from dockertui.operations.original import removes_itself
from dockertui.operations.remedies import UNCLEAR, explained, leaving

T = TypeVar("T")
Heard = Callable[[Mapping[str, Any]], None]

WATCHED: Final = 3.0
"""Seconds that a new container without a health check must keep running."""
RELEASED: Final = 5.0
"""Seconds until resources of the new one are free again: Podman frees a port a moment after it says so."""
_LOOKS: Final = 0.25
"""Seconds between two checks."""
_LEAVING: Final = 60.0
"""Seconds in which a container that is removed, or removes itself, must be gone."""


class Exchanger:
    """Runs one exchange on an Engine; `heard` gets lines of progress."""

    def __init__(self, engine: Engine, heard: Heard, exchange: Exchange) -> None:
        self._engine = engine
        self._heard = heard
        self._it = exchange
        self._first_name = ""
        """The new one's first name, if it may exist."""
        self._said: list[str] = []

    async def recreate(self, before: Sequence[Call], create: Call, after: Sequence[Call]) -> str:
        """Make the requests `before` (pulls), `create` the new one, make those `after` (networks), and replace the old
        one.

        Returns a message. Raises EngineError, or is cancelled, with everything undone: the error says if anything could
        not be.
        """
        try:
            for call in before:
                self._said.append(pulled(await send(self._engine, call, self._heard)))
        except EngineError as error:
            raise leaving(error, f"{self._it.name} was not touched") from error
        return await self._or_back(self._make(create, after))

    async def go_on(self) -> str:
        """Finish an unfinished exchange; as `recreate` from its second step."""
        return await self._or_back(self._found())

    async def go_back(self) -> str:
        """Undo an unfinished exchange. Raises EngineError when a step fails."""
        self._it = await self._looked()
        for step in backward(self._it):
            await self._take(step, tolerant=True)
        return self._as_it_was(await self._looked())

    async def _found(self) -> None:
        """Look how far it got; a new one that already runs must hold, too. Raises EngineError."""
        self._it = await self._looked()
        if self._it.new is None:
            raise EngineError(ErrorKind.NOT_FOUND, f"the new {self._it.wanted} is gone by now")
        if self._it.old is not None and self._it.new.stands is Ran.RUNNING:
            await self._holds()

    async def _or_back(self, beginning: Awaitable[None]) -> str:
        """Await `beginning`, then go forward; back on any failure until the old one is to be removed."""
        try:
            await beginning
            steps = forward(self._it)
            keeps = self._it.old is None or self._it.leaves
            for step in steps if keeps else steps[:-1]:
                await self._take(step)
        except EngineError as error:
            raise leaving(error, await to_its_end(self._back())) from error
        except asyncio.CancelledError:
            raise asyncio.CancelledError(f"cancelled: {await to_its_end(self._back())}") from None
        except Exception as error:  # a fault of the program must not leave it half done
            raise leaving(unexpected(error, "replacing it"), await to_its_end(self._back())) from error
        if not keeps:
            await self._last(steps[-1])
        return "; ".join(filter(None, self._said))

    async def _make(self, create: Call, after: Sequence[Call]) -> None:
        """Create the new one; it gets a new one's name once all its networks are connected."""
        self._say(f"creating {self._it.wanted}")

        async def make() -> None:
            self._first_name = self._it.part_name if after else self._it.new_name
            try:
                reply = await send(self._engine, create)
            except EngineError as error:
                if error.kind not in UNCLEAR:
                    self._first_name = ""
                raise
            self._it = replace(self._it, new=FoundContainer(made_id(reply), self._it.new_name, Ran.STOPPED))
            self._said += strings(reply, "Warnings")

        await undisturbed(make())
        for call in after:
            await undisturbed(send(self._engine, call))
        if after:
            await self._take(whole(self._it))

    async def _take(self, step: Step, *, tolerant: bool = False) -> None:
        self._say(step.says)
        try:
            await (self._restart(step.call) if tolerant and step.starts else undisturbed(send(self._engine, step.call)))
        except EngineError as error:
            if not (tolerant and _done_already(step, error)):
                raise
        if step.then is WaitFor.GONE:
            await self._gone(step.ref)
        elif step.then is WaitFor.HOLDS:
            await self._holds()

    async def _restart(self, start: Call) -> None:
        """Start the old one, and retry while the new one's resources may not be free yet. Raises EngineError."""
        deadline = asyncio.get_running_loop().time() + RELEASED
        while True:
            try:
                await undisturbed(send(self._engine, start))
                return
            except EngineError as error:
                if error.kind in UNCLEAR or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(_LOOKS)

    async def _last(self, step: Step) -> None:
        """Remove the old one. Failing to do so is no reason to stop the new one."""
        try:
            await to_its_end(self._take(step, tolerant=True))
        except EngineError as error:
            self._said.append(f"the old one could not be removed and is now {self._it.old_name}: {error}")

    # waiting

    async def _gone(self, ref: str) -> None:
        """Wait until a container that removes itself, or is removed, is gone. Raises EngineError when it stays."""
        deadline = asyncio.get_running_loop().time() + _LEAVING
        while (inspect := await self._inspect(ref, leaving=True)) is not None:  # until then its name is taken
            if asyncio.get_running_loop().time() > deadline:
                name = text(inspect, "Name").removeprefix("/")
                raise EngineError(ErrorKind.TIMEOUT, f"{name} was stopped and is not removed")
            await asyncio.sleep(_LOOKS)

    async def _holds(self) -> None:
        """Wait until the new one is healthy, has run for some seconds, or has exited with 0. Raises EngineError
        otherwise."""
        assert self._it.new is not None
        self._say(f"waiting for {self._it.wanted}")
        deadline, restarts = asyncio.get_running_loop().time() + WATCHED, 0
        while True:
            inspect = await self._inspect(self._it.new.ref)
            if inspect is None:
                return self._ended()
            now = asyncio.get_running_loop().time()
            if (count := number(inspect, "RestartCount") or 0) != restarts:  # between two starts its exit code shows
                deadline, restarts = now + WATCHED, count
            over = now > deadline
            if _verdict(inspect, over=over, podman=self._podman):
                return None
            await asyncio.sleep(_LOOKS)

    def _ended(self) -> None:
        """Handle a new one that removed itself, its exit code unknown. Raises EngineError while there is an old one."""
        if self._it.old is not None and not self._it.leaves:
            raise _refused("it ended and removed itself", "")
        self._said.append("it has ended and removed itself")

    @property
    def _podman(self) -> bool:
        return self._engine.version is not None and self._engine.version.podman

    # going back

    async def _back(self) -> str:
        """Put the old one back; return the result. Never raises EngineError."""
        self._said.clear()
        try:
            found = await self._looked()
            if found.old is None:
                return await self._kept(found)
            for step in backward(found):
                await self._take(step, tolerant=True)
            return self._as_it_was(await self._looked())
        except EngineError as error:
            return f"{self._it.name} could not be put back ({explained(error)}): {await self._left()}"

    def _as_it_was(self, found: Exchange) -> str:
        """Return the result of going back, from the present state."""
        if found.old is None:
            return f"the old {self._it.name} is gone"
        if found.old.stands is not self._it.ran:
            return f"{self._it.name} is back and does not stand as it did: it is {found.old.stands}"
        how = {Ran.RUNNING: "runs again", Ran.PAUSED: "is paused again", Ran.STOPPED: "is there"}[self._it.ran]
        return f"{self._it.name} {how} as it was"

    async def _kept(self, found: Exchange) -> str:
        """Keep the new one, since the old one is gone."""
        lost = f"the old {self._it.name}{' was made with --rm and' if self._it.leaves else ''} is gone"
        if found.new is None:
            return f"{lost}, and so is the new one"
        if found.new.name != self._it.wanted:
            await self._take(forward(replace(found, old=None, ran=Ran.STOPPED))[0])
        return f"{lost}; the new one is kept as {self._it.wanted}"

    async def _left(self) -> str:
        """Return the present state of both, as far as the Engine replies."""
        later = "the next connection offers to finish or undo it"
        try:
            found = await self._looked()
        except EngineError:
            return f"the Engine does not answer; {later}"
        old = f"the old one is {found.old.name} ({found.old.stands})" if found.old else "the old one is gone"
        new = f", the new one is {found.new.name} ({found.new.stands})" if found.new else ""
        return f"{old}{new}"

    async def _looked(self) -> Exchange:
        """Return the exchange with both containers in their present state. Raises EngineError."""
        it = self._it
        inspect = await self._inspect(it.old.ref) if it.old is not None else None
        old, new = _found(inspect), None
        if it.new is not None:
            new = _found(await self._inspect(it.new.ref))
        elif self._first_name:
            new = _found(await self._inspect(self._first_name))
        stays = inspect is None or old is None or old.stands is Ran.STOPPED or not removes_itself(inspect)
        leaves = it.leaves or not stays
        return replace(it, old=old, new=new, leaves=leaves)

    async def _inspect(self, ref: str, *, leaving: bool = False) -> Mapping[str, Any] | None:
        """Inspect a container; None when it is gone or, unless `leaving`, is being removed. Raises EngineError."""
        try:
            inspect = await containers.inspect(self._engine, ref)
        except EngineError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise
        going = text(mapping(inspect, "State"), "Status") == "removing"
        return None if going and not leaving else inspect

    def _say(self, line: str) -> None:
        self._heard({"status": line})


def _found(inspect: Mapping[str, Any] | None) -> FoundContainer | None:
    if inspect is None:
        return None
    state = text(mapping(inspect, "State"), "Status")
    return FoundContainer(text(inspect, "Id"), text(inspect, "Name").removeprefix("/"), stands(docker_state(state)))


def _done_already(step: Step, error: EngineError) -> bool:
    """Whether the container to stop or remove is gone, or being removed."""
    gone = error.kind is ErrorKind.NOT_FOUND or "already in progress" in error.message
    return gone and step.docker[0] in ("stop", "rm")


def _verdict(inspect: Mapping[str, Any], *, over: bool, podman: bool) -> bool:
    """Whether a container that was just started holds; `over`: its seconds have passed. Raises EngineError if not."""
    state = mapping(inspect, "State")
    code, health = number(state, "ExitCode") or 0, mapping(state, "Health")
    told = text(health, "Status")
    if docker_state(text(state, "Status")) in ("exited", "dead", "restarting"):
        if code or text(state, "Error"):
            raise _refused(f"it ended with exit code {code}", text(state, "Error"))
        return True
    if told == "unhealthy":
        outputs = [text(one, "Output").strip() for one in mappings(health, "Log")]
        raise _refused("its health check fails", outputs[-1] if outputs else "")
    if told == "starting" and not (podman and over):  # Podman's checks may not run by themselves
        return False
    return told == "healthy" or (over and flag(state, "Running"))


def _refused(what: str, detail: str) -> EngineError:
    return EngineError(ErrorKind.SERVER, f"the new one was started and {what}{detail and f': {detail}'}")


async def undisturbed(work: Awaitable[T]) -> T:
    """Wait for the end of `work` even if cancelled, then raise the cancellation; a second one takes effect at once."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            raise
        with suppress(asyncio.CancelledError, EngineError):
            task.result()
        raise


async def to_its_end(work: Awaitable[T]) -> T:
    """Wait for the end of `work`, however often cancelled meanwhile: undoing is never abandoned."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    return task.result()
