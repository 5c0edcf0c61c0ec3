"""What can be made to go wrong really does, and ends when it is told to."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contract.raw_http import Http
from tests.demo import DemoEngine, Faults, hostile
from tests.unit.demo_engine import NOON, engine

__all__ = ["engine"]


@pytest.fixture
def faults(engine: DemoEngine) -> Faults:
    return engine.faults


@pytest.fixture
def http_(engine: DemoEngine) -> Http:
    return Http(engine.url)


def test_a_delay_is_for_what_it_names_alone(faults: Faults, http_: Http) -> None:
    faults.delay(0.4, r"^GET /images")
    begun = time.monotonic()
    http_.get("/images/json")
    assert time.monotonic() - begun >= 0.4
    faults.delay(3600)
    faults.delay(0)
    http_.get("/containers/json")
    faults.clear()


def test_a_hanging_request_is_answered_when_the_fault_ends(engine: DemoEngine, http_: Http) -> None:
    engine.faults.hang("/networks")
    assert http_("GET", "/containers/json").status == 200
    with pytest.raises(TimeoutError):
        http_("GET", "/networks", timeout=0.3)
    connection = http_.open("GET", "/networks")
    with _later(engine.faults.clear, lambda: len(engine.requests_to("/networks$")) >= 2), connection as reply:
        assert reply.status == 200


class _later:
    """Do something, from another thread, once a condition holds."""

    def __init__(self, action: Callable[[], None], when: Callable[[], bool]) -> None:
        import threading

        def run() -> None:
            while not when():
                time.sleep(0.01)
            action()

        self._thread = threading.Thread(target=run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._thread.join()


def test_a_reply_is_cut_in_the_middle(faults: Faults, http_: Http) -> None:
    faults.cut("/containers/json")
    with http_.open("GET", "/containers/json") as reply:
        promised = int(reply.headers["Content-Length"])
        with pytest.raises(http.client.IncompleteRead) as cut:
            reply.read()
    assert 0 < len(cut.value.partial) < promised
    faults.cut("/containers/json", after=10)
    with http_.open("GET", "/containers/json") as reply, pytest.raises(http.client.IncompleteRead) as cut:
        reply.read()
    assert len(cut.value.partial) == 10


@pytest.mark.parametrize("path", ["/containers/shop-api-1/stats", "/containers/shop-api-1/logs?stdout=1"])
def test_a_stream_is_cut_in_the_middle_of_a_frame(faults: Faults, http_: Http, path: str) -> None:
    faults.cut("/containers/", after=13)
    with http_.open("GET", path) as reply, pytest.raises(http.client.IncompleteRead) as cut:
        reply.read()
    assert len(cut.value.partial) == 13


def test_event_streams_break_now_and_new_ones_work(faults: Faults, http_: Http) -> None:
    with http_.open("GET", "/events") as stream:
        faults.break_event_streams()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            stream.read()
    with http_.open("GET", "/events") as stream:
        http_("POST", "/containers/shop-db-1/pause")
        assert json.loads(stream.readline())["Action"] == "pause"


def test_all_connections_break(faults: Faults, http_: Http) -> None:
    with http_.open("GET", "/containers/shop-api-1/stats") as stream:
        stream.readline()
        faults.break_connections()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            stream.read()


def test_connections_are_refused_and_accepted_again(engine: DemoEngine, http_: Http) -> None:
    engine.faults.refuse()
    assert engine.socket_path.exists()
    with pytest.raises(ConnectionRefusedError):
        http_("GET", "/_ping")
    engine.faults.refuse()
    engine.faults.accept()
    engine.faults.accept()
    assert http_("GET", "/_ping").status == 200


def test_failures_with_and_without_a_message(faults: Faults, http_: Http) -> None:
    faults.fail("/volumes", message="disk on fire")
    assert http_("GET", "/volumes").json == {"message": "disk on fire"}
    faults.fail("/volumes", status=503, message=None)
    answer = http_("GET", "/volumes")
    assert (answer.status, answer.json) == (503, {})
    faults.clear()
    assert http_("GET", "/volumes").status == 200


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from objects_in(item)


def test_unknown_fields_are_added_and_data_is_left_alone(faults: Faults, http_: Http) -> None:
    faults.unknown_fields = True
    rows = http_.get("/containers/json", all=1)
    assert all("XUnknown" in row and "XUnknown" in row["HostConfig"] for row in rows)
    assert not any("XUnknown" in row["Labels"] for row in rows)
    assert "XUnknown" in http_.get("/version")


def test_fields_are_missing_or_null_but_identities_stay(faults: Faults, http_: Http) -> None:
    whole = http_.get("/containers/json", all=1)
    faults.missing_fields = 0.5
    rows = http_.get("/containers/json", all=1)
    assert [row["Id"] for row in rows] == [row["Id"] for row in whole]
    assert any("State" not in row for row in rows)
    assert any(row.get("Labels", 1) is None for row in rows)
    faults.missing_fields = 1.0
    assert set(http_.get("/networks")[0]) <= {"Id", "Name", *http_.get("/networks")[0]}
    assert all(row["Name"] for row in http_.get("/networks"))


def test_events_too_have_other_fields(faults: Faults, http_: Http) -> None:
    faults.unknown_fields = True
    with http_.open("GET", "/events") as stream:
        http_("POST", "/containers/shop-db-1/pause")
        assert "XUnknown" in json.loads(stream.readline())


def test_hostile_strings_travel_whole() -> None:
    with DemoEngine(clock=lambda: NOON, faults=Faults(hostile=True)) as engine:
        http_ = Http(engine.url)
        rows = http_.get("/containers/json", all=1)
        for kind, text in hostile.STRINGS.items():
            row = next(row for row in rows if row["Names"] == [f"/{kind}{text}"])
            assert row["Labels"][text] == text
            assert f"EVIL={text}" in http_.get(f"/containers/{row['Id']}/json")["Config"]["Env"]
        volumes = {row["Name"] for row in http_.get("/volumes")["Volumes"]}
        assert volumes >= {f"{kind}{text}" for kind, text in hostile.STRINGS.items()}
        assert engine.defects == []


def test_hostile_objects_may_come_while_it_runs(engine: DemoEngine, http_: Http) -> None:
    with http_.open("GET", "/events") as stream:
        made = engine.run(hostile.add)
        assert json.loads(stream.readline())["Action"] == "create"
    assert len(made) == len(hostile.STRINGS)


def test_a_wrong_pattern_is_refused_at_once(faults: Faults) -> None:
    import re

    for set_it in (faults.hang, faults.cut, faults.fail):
        with pytest.raises(re.error):
            set_it("(")
