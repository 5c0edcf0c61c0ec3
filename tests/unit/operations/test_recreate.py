"""A recreate in which something happens that no Engine does every day: on the demo Engine, step by step."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dockertui.engine import containers
from dockertui.engine.call import Call
from dockertui.engine.client import Engine, Reply
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Container
from dockertui.operations import exchanging, run_form
from dockertui.operations.container_creation import BODIES
from dockertui.operations.jobs import Job, Jobs, State, Task, perform
from dockertui.operations.original import Draft, Original, draft
from dockertui.operations.overlay import overlay
from dockertui.operations.told import told_of_recreate
from tests.demo import DemoEngine
from tests.engine.three_ways import Case, task_of

OLD = "net-debug"
Sender = Callable[[], Awaitable[Reply]]


class Watched(Engine):
    """An Engine whose changing requests pass by `passing`, told the last word of the path, and how to send it."""

    async def request(self, call: Call, **rest: Any) -> Reply:
        async def send() -> Reply:
            return await super(Watched, self).request(call, **rest)

        if call.method == "GET":
            return await send()
        return await self.passing("remove" if call.method == "DELETE" else call.path.rpartition("/")[2], send)

    async def passing(self, what: str, send: Sender) -> Reply:
        return await send()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exchanging, "WATCHED", 0.1)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.fixture
async def engine() -> AsyncIterator[Watched]:
    with DemoEngine(clock=lambda: 1_773_500_966.0) as demo:  # one that stands: nothing waits for a grace
        engine = Watched(Endpoint("demo", demo.url, "--demo", demo=True))
        await engine.open()
        yield engine
        await engine.close()


async def names(engine: Engine) -> dict[str, str]:
    """The state of each container that has to do with the old one, by its name."""
    return {one.name: one.state for one in await containers.ls(engine) if one.name.startswith(OLD)}


async def recreate(values: Mapping[str, Any], engine: Engine) -> Task:
    return await task_of(Case("container.recreate", target=OLD, values=values), engine)


async def test_a_new_one_that_removes_itself_at_once_is_no_success(engine: Watched) -> None:
    """How it ended is not to be seen any more: the old one must not go for it."""
    task = await recreate({"remove": True, "restart": ""}, engine)

    async def passing(what: str, send: Sender) -> Reply:
        reply = await send()
        if what == "start" and OLD in await names(engine) and not removed:
            removed.append(what)
            await Engine.request(engine, Call("DELETE", f"/containers/{OLD}", {"force": True}))
        return reply

    removed: list[str] = []
    engine.passing = passing  # type: ignore[method-assign]
    with pytest.raises(EngineError, match=f"it ended and removed itself.*{OLD} runs again as it was"):
        await perform(engine, task)
    assert removed
    assert await names(engine) == {OLD: "running"}


async def test_a_new_one_that_is_still_removing_itself_is_waited_for(engine: Watched) -> None:
    """It has the old one's name until it is gone."""
    task = await recreate({}, engine)
    removals: list[asyncio.Task[Reply]] = []

    async def later(send: Sender) -> Reply:
        await asyncio.sleep(0.5)
        return await send()

    async def passing(what: str, send: Sender) -> Reply:
        if what == "start" and not removals:
            raise EngineError(ErrorKind.SERVER, "no such program")
        if what == "remove" and not removals:
            removals.append(asyncio.create_task(later(send)))
            raise EngineError(ErrorKind.CONFLICT, "removal of container x is already in progress", status=409)
        return await send()

    engine.passing = passing  # type: ignore[method-assign]
    with pytest.raises(EngineError, match=f"no such program.*{OLD} runs again as it was"):
        await perform(engine, task)
    await asyncio.gather(*removals)
    assert await names(engine) == {OLD: "running"}


@pytest.mark.parametrize("at", ["create", "stop", "start"])
async def test_a_fault_of_the_program_puts_the_old_one_back(at: str, engine: Watched) -> None:
    task = await recreate({}, engine)
    happened: list[str] = []

    async def passing(what: str, send: Sender) -> Reply:
        reply = await send()
        if what == at and not happened:
            happened.append(what)
            raise AttributeError("no such member")
        return reply

    engine.passing = passing  # type: ignore[method-assign]
    with pytest.raises(EngineError, match=f"AttributeError: no such member.*{OLD} runs again as it was"):
        await perform(engine, task)
    assert await names(engine) == {OLD: "running"}


async def test_a_container_without_an_id_is_found_by_its_name_and_removed(engine: Watched) -> None:
    task = await recreate({}, engine)

    async def passing(what: str, send: Sender) -> Reply:
        reply = await send()
        return reply._replace(body=b"{}") if what == "create" else reply

    engine.passing = passing  # type: ignore[method-assign]
    with pytest.raises(EngineError, match=f"without giving its id.*{OLD} runs again as it was"):
        await perform(engine, task)
    assert await names(engine) == {OLD: "running"}


async def test_a_create_that_is_given_up_twice_leaves_nothing(engine: Watched) -> None:
    """The first time it is waited for, the second time it is cut off: the Engine may have done it all the same."""
    task = await recreate({}, engine)
    jobs = Jobs(engine, lambda job: None, lambda jobs: None)
    found: list[Job] = []

    async def passing(what: str, send: Sender) -> Reply:
        reply = await send()
        if what == "create":
            jobs.cancel(found[0])
            asyncio.get_running_loop().call_later(0.05, jobs.cancel, found[0])
            await asyncio.Event().wait()
        return reply

    engine.passing = passing  # type: ignore[method-assign]
    found += jobs.start([task])
    await jobs.settled()
    assert (found[0].state, found[0].said) == (State.CANCELLED, f"cancelled: {OLD} runs again as it was")
    assert await names(engine) == {OLD: "running"}


def test_what_is_typed_of_a_network_counts_also_where_it_is_in_it_already() -> None:
    before = {option.id: option.default for option in run_form.OPTIONS} | {
        "image": "a",
        "name": "web",
        "network": "front",
    }
    known = {"Aliases": ["cart"], "IPAMConfig": {"IPv4Address": "10.0.0.5"}}
    wanted = Draft({}, {}, {"front": {"Aliases": ["shop"]}, "back": known}, "front", leaves=False)
    overlay(wanted, before, {**before, "network": "name=back,ip=10.0.0.9"})
    assert wanted.primary == "back"
    assert wanted.endpoints == {"back": {"Aliases": ["cart"], "IPAMConfig": {"IPv4Address": "10.0.0.9"}}}


@pytest.mark.parametrize(
    ("several", "podman", "networks", "told"),
    [(True, False, 2, True), (True, False, 1, False), (False, False, 2, False), (True, True, 2, False)],
)
def test_what_is_not_known_of_mac_addresses_is_said(several: bool, podman: bool, networks: int, told: bool) -> None:
    places: dict[str, dict[str, str]] = {f"n{number}": {} for number in range(networks)}
    inspect = {"Id": "a" * 64, "Name": "/web", "NetworkSettings": {"Networks": places}}
    original = Original(inspect, podman=podman, several=several)
    lines = told_of_recreate(Container.from_json({"Id": "a" * 64}, 0.0), original, draft(original), {})
    assert any("MAC addresses" in line for line in lines) is told


async def test_the_line_says_that_the_docker_command_adds_its_proxies(engine: Watched, tmp_path: Path) -> None:
    unsaid = (await recreate({}, engine)).plan.unsaid
    assert "Env" not in unsaid
    sections = {"proxies": {"default": {"httpProxy": "http://proxy:3128"}}}
    (tmp_path / "config.json").write_text(json.dumps(sections))
    for values in ({}, {"env": ("A=b",)}):
        task = await recreate(values, engine)
        assert "Env" in task.plan.unsaid
        create = next(call for call in task.plan.calls if call.path == "/containers/create")
        assert "proxy" not in json.dumps(create.body)
    given = ("HTTP_PROXY=http://proxy:3128", "http_proxy=http://proxy:3128")
    assert "Env" not in (await recreate({"env": given}, engine)).plan.unsaid


async def test_finishing_one_whose_new_container_went_meanwhile_puts_the_old_one_back(engine: Watched) -> None:
    for name, other in ((OLD, f"{OLD}.dockertui-old-running"), ("backup", OLD)):
        await Engine.request(engine, Call("POST", f"/containers/{name}/rename", {"name": other}))
    task = await task_of(Case("container.recreate_finish", target=OLD + ".dockertui-old-running"), engine)
    await Engine.request(engine, Call("DELETE", f"/containers/{OLD}"))
    with pytest.raises(EngineError, match=f"the new {OLD} is gone by now: {OLD} runs again as it was"):
        await perform(engine, task)
    assert await names(engine) == {OLD: "running"}


async def test_undoing_one_whose_new_container_has_another_name_says_so(engine: Watched) -> None:
    await Engine.request(engine, containers.rename(OLD, f"{OLD}.dockertui-old-running"))
    (item,) = [one for one in await containers.ls(engine) if one.name.startswith(OLD)]
    undo = BODIES["container.recreate_undo"]
    assert undo.prepare is not None
    told = undo.takes_along(item, None, await undo.prepare(engine, item))  # type: ignore[arg-type]
    assert any("another name" in line for line in told)
    assert not any("lost" in line for line in told), "nothing is removed"
    finish = BODIES["container.recreate_finish"]
    assert finish.prepare is not None
    with pytest.raises(EngineError, match="was not made, or has another name"):
        await finish.prepare(engine, item)
