"""The sampler: whom it asks about, how, how often, and what it makes of silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.models import Version
from dockertui.live.history import StatsHistory
from dockertui.live.sampler import Sampler
from tests.unit.live.live_world import play, until

GONE = EngineError(ErrorKind.NOT_FOUND, "no such container", status=404)
TIRED = EngineError(ErrorKind.SERVER, "no", status=500)


def now() -> float:
    return asyncio.get_running_loop().time()


class Meter:
    """An Engine whose containers each use half a processor of two, and 100 MiB."""

    def __init__(self, api: str = "1.44", *, podman: bool = False) -> None:
        components = [{"Name": "Podman Engine"}] if podman else []
        self.version: Version | None = Version.from_json({"ApiVersion": api, "Components": components})
        self.asked: list[tuple[float, str]] = []
        self.opened: list[tuple[float, str]] = []
        self.at_once = self.most_at_once = self.open_streams = 0
        self.takes = 0.0
        self.stopped: set[str] = set()
        self.errors: dict[str, Exception] = {}

    def engine(self) -> Engine:
        return cast(Engine, self)

    def supports(self, api: str) -> bool:
        assert self.version is not None
        return float(self.version.api) >= float(api)

    def raw(self, identity: str) -> dict[str, Any]:
        if identity in self.stopped:
            return {"read": "0001-01-01T00:00:00Z", "cpu_stats": {}, "memory_stats": {}}
        spent = int((now() + 1000) * 1e9)
        cpu = {"cpu_usage": {"total_usage": spent // 2}, "system_cpu_usage": 2 * spent, "online_cpus": 2}
        return {"read": "2026-01-01T00:00:00Z", "cpu_stats": cpu, "memory_stats": {"usage": 100 << 20}}

    async def get_object(self, call: Call) -> dict[str, Any]:
        identity = call.path.split("/")[2]
        self.asked.append((now(), identity))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes)
        finally:
            self.at_once -= 1
        if identity in self.errors:
            raise self.errors[identity]
        return self.raw(identity)

    @asynccontextmanager
    async def objects(self, call: Call) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        identity = call.path.split("/")[2]
        self.opened.append((now(), identity))
        self.open_streams += 1
        try:
            await asyncio.sleep(0)
            yield self._stream(identity)
        finally:
            self.open_streams -= 1

    async def _stream(self, identity: str) -> AsyncIterator[dict[str, Any]]:
        while True:
            if identity in self.errors:
                raise self.errors[identity]
            yield self.raw(identity)
            await asyncio.sleep(1)


@asynccontextmanager
async def sampling(meter: Meter, *ids: str, **options: Any) -> AsyncIterator[tuple[Sampler, list[frozenset[str]]]]:
    told: list[frozenset[str]] = []
    sampler = Sampler(meter.engine(), on_sample=told.append, **options)
    sampler.watch(ids)
    task = asyncio.create_task(sampler.run())
    try:
        yield sampler, told
    finally:
        assert not task.done(), "the sampler died"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert meter.open_streams == 0, "a stream was left open"


def test_a_first_sample_has_memory_and_the_second_the_cpu() -> None:
    async def test() -> None:
        async with sampling(Meter(), "a") as (sampler, told):
            await until(lambda: "a" in sampler.usage)
            assert sampler.usage["a"].memory == 100 << 20
            assert sampler.usage["a"].cpu is None
            await until(lambda: sampler.usage["a"].cpu is not None)
            assert sampler.usage["a"].cpu == 50.0
            assert now() < 1.1
            await asyncio.sleep(0.2)
            assert told == [frozenset("a"), frozenset("a")]

    play(test())


def test_each_container_is_sampled_once_a_period() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, "a", "b") as (sampler, _):
            await asyncio.sleep(5)
            meter.asked.clear()
            await asyncio.sleep(60)
            assert 58 <= len(meter.asked) <= 62
            sampler.period = 10
            meter.asked.clear()
            await asyncio.sleep(60)
            assert 10 <= len(meter.asked) <= 14

    play(test())


def test_no_request_without_watched_containers() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter) as (sampler, _):
            await asyncio.sleep(0)
            sampler.watch(["a"])
            await until(lambda: bool(meter.asked))
            sampler.watch([])
            meter.asked.clear()
            await asyncio.sleep(60)
            assert meter.asked == []
            sampler.watch(["b"])
            assert dict(sampler.usage) == {}, "what nobody looked at for a minute is not shown again"

    play(test())


def test_a_container_out_of_sight_for_a_moment_keeps_its_figures() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, "a") as (sampler, _):
            await until(lambda: "a" in sampler.usage)
            sampler.watch([])
            await asyncio.sleep(1)
            sampler.watch(["a"])
            assert sampler.usage.keys() == {"a"}

    play(test())


def test_a_container_newly_watched_is_asked_about_at_once_and_the_others_are_not() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, "a") as (sampler, _):
            await asyncio.sleep(5.1)
            meter.asked.clear()
            sampler.watch(["a", "b"])
            await asyncio.sleep(0.01)
            assert [identity for _, identity in meter.asked] == ["b"]

    play(test())


def test_at_most_ten_are_asked_about_at_once() -> None:
    async def test() -> None:
        meter = Meter()
        meter.takes = 0.01
        async with sampling(meter, *(str(number) for number in range(100))) as (sampler, told):
            await until(lambda: len(sampler.usage) == 100)
            assert meter.most_at_once == 10
            await asyncio.sleep(0.2)
            assert len(told) <= 3, "a hundred samples in a tenth of a second are told of in few calls"

    play(test())


def test_a_container_that_stops_or_goes_is_no_error() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, "a", "b", "c") as (sampler, told):
            await asyncio.sleep(5.1)
            meter.stopped.add("a")
            meter.errors["b"] = GONE
            told.clear()
            await asyncio.sleep(2.5)
            assert sampler.usage.keys() == {"c"}
            assert frozenset("abc") in told
            meter.stopped.clear()
            await until(lambda: "a" in sampler.usage)
            assert sampler.usage["a"].cpu is None, "not compared with its former life"

    play(test())


def test_a_failed_sample_keeps_the_figure_for_three_periods() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, "a", "b") as (sampler, told):
            await asyncio.sleep(5.1)
            meter.errors["a"] = TIRED
            meter.errors["b"] = TypeError("what a reply")
            await asyncio.sleep(4)
            assert sampler.usage.keys() == {"a", "b"}
            told.clear()
            await asyncio.sleep(5)
            assert sampler.usage.keys() == set()
            assert frozenset("ab") in told
            meter.errors.clear()
            await asyncio.sleep(2.5)
            assert sampler.usage.keys() == {"a", "b"}

    play(test())


def test_missing_reply_delays_other_containers_for_seconds_only() -> None:
    async def test() -> None:
        meter = Meter()
        meter.takes = 3600
        async with sampling(meter, "a") as (sampler, _):
            await asyncio.sleep(0.1)
            meter.takes = 0
            await asyncio.sleep(8)
            assert "a" in sampler.usage

    play(test())


def test_before_api_1_44_and_on_podman_it_streams() -> None:
    async def test(meter: Meter) -> None:
        async with sampling(meter, "a", "b") as (sampler, told):
            await asyncio.sleep(60)
            assert sampler.usage["a"].cpu == 50.0
            assert meter.asked == []
            assert len(meter.opened) == meter.open_streams == 2
            assert 29 <= len(told) <= 32, "every second message of each is enough"
            sampler.watch(["b"])
            await asyncio.sleep(0.01)
            assert meter.open_streams == 1
            assert sampler.usage.keys() == {"a", "b"}, "its last figures grow old first"

    play(test(Meter("1.43")))
    play(test(Meter("1.44", podman=True)))


def test_a_stream_that_breaks_is_opened_again_without_haste() -> None:
    async def test() -> None:
        meter = Meter("1.41")
        async with sampling(meter, "a") as (sampler, _):
            await asyncio.sleep(5)
            meter.errors["a"] = TIRED
            meter.opened.clear()
            await asyncio.sleep(60)
            assert 20 <= len(meter.opened) <= 31
            assert dict(sampler.usage) == {}
            meter.errors.clear()
            await asyncio.sleep(5)
            assert sampler.usage.keys() == {"a"}

    play(test())


def test_an_engine_not_yet_open_is_waited_for() -> None:
    async def test() -> None:
        meter = Meter()
        version, meter.version = meter.version, None
        async with sampling(meter, "a") as (sampler, _):
            await asyncio.sleep(10)
            assert meter.asked == []
            meter.version = version
            sampler.set_reachable(True)
            await asyncio.sleep(0.1)
            assert "a" in sampler.usage

    play(test())


def test_an_engine_that_is_replaced_by_a_newer_one_is_polled() -> None:
    async def test() -> None:
        meter = Meter("1.41")
        async with sampling(meter, "a"):
            await asyncio.sleep(5)
            meter.version = Version.from_json({"ApiVersion": "1.51"})
            await asyncio.sleep(5)
            assert meter.open_streams == 0
            assert meter.asked

    play(test())


@pytest.mark.parametrize("api", ["1.41", "1.51"])
def test_lost_engine_is_not_sampled(api: str) -> None:
    async def test() -> None:
        meter = Meter(api)
        async with sampling(meter, "a") as (sampler, _):
            await asyncio.sleep(5)
            sampler.set_reachable(False)
            await asyncio.sleep(0.1)
            meter.asked.clear()
            meter.opened.clear()
            assert meter.open_streams == 0
            assert "a" in sampler.usage, "the last figures stay for a while"
            await asyncio.sleep(60)
            assert dict(sampler.usage) == {}
            assert (meter.asked, meter.opened) == ([], [])
            sampler.set_reachable(True)
            await asyncio.sleep(0.1)
            assert "a" in sampler.usage, "and it is sampled at once when it is back"

    play(test())


def test_containers_wanted_by_any_place_are_sampled() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, "a") as (sampler, _):
            sampler.watch(["b"], "plots")
            sampler.watch(["b", "c"], "overview")
            await until(lambda: len(sampler.usage) == 3)
            sampler.watch([])
            sampler.watch([], "overview")
            await asyncio.sleep(5)
            meter.asked.clear()
            await asyncio.sleep(5)
            assert {identity for _, identity in meter.asked} == {"b"}

    play(test())


def test_many_are_sampled_less_often() -> None:
    async def test() -> None:
        meter = Meter()
        async with sampling(meter, *(str(number) for number in range(100))) as (sampler, _):
            assert sampler.period == 5.0
            await asyncio.sleep(10)
            meter.asked.clear()
            await asyncio.sleep(60)
            assert len(meter.asked) <= 20 * 60 + 100
            assert {identity for _, identity in meter.asked} == {str(number) for number in range(100)}
            sampler.watch(["1"])
            assert sampler.period == 2.0

    play(test())


def test_many_are_polled_where_few_are_streamed() -> None:
    async def test() -> None:
        meter = Meter("1.41")
        meter.takes = 1.0
        async with sampling(meter, *(str(number) for number in range(80))) as (sampler, _):
            await asyncio.sleep(40)
            assert meter.open_streams == 0
            assert meter.most_at_once == 10
            assert sampler.period == 10.0
            assert len(sampler.usage) == 80
            assert all(usage.cpu == 50.0 for usage in sampler.usage.values())
            sampler.watch(["1"])
            await asyncio.sleep(20)
            assert meter.open_streams == 1

    play(test())


def test_the_history_takes_each_sample_and_leaves_gaps() -> None:
    async def test() -> None:
        meter, history = Meter(), StatsHistory()
        async with sampling(meter, "a", history=history) as (sampler, _):
            await until(lambda: "a" in sampler.usage)
            assert history.last("a") == sampler.usage["a"]
            series = history.series("a")
            assert series is not None
            assert series.running
            meter.stopped.add("a")
            await until(lambda: "a" not in sampler.usage)
            assert not series.running
            assert history.last("a") is not None

    play(test())


def test_further_subscribers_are_notified() -> None:
    async def test() -> None:
        heard: list[frozenset[str]] = []
        async with sampling(Meter(), "a") as (sampler, told):
            stop = sampler.subscribe(heard.append)
            await until(lambda: bool(told))
            assert heard == told
            stop()
            await asyncio.sleep(5)
            assert len(heard) < len(told)

    play(test())
