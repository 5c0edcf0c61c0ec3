"""What is refused and what is granted, with which status and which kind of error."""

from __future__ import annotations

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from tests.contract.raw_http import Http
from tests.contract.workshop import API, Workshop

REQUESTS = [
    ("GET", "/_ping", None, 200),
    ("HEAD", "/_ping", None, 200),
    ("GET", "/version", None, 200),
    ("GET", "/info", None, 200),
    ("GET", "/nothing", None, 404),
    ("PUT", "/containers/{box}/start", None, 404),
    ("GET", "/containers/json", None, 200),
    ("GET", "/containers/json?limit=x", None, 500),
    ("GET", '/containers/json?filters={{"nope":["a"]}}', None, 400),
    ("GET", '/containers/json?filters={{"status":["nope"]}}', None, 400),
    ("GET", '/containers/json?filters={{"health":["nope"]}}', None, 400),
    ("GET", "/containers/nope/json", None, 404),
    ("GET", "/containers/{box}/json", None, 200),
    ("GET", "/containers/{box}/top", None, 200),
    ("GET", "/containers/{ended}/top", None, 409),
    ("GET", "/containers/nope/top", None, 404),
    ("GET", "/containers/{made}/changes", None, 200),
    ("GET", "/containers/nope/changes", None, 404),
    ("GET", "/containers/{box}/logs", None, 400),
    ("GET", "/containers/{box}/logs?stdout=1&tail=x", None, 200),
    ("GET", "/containers/{box}/logs?stdout=1&since=x", None, 500),
    ("GET", "/containers/nope/logs?stdout=1", None, 404),
    ("GET", "/containers/nope/stats", None, 404),
    ("GET", "/containers/{ended}/stats?stream=0", None, 200),
    ("POST", "/containers/create", {"Image": "nope"}, 404),
    ("POST", "/containers/create", {}, 400),
    ("POST", "/containers/create?name=x", {"Image": "busybox"}, 400),
    ("POST", "/containers/create?name=a%20b", {"Image": "busybox"}, 400),
    ("POST", "/containers/create?name={box_name}", {"Image": "busybox"}, 409),
    ("POST", "/containers/nope/start", None, 404),
    ("POST", "/containers/{box}/start", None, 304),
    ("POST", "/containers/{frozen}/start", None, 409),
    ("POST", "/containers/nope/stop", None, 404),
    ("POST", "/containers/{ended}/stop", None, 304),
    ("POST", "/containers/nope/restart", None, 404),
    ("POST", "/containers/nope/kill", None, 404),
    ("POST", "/containers/{ended}/kill", None, 409),
    ("POST", "/containers/{made}/kill", None, 409),
    ("POST", "/containers/{box}/kill?signal=NOPE", None, 400),
    ("POST", "/containers/{made}/pause", None, 409),
    ("POST", "/containers/{frozen}/pause", None, 409),
    ("POST", "/containers/{box}/unpause", None, 500),
    ("POST", "/containers/nope/unpause", None, 404),
    ("POST", "/containers/{box}/rename?name={made_name}", None, 409),
    ("POST", "/containers/{box}/rename?name={box_name}", None, 400),
    ("POST", "/containers/{box}/rename?name=a%20b", None, 400),
    ("POST", "/containers/{box}/rename", None, 400),
    ("POST", "/containers/nope/rename?name=other", None, 404),
    ("DELETE", "/containers/{box}", None, 409),
    ("DELETE", "/containers/{frozen}", None, 409),
    ("DELETE", "/containers/nope", None, 404),
    ("POST", "/containers/nope/wait", None, 404),
    ("POST", "/containers/{ended}/wait", None, 200),
    ("POST", '/containers/prune?filters={{"nope":["a"]}}', None, 400),
    ("GET", "/images/json", None, 200),
    ("GET", '/images/json?filters={{"nope":["a"]}}', None, 400),
    ("GET", '/images/json?filters={{"dangling":["nope"]}}', None, 400),
    ("GET", "/images/nope/json", None, 404),
    ("GET", "/images/{image}/json", None, 200),
    ("GET", "/images/{image}/history", None, 200),
    ("GET", "/images/nope/history", None, 404),
    ("POST", "/images/nope/tag?repo=a&tag=b", None, 404),
    ("DELETE", "/images/nope", None, 404),
    ("DELETE", "/images/{image_id}", None, 409),
    ("DELETE", "/images/{image_id}?force=1", None, 409),
    ("POST", "/images/create?fromImage=Upper&tag=1", None, 400),
    ("GET", "/networks", None, 200),
    ("GET", '/networks?filters={{"nope":["a"]}}', None, 400),
    ("GET", "/networks/nope", None, 404),
    ("GET", "/networks/{net}", None, 200),
    ("POST", "/networks/create", {"Name": "{net_name}", "CheckDuplicate": True}, 409),
    ("POST", "/networks/create", {"Name": "host", "CheckDuplicate": True}, 403),
    ("DELETE", "/networks/nope", None, 404),
    ("DELETE", "/networks/bridge", None, 403),
    ("DELETE", "/networks/{net}", None, 403),
    ("POST", "/networks/{net}/connect", {"Container": "nope"}, 404),
    ("POST", "/networks/nope/connect", {"Container": "{box}"}, 404),
    ("POST", "/networks/{net}/connect", {"Container": "{box}"}, 403),
    ("POST", "/networks/{net}/disconnect", {"Container": "{made}"}, 500),
    ("GET", "/volumes", None, 200),
    ("GET", '/volumes?filters={{"nope":["a"]}}', None, 400),
    ("GET", "/volumes/nope", None, 404),
    ("GET", "/volumes/{data}", None, 200),
    ("POST", "/volumes/create", {"Name": "a b"}, 400),
    ("POST", "/volumes/create", {"Name": "x"}, 400),
    ("POST", "/volumes/create", {"Name": "{data}"}, 201),
    ("DELETE", "/volumes/nope", None, 404),
    ("DELETE", "/volumes/nope?force=1", None, 204),
    ("DELETE", "/volumes/{data}", None, 409),
    ("DELETE", "/volumes/{data}?force=1", None, 409),
    ("GET", "/events?since=x", None, 500),
    ("GET", "/events?since=1&until=2", None, 200),
    ("GET", "/system/df", None, 200),
    ("GET", "/images/get?names=nope", None, 404),
    ("GET", "/images/nope/get", None, 404),
    ("POST", "/commit?container=nope", {}, 404),
    ("POST", "/commit?container={box}&changes=RUN%20x", {}, 400),
    ("POST", '/build/prune?filters={{"nope":["a"]}}', None, 400),
    ("POST", '/images/prune?filters={{"until":["x"]}}', None, 500),
    ("POST", "/containers/{made}/resize?h=30&w=90", None, 409),
    ("POST", "/containers/nope/resize?h=30&w=90", None, 404),
    ("POST", "/containers/{box}/resize?h=30&w=90", None, 200),
    ("GET", "/plugins", None, 200),
    ("GET", "/services", None, 503),
    ("GET", "/swarm", None, 503),
    ("GET", "/nodes", None, 503),
]


@pytest.fixture(scope="module")
def words(scene: Workshop) -> dict[str, str]:
    """What the requests' placeholders stand for on this Engine."""
    box, ended, frozen, made = scene.containers
    return {
        "box": box,
        "ended": ended,
        "frozen": frozen,
        "made": made,
        "box_name": scene.name("box"),
        "made_name": scene.name("made"),
        "net": scene.networks[0],
        "net_name": scene.name("net"),
        "data": scene.volumes[0],
        "image": scene.tags[0],
        "image_id": scene.get("/images/busybox:latest/json")["Id"],
    }


@pytest.mark.parametrize(("method", "path", "body", "status"), REQUESTS, ids=lambda value: str(value)[:60])
def test_the_status_of_an_answer(
    scene: Workshop, words: dict[str, str], method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    filled = {key: value.format(**words) if isinstance(value, str) else value for key, value in (body or {}).items()}
    target = path.format(**words).replace('"', "%22").replace("{", "%7B").replace("}", "%7D")
    answer = scene.http(method, f"{API}{target}", None if body is None else filled)
    assert answer.status == status, answer
    if status >= 400:
        assert answer.headers["content-type"].startswith("application/json")
        assert list(answer.json) == ["message"]
        assert answer.message


def test_a_version_too_new_is_refused(http: Http) -> None:
    answer = http("GET", "/v1.99/info")
    assert answer.status == 400
    assert answer.message.startswith("client version 1.99 is too new. Maximum supported API version is 1.")


def test_a_version_too_old_is_refused(http: Http) -> None:
    answer = http("GET", "/v1.5/info")
    assert answer.status == 400
    assert b"client version 1.5 is too old. Minimum supported API version is 1." in answer.body


def test_an_image_in_use_keeps_its_last_name(workshop: Workshop) -> None:
    """Its other names may go."""
    name = workshop.tag("extra")
    container = workshop.container("user", Image=name)
    assert workshop.http("DELETE", f"{API}/images/{name}").json == [{"Untagged": name}]
    assert workshop.state(container) == "created"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/containers/nope/json", ErrorKind.NOT_FOUND),
        ("/images/nope/json", ErrorKind.NOT_FOUND),
        ("/networks/nope", ErrorKind.NOT_FOUND),
        ("/volumes/nope", ErrorKind.NOT_FOUND),
        ("/containers/{made}/top", None),
        ("/containers/{ended}/top", ErrorKind.CONFLICT),
        ("/containers/{box}/logs", ErrorKind.BAD_REQUEST),
    ],
)
async def test_the_kind_of_an_error(
    url: str, scene: Workshop, words: dict[str, str], path: str, kind: ErrorKind | None
) -> None:
    engine = Engine(Endpoint("contract", url, "test"))
    await engine.open()
    try:
        with pytest.raises(EngineError) as caught:
            await engine.get(Call("GET", path.format(**words)))
        assert caught.value.kind is (kind or ErrorKind.CONFLICT)
        assert caught.value.message
    finally:
        await engine.close()


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("DELETE", "/containers/{box}", ErrorKind.CONFLICT),
        ("DELETE", "/volumes/{data}", ErrorKind.CONFLICT),
        ("DELETE", "/images/{image_id}", ErrorKind.CONFLICT),
        ("POST", "/containers/{box}/rename?name={made_name}", ErrorKind.CONFLICT),
        ("POST", "/containers/nope/start", ErrorKind.NOT_FOUND),
    ],
)
async def test_the_kind_of_a_refused_change(
    url: str, scene: Workshop, words: dict[str, str], method: str, path: str, kind: ErrorKind
) -> None:
    engine = Engine(Endpoint("contract", url, "test"))
    await engine.open()
    try:
        with pytest.raises(EngineError) as caught:
            await engine.request(Call(method, path.format(**words)))
        assert caught.value.kind is kind
    finally:
        await engine.close()
