"""The JSON view: folds, search, only lines in view."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

import pytest
from textual.app import App, ComposeResult

from dockertui.widgets import json_view
from dockertui.widgets.json_lines import Path as JsonPath
from dockertui.widgets.json_lines import scalar
from dockertui.widgets.json_view import JsonView
from tests.ui.frames import frame, style_at, widths

_STYLES = Path(__file__).parents[3] / "styles"
STYLES: list[str | PurePath] = [_STYLES / "theme.tcss", _STYLES / "later" / "views.tcss"]

VALUE: dict[str, Any] = {
    "Id": "abc",
    "State": {"Pid": 12, "Dead": False, "Health": None},
    "Config": {"Env": ["A=1", "B=2"], "Labels": {"one": "1"}},
    "Mounts": [],
}


class JsonApp(App[None]):
    CSS_PATH = STYLES

    def __init__(self, value: Any = VALUE) -> None:
        super().__init__()
        self.view = JsonView()
        self.value = value

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.show(self.value)
        self.view.focus()


def path(view: JsonView) -> JsonPath:
    """Where the cursor is."""
    return view.cursor_path


async def test_it_is_json_folded_below_the_second_level() -> None:
    app = JsonApp()
    async with app.run_test(size=(40, 16)) as pilot:
        await pilot.pause()
        assert frame(app) == [
            "›▾ {",
            '     "Id": "abc",',
            '   ▾ "State": {',
            '       "Pid": 12,',
            '       "Dead": false,',
            '       "Health": null',
            "     },",
            '   ▾ "Config": {',
            '     ▸ "Env": […] 2 items,',
            '     ▸ "Labels": {…} 1 key',
            "     },",
            '     "Mounts": []',
            "   }",
            "",
            "",
            "",
        ]


async def test_folds_turn_by_key_and_by_click() -> None:
    app = JsonApp()
    async with app.run_test(size=(40, 20)) as pilot:
        view = app.view
        view.go_to(8)
        view.action_toggle_fold()
        await pilot.pause()
        assert [line.strip() for line in frame(app)[8:12]] == ['›    ▾ "Env": [', '"A=1",', '"B=2"', "],"]
        view.go_to(10)
        assert view.cursor_value == "B=2"
        assert path(view) == ("Config", "Env", 1)
        view.action_fold()
        assert path(view) == ("Config", "Env")
        view.action_fold()
        view.action_unfold_all()
        assert view.line_count == 18
        view.action_fold_all()
        assert view.line_count == 6
        await pilot.click(JsonView, offset=(3, 2))
        await pilot.pause()
        assert view.line_count == 10


async def test_search_opens_the_folds_on_the_way_and_goes_round() -> None:
    app = JsonApp()
    async with app.run_test(size=(40, 20)) as pilot:
        view = app.view
        assert view.search("B=") == 1
        assert path(view) == ("Config", "Env", 1)
        assert view.search("1") == 3
        assert path(view) == ("Config", "Labels", "one")
        view.action_next_match()
        assert path(view) == ("State", "Pid")
        view.action_previous_match()
        view.action_previous_match()
        assert path(view) == ("Config", "Env", 0)
        await pilot.pause()
        line = frame(app)[view.cursor_row]
        assert style_at(app, line.index("1"), view.cursor_row).underline
        assert view.search("none such") == 0


async def test_a_refresh_keeps_folds_and_cursor() -> None:
    app = JsonApp()
    async with app.run_test(size=(40, 20)):
        view = app.view
        view.go_to(8)
        view.action_unfold()
        view.go_to(10)
        newer = {"New": 1, **VALUE}
        view.show(newer)
        assert path(view) == ("Config", "Env", 1)
        view.show({"Other": {}})
        assert path(view) == ()
        view.show(VALUE, keep=False)
        assert view.line_count == 13
        assert view.cursor_row == 0


async def test_long_lines_are_cut_and_scrolled_sideways() -> None:
    app = JsonApp({"k": "x" * 60 + "END"})
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.pause()
        assert frame(app)[1].endswith("x…")
        app.view.action_scroll_right()
        app.view.action_scroll_right()
        await pilot.pause()
        assert 'END"' in frame(app)[1]
        app.view.action_scroll_left()
        app.view.action_scroll_left()
        app.view.action_scroll_left()
        await pilot.pause()
        assert '"k"' in frame(app)[1]
        assert widths(app) == {40}


async def test_only_lines_in_view_are_made_into_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def count(value: Any) -> str:
        asked.append(value)
        return scalar(value)

    monkeypatch.setattr(json_view, "scalar", count)
    app = JsonApp({"list": list(range(10_000))})
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.action_unfold_all()
        await pilot.pause()
        app.view.action_bottom()
        await pilot.pause()
        assert app.view.line_count == 10_004
        assert len(asked) < 100


@pytest.mark.parametrize(
    "value", [{}, [], None, "text", 7, {"a\x1b\n[b]": "\u202e\x1b[2J日本" + "y" * 9000}, [[[[[]]]]]]
)
async def test_any_value_is_shown_harmlessly(value: Any) -> None:
    app = JsonApp(value)
    async with app.run_test(size=(20, 8)) as pilot:
        app.view.action_unfold_all()
        app.view.search("y")
        for name in ("toggle_fold", "fold", "unfold", "next_match", "bottom", "scroll_right"):
            getattr(app.view, f"action_{name}")()
            await pilot.pause()
        assert widths(app) == {20}
        assert not any(char in "\x1b\u202e" for line in frame(app) for char in line)
