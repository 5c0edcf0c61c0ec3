"""A bar: what it says, what goes when it is narrow, what a click does."""

from __future__ import annotations

from pathlib import Path

from textual.app import App, ComposeResult

from dockertui.widgets.bar import Bar, Piece
from tests.ui.frames import frame, painted, style_at, widths

STYLES = Path(__file__).parents[3] / "styles" / "theme.tcss"


class BarApp(App[None]):
    CSS_PATH = STYLES

    def __init__(self, left: list[Piece], right: list[Piece], separator: str = "  ") -> None:
        super().__init__()
        self.bar = Bar(left, right, separator=separator)
        self.pressed: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.bar

    def on_bar_pressed(self, message: Bar.Pressed) -> None:
        self.pressed.append(message.action)


HINTS = [
    Piece((("enter", "key"), (" open", "")), action="open"),
    Piece("l logs", action="logs", priority=2),
    Piece("x exec", action="exec", priority=1),
]


async def test_pieces_stand_at_both_ends_and_go_by_priority() -> None:
    app = BarApp(HINTS, [Piece("live", "good")])
    async with app.run_test(size=(40, 2)) as pilot:
        assert frame(app)[0] == " enter open  l logs  x exec        live"
        await pilot.resize_terminal(30, 2)
        await pilot.pause()
        assert frame(app)[0] == " enter open  x exec      live"
        await pilot.resize_terminal(9, 2)
        await pilot.pause()
        assert frame(app)[0] == " enter …"
        assert widths(app) == {9}


async def test_separators_stand_between_pieces_alone() -> None:
    app = BarApp([Piece("a"), Piece("b")], [Piece("c"), Piece("d")], separator=" · ")
    async with app.run_test(size=(20, 2)):
        assert frame(app)[0] == " a · b        c · d"


async def test_styles_are_by_name() -> None:
    app = BarApp(HINTS, [])
    async with app.run_test(size=(40, 2)):
        assert style_at(app, 1, 0).bold
        assert not style_at(app, 8, 0).bold


async def test_hostile_text_stays_text() -> None:
    app = BarApp([Piece("[b]x[/b]\x1b[2J\n日本")], [Piece("y" * 10_000)])
    async with app.run_test(size=(30, 2)):
        assert frame(app)[0] == " [b]x[/b]␛[2J⏎日本"
        assert widths(app) == {30}


async def test_the_same_again_is_not_painted() -> None:
    app = BarApp([Piece("a")], [])
    async with app.run_test(size=(30, 2)) as pilot:
        await pilot.pause()
        regions = painted(app.bar)
        app.bar.update([Piece("a")])
        assert regions == []
        app.bar.update([Piece("b")])
        assert len(regions) == 1


async def test_a_click_on_a_piece_says_its_action() -> None:
    app = BarApp(HINTS, [Piece("help", action="help")])
    async with app.run_test(size=(40, 2)) as pilot:
        for x in (1, 14, 30, 36):
            await pilot.click(Bar, offset=(x, 0))
        await pilot.pause()
        assert app.pressed == ["open", "logs", "help"]
