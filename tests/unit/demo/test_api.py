"""The demo Engine's REST API over its socket: replies, streams and refusals."""

from __future__ import annotations

import pytest

from tests.contract.raw_http import Answer, Http
from tests.demo import DemoEngine
from tests.unit.demo_engine import NOON, engine, http

__all__ = ["engine", "http"]


def names(rows: list[dict[str, list[str]]]) -> set[str]:
    return {row["Names"][0].removeprefix("/") for row in rows}


def listed(http: Http, **filters: list[str]) -> set[str]:
    return names(http.get("/containers/json", all=1, filters=filters))


# -- the door -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ping_tells_the_version_in_its_headers(http: Http, method: str) -> None:
    answer = http(method, "/_ping")
    assert answer.status == 200
    assert answer.headers["api-version"] == "1.51"
    assert answer.headers["ostype"] == "linux"
    assert answer.body == (b"OK" if method == "GET" else b"")


@pytest.mark.parametrize("prefix", ["", "/v1.41", "/v1.47", "/v1.51"])
def test_paths_work_with_and_without_a_version(http: Http, prefix: str) -> None:
    assert http.get(f"{prefix}/version")["ApiVersion"] == "1.51"


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("1.52", "client version 1.52 is too new. Maximum supported API version is 1.51"),
        (
            "1.40",
            "client version 1.40 is too old. Minimum supported API version is 1.41, "
            "please upgrade your client to a newer version",
        ),
    ],
)
def test_other_versions_are_refused(http: Http, version: str, words: str) -> None:
    answer = http("GET", f"/v{version}/info")
    assert (answer.status, answer.message) == (400, words)


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("GET", "/containers/x/start"), ("PUT", "/info")])
def test_there_is_no_such_page(http: Http, method: str, path: str) -> None:
    answer = http(method, path)
    assert (answer.status, answer.message) == (404, "page not found")


def test_info_counts_what_the_list_shows(http: Http) -> None:
    info = http.get("/info")
    states = [row["State"] for row in http.get("/containers/json", all=1)]
    assert info["Containers"] == len(states)
    assert info["ContainersRunning"] == states.count("running")
    assert info["ContainersPaused"] == states.count("paused")


# -- lists ----------------------------------------------------------------------------------------


def test_the_list_shows_what_runs_unless_asked_for_all(http: Http) -> None:
    running = http.get("/containers/json")
    assert {row["State"] for row in running} == {"running", "paused", "restarting"}
    everything = http.get("/containers/json", all=1)
    created = [row["Created"] for row in everything]
    assert len(everything) > len(running)
    assert created == sorted(created, reverse=True)
    assert len(http.get("/containers/json", limit=2)) == 2


def test_sizes_are_told_when_asked_for(http: Http) -> None:
    assert not any("SizeRootFs" in row for row in http.get("/containers/json", all=1))
    assert all("SizeRootFs" in row for row in http.get("/containers/json", all=1, size=1))
    assert http.get("/containers/legacy-import/json", size=1)["SizeRw"] > 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": ["paused"]}, {"monitoring-cadvisor-1"}),
        ({"status": ["dead", "created"]}, {"old-proxy", "web-canary"}),
        ({"health": ["unhealthy"]}, {"shop-worker-1"}),
        ({"name": ["shop-web"]}, {"shop-web-1", "shop-web-2"}),
        ({"name": ["^/shop-db-1$"]}, {"shop-db-1"}),
        ({"label": ["com.docker.compose.service=db"]}, {"shop-db-1"}),
        ({"label": ["ofelia.enabled"]}, {"backup"}),
        ({"label": ["com.docker.compose.project=shop", "com.docker.compose.service=nope"]}, set()),
        ({"ancestor": ["nginx:stable"]}, {"shop-web-1", "shop-web-2", "web-canary"}),
        ({"ancestor": ["nope"]}, set()),
        ({"network": ["host"]}, {"monitoring-node-exporter-1"}),
        ({"volume": ["shop_uploads"]}, {"shop-api-1", "shop-worker-1", "backup"}),
        ({"volume": ["/prometheus"]}, {"monitoring-prometheus-1"}),
        ({"exited": ["137"]}, {"shop-report-1"}),
        ({"publish": ["3000"]}, {"monitoring-grafana-1"}),
        ({"name": ["shop"], "health": ["unhealthy"]}, {"shop-worker-1"}),
    ],
)
def test_container_filters(http: Http, filters: dict[str, list[str]], found: set[str]) -> None:
    assert listed(http, **filters) == found


def test_containers_by_id(http: Http) -> None:
    rows = http.get("/containers/json", all=1)
    whole, part = rows[0]["Id"], rows[1]["Id"][:12]
    assert listed(http, id=[whole, "0" * 64]) == names(rows[:1])
    assert listed(http, id=[part]) == names(rows[1:2])
    assert http.get(f"/containers/{part}/json")["Id"] == rows[1]["Id"]


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/containers/json", {"nope": ["a"]}),
        ("/containers/json", {"status": ["nope"]}),
        ("/containers/json", {"health": ["nope"]}),
        ("/images/json", {"dangling": ["nope"]}),
        ("/networks", {"nope": ["a"]}),
        ("/volumes", {"nope": ["a"]}),
        ("/events", {"nope": ["a"]}),
    ],
)
def test_unknown_filters_are_refused(http: Http, path: str, filters: dict[str, list[str]]) -> None:
    answer = http("GET", path, filters=filters)
    assert answer.status == 400
    assert answer.message.startswith("invalid filter '")


def test_image_filters(http: Http) -> None:
    dangling = http.get("/images/json", filters={"dangling": ["true"]})
    assert [row["RepoTags"] for row in dangling] == [[], []]
    found = http.get("/images/json", filters={"reference": ["prom/*"]})
    assert len(found) == 3
    assert http.get("/images/json", filters={"label": ["maintainer"]})[0]["RepoTags"][0].startswith("nginx")


def test_older_versions_get_the_older_forms(http: Http) -> None:
    old = next(row for row in http.get("/v1.42/images/json") if "<none>:<none>" in row["RepoTags"])
    assert old["VirtualSize"] == old["Size"]
    assert old["Containers"] == -1
    new = http.get("/v1.51/images/json")
    assert all(row["Containers"] >= 0 and "VirtualSize" not in row for row in new)
    assert "content-type" in http("GET", "/v1.51/containers/backup/logs", stdout=1).headers


def test_networks_name_their_containers_in_inspect_alone(http: Http) -> None:
    assert all(row["Containers"] == {} for row in http.get("/networks"))
    attached = http.get("/networks/shop_back")["Containers"].values()
    assert {one["Name"] for one in attached} == {
        "shop-api-1",
        "shop-worker-1",
        "shop-db-1",
        "shop-cache-1",
        "shop-search-1",
    }
    assert all(one["IPv4Address"].startswith("172.19.0.") for one in attached)
    assert [row["Name"] for row in http.get("/networks", filters={"driver": ["macvlan"]})] == ["lan"]


def test_disk_usage_tells_size_and_use(http: Http) -> None:
    usage = http.get("/system/df")
    volumes = {row["Name"]: row["UsageData"] for row in usage["Volumes"]}
    assert volumes["shop_uploads"]["RefCount"] == 3
    assert volumes["old_pgdata_14"] == {"RefCount": 0, "Size": 1_210_500_000}
    assert set(http.get("/system/df", type="volume")) == {"Volumes"}


# -- changes --------------------------------------------------------------------------------------


def created(http: Http, name: str, **wanted: object) -> str:
    body = {"Image": "busybox", "Cmd": ["sleep", "1d"], **wanted}
    answer = http("POST", "/containers/create", body, name=name)
    assert answer.status == 201, answer
    identity: str = answer.json["Id"]
    return identity


def test_a_created_container_is_as_it_was_asked_for(http: Http) -> None:
    created(
        http,
        "mine",
        Env=["A=1"],
        Labels={"x": "y"},
        ExposedPorts={"80/tcp": {}},
        HostConfig={
            "Binds": ["data:/data:ro", "/srv:/srv"],
            "PortBindings": {"80/tcp": [{"HostPort": "18080"}]},
            "NetworkMode": "edge",
            "Memory": 1 << 26,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        },
        NetworkingConfig={"EndpointsConfig": {"edge": {"Aliases": ["me"]}}},
    )
    assert http("POST", "/containers/mine/start").status == 204
    shown = http.get("/containers/mine/json")
    assert shown["State"]["Status"] == "running"
    assert shown["Config"]["Env"][0] == "A=1"
    assert shown["HostConfig"]["Memory"] == 1 << 26
    assert shown["HostConfig"]["ShmSize"] == 67108864
    assert shown["NetworkSettings"]["Ports"]["80/tcp"][0] == {"HostIp": "0.0.0.0", "HostPort": "18080"}
    assert shown["NetworkSettings"]["Networks"]["edge"]["Aliases"] == ["me"]
    assert {(mount["Type"], mount["RW"]) for mount in shown["Mounts"]} == {("volume", False), ("bind", True)}
    assert http.get("/volumes/data")["Mountpoint"].endswith("/data/_data")


def test_the_kept_list_entry_follows_every_change(http: Http) -> None:
    def entry() -> tuple[str, str, int]:
        row = http.get("/containers/json", all=1, filters={"id": [identity]})[0]
        return row["Names"][0], row["State"], len(row["NetworkSettings"]["Networks"])

    identity = created(http, "one")
    seen = [entry()]
    for method, path in (
        ("POST", "start"),
        ("POST", "pause"),
        ("POST", "unpause"),
        ("POST", "rename?name=two"),
        ("POST", "stop"),
    ):
        assert http(method, f"/containers/{identity}/{path}").status == 204
        seen.append(entry())
    http("POST", "/networks/edge/connect", {"Container": identity})
    seen.append(entry())
    assert seen == [
        ("/one", "created", 1),
        ("/one", "running", 1),
        ("/one", "paused", 1),
        ("/one", "running", 1),
        ("/two", "running", 1),
        ("/two", "exited", 1),
        ("/two", "exited", 2),
    ]


def test_starting_and_stopping_twice_is_no_change(http: Http) -> None:
    created(http, "one")
    assert http("POST", "/containers/one/stop").status == 304
    assert http("POST", "/containers/one/start").status == 204
    assert http("POST", "/containers/one/start").status == 304
    assert http("POST", "/containers/one/restart").status == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/containers/create", {"Image": "nope"}, 404, "No such image: nope:latest"),
        ("POST", "/containers/create", {}, 400, "config cannot be empty in order to create a container"),
        ("POST", "/containers/create", b"", 400, "invalid JSON: got EOF while reading request body"),
        ("POST", "/containers/create?name=devbox", {"Image": "busybox"}, 409, "Conflict. The container name"),
        ("POST", "/containers/nope/start", None, 404, "No such container: nope"),
        ("POST", "/containers/shop-db-1/rename?name=devbox", None, 409, "Error when allocating new name: "),
        ("DELETE", "/containers/shop-db-1", None, 409, 'cannot remove container "shop-db-1": container is run'),
        ("GET", "/containers/backup/top", None, 409, "container "),
        ("DELETE", "/images/redis:7.4-alpine", None, 409, "conflict: unable to remove repository reference"),
        ("GET", "/images/nope/json", None, 404, "No such image: nope:latest"),
        ("DELETE", "/networks/host", None, 403, "host is a pre-defined network and cannot be removed"),
        ("DELETE", "/networks/shop_back", None, 403, "error while removing network: network shop_back has"),
        ("GET", "/networks/nope", None, 404, "network nope not found"),
        ("DELETE", "/volumes/shop_pgdata", None, 409, "remove shop_pgdata: volume is in use - ["),
        ("GET", "/volumes/nope", None, 404, "get nope: no such volume"),
        ("POST", "/volumes/create", {"Name": "x"}, 400, "create x: volume name is too short"),
        ("GET", "/events?since=x", None, 500, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("GET", "/containers/json?limit=x", None, 500, 'strconv.Atoi: parsing "x": invalid syntax'),
    ],
)
def test_refusals_have_the_words_of_the_engine(
    http: Http, method: str, path: str, body: object, status: int, words: str
) -> None:
    answer: Answer = http(method, path, body)
    assert answer.status == status
    assert answer.message.startswith(words)


def test_prunes_take_what_is_unused_and_tell_how_much(http: Http) -> None:
    containers = http("POST", "/containers/prune").json
    assert len(containers["ContainersDeleted"]) == 6
    assert containers["SpaceReclaimed"] > 0
    images = http("POST", "/images/prune").json
    assert len([row for row in images["ImagesDeleted"] if "Deleted" in row]) == 2
    assert len(http("POST", "/volumes/prune").json["VolumesDeleted"]) == 1
    assert set(http("POST", "/volumes/prune", filters={"all": ["true"]}).json["VolumesDeleted"]) == {
        "backup_out",
        "old_pgdata_14",
        "scratch",
    }
    assert set(http("POST", "/networks/prune").json["NetworksDeleted"]) == {"edge", "lan"}


def test_names_are_unquoted(http: Http) -> None:
    assert http("POST", "/networks/create", {"Name": "a b"}).status == 201
    assert http.get("/networks/a%20b")["Name"] == "a b"
    assert http.get("/images/registry.example.com/shop/api:2.14.0/json")["Os"] == "linux"


def test_thousands_are_listed_from_what_was_kept() -> None:
    with DemoEngine(clock=lambda: NOON, containers=5000) as engine:
        http = Http(engine.url)
        rows = http.get("/containers/json", all=1)
        assert len(rows) > 5000
        assert http.get("/containers/json", all=1) == rows
        kept = engine.run(lambda host: sum(len(one.summaries) for one in host.containers.values()))
        assert kept == len(rows)
