"""Values named like secrets are nowhere to be seen until that very screen was asked to show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockertui.demo.host import Host
from dockertui.masking import MASK
from dockertui.operations.copying import Copyable
from dockertui.operations.jobs import State
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from dockertui.screens.commands import copy_menu
from dockertui.screens.program.api_lens import LensScreen
from tests.ui.stage import WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

SECRET = "letmein"
"""Of the container legacy-import: FTP_PASSWORD."""


def exported(folder: Path) -> str:
    (file,) = folder.glob("*.jsonl")
    return file.read_text()


async def recreate(stage: Stage) -> FormScreen:
    await stage.goto("legacy-import")
    await stage.main.runner.action_run_command("container.recreate")
    await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
    screen = stage.app.screen
    assert isinstance(screen, FormScreen)
    return screen


async def type_into(stage: Stage, form: FormScreen, option: str, text: str) -> None:
    (row,) = [row for row in form.query("FieldRow") if row.option.id == option]  # type: ignore[attr-defined]
    form.set_focus(row.entry)  # type: ignore[attr-defined]
    await stage.press("end")
    await stage.type(text)


async def test_a_form_hides_what_it_is_filled_in_with_and_sends_it() -> None:
    async with opened(WIDE) as stage:
        form = await recreate(stage)
        await stage.until("FTP_PASSWORD=")
        assert SECRET not in stage.text
        await type_into(stage, form, "env", " NEW=1")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert "FTP_PASSWORD=••••••" in stage.text
        assert SECRET not in stage.text
        await stage.press("y")
        await stage.until("legacy-import recreated")
        (job,) = stage.main.runner.jobs.newest_first
        assert job.state is State.DONE
        body = job.task.plan.calls[0].body
        assert body is not None
        assert body["Env"] == [f"FTP_PASSWORD={SECRET}", "LANG=C.UTF-8", "NEW=1"]


async def test_a_key_shows_and_hides_in_the_form_while_typing_goes_on() -> None:
    async with opened(WIDE) as stage:
        form = await recreate(stage)
        await type_into(stage, form, "env", " v=r")
        assert SECRET not in stage.text
        await stage.press("ctrl+r")
        assert stage.text.count(f"FTP_PASSWORD={SECRET}") == 2, "in the field and in the line"
        assert "v=r" in stage.text
        await stage.press("ctrl+r")
        assert SECRET not in stage.text
        assert "v=r" in stage.text
        stage.check_frame()


async def test_a_broken_mask_is_refused_at_its_field() -> None:
    async with opened(WIDE) as stage:
        form = await recreate(stage)
        await type_into(stage, form, "env", " ")
        await stage.press("home", "right", "right", "delete", "ctrl+s")
        assert "type it whole" in stage.text
        assert stage.app.screen is form


async def test_question_reveals_secrets_with_its_own_key() -> None:
    async with opened(WIDE) as stage:
        await stage.press("v")  # on the main screen: not for the dialogs
        await recreate(stage)
        assert SECRET not in stage.text.replace(stage.detail_text, "")
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("c")
        assert "v secrets" in stage.text
        await stage.press("v")
        assert f"FTP_PASSWORD={SECRET}" in stage.text
        await stage.press("v", "n")


async def test_a_question_without_secrets_offers_no_key_for_them() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("legacy-import")
        await stage.press("d")
        assert isinstance(stage.app.screen, ConfirmScreen)
        assert "secrets" not in stage.line("esc cancel")


async def test_jobs_and_lens_hide_them_until_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(WIDE) as stage:
        await recreate(stage)
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("y")
        await stage.until("legacy-import recreated")
        await stage.press("J")
        await stage.until("FTP_PASSWORD=••••••")
        assert SECRET not in stage.text
        await stage.press("v")
        await stage.until(f"FTP_PASSWORD={SECRET}")
        await stage.press("escape", "tilde", "slash", *"containers/create", "enter")
        await stage.until("FTP_PASSWORD=••••••")
        assert SECRET not in stage.text
        await stage.press("e")
        await stage.press("v")
        assert f"FTP_PASSWORD={SECRET}" in stage.text, "the curl line may fill the page"
    assert SECRET not in exported(tmp_path)


async def test_last_job_output_is_masked_in_its_progress() -> None:
    async with opened(WIDE) as stage:
        await stage.press("3", "c")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        form = stage.app.screen
        assert isinstance(form, FormScreen)
        await type_into(stage, form, "name", "fresh")
        stage.engine.faults.hang("POST /networks/create")
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.main.runner.jobs.running)
        stage.main.runner.jobs.running[0].progress.hear({"status": f"using DB_PASSWORD={SECRET}"})
        await stage.until("using DB_PASSWORD=••••••")
        assert SECRET not in stage.text
        await stage.press("ctrl+q")
        await stage.until("running: will be cancelled")
        assert SECRET not in stage.text
        await stage.press("n")
        stage.engine.faults.clear()
        await stage.until(lambda: not stage.main.runner.jobs.running)


async def test_lens_masks_secrets_in_a_query() -> None:
    async with opened(WIDE) as stage:
        request = stage.app.trace.start("POST", "/v1.51/commit?changes=ENV+TOKEN%3Dsesame")
        stage.app.trace.finish(request, status=201)
        await stage.press("tilde", "slash", *"/commit", "enter")
        await stage.until("1 of")
        assert isinstance(stage.app.screen, LensScreen)
        assert "TOKEN%3D••••••" in stage.text
        assert "sesame" not in stage.text
        await stage.press("p", "v")  # paused, too
        assert stage.text.count("sesame") == 3, "in the row, the title and the line"


async def test_report_masks_secrets_in_build_steps() -> None:
    def bake(host: Host) -> None:
        image = next(one for one in host.images.values() if "haproxy:2.9" in one.tags)
        image.steps[0] = ("/bin/sh -c #(nop)  ENV API_TOKEN=sesame", 0)

    async with opened(WIDE) as stage:
        stage.change(bake)
        stage.main.arrangement.goto_pane(1)
        await stage.goto("haproxy:2.9")
        await stage.main.runner.action_run_command("image.history")
        await stage.until("newest first")
        assert "API_TOKEN=••••••" in stage.text
        assert "sesame" not in stage.text
        await stage.press("v")
        await stage.until("API_TOKEN=sesame")
        assert stage.lines[0].startswith(" History"), "a report stays within its screen"


async def test_the_copy_menu_hides_them_until_the_main_screen_shows_them() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("legacy-import")
        await stage.press("y")
        await stage.until("value of FTP_PASSWORD: ••••••")
        assert SECRET not in stage.text
        await stage.press("escape", "v", "y")
        await stage.until(f"value of FTP_PASSWORD: {SECRET}")


def test_the_copy_menu_hides_a_secret_also_in_another_variable() -> None:
    repeated = Copyable("value of CALLBACK", "hunter2-x", "hunter2-x")
    masked = copy_menu._mask_entry(repeated, ("hunter2-x",))
    assert (masked.shown, masked.text) == (MASK, "hunter2-x"), "what is chosen is copied as it is"
