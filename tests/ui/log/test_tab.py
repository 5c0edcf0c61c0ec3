"""The Logs tab as a user meets it, on the demo Engine."""

from __future__ import annotations

import asyncio
import re
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.app import ComposeResult

from dockertui.demo import lifecycle
from dockertui.screens.base import clipboard
from dockertui.screens.log import feed as log_feed
from dockertui.screens.log.line_screen import LogLineScreen
from dockertui.screens.main.detail import DetailView
from dockertui.widgets import log_frame
from tests.demo.hostile import STRINGS
from tests.ui.log_stage import BORN, QUIET, Stage, named, stage

NUMBERS = [f"line {number:04d}" for number in range(3000)]


def _ends_with(path: Path, text: str) -> bool:
    return path.read_text().endswith(text)


def _shows(world: Stage, text: str) -> bool:
    return text in "\n".join(world.lines)


async def opened(world: Stage, *texts: str) -> None:
    """The log of `legacy-import`, which says these lines alone."""
    world.silence("legacy-import")
    world.wrote("legacy-import", *texts, at=BORN - 1000)
    await world.open("legacy-import")
    await world.until(lambda: texts[-1][:20] in "\n".join(world.lines))


async def test_it_opens_at_the_tail_and_follows() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        assert world.lines[-2].strip() == "line 2999"
        assert "▼ following" in world.status
        assert len(world.log.store) < 1500, "the tail alone is asked for"
        world.wrote("legacy-import", "and on it goes", at=BORN + 1)
        await world.until(lambda: world.lines[-2].strip() == "and on it goes")


async def test_scrolling_up_loads_every_line_to_the_beginning() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        for _ in range(20):  # pages
            await world.press("g", "k")
            await world.pilot.pause(0.1)
        store = world.log.store
        assert [entry.text for entry in store.entries(store.first)] == NUMBERS
        assert world.lines[1].strip(" ›") == "line 0000"


async def test_second_top_key_goes_to_the_beginning_within_memory() -> None:
    async with stage() as world:
        await opened(world, *[f"{text} {'.' * 2000}" for text in NUMBERS])
        world.log.store.max_lines = 1500
        await world.press("g", "g")
        await world.until(lambda: "line 0000" in world.lines[1] and "reading on" not in world.status)
        texts = [entry.text[:9] for entry in world.log.store.entries(world.log.store.first)]
        assert texts == NUMBERS[: len(texts)]
        assert world.log.unread
        assert "new" not in world.status
        await world.press(*["pagedown"] * 3, "/")
        await world.type("line 2999")
        await world.press("n")
        await world.until(lambda: "no further match in what is loaded below" in world.status)
        await world.press("G")
        await world.until(lambda: "line 2999" in world.lines[-2] and "following" in world.status)


async def test_scrolled_up_view_stays_and_counts_new_lines() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        await world.press("k", "k", "pageup")
        before = world.lines[:-1]
        world.wrote("legacy-import", "news 1", "news 2", at=BORN + 1)
        await world.until(lambda: "2 new" in world.status)
        assert world.lines[:-1] == before
        await world.press("G")
        assert world.lines[-2].strip() == "news 2"
        assert "following" in world.status


async def test_search_marks_and_loads_older_matches() -> None:
    async with stage() as world:
        await opened(world, "the needle", *NUMBERS)
        await world.press("/")
        await world.type("~line 29[89]5")
        assert world.log.cursor_entry is not None
        assert world.log.cursor_entry.text == "line 2995"
        await world.press("N")
        assert world.log.cursor_entry.text == "line 2985"
        await world.press("n")
        assert world.log.cursor_entry.text == "line 2995"
        await world.press("/")
        await world.type("needle")
        await world.press("N")
        await world.until(lambda: world.log.cursor_entry and world.log.cursor_entry.text == "the needle")


async def test_search_matches_are_counted() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        loaded = len(world.log.store)
        await world.press("/")
        await world.type("line 29")
        await world.until(lambda: "/line 29: 100 of 100" in world.status)
        await world.press("N", "N")
        await world.until(lambda: "/line 29: 98 of 100" in world.status)
        await world.press("&")
        await world.type("5")
        await world.until(lambda: world.log.matches.is_whole and world.log.matches.count == 19)
        assert " of 19" in world.status
        assert len(world.log.store) == loaded


async def test_expensive_expression_does_not_freeze_the_screen() -> None:
    async with stage() as world:
        await opened(world, *["a" * 200 + "!"] * 500)
        await world.press("/")
        await world.type("~(a|aa)+$")
        await world.until(lambda: "too dear" in world.status)
        await world.press("k", "&")
        await world.type("~(a|aa)+$")
        await world.until(lambda: world.log.shown.filter.query.error.startswith("too dear"))


async def test_filter_keeps_context_and_enter_shows_the_place() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        await world.press("&")
        await world.type("line 295")
        assert [line.strip() for line in world.lines if "line 295" in line][:-1] == [f"line 295{n}" for n in range(10)]
        await world.press("&")
        await world.type("2955")
        await world.press("+")
        assert [line.strip(" ›") for line in world.lines if "line 29" in line][:3] == [
            "line 2954",
            "line 2955",
            "line 2956",
        ]
        await world.press("k", "enter")
        assert not world.log.shown.filter
        assert world.log.cursor_entry is not None
        assert world.log.cursor_entry.text == "line 2955"


async def test_escape_ends_filter_and_search_before_it_closes_the_log() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS[:40])
        await world.press("&")
        await world.type("7")
        await world.press("/")
        await world.type("1")
        await world.until(lambda: "&7: 4" in world.status and "/1: " in world.status)
        await world.press("escape")
        await world.until(lambda: "&7" not in world.status and "/1" not in world.status)
        assert world.app.focused is world.log
        await world.press("escape")
        assert world.main.lists.all[0].table.has_focus


async def test_an_inverse_filter_and_a_wrong_expression() -> None:
    async with stage() as world:
        await opened(world, "good", "bad one", "good too")
        await world.press("&")
        await world.type("!bad")
        assert [line.strip() for line in world.lines if "o" in line and "⋯" not in line][:2] == ["good", "good too"]
        await world.press("&")
        await world.type("~(")
        assert "unterminated" in world.status


async def test_levels_and_standard_error() -> None:
    async with stage() as world:
        await opened(world, "INFO fine", "WARN look", "ERROR bad")
        world.wrote("legacy-import", "to stderr", stderr=True, at=BORN + 1)
        await world.until(lambda: "▎to stderr" in "\n".join(world.lines))
        await world.press("v")
        assert [line.strip() for line in world.lines if "fine" in line or "look" in line] == ["WARN look"]
        await world.press("v")
        assert "look" not in "\n".join(world.lines)
        assert "ERROR bad" in "\n".join(world.lines)
        await world.press("v", "E")
        assert next(line for line in world.lines if "stderr" in line) == "▎to stderr"
        assert "ERROR bad" not in "\n".join(world.lines)


async def test_times_wrap_and_the_horizontal_position() -> None:
    async with stage() as world:
        await opened(world, "x" * 150 + "END")
        assert "END" not in "\n".join(world.lines)
        await world.press(*["right"] * 9)
        assert "END" in "\n".join(world.lines), "not further than the longest line"
        assert world.lines[1].startswith(" …xxx")
        world.wrote("legacy-import", "y" * 150 + "TOO", at=BORN + 1)
        await world.until(lambda: "TOO" in "\n".join(world.lines))
        await world.press("left", "left", "w")
        assert "END" in "\n".join(world.lines)
        await world.press("w", "t", "t")
        assert "UTC" in world.status


async def test_a_line_opens_whole_and_json_is_laid_out() -> None:
    async with stage() as world:
        await opened(world, '{"level": "error", "msg": "it broke", "nested": {"deep": 1}}')
        await world.press("/")
        await world.type("ERROR it")
        await world.until(lambda: "/ERROR it: 0" in world.status)
        await world.press("J")
        assert any("ERROR it broke nested=" in line for line in world.lines)
        await world.until(lambda: "/ERROR it: 1" in world.status)
        await world.press("escape")
        await world.press("k", "enter")
        await world.until(lambda: isinstance(world.app.screen, LogLineScreen))
        view = world.app.screen.query_one("LineView")
        await world.pilot.pause(0.2)
        assert any('"deep": 1' in view.render_line(y).text for y in range(20))
        await world.press("escape")
        assert not isinstance(world.app.screen, LogLineScreen)


async def test_a_progress_line_shows_its_last_state_and_opens_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def copy(app: object, text: str) -> str:
        copied.append(text)
        return "by a test"

    monkeypatch.setattr(clipboard, "copy", copy)
    async with stage() as world:
        await opened(world, "one", "pull 10%\rpull 20%\rpull 30%", "two")
        assert [line.strip() for line in world.lines[1:4]] == ["one", "pull 30%", "two"]
        await world.press("&")
        await world.type("20%")
        assert "pull" not in "\n".join(world.lines[:-1])
        await world.press("&")
        await world.type("~30%$")
        assert "pull 30%" in "\n".join(world.lines)
        await world.press("escape", "k", "y", "enter")
        await world.until(lambda: isinstance(world.app.screen, LogLineScreen))
        view = world.app.screen.query_one("LineView")
        await world.until(lambda: "pull 10%" in "".join(view.render_line(y).text for y in range(9)))
        shown = [view.render_line(y).text.strip(" ›") for y in range(9)]
        assert [text for text in shown if text.startswith("pull")] == ["pull 10%", "pull 20%", "pull 30%"]
    assert copied == ["pull 30%"]


def _footer(world: Stage) -> str:
    """The keys in the footer, in place of a message about the clock."""
    world.main.say("")
    return world.main.footer.render_line(0).text


async def test_unfold_is_offered_where_lines_have_fields() -> None:
    async with stage((80, 24)) as world:
        await opened(world, "plain", "more=1 than one word")
        assert "search" in _footer(world)
        assert "unfold" not in _footer(world)
        world.wrote("legacy-import", "level=info msg=fine", at=BORN + 1)
        await world.until(lambda: "J unfold" in _footer(world))
        await world.press("J")
        await world.until(lambda: "INFO  fine" in "\n".join(world.lines))
        await world.press("escape")
        await world.open("devbox")
        await world.until(lambda: "unfold" not in _footer(world))


async def test_unfold_says_that_there_is_nothing_to_unfold() -> None:
    async with stage() as world:
        await opened(world, "plain")
        await world.press("J")
        await world.until(lambda: "no line here is JSON or logfmt" in world.status)


async def test_a_filter_says_that_it_is_still_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as world:
        await opened(world, *[f"{text} {'.' * 4000}" for text in NUMBERS])  # many blocks
        monkeypatch.setattr(log_frame, "SLICE", -1.0)
        monkeypatch.setattr(log_frame, "BREATH", 3600.0)
        await world.press("&")
        await world.type("line")
        await world.until(lambda: re.search(r"&line: [\d,]+…", world.status))
        monkeypatch.setattr(log_frame, "SLICE", 10.0)
        world.wrote("legacy-import", "line 3000", at=BORN + 1)
        await world.until(lambda: re.search(r"&line: [\d,]+$|&line: [\d,]+ ", world.status))


async def test_a_setting_unfolds_from_the_start() -> None:
    async with stage(settings=replace(QUIET, log_unfold=True)) as world:
        await opened(world, '{"level": "warn", "msg": "low disk"}', "WARN  low")
        assert any(line.strip() == "WARN  low disk" for line in world.lines)


async def test_zoom_is_offered_where_it_gives_room() -> None:
    async with stage((120, 24)) as world:
        await opened(world, "one")
        assert "z zoom" in _footer(world)
        await world.press("z")
        await world.until(lambda: world.log.size.width == 120)
    async with stage((80, 24)) as world:
        await opened(world, "one")
        assert "zoom" not in _footer(world)


async def test_lines_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as world:
        copied: list[str] = []

        def copy(app: object, text: str) -> str:
            copied.append(text)
            return "by a test"

        monkeypatch.setattr(clipboard, "copy", copy)
        await opened(world, "one", "\x1b[31mtwo\x1b[0m", "three")
        await world.press("k", "y", "space", "k", "y", "space", "Y")
        await world.type("3")
        assert copied == ["two", "one\ntwo", "one\ntwo\nthree"]


async def test_failed_copy_is_not_reported_as_copied() -> None:
    async with stage() as world:
        await opened(world, *["x" * 1000] * 80)
        await world.press("Y")
        await world.type("80")
        await world.until(lambda: "80 lines not copied" in world.main.messages.current.text)


async def test_a_mark_is_drawn() -> None:
    async with stage() as world:
        await opened(world, "one")
        await world.press("m")
        await world.until(lambda: any(line.startswith("── ") for line in world.lines))


async def test_what_is_shown_and_the_whole_log_are_saved(tmp_path: Path) -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        for choice, name in ((0, "shown"), (1, "whole")):
            path = tmp_path / name
            await world.press("ctrl+s", *["down"] * choice, "enter")
            await world.until(lambda: type(world.app.focused).__name__ == "Prompt")
            await world.type(str(path))
            await world.until(path.exists)
            await world.until(partial(_ends_with, path, "line 2999\n"))
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (tmp_path / "whole").read_text().splitlines() == NUMBERS


async def test_the_log_goes_on_over_a_restart() -> None:
    async with stage() as world:
        await opened(world, "before")

        world.demo.run(lambda host: lifecycle.die(host, named(host, "legacy-import"), 1))
        await world.until(lambda: "exited: 1" in "\n".join(world.lines))
        world.demo.run(lambda host: lifecycle.start(host, named(host, "legacy-import")))
        await world.until(lambda: "started again" in "\n".join(world.lines))
        world.wrote("legacy-import", "after", at=BORN + 5)
        await world.until(lambda: "after" in "\n".join(world.lines))
        text = "\n".join(world.lines)
        assert text.index("before") < text.index("exited: 1") < text.index("started again") < text.index("after")
        assert text.count("before") == 1


async def test_the_marked_containers_are_merged_by_time_with_their_names() -> None:
    async with stage() as world:
        for name, place in (("devbox", 0), ("legacy-import", 1)):
            world.silence(name)
            for number in range(5):
                world.wrote(name, f"{name} {number}", at=BORN - 100 + number * 2 + place)
        table = world.main.lists.all[0].table
        containers = world.main.session.mirror.objects("container")
        for name in ("devbox", "legacy-import"):
            key = next(key for key, one in containers.items() if one.name == name)
            await world.until(partial(table.move_to, key))
            await world.press("space")
        await world.press("l")
        await world.until(lambda: "legacy-import 4" in "\n".join(world.lines))
        said = [line.split()[-2:] for line in world.lines if line.split()[-1:] and line.split()[-1].isdecimal()]
        assert said == [[name, str(number)] for number in range(5) for name in ("devbox", "legacy-import")]
        assert any(line.startswith(" devbox        devbox 0") for line in world.lines)
        assert world.log.last_lines(2) == ["devbox | devbox 4", "legacy-import | legacy-import 4"]


async def test_merged_logs_go_on_after_another_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when lines were waiting to be put in order as the tab was left."""
    async with stage() as world:
        for name in ("devbox", "legacy-import"):
            world.silence(name)
            world.wrote(name, f"{name} first", at=BORN - 100)
        table = world.main.lists.all[0].table
        containers = world.main.session.mirror.objects("container")
        for name in ("devbox", "legacy-import"):
            key = next(key for key, one in containers.items() if one.name == name)
            await world.until(partial(table.move_to, key))
            await world.press("space")
        await world.press("l")
        await world.until(lambda: "legacy-import first" in "\n".join(world.lines))
        monkeypatch.setattr(log_feed, "_MERGE", 3600)
        world.wrote("devbox", "devbox waits", at=BORN - 50)
        feed = world.log._feed
        assert feed is not None
        await world.until(lambda: feed._waiting)
        await world.press("right_square_bracket")
        monkeypatch.setattr(log_feed, "_MERGE", 0.01)
        await world.press("left_square_bracket")
        await world.until(lambda: "devbox waits" in "\n".join(world.lines))
        world.wrote("legacy-import", "legacy-import last", at=BORN - 40)
        await world.until(lambda: "legacy-import last" in "\n".join(world.lines))


async def test_invalid_pager_command_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "less 'half")
    async with stage() as world:
        await opened(world, "one")
        await world.press("vertical_line")
        await world.until(lambda: "$PAGER is no command: No closing quotation" in world.main.footer.render_line(0).text)


async def test_since_limits_the_time_span() -> None:
    async with stage() as world:
        await opened(world, "old")
        await world.press("at")
        await world.type("2026-01-01 00:00..2026-01-02")
        await world.until(lambda: "no lines then" in world.status)
        assert "▼ at its end  2026-01-01 00:00..2026-01-02" in world.status
        await world.press("6")
        await world.until(lambda: any(line.strip() == "old" for line in world.lines))
        await world.press("at")
        await world.type("nonsense")
        await world.until(lambda: "no time" in world.main.footer.render_line(0).text)


async def test_bars_above_the_log_go_to_their_times() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS[:50])
        world.wrote("legacy-import", *NUMBERS[50:100], "WARN much later", "ERROR much later", at=BORN)
        await world.until(lambda: "ERROR much later" in "\n".join(world.lines))
        await world.press("H")
        await world.until(lambda: "+30s  lines 52  errors 1  warnings 1" in world.lines[0])
        band, rest = world.lines[:6], world.lines[6:]
        assert world.log.band_height == 6
        assert band[4].rstrip().endswith("E"), "the level is a sign as well"
        assert rest[-2].strip() == "ERROR much later", "what was shown stays"
        await world.press("<")
        await world.until(lambda: "lines 50 " in world.lines[0])
        assert world.lines[6].strip(" ›") == "line 0000", "the first line of the bar is on top"
        await world.press(">")
        assert world.lines[6].strip(" ›") == "line 0050"
        await world.press("&")
        await world.type("WARN")
        await world.until(lambda: "lines 1  warnings 1" in world.lines[0])
        await world.press("H")
        assert world.log.band_height == 0


async def test_click_on_a_bar_goes_to_its_time() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS[:50])
        world.wrote("legacy-import", *NUMBERS[50:100], at=BORN)
        await world.until(lambda: "line 0099" in "\n".join(world.lines))
        await world.press("H")
        await world.until(lambda: "highest 50" in world.lines[0])
        await world.pilot.click(world.log, offset=(1, 2))
        await world.until(lambda: world.log.cursor_entry and world.log.cursor_entry.text == "line 0000")


@pytest.mark.parametrize("kind", sorted(STRINGS))
async def test_control_characters_in_lines_are_escaped(kind: str) -> None:
    async with stage() as world:
        await opened(world, STRINGS[kind].replace("\n", " "), "the end")
        painted = "".join(world.lines)
        assert not set(painted) & {chr(code) for code in (*range(32), *range(127, 160), 0x202E, 0x200B, 0xFEFF)}


async def test_requests_end_with_the_tab() -> None:
    async with stage() as world:
        await opened(world, "one")
        running = [one for one in world.app.trace if "/logs" in one.path and one.duration is None]
        assert len(running) == 1
        await world.press("escape")
        await world.until(lambda: not [one for one in world.app.trace if "/logs" in one.path and one.duration is None])


async def test_a_log_opened_before_the_screen_is_mounted_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys may come that early; a tab made between its place's compose and its mounting had none for good."""
    compose = DetailView.compose

    def and_then_asked(view: DetailView) -> ComposeResult:
        yield from compose(view)
        assert not view.is_mounted
        view.made("logs")

    monkeypatch.setattr(DetailView, "compose", and_then_asked)
    async with stage() as world:
        await opened(world, "one")


async def test_reopened_log_keeps_the_position_and_repeats_no_line() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS[:100])
        await world.press("k", "k", "m")
        await world.press("]")
        world.wrote("legacy-import", "written meanwhile", at=BORN + 1)
        await world.press("[")
        await world.until(lambda: world.log.store[world.log.store.end - 1].text == "written meanwhile")
        texts = [entry.text for entry in world.log.store.entries(world.log.store.first)]
        assert texts[:100] == NUMBERS[:100]
        assert len(texts) == 102, "a mark and a line"
        assert world.log.cursor_entry is not None
        assert world.log.cursor_entry.text == "line 0097"


async def test_view_far_behind_skips_lines_and_reports_the_count() -> None:
    async with stage() as world:
        await opened(world, *NUMBERS[:10])
        world.log.lag = 12.0
        world.log.paint_soon()
        await world.until(lambda: "12.0 s behind" in world.status)
        await world.press("G")
        await world.until(lambda: "12.0 s of lines skipped here" in "\n".join(world.lines))


async def test_dropped_lines_are_reported_and_loaded_again() -> None:
    async with stage() as world:
        world.log.store.max_lines = 1200
        await opened(world, *NUMBERS)
        for number in range(4):
            world.wrote("legacy-import", *(f"more {number} {n}" for n in range(200)), at=BORN + number)
            await world.until(partial(_shows, world, f"more {number} 199"))
        assert world.log.store.dropped_before > 0
        for _ in range(6):
            await world.press("g", "k")
            await world.pilot.pause(0.1)
        assert world.log.store[world.log.store.first].text == "line 0000"
        assert world.log.store.dropped_after > 0
        await world.press("G")
        await world.until(lambda: "more 3 199" in "\n".join(world.lines))
        assert "following" in world.status


async def test_any_key_stops_a_search_in_older_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as world:
        await opened(world, *NUMBERS)
        assert world.log._feed is not None
        never: asyncio.Task[bool] = asyncio.create_task(asyncio.sleep(3600, True))
        monkeypatch.setattr(world.log._feed, "page", lambda: never)
        await world.press("/")
        await world.type("nowhere")
        await world.press("N")
        await world.until(lambda: world.log._searching is not None)
        await world.press("j")
        assert world.log._searching is None
