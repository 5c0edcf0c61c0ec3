"""The menu: narrowing by typing, reasons, one answer."""

from __future__ import annotations

from pathlib import Path, PurePath

from dockertui.screens.base.menu import Item, Menu
from dockertui.widgets.keys import KeysInOrder
from tests.ui.frames import frame, row_of, widths

_STYLES = Path(__file__).parents[3] / "styles"
STYLES: list[str | PurePath] = [_STYLES / "theme.tcss", _STYLES / "later" / "views.tcss"]

ITEMS = [
    Item("stop", "stop the container", "s"),
    Item("start", "start the container", "s", "it runs already"),
    Item("kill", "kill with a signal", "ctrl+k"),
    Item("jump", "jump to its image"),
]


class MenuApp(KeysInOrder[None]):
    CSS_PATH = STYLES

    def __init__(self, title: str = "web-1", items: list[Item] = ITEMS) -> None:
        super().__init__()
        self.menu = Menu(title, items)
        self.answers: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.menu, self.answers.append)


async def test_items_hints_and_reasons_are_shown() -> None:
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        y = row_of(app, "web-1")
        assert [line.strip(" │") for line in frame(app)[y : y + 5]] == [
            "web-1  type to filter",
            "› stop the container                 s",
            "start the container  it runs already",
            "kill with a signal            ctrl+k",
            "jump to its image",
        ]
        assert widths(app) == {60}


async def test_enter_answers_with_the_id() -> None:
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("j", "down", "k", "j", "enter")
        assert app.answers == ["kill"]
        assert app.screen is not app.menu


async def test_what_is_disabled_cannot_be_chosen() -> None:
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("j", "enter")
        assert app.answers == []
        await pilot.press("escape")
        assert app.answers == [None]


async def test_typing_narrows_and_escape_takes_back_first() -> None:
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        height = sum(1 for line in frame(app) if line.strip())
        await pilot.press("s", "t", "space", "o", "p")
        assert "st op" in frame(app)[row_of(app, "web-1")]
        assert not any("start" in line or "kill" in line for line in frame(app))
        assert sum(1 for line in frame(app) if line.strip()) == height
        await pilot.press("x")
        assert any("no matching command" in line for line in frame(app))
        await pilot.press("enter", "backspace", "enter")
        assert app.answers == ["stop"]


async def test_a_slash_lets_j_and_k_be_typed_after_another_letter() -> None:
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("i", "k", "escape")
        assert app.answers == []
        await pilot.press("u", "m", "p", "enter")
        assert app.answers == ["jump"]


async def test_clicks_choose_and_leave() -> None:
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.click(offset=(30, row_of(app, "kill")))
        assert app.answers == ["kill"]
    app = MenuApp()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.click(offset=(1, 1))
        assert app.answers == [None]


async def test_a_menu_too_long_and_hostile_stays_in_its_box() -> None:
    items = [Item(str(number), f"{number} \x1b[2J\u202e日本[b]" + "y" * 200, "x" * 90) for number in range(100)]
    app = MenuApp("[red]\x1b\n" + "z" * 300, items)
    async with app.run_test(size=(50, 20)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert widths(app) == {50}
        assert sum(1 for line in frame(app) if line.strip()) == 16
        assert any("99 ␛[2J" in line for line in frame(app))
        await pilot.resize_terminal(30, 10)
        await pilot.pause()
        assert widths(app) == {30}
        await pilot.press("enter")
        assert app.answers == ["99"]
