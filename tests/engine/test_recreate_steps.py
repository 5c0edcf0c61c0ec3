"""A recreate that fails, is cancelled or loses its Engine at each of its steps, on a real Engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from dockertui.engine import containers
from dockertui.engine.call import Call
from dockertui.engine.client import Engine, Reply
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations import exchanging
from dockertui.operations.exchange import left_behind
from dockertui.operations.jobs import Job, Jobs, State, perform
from tests.engine.dockerd import Dockerd
from tests.engine.three_ways import Case, endpoint_of, task_of

STEPS = ("create", "connect", "rename", "stop", "rename", "rename", "start", "remove")
"""The changing requests of a recreate, in their order."""
LAST = len(STEPS) - 1
AT = pytest.mark.parametrize("at", range(len(STEPS)), ids=[f"{at}-{step}" for at, step in enumerate(STEPS)])


class Breaking(Engine):
    """An Engine to which something happens at one of the changing requests, the first being 0."""

    at = -1
    refuses = False
    """The request is refused, and nothing done."""
    loses: bool | None = None
    """The Engine is lost, before (False) or after (True) it did what was asked for, and stays lost."""
    reached: Callable[[], None] = staticmethod(lambda: None)
    """Called at the request, which then goes its way."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.sent: list[str] = []
        self._lost = False

    async def request(self, call: Call, **rest: Any) -> Reply:
        if call.method in ("GET", "HEAD"):
            return await self._unless_lost(call, **rest)
        here = len(self.sent) == self.at
        self.sent.append("remove" if call.method == "DELETE" else call.path.rpartition("/")[2])
        if here:
            self.reached()
        if here and self.refuses:
            raise EngineError(ErrorKind.SERVER, "the Engine does not want to", status=500)
        if here and self.loses is not None:
            if self.loses:
                await super().request(call, **rest)
            self._lost = True
        return await self._unless_lost(call, **rest)

    async def get_object(self, call: Call, **rest: Any) -> dict[str, Any]:
        if self._lost:
            raise EngineError(ErrorKind.LOST, "the connection was lost")
        return await super().get_object(call, **rest)

    async def _unless_lost(self, call: Call, **rest: Any) -> Reply:
        if self._lost:
            raise EngineError(ErrorKind.LOST, "the connection was lost")
        return await super().request(call, **rest)


@pytest.fixture
async def engine(clean_dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Breaking]:
    monkeypatch.setattr(exchanging, "WATCHED", 0.3)
    for name in ("front", "back"):
        clean_dockerd.cli("network", "create", name)
    web(clean_dockerd)
    engine = Breaking(endpoint_of(clean_dockerd))
    await engine.open()
    yield engine
    await engine.close()


def web(dockerd: Dockerd, *options: str, command: tuple[str, ...] = ("sleep", "1d")) -> None:
    """Run the container `web`, in two networks, with a file in its anonymous volume."""
    dockerd.cli("rm", "--force", "web", check=False)
    fixed = ("--detach", "--name=web", "--stop-signal=KILL", "--network=front", "--network-alias=shop", "-v", "/data")
    dockerd.cli("run", *fixed, *options, "busybox", *command)
    dockerd.cli("network", "connect", "--alias=cart", "back", "web")
    dockerd.cli("exec", "web", "sh", "-c", "echo precious > /data/file", check=False)


def all_there(dockerd: Dockerd) -> dict[str, Mapping[str, Any]]:
    """Every container's `inspect`, by its name."""
    ids = dockerd.cli("ps", "--all", "--quiet").split()
    return {one["Name"].removeprefix("/"): one for one in json.loads(dockerd.cli("inspect", *ids))} if ids else {}


def is_as_it_was(dockerd: Dockerd, before: Mapping[str, Any]) -> None:
    """The old container and no other is there, under its name, running, in its networks, with its data."""
    after = all_there(dockerd)
    assert list(after) == ["web"]
    assert after["web"]["Id"] == before["Id"]
    assert after["web"]["State"]["Status"] == before["State"]["Status"]
    assert after["web"]["HostConfig"] == before["HostConfig"]
    assert set(after["web"]["NetworkSettings"]["Networks"]) == {"front", "back"}
    if before["State"]["Running"]:
        assert dockerd.cli("exec", "web", "cat", "/data/file") == "precious"


def is_new(dockerd: Dockerd, before: Mapping[str, Any]) -> None:
    """The new container and no other is there, in the old one's place and with its data."""
    after = all_there(dockerd)
    assert list(after) == ["web"]
    assert after["web"]["Id"] != before["Id"]
    assert after["web"]["State"]["Running"]
    assert set(after["web"]["NetworkSettings"]["Networks"]) == {"front", "back"}
    assert dockerd.cli("exec", "web", "cat", "/data/file") == "precious"


async def recreate(engine: Engine, values: Mapping[str, Any] | None = None) -> str:
    task = await task_of(Case("container.recreate", target="web", values=values or {}), engine)
    return await perform(engine, task)


async def end(engine: Engine, how: str) -> str:
    """Finish or undo what was left, as a later session would."""
    names = [one.name for one in await containers.ls(engine) if ".dockertui-" in one.name]
    return await perform(engine, await task_of(Case(f"container.recreate_{how}", target=names[0]), engine))


async def test_the_steps_are_these(engine: Breaking, clean_dockerd: Dockerd) -> None:
    before = all_there(clean_dockerd)["web"]
    task = await task_of(Case("container.recreate", target="web"), engine)
    await perform(engine, task)
    assert tuple(engine.sent) == STEPS
    assert [call.path.rpartition("/")[2] for call in task.plan.calls[:-1]] == list(STEPS[:-1])
    is_new(clean_dockerd, before)


@AT
async def test_a_refusal_leaves_the_old_one_as_it_was(at: int, engine: Breaking, clean_dockerd: Dockerd) -> None:
    before = all_there(clean_dockerd)["web"]
    engine.at, engine.refuses = at, True
    if at == LAST:
        assert "web.dockertui-old-running" in await recreate(engine)
        assert all_there(clean_dockerd)["web"]["State"]["Running"]
        engine.at = -1
        await end(engine, "finish")
        is_new(clean_dockerd, before)
        return
    with pytest.raises(EngineError, match="the Engine does not want to: web runs again as it was"):
        await recreate(engine)
    is_as_it_was(clean_dockerd, before)


@AT
async def test_a_cancel_leaves_the_old_one_as_it_was(at: int, engine: Breaking, clean_dockerd: Dockerd) -> None:
    before = all_there(clean_dockerd)["web"]
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    found: list[Job] = []
    engine.at, engine.reached = at, lambda: jobs.cancel(found[0])
    found += jobs.start([await task_of(Case("container.recreate", target="web"), engine)])
    await jobs.settled()
    if at == LAST:
        assert found[0].state is State.DONE, "too late: the old one is on its way"
        is_new(clean_dockerd, before)
        return
    assert (found[0].state, found[0].said) == (State.CANCELLED, "cancelled: web runs again as it was")
    is_as_it_was(clean_dockerd, before)


@pytest.mark.parametrize("how", ["finish", "undo"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@AT
async def test_what_a_lost_engine_leaves_is_finished_or_undone_later(
    at: int, done: bool, how: str, engine: Breaking, clean_dockerd: Dockerd
) -> None:
    before = all_there(clean_dockerd)["web"]
    engine.at, engine.loses = at, done
    if at == LAST:
        await recreate(engine)
    else:
        with pytest.raises(EngineError, match="the next connection offers to finish or undo it"):
            await recreate(engine)
    later = Engine(endpoint_of(clean_dockerd))
    await later.open()
    try:
        left = left_behind(await containers.ls(later))
        if (at, done) == (0, False):
            assert not left
            is_as_it_was(clean_dockerd, before)
        elif (at, done) == (LAST, True):
            assert not left
            is_new(clean_dockerd, before)
        elif left[0].partial and how == "finish":
            with pytest.raises(EngineError, match="was not made: the recreate can only be undone"):
                await end(later, how)
        else:
            await end(later, how)
            (is_new if how == "finish" else is_as_it_was)(clean_dockerd, before)
    finally:
        await later.close()


# what the Engine itself refuses


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"memory": "1m"}, "Minimum memory limit"),
        ({"mounts": ("aa:/x", "bb:/x")}, "Duplicate mount point"),
        ({"network": "nowhere"}, "nowhere"),
        ({"restart": "always", "remove": True}, "can't create 'AutoRemove' container with restart policy"),
        ({"command": ("no-such-program",)}, "no-such-program"),
        ({"command": ("sh", "-c", "exit 3")}, "it ended with exit code 3"),
        ({"health": "echo sick; exit 1"}, "its health check fails: sick"),
        ({"name": "taken"}, "already in use"),
    ],
)
async def test_what_is_refused_costs_nothing(
    values: dict[str, Any], words: str, engine: Breaking, clean_dockerd: Dockerd
) -> None:
    web(clean_dockerd, "--health-interval=200ms", "--health-retries=1")
    clean_dockerd.cli("create", "--name=taken", "busybox")
    before = all_there(clean_dockerd)["web"]
    with pytest.raises(EngineError, match=words):
        await recreate(engine, values)
    clean_dockerd.cli("rm", "taken")
    is_as_it_was(clean_dockerd, before)


async def test_a_port_that_is_held_puts_the_old_one_back(engine: Breaking, clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=other", "--publish=8080:80", network="front")
    web(clean_dockerd, "--publish=8081:80")
    before = all_there(clean_dockerd)["web"]
    with pytest.raises(EngineError, match=r"port is already allocated.*web runs again as it was"):
        await recreate(engine, {"ports": ("8080:80",)})
    clean_dockerd.cli("rm", "--force", "other")
    is_as_it_was(clean_dockerd, before)
    assert await recreate(engine, {"ports": ("8081:80", "8082:80")}) == ""  # its own port is free in time
    is_new(clean_dockerd, before)


async def test_a_finish_keeps_the_old_one_until_the_new_one_is_healthy(
    engine: Breaking, clean_dockerd: Dockerd
) -> None:
    before = all_there(clean_dockerd)["web"]
    clean_dockerd.cli("stop", "web")
    clean_dockerd.cli("rename", "web", "web.dockertui-old-running")
    sick = ("--health-cmd=echo nope; false", "--health-interval=1s", "--health-retries=1")
    clean_dockerd.cli("run", "--detach", "--stop-signal=KILL", "--name=web", *sick, "busybox", "sleep", "1d")
    with pytest.raises(EngineError, match=r"its health check fails: nope.*web runs again as it was"):
        await end(engine, "finish")
    is_as_it_was(clean_dockerd, before)


@pytest.mark.parametrize("policy", ["always", "on-failure:3"])
async def test_an_engine_that_starts_anew_does_not_start_the_old_one_beside_the_new_one(
    policy: str, engine: Breaking, clean_dockerd: Dockerd
) -> None:
    web(clean_dockerd, f"--restart={policy}")
    before = all_there(clean_dockerd)["web"]
    engine.at, engine.loses = STEPS.index("start") + 1, True  # one more request than without a policy
    with pytest.raises(EngineError):
        await recreate(engine)
    assert engine.sent[engine.at] == "start"
    old = next(one for one in all_there(clean_dockerd).values() if one["Id"] == before["Id"])
    assert old["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    later = Breaking(endpoint_of(clean_dockerd))
    await later.open()
    await end(later, "undo")
    is_as_it_was(clean_dockerd, before)
    await recreate(later)
    await later.close()
    is_new(clean_dockerd, before)
    assert all_there(clean_dockerd)["web"]["HostConfig"]["RestartPolicy"] == before["HostConfig"]["RestartPolicy"]


# how the old one stood


async def test_a_stopped_one_is_recreated_stopped(engine: Breaking, clean_dockerd: Dockerd) -> None:
    clean_dockerd.cli("stop", "web")
    before = all_there(clean_dockerd)["web"]
    await recreate(engine)
    assert engine.sent == ["create", "connect", "rename", "rename", "rename", "remove"]
    after = all_there(clean_dockerd)
    assert list(after) == ["web"]
    assert (after["web"]["State"]["Status"], after["web"]["Id"] == before["Id"]) == ("created", False)


async def test_a_paused_one_is_paused_again(engine: Breaking, clean_dockerd: Dockerd) -> None:
    clean_dockerd.cli("pause", "web")
    before = all_there(clean_dockerd)["web"]
    engine.at, engine.refuses = 6, True
    with pytest.raises(EngineError, match="web is paused again as it was"):
        await recreate(engine)
    after = all_there(clean_dockerd)
    assert (list(after), after["web"]["State"]["Status"], after["web"]["Id"]) == (["web"], "paused", before["Id"])
    engine.at = -1
    await recreate(engine)
    after = all_there(clean_dockerd)
    assert (list(after), after["web"]["State"]["Status"]) == (["web"], "paused")
    assert after["web"]["Id"] != before["Id"]


async def test_one_that_ends_well_counts_as_started(engine: Breaking, clean_dockerd: Dockerd) -> None:
    await recreate(engine, {"command": ("true",)})
    after = all_there(clean_dockerd)
    assert (list(after), after["web"]["State"]["Status"], after["web"]["State"]["ExitCode"]) == (["web"], "exited", 0)


async def test_one_that_removes_itself_keeps_its_volume(engine: Breaking, clean_dockerd: Dockerd) -> None:
    web(clean_dockerd, "--rm")
    before = all_there(clean_dockerd)["web"]
    await recreate(engine)
    is_new(clean_dockerd, before)


async def test_one_that_removed_itself_is_not_put_back_and_the_new_one_stays(
    engine: Breaking, clean_dockerd: Dockerd
) -> None:
    web(clean_dockerd, "--rm")
    engine.at, engine.refuses = 5, True  # create, connect, rename, stop, rename, start
    with pytest.raises(EngineError, match="was made with --rm and is gone; the new one is kept as web"):
        await recreate(engine)
    assert list(all_there(clean_dockerd)) == ["web"]
    clean_dockerd.cli("start", "web")
    assert clean_dockerd.cli("exec", "web", "cat", "/data/file") == "precious"


async def test_new_volumes_are_made_when_that_is_asked_for(engine: Breaking, clean_dockerd: Dockerd) -> None:
    await recreate(engine)
    (old,) = all_there(clean_dockerd)["web"]["Mounts"]
    await recreate(engine, {"new_volumes": True})
    (new,) = all_there(clean_dockerd)["web"]["Mounts"]
    assert old["Name"] != new["Name"]
    assert old["Name"] in clean_dockerd.cli("volume", "ls", "--quiet"), "it stays behind, unused"


async def test_who_uses_it_is_named_in_the_question(engine: Breaking, clean_dockerd: Dockerd) -> None:
    clean_dockerd.run("--name=sidecar", network="container:web")
    clean_dockerd.run("--name=spy", "--pid=container:web")
    clean_dockerd.run("--name=backup", "--volumes-from=web:ro")
    clean_dockerd.run("--name=stranger")
    from dockertui.operations import dependents

    web_id = all_there(clean_dockerd)["web"]["Id"]
    lines = "\n".join(await dependents.of(engine, web_id, "web"))
    assert "sidecar shares its network and has to be recreated, too" in lines
    assert "spy shares its processes" in lines
    assert "backup has its volumes" in lines
    assert "stranger" not in lines


async def test_several_are_left_at_once(engine: Breaking, clean_dockerd: Dockerd) -> None:
    await asyncio.to_thread(clean_dockerd.cli, "rename", "web", "web.dockertui-old-running")
    clean_dockerd.cli("create", "--name=db.dockertui-new-stopped", "busybox")
    left = {one.name: (one.old is not None, one.new is not None) for one in left_behind(await containers.ls(engine))}
    assert left == {"web": (True, False), "db": (False, True)}
    with pytest.raises(EngineError, match="can only be undone"):
        await task_of(Case("container.recreate_finish", target="web.dockertui-old-running"), engine)
    with pytest.raises(EngineError, match="can only be finished"):
        await task_of(Case("container.recreate_undo", target="db.dockertui-new-stopped"), engine)
