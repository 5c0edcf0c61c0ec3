"""The names before the lines of a Compose project's log."""

from __future__ import annotations

from dockertui.engine.models import Container
from dockertui.screens.main.log_targets import service_names


def container(name: str, service: str = "", number: str = "1") -> Container:
    labels = {"com.docker.compose.service": service, "com.docker.compose.container-number": number}
    return Container.from_json({"Id": name, "Names": [f"/{name}"], "Labels": labels if service else {}}, 0.0)


def test_a_service_is_named_and_numbered_where_it_has_several() -> None:
    found = [
        container("shop-db-1", "db"),
        container("shop-web-1", "web"),
        container("shop-web-2", "web", "2"),
        container("own-name", "cache"),
    ]
    assert [*service_names(found).values()] == ["db", "web-1", "web-2", "cache"]


def test_equal_names_are_told_apart() -> None:
    found = [
        container("shop-web-1", "web"),
        container("shop-web-run-1f2e", "web"),
        container("shop-api-1", "api", ""),
        container("shop-api-2", "api", ""),
        container("a", "db", "1"),
        container("b", "db", "2"),
        container("c", "db-2", "1"),
        container("no-service"),
    ]
    names = ["shop-web-1", "shop-web-run-1f2e", "shop-api-1", "shop-api-2", "db-1", "b", "c", "no-service"]
    assert [*service_names(found).values()] == names
