"""The program under the keys of lazydocker and of k9s."""

from __future__ import annotations

import pytest

from dockertui.config import Settings
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command, Harm
from dockertui.operations.keymaps import PEERS
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from tests.demo import DemoEngine
from tests.ui.stage import WIDE, opened
from tests.ui.test_keys import changing

pytestmark = pytest.mark.usefixtures("frozen")

SUBJECTS = {"container": "shop-web-2", "network": "lan"}
"""An object on which the commands of a kind apply; of other kinds the first."""


@pytest.mark.parametrize("name", PEERS)
async def test_no_key_stops_kills_or_removes_without_a_question(name: str, host: DemoEngine) -> None:
    async with opened(engine=host, settings=Settings(keymap=name)) as stage:
        asked = set()
        keys = [(key, BY_ID[id]) for key, _, ids in PEERS[name].keys for id in ids]
        keys += [(keys[0], BY_ID[id]) for id, keys in PEERS[name].moved.items()]
        for key, command in keys:
            if not isinstance(command, Command) or command.harm is Harm.NOTHING or command.kind == "plugin":
                continue
            await stage.main.run_action(BY_ID[f"pane.{command.kind}"].action)
            if subject := SUBJECTS.get(command.kind):
                await stage.goto(subject)
            await stage.press(key)
            await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen | FormScreen))
            asked.add(command.id)
            await stage.press("escape")
        assert {"container.stop", "container.pause", "container.restart", "container.remove", "image.remove"} <= asked
        assert changing(stage) == []


@pytest.mark.parametrize("name", PEERS)
async def test_no_key_quits_without_a_question(name: str, host: DemoEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(engine=host, settings=Settings(keymap=name)) as stage:
        exits: list[object] = []
        monkeypatch.setattr(stage.app, "exit", lambda *args: exits.append(args))
        asked = []
        for key, _, ids in PEERS[name].keys:
            if "program.quit" in ids or "program.exit" in ids or not ids:
                await stage.press(key)
                asked += [key] if isinstance(stage.app.screen, ConfirmScreen) and "Quit?" in stage.text else []
                await stage.press("escape")
        assert asked == {"lazydocker": ["q", "ctrl+c"], "k9s": ["ctrl+c"]}[name]
        assert not exits
        await stage.press("ctrl+c")
        await stage.until("Quit?")
        await stage.press("y")
        await stage.until(lambda: exits)


async def test_footer_menu_and_help_show_the_keys_in_force(host: DemoEngine) -> None:
    async with opened(WIDE, engine=host, settings=Settings(keymap="k9s", keys={"container.restart": ("f5",)})) as stage:
        await stage.goto("shop-web-2")
        assert "x stop" in stage.footer
        assert "f5 restart" in stage.footer
        await stage.press("full_stop")
        assert "ctrl+d" in stage.line("Remove")
        await stage.press("escape", "question_mark")
        await stage.press("slash", *"shell")
        assert "s E" in stage.line("Open a shell")
        await stage.press("escape", "escape", "s")
        await stage.until("root@")
