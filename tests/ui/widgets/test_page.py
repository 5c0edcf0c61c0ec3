"""The page: readable, harmless, and it keeps its place while what it shows is refreshed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.widgets import Input

from dockertui.widgets.page import Field, Page, Section
from tests.ui.frames import frame, painted, row_of, style_at, widths

STYLES = Path(__file__).parents[3] / "styles" / "theme.tcss"

SECTIONS = [
    Section("State", [Field("status", "exited (137)", "bad"), Field("probe", ["one\ntwo", "three"])]),
    Section("Image", [Field("image", "registry.example.com/team/app:1", ref="the image")]),
    Section("Env", [Field(f"VAR{number}", f"value {number}") for number in range(30)]),
]


class PageApp(App[None]):
    CSS_PATH = STYLES
    CSS = "Page { height: 1fr; } Input { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.followed: list[object] = []

    def compose(self) -> ComposeResult:
        yield self.page
        yield Input()

    def on_mount(self) -> None:
        self.page.focus()

    def on_page_followed(self, message: Page.Followed) -> None:
        self.followed.append(message.ref)


async def test_labels_and_wrapped_values_are_painted() -> None:
    app = PageApp()
    async with app.run_test(size=(30, 13)) as pilot:
        app.page.show(SECTIONS)
        await pilot.pause()
        assert frame(app)[:10] == [
            "›State                       ┃",
            " status  exited (137)        ┃",
            " probe   one",
            "         two",
            "         three",
            "",
            " Image",
            " image   registry.example.co",
            "         m/team/app:1",
            "",
        ]
        assert widths(app) == {30}
        assert style_at(app, 9, 7).underline
        assert not style_at(app, 1, 7).underline


async def test_references_are_followed_by_key_and_by_click() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app.page.show(SECTIONS)
        app.page.action_follow()
        while app.page.cursor_ref is None:
            app.page.action_cursor_down()
        assert app.page.cursor_ref == "the image"
        app.page.action_follow()
        await pilot.click(Page, offset=(15, 7))
        await pilot.click(Page, offset=(15, 1))
        await pilot.pause()
        assert app.followed == ["the image", "the image"]
        field = app.page.cursor_field
        assert field is not None
        assert field.label == "status"


async def test_a_refresh_keeps_cursor_and_view() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 13)) as pilot:
        app.page.show(SECTIONS)
        for _ in range(20):
            app.page.action_cursor_down()
        await pilot.pause()
        y = row_of(app, "VAR10")
        more = Section("New", [Field("a", "b"), Field("c", "d")])
        app.page.show([more, *SECTIONS])
        await pilot.pause()
        assert row_of(app, "VAR10") == y
        assert frame(app)[y].startswith("›VAR10") == (app.page.cursor_field == Field("VAR10", "value 10"))
        app.page.show(SECTIONS, keep=False)
        await pilot.pause()
        assert app.page.cursor_row == app.page.top == 0


async def test_the_same_page_again_paints_nothing() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 13)) as pilot:
        app.page.show(SECTIONS)
        await pilot.pause()
        regions = painted(app.page)
        app.page.show([Section(section.title, list(section.fields)) for section in SECTIONS])
        assert regions == []


async def test_the_cursor_is_seen_only_with_the_focus() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 13)) as pilot:
        app.page.show(SECTIONS)
        await pilot.pause()
        assert frame(app)[0].startswith("›State")
        app.query_one(Input).focus()
        await pilot.pause()
        assert frame(app)[0].startswith(" State")


async def test_search_marks_and_goes_round() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 13)) as pilot:
        app.page.show(SECTIONS)
        assert app.page.search("VALUE 2") == 11
        assert app.page.cursor_field == Field("VAR2", "value 2")
        await pilot.pause()
        y = row_of(app, "VAR2")
        x = frame(app)[y].index("value 2")
        assert style_at(app, x, y).underline
        assert not style_at(app, x + 7, y).underline
        app.page.action_previous_match()
        assert app.page.cursor_field == Field("VAR29", "value 29")
        app.page.action_next_match()
        assert app.page.cursor_field == Field("VAR2", "value 2")
        assert app.page.search("") == 0
        assert app.page.search("none such") == 0
        app.page.action_next_match()


@pytest.mark.parametrize("size", [(80, 24), (20, 12), (4, 5)])
async def test_hostile_values_stay_within_the_page(size: tuple[int, int]) -> None:
    hostile = "[b]x[/b]\x1b[2J\u202e日本語👨\u200d👩" + "e\u0301" * 20 + "y" * 10_000
    app = PageApp()
    async with app.run_test(size=size) as pilot:
        app.page.show([Section(hostile, [Field(hostile, [hostile, hostile], ref=1), Field("", [])])])
        app.page.search("x")
        for action in (app.page.action_page_down, app.page.action_bottom, app.page.action_top):
            action()
            await pilot.pause()
            assert widths(app) == {size[0]}
            assert not any(char in "\x1b\u202e\u200d" for line in frame(app) for char in line)


async def test_the_wheel_and_a_resize_keep_to_the_page() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 13)) as pilot:
        app.page.show(SECTIONS)
        await pilot._post_mouse_events([MouseScrollDown], Page, offset=(5, 3))
        await pilot.pause()
        assert app.page.top == 3
        app.page.action_bottom()
        await pilot.resize_terminal(40, 60)
        await pilot.pause()
        assert app.page.top == 0
        assert "VAR29" in "\n".join(frame(app))


async def test_an_empty_page_takes_every_action() -> None:
    app = PageApp()
    async with app.run_test(size=(60, 13)) as pilot:
        for name in ("follow", "next_match", "cursor_down", "bottom", "page_up"):
            getattr(app.page, f"action_{name}")()
        assert app.page.cursor_ref is None
        app.page.show([])
        await pilot.pause()
        assert app.page.cursor_field is None
