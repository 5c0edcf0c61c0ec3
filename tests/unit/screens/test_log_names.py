"""The names before the lines of a Compose project's log."""

from __future__ import annotations

from dockertui.engine.models import Container
from dockertui.screens.main.log_targets import service_names


def container(name: str, service: str = "", number: str = "1", one_off: str = "False") -> Container:
    labels = {"service": service, "container-number": number, "oneoff": one_off}
    named = {f"com.docker.compose.{label}": value for label, value in labels.items()}
    return Container.from_json({"Id": name, "Names": [f"/{name}"], "Labels": named if service else {}}, 0.0)


def test_a_service_is_named_and_numbered_where_it_has_several() -> None:
    found = [
        container("shop-db-1", "db"),
        container("shop-db-run-1f2e", "db", one_off="True"),
        container("shop-web-1", "web"),
        container("shop-web-2", "web", "2"),
        container("own-name", "cache"),
    ]
    names = {"shop-db-1": "db", "shop-web-1": "web-1", "shop-web-2": "web-2", "own-name": "cache"}
    assert service_names(found) == names


def test_equal_and_missing_names_are_not_used() -> None:
    found = [
        container("shop-api-1", "api", ""),
        container("shop-api-2", "api", ""),
        container("a", "db", "1"),
        container("b", "db", "2"),
        container("c", "db-2", "1"),
        container("no-service"),
    ]
    assert service_names(found) == {"a": "db-1"}
