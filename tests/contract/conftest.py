"""The Engines of the contract tests.

`DOCKERTUI_CONTRACT_HOST=unix://…` replaces the private dockerd by any other Engine (of another version, with an image
busybox:latest); `DOCKERTUI_CONTRACT_API=1.51` sets another API version.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.contract.raw_http import Http
from tests.contract.workshop import Workshop
from tests.demo import DemoEngine

ENGINES = ("demo", "dockerd")


@pytest.fixture(scope="session")
def demo_url() -> Iterator[str]:
    with DemoEngine() as engine:
        yield engine.url
        assert engine.defects == []


@pytest.fixture(scope="session")
def real_url(request: pytest.FixtureRequest) -> str:
    if other := os.environ.get("DOCKERTUI_CONTRACT_HOST"):
        return other
    url: str = request.getfixturevalue("dockerd").host
    return url


@pytest.fixture(scope="session", params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """Each Engine in turn."""
    found: str = request.getfixturevalue({"demo": "demo_url", "dockerd": "real_url"}[request.param])
    return found


@pytest.fixture
def http(url: str) -> Http:
    return Http(url)


@pytest.fixture
def workshop(http: Http) -> Iterator[Workshop]:
    shop = Workshop(http)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def scene(url: str) -> Iterator[Workshop]:
    """An Engine with the objects of `furnish`, which the tests of a module read and do not change."""
    shop = Workshop(Http(url))
    furnish(shop)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def scenes(demo_url: str, real_url: str) -> Iterator[tuple[Workshop, Workshop]]:
    """The same objects on the demo Engine and on the real one."""
    shops = Workshop(Http(demo_url)), Workshop(Http(real_url))
    for shop in shops:
        furnish(shop)
    yield shops
    for shop in shops:
        shop.close()


def furnish(shop: Workshop) -> None:
    """Create a container in each state available at once, on a network, with a volume and a health check."""
    shop.network("net", Labels={"made-by": "contract"})
    shop.network("inner", Internal=True, Attachable=True)
    volume = shop.volume("data", Labels={"made-by": "contract"})
    shop.tag("image")
    health = {"Test": ["CMD-SHELL", "echo fine"], "Interval": 1_000_000_000, "Retries": 2}
    shop.container(
        "box",
        start=True,
        Env=["PASSWORD=secret"],
        Labels={"com.docker.compose.project": "contract", "com.docker.compose.service": "box"},
        Healthcheck=health,
        ExposedPorts={"80/tcp": {}},
        Volumes={"/anonymous": {}},
        HostConfig={
            "Binds": [f"{volume}:/data", "/tmp:/host:ro"],
            "Tmpfs": {"/scratch": ""},
            "NetworkMode": shop.name("net"),
            "Memory": 64 << 20,
            "NanoCpus": 500_000_000,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        },
        NetworkingConfig={"EndpointsConfig": {shop.name("net"): {"Aliases": ["alias"]}}},
    )
    ended = shop.container("ended", start=True, Cmd=["sh", "-c", "echo out; exit 3"])
    frozen = shop.container("frozen", start=True)
    shop.container("made")
    shop.await_exit(ended)
    shop.post(f"/containers/{frozen}/pause", expect=204)
