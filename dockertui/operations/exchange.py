"""Exchanging one container for another: the steps, the steps back, and the names that record the progress.

The new container is created under a temporary name while the old one still runs; the old one is renamed and kept until
the new one is running stably. Both names record the original name and the old one's state, so that any later session,
after a lost Engine or a crash, can finish or undo the exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from dockertui.engine import containers as calls
from dockertui.engine.call import Call
from dockertui.engine.models import Container
from dockertui.operations.marks import Mark, Ran, mark

_STAYS_STOPPED: Final = "unless-stopped"
"""The restart policy under which a restarted Engine does not start a stopped container."""


def stands(state: str) -> Ran:
    """Convert Docker's state; a container that is restarting counts as running."""
    if state == "paused":
        return Ran.PAUSED
    return Ran.RUNNING if state in ("running", "restarting") else Ran.STOPPED


class WaitFor(StrEnum):
    """What to wait for after a step."""

    NOTHING = ""
    HOLDS = "until the container holds"
    GONE = "until the container is gone"


class Step(NamedTuple):
    """One request, its `docker` words, and a description. ref: the container that must be gone."""

    call: Call
    docker: tuple[str, ...]
    says: str
    then: WaitFor = WaitFor.NOTHING
    ref: str = ""

    @property
    def starts(self) -> bool:
        """Whether it starts a container."""
        return self.docker[0] == "start"


class FoundContainer(NamedTuple):
    """A container as found. `ref` names it in requests: its id, or its name if it is still to be created."""

    ref: str
    name: str
    stands: Ran


@dataclass(frozen=True, slots=True)
class Exchange:
    """An old container and the new one that replaces it.

    name: the old one's original name. wanted: the new one's final name. ran: the old one's state at the beginning. old,
    new: None when it does not exist. leaves: the old one removes itself once it is stopped. thaws: the Engine cannot
    stop a paused container. policy: the old one's restart policy, in the command line's form, if it would make a
    restarted Engine start the old one beside the new one, on the same volumes: it is replaced meanwhile.
    """

    name: str
    wanted: str
    ran: Ran
    old: FoundContainer | None
    new: FoundContainer | None
    leaves: bool = False
    thaws: bool = False
    policy: str = ""

    @property
    def _marks(self) -> str:
        """The old one's state, as the names encode it."""
        return f"{self.ran}-{self.policy.replace(':', '-')}" if self.policy else self.ran

    @property
    def new_name(self) -> str:
        """The name of the new one until the old one has stopped."""
        return f"{self.name}.dockertui-new-{self._marks}"

    @property
    def part_name(self) -> str:
        """The name of the new one until all its networks are connected, if it is created with only one of them."""
        return f"{self.name}.dockertui-part-{self._marks}"

    @property
    def partial(self) -> bool:
        """Whether the new one is incomplete, so that the exchange can only be undone."""
        return self.new is not None and self.new.name == self.part_name

    @property
    def old_name(self) -> str:
        """The name of the old one until it is removed."""
        return f"{self.name}.dockertui-old-{self._marks}"


def left_behind(containers: Iterable[Container]) -> list[Exchange]:
    """Return the unfinished exchanges, found by the names of the existing containers."""
    known = {container.name: container for container in containers}
    marks = {name: found for name in known if (found := mark(name)) is not None}
    begun = dict.fromkeys(found._replace(role="") for found in marks.values())
    return [_begun(found, known) for found in begun]


def _begun(found: Mark, known: Mapping[str, Container]) -> Exchange:
    empty = Exchange(found.name, found.name, found.ran, None, None, policy=found.policy)
    old, new, part, own = (known.get(one) for one in (empty.old_name, empty.new_name, empty.part_name, found.name))
    new = new or part
    if old is None:
        old = own if new is not None else None
    elif new is None:
        new = own
    return replace(empty, old=_found(old), new=_found(new))


def _found(container: Container | None) -> FoundContainer | None:
    return None if container is None else FoundContainer(container.id, container.name, stands(container.state))


def forward(exchange: Exchange) -> list[Step]:
    """Return the steps from a created new container to one that has replaced the old one."""
    old, new = exchange.old, exchange.new
    if new is None:
        return []
    steps: list[Step] = []
    if old is not None:
        steps += [*_held(old, exchange), *_stop(old, exchange)]
    if old is not None and old.name != exchange.old_name and not exchange.leaves:
        steps.append(_rename(old, exchange.old_name))
    if new.name != exchange.wanted:
        steps.append(_rename(new, exchange.wanted))
        new = new._replace(ref=exchange.wanted) if new.ref == new.name else new
    if exchange.ran is not Ran.STOPPED and new.stands is Ran.STOPPED:
        steps.append(_start(new, exchange.wanted, WaitFor.HOLDS))
    if exchange.ran is Ran.PAUSED and new.stands is not Ran.PAUSED:
        steps.append(Step(calls.pause(new.ref), ("pause", exchange.wanted), f"pausing {exchange.wanted}"))
    if old is not None and not exchange.leaves:
        steps.append(_remove(old, exchange.old_name))
    return steps


def backward(exchange: Exchange) -> list[Step]:
    """Return the steps back to the old container as it was, from any state."""
    old, new = exchange.old, exchange.new
    steps: list[Step] = []
    if new is not None:
        steps += _stop(new, replace(exchange, leaves=False))
    if old is not None and exchange.policy:  # while a name still records it
        steps.append(_update(old, old.name, exchange.policy))
    if new is not None:  # one that removes itself may be doing so, and has its name until then
        steps.append(_remove(new, new.name)._replace(then=WaitFor.GONE, ref=new.ref))
    if old is None:
        return steps
    if old.name != exchange.name:
        steps.append(_rename(old, exchange.name))
    if exchange.ran is not Ran.STOPPED and old.stands is Ran.STOPPED:
        steps.append(_start(old, exchange.name, WaitFor.NOTHING))
    if exchange.ran is Ran.PAUSED and old.stands is not Ran.PAUSED:
        steps.append(Step(calls.pause(old.ref), ("pause", exchange.name), f"pausing {exchange.name}"))
    return steps


def _held(found: FoundContainer, exchange: Exchange) -> Sequence[Step]:
    """Return the step that keeps a restarted Engine from starting the old one."""
    holds = exchange.policy and found.stands is not Ran.STOPPED
    return (_update(found, found.name, _STAYS_STOPPED),) if holds else ()


def _stop(found: FoundContainer, exchange: Exchange) -> Sequence[Step]:
    """Return the steps that stop it, with the container's own grace period."""
    if found.stands is Ran.STOPPED:
        return ()
    then = WaitFor.GONE if exchange.leaves else WaitFor.NOTHING
    stop = Step(calls.stop(found.ref), ("stop", found.name), f"stopping {found.name}", then, found.ref)
    thaw = Step(calls.unpause(found.ref), ("unpause", found.name), f"unpausing {found.name}")
    return (thaw, stop) if found.stands is Ran.PAUSED and exchange.thaws else (stop,)


def whole(exchange: Exchange) -> Step:
    """Return the step that marks the new one as connected to all its networks."""
    return _rename(FoundContainer(exchange.part_name, exchange.part_name, Ran.STOPPED), exchange.new_name)


def _rename(found: FoundContainer, name: str) -> Step:
    return Step(calls.rename(found.ref, name), ("rename", found.name, name), f"renaming {found.name} to {name}")


def _update(found: FoundContainer, name: str, policy: str) -> Step:
    kind, _, most = policy.partition(":")
    call = calls.update(found.ref, {"RestartPolicy": {"Name": kind, "MaximumRetryCount": int(most or 0)}})
    return Step(call, ("update", "--restart", policy, name), f"setting the restart policy of {name} to {policy}")


def _start(found: FoundContainer, name: str, then: WaitFor) -> Step:
    return Step(calls.start(found.ref), ("start", name), f"starting {name}", then)


def _remove(found: FoundContainer, name: str) -> Step:
    """Without its volumes, and not by force: a running one is not removed."""
    return Step(calls.remove(found.ref), ("rm", name), f"removing {name}")
