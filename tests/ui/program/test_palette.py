"""The palette finds what is meant first: by its title, and by the words of the `docker` command."""

from __future__ import annotations

import pytest
from textual.events import Key

from dockertui.operations.catalogue import OPERATIONS
from dockertui.resources.registry import BY_KIND
from dockertui.screens.base.menu import Item, Menu
from dockertui.screens.main.screen import MainScreen
from dockertui.widgets.menu import MenuList
from tests.ui.stage import opened

pytestmark = pytest.mark.usefixtures("frozen")


async def nothing(id: str | None) -> None:
    """Nothing is chosen here."""


def first(typed: str, *, disabled: tuple[str, ...] = ()) -> str:
    items = [
        Item(op.id, op.title, words=op.words, disabled="no" if op.id in disabled else "")
        for op in OPERATIONS
        if op.palette
    ]
    found = MenuList("Commands", items, nothing)
    found.repaint = lambda: None  # type: ignore[method-assign]
    found.type(typed)
    return found._shown[0].id


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("stop", "container.stop"),
        ("docker stop", "container.stop"),
        ("start", "container.start"),
        ("restart", "container.restart"),
        ("kill", "container.kill"),
        ("run", "container.run"),
        ("rm", "container.remove"),
        ("rename", "container.rename"),
        ("commit", "container.commit"),
        ("export", "container.export"),
        ("diff", "container.diff"),
        ("update", "container.update"),
        ("wait", "container.wait"),
        ("cp", "container.copy_out"),
        ("rmi", "image.remove"),
        ("docker rmi", "image.remove"),
        ("image rm", "image.remove"),
        ("pull", "image.pull"),
        ("push", "image.push"),
        ("tag", "image.tag"),
        ("save", "image.save"),
        ("load", "image.load"),
        ("import", "image.import"),
        ("history", "image.history"),
        ("search", "image.search"),
        ("login", "registry.login"),
        ("logout", "registry.logout"),
        ("network create", "network.create"),
        ("network rm", "network.remove"),
        ("network connect", "network.connect"),
        ("disconnect", "network.disconnect"),
        ("volume rm", "volume.remove"),
        ("volume prune", "volume.prune"),
        ("df", "system.df"),
        ("system df", "system.df"),
        ("system prune", "system.prune"),
        ("info", "system.info"),
        ("version", "system.version"),
        ("exec", "container.exec"),
        ("attach", "container.attach"),
        ("logs", "container.logs"),
        ("theme", "program.theme"),
        ("help", "program.help"),
        ("quit", "program.exit"),
        ("docker ps", "pane.container"),
        ("ps", "pane.container"),
        ("ps -a", "list.running"),
        ("docker container ls", "pane.container"),
        ("container ls", "pane.container"),
        ("docker images", "pane.image"),
        ("images", "pane.image"),
        ("image ls", "pane.image"),
        ("docker network ls", "pane.network"),
        ("network ls", "pane.network"),
        ("docker volume ls", "pane.volume"),
        ("volume ls", "pane.volume"),
        ("docker plugin ls", "pane.plugin"),
        ("docker logs", "container.logs"),
        ("logs -f", "container.logs"),
        ("docker logs --tail", "container.logs"),
        ("tail", "container.logs"),
        ("follow", "container.logs"),
        ("errors", "container.logs"),
        ("docker compose logs", "container.project_logs"),
        ("compose logs -f", "container.project_logs"),
        ("docker exec", "container.exec"),
        ("docker exec -it", "container.exec"),
        ("exec sh", "container.exec"),
        ("bash", "container.exec"),
        ("shell", "container.exec"),
        ("shell into", "container.exec"),
        ("terminal", "container.exec"),
        ("ssh", "container.exec"),
        ("docker attach", "container.attach"),
        ("docker inspect", "detail.inspect"),
        ("docker network inspect", "detail.inspect"),
        ("image inspect", "detail.inspect"),
        ("inspect", "detail.inspect"),
        ("describe", "detail.inspect"),
        ("json", "detail.inspect"),
        ("docker stats", "overview"),
        ("stats", "overview"),
        ("top", "overview"),
        ("docker top", "container.processes"),
        ("processes", "container.processes"),
        ("cpu", "container.stats"),
        ("memory", "container.stats"),
        ("graph", "container.stats"),
        ("metrics", "container.stats"),
        ("docker events", "events"),
        ("events --since", "events"),
        ("timeline", "events"),
        ("docker port", "open_port"),
        ("ports", "open_port"),
        ("open in browser", "open_port"),
        ("docker build", "image.build"),
        ("docker kill -s", "container.kill"),
        ("sigterm", "container.kill"),
        ("docker rm -f", "container.remove"),
        ("delete", "container.remove"),
        ("remove", "container.remove"),
        ("docker run -d", "container.run"),
        ("duplicate", "container.run_like"),
        ("recreate", "container.recreate"),
        ("docker update --memory", "container.update"),
        ("restart policy", "container.update"),
        ("docker save -o", "image.save"),
        ("docker load -i", "image.load"),
        ("docker cp", "container.copy_out"),
        ("docker container prune", "container.prune"),
        ("docker image prune -a", "image.prune"),
        ("docker builder prune", "system.prune"),
        ("cleanup", "system.prune"),
        ("du", "system.df"),
        ("disk", "system.df"),
        ("why", "container.why"),
        ("oom", "container.why"),
        ("health", "container.why"),
        ("postmortem", "container.why"),
        ("files", "detail.files"),
        ("browse", "detail.files"),
        ("copy", "copy"),
        ("clipboard", "copy"),
        ("curl", "lens"),
        ("api", "lens"),
        ("requests", "lens"),
        ("jobs", "jobs"),
        ("sort", "list.sort"),
        ("filter", "list.filter"),
        ("fullscreen", "pane.zoom"),
        ("zoom", "pane.zoom"),
        ("select all", "list.mark_all"),
        ("plugin enable", "plugin.enable"),
        ("exit", "program.exit"),
        (":q", "program.exit"),
        ("keys", "program.help"),
    ],
)
def test_what_is_meant_comes_first(typed: str, id: str) -> None:
    assert first(typed) == id


@pytest.mark.parametrize("typed", ["-x", "docker", "--nothing -of the kind"])
def test_options_alone_find_nothing_that_does_not_have_them(typed: str) -> None:
    found = MenuList("Signals", [Item("TERM", "TERM"), Item("KILL", "KILL")], nothing)
    found.repaint = lambda: None  # type: ignore[method-assign]
    found.type(typed)
    assert not found._shown


def test_of_equals_the_possible_one_comes_first() -> None:
    others = tuple(f"{kind}.remove" for kind in BY_KIND if kind != "image")
    assert first("rm", disabled=others) == "image.remove"
    assert first("stop", disabled=("container.stop",)) == "container.stop", "it alone is called so"


async def test_the_palette_runs_the_first() -> None:
    async with opened() as stage:
        await stage.goto("net-debug")
        await stage.press("colon")
        assert isinstance(stage.app.screen, Menu)
        await stage.type("stop")
        await stage.press("enter", "y")
        await stage.until("net-debug stopped")
        assert isinstance(stage.app.screen, MainScreen)


async def test_a_late_key_finds_the_menu_closed() -> None:
    """It came while the screen was taken away: asking the list that was gone ended in an error."""
    async with opened() as stage:
        await stage.press(":")
        menu = stage.app.screen
        assert isinstance(menu, Menu)
        await stage.press("escape")
        await stage.until(lambda: not menu.is_attached)
        assert not await menu.take_key(Key("a", "a"))
