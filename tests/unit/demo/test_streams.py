"""What the demo Engine streams: logs, stats, events, the progress of a pull."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

import pytest

from tests.contract.raw_http import Http, objects
from tests.demo import DemoEngine
from tests.unit.demo_engine import NOON, engine, http

__all__ = ["engine", "http"]


@pytest.fixture
def live() -> Iterator[Http]:
    """An Engine that lives, on the real clock."""
    with DemoEngine() as engine:
        yield Http(engine.url)
        assert engine.defects == []


def frames(body: bytes) -> list[tuple[int, bytes]]:
    found = []
    while body:
        kind, length = struct.unpack(">BxxxL", body[:8])
        found.append((kind, body[8 : 8 + length]))
        body = body[8 + length :]
    return found


def test_logs_come_in_frames(http: Http) -> None:
    answer = http("GET", "/containers/legacy-import/logs", stdout=1, stderr=1, tail=4, timestamps=1)
    assert answer.headers["content-type"] == "application/vnd.docker.multiplexed-stream"
    found = frames(answer.body)
    assert {kind for kind, _ in found} == {1, 2}
    assert len(found) == 4
    assert all(text.startswith(b"2025-01-01T11:59:") and text.endswith(b"\n") for _, text in found)
    only = frames(http("GET", "/containers/legacy-import/logs", stderr=1, tail=3).body)
    assert [kind for kind, _ in only] == [kind for kind, _ in found[-3:] if kind == 2], "tail counts all lines"


def test_logs_of_a_terminal_come_raw(http: Http) -> None:
    answer = http("GET", "/containers/devbox/logs", stdout=1, tail=1)
    assert answer.headers["content-type"] == "application/vnd.docker.raw-stream"
    assert answer.body.startswith(b"root@devbox:/src# make")
    assert answer.body.endswith(b"\r\n")


def test_logs_can_be_resumed_after_a_time(http: Http) -> None:
    every = frames(http("GET", "/containers/shop-api-1/logs", stdout=1, stderr=1, timestamps=1, tail=10).body)
    seventh = every[6][1].split(b" ")[0].decode()
    nanos = seventh.rpartition(".")[2].removesuffix("Z")
    seconds = int(NOON) - 60 + int(seventh[17:19])
    since = f"{seconds}.{int(nanos) + 1:09d}"
    rest = frames(http("GET", "/containers/shop-api-1/logs", stdout=1, stderr=1, timestamps=1, since=since).body)
    assert rest == every[7:]


def test_logs_want_a_stream(http: Http) -> None:
    answer = http("GET", "/containers/devbox/logs")
    assert (answer.status, answer.message) == (400, "Bad parameters: you must choose at least one stream")


def test_following_gives_new_lines_and_ends_with_the_container(live: Http) -> None:
    with live.open("GET", "/containers/shop-api-1/logs", stdout=1, stderr=1, follow=1, tail=1) as stream:
        head = stream.read(8)
        stream.read(struct.unpack(">BxxxL", head)[1])
        assert stream.read(1) in (b"\x01", b"\x02")  # the next second's line
        live("POST", "/containers/shop-api-1/kill")
        stream.read()


def test_stats_stream_and_once(http: Http) -> None:
    with http.open("GET", "/containers/shop-api-1/stats") as stream:
        first, second = objects(stream, 2)
    assert first["preread"] == "0001-01-01T00:00:00Z"
    assert second["precpu_stats"] == first["cpu_stats"]
    once = http.get("/containers/shop-api-1/stats", stream=0)
    assert once["precpu_stats"]["system_cpu_usage"] < once["cpu_stats"]["system_cpu_usage"]
    shot = http.get("/containers/shop-api-1/stats", stream=0, one_shot=1)
    assert "system_cpu_usage" not in shot["precpu_stats"]
    still = http.get("/containers/shop-report-1/stats", stream=0)
    assert still["memory_stats"] == {}
    assert "networks" not in still


def test_events_live_and_from_history(http: Http) -> None:
    with http.open("GET", "/events", filters={"type": ["container"], "container": ["shop-db-1"]}) as stream:
        http("POST", "/containers/shop-db-1/pause")
        http("POST", "/containers/shop-api-1/pause")
        http("POST", "/containers/shop-db-1/unpause")
        first, second = objects(stream, 2)
    assert [first["Action"], second["Action"]] == ["pause", "unpause"]
    assert first["status"] == "pause"
    assert first["Actor"]["Attributes"]["com.docker.compose.service"] == "db"
    nanos = f"{first['timeNano'] // 10**9}.{first['timeNano'] % 10**9 + 1:09d}"
    past = http("GET", "/events", since=nanos, until=f"{nanos.partition('.')[0]}.999999999")
    assert [json.loads(line)["Action"] for line in past.body.splitlines()] == ["pause", "unpause"]


def test_headers_of_a_stream_come_before_anything_happens(http: Http) -> None:
    with http.open("GET", "/events") as stream:
        assert stream.status == 200


def test_a_reader_that_leaves_is_forgotten(engine: DemoEngine, http: Http) -> None:
    with http.open("GET", "/events"):
        assert engine.run(lambda host: len(host.events.listeners)) == 1
    while engine.run(lambda host: len(host.events.listeners)):
        pass


def test_wait_answers_when_it_ends(http: Http) -> None:
    with http.open("POST", "/containers/shop-db-1/wait") as stream:
        http("POST", "/containers/shop-db-1/kill")
        assert json.loads(stream.read()) == {"StatusCode": 137}
    assert http("POST", "/containers/shop-report-1/wait").json == {"StatusCode": 137}
    assert http("POST", "/containers/shop-report-1/wait", condition="never").status == 400


def test_a_pull_shows_its_progress_and_brings_the_image(http: Http) -> None:
    answer = http("POST", "/images/create", fromImage="mysql", tag="9")
    steps = [json.loads(line) for line in answer.body.splitlines()]
    assert steps[0] == {"status": "Pulling from library/mysql", "id": "9"}
    downloading = [step for step in steps if step["status"] == "Downloading"]
    assert all(0 < step["progressDetail"]["current"] <= step["progressDetail"]["total"] for step in downloading)
    assert steps[-1]["status"] == "Status: Downloaded newer image for mysql:9"
    assert http.get("/images/mysql:9/json")["RepoTags"] == ["mysql:9"]
    again = http("POST", "/images/create", fromImage="mysql", tag="9").body.splitlines()
    assert json.loads(again[-1])["status"] == "Status: Image is up to date for mysql:9"


@pytest.mark.parametrize(("image", "status"), [("shop/missing", 404), ("private/x", 404), ("Upper", 400), ("", 500)])
def test_pulls_that_are_refused(http: Http, image: str, status: int) -> None:
    assert http("POST", "/images/create", fromImage=image, tag="1").status == status
