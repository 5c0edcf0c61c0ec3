"""What an Engine sends without a bound is bounded on the screen; Inspect has the rest of it."""

from __future__ import annotations

import pytest

from dockertui.demo.host import Host
from dockertui.demo.objects import Health, Probe
from dockertui.screens.log.line_screen import LogLineScreen
from dockertui.screens.tabs.inspect import InspectTab
from tests.demo import DemoEngine
from tests.ui.stage import WIDE, Clock, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

OUTPUT = "".join(f"probe line {number} says that all is well\n" for number in range(100_000))
LONG = "\n".join(f"value-{number}" for number in range(6_000))


def grow(host: Host) -> None:
    """Give one container a health output of megabytes, and a variable of 60 kB with many lines."""
    container = host.container("net-debug")
    container.health = Health("healthy")
    container.health.log.extend(Probe(host.now() - 9, host.now() - 8, 0, OUTPUT) for _ in range(5))
    container.config["Env"] = [f"LONG={LONG}", "API_TOKEN=hush", f"LAST={'x' * 70_000}"]
    container.touch()


async def reach_inspect(stage: Stage, text: str) -> InspectTab:
    """Open the Inspect tab and go to the value that holds a text."""
    await stage.goto("net-debug")
    await stage.press("i", "enter")
    tab = stage.tab("inspect")
    assert isinstance(tab, InspectTab)
    await stage.until(lambda: tab.line_count > 10)
    tab.focus()
    assert tab.search(text)
    await stage.settle()
    return tab


async def test_a_detail_bounds_each_value() -> None:
    with DemoEngine(clock=Clock()) as engine:
        engine.run(grow)
        async with opened(WIDE, engine=engine) as stage:
            await stage.goto("net-debug")
            page = stage.tab("detail")
            await stage.until(lambda: page.search("LONG"))
            assert page.line_count < 500
            page.search("lines)")
            assert page.search("… (+") >= 2


async def test_inspect_of_megabytes_is_there_at_once_and_a_long_text_opens_whole() -> None:
    with DemoEngine(clock=Clock()) as engine:
        engine.run(grow)
        async with opened(WIDE, engine=engine) as stage:
            tab = await reach_inspect(stage, "LONG=")
            await stage.press("enter")
            screen = stage.app.screen
            assert isinstance(screen, LogLineScreen)
            await stage.until("value-7")
            await stage.press("G")
            await stage.until("value-5999")
            assert "Config.Env" in stage.text
            await stage.press("escape")
            assert tab.search("API_TOKEN")
            assert "hush" not in str(tab.value)


def test_masking_looks_at_no_more_than_is_shown() -> None:
    """Twenty megabytes take no longer than a few thousand characters: nothing here depends on their number."""
    from dockertui.masking import masked_tree
    from dockertui.widgets.json_lines import TEXT_LIMIT, shortened

    reply = {"Log": [{"Output": OUTPUT}] * 5, "Env": ["A=b"], "Count": 3, "None": None}
    short = shortened(reply)
    assert max(len(one["Output"]) for one in short["Log"]) <= TEXT_LIMIT
    shown, _, left = short["Log"][0]["Output"].partition("… (+")
    assert OUTPUT.startswith(shown)
    assert shown[-1].isspace(), "it is cut between words: half a secret would not be known as one"
    assert int(left.rstrip(")")) == len(OUTPUT) - len(shown) > 1_000_000
    assert len(shortened("x" * 9_000)) == TEXT_LIMIT - 200 + len("… (+7200)")
    assert (short["Env"], short["Count"], short["None"]) == (["A=b"], 3, None)
    assert masked_tree(short)["Log"][0]["Output"] == short["Log"][0]["Output"]
