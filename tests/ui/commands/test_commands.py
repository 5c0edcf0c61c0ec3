"""Commands from the screen, on the demo Engine: refusals, questions, forms, reports, menus, jobs, the API lens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from dockertui.config import Settings
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command, Harm
from dockertui.operations.command_body import FieldKind, Option
from dockertui.operations.commands import COMMANDS
from dockertui.resources.registry import RESOURCES
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from dockertui.screens.base.menu import Menu
from dockertui.screens.main.screen import MainScreen
from tests.ui.stage import NARROW, WIDE, Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

PANES = {resource.kind: number for number, resource in enumerate(RESOURCES)}


async def begin(stage: Stage, command: Command, target: str = "") -> None:
    """Order a command by its key, or as the menus do."""
    if command.kind in PANES:
        await stage.main.arrangement.action_goto_pane(PANES[command.kind])
        await stage.until(lambda: stage.main.session.mirror.loaded(command.kind))
    if target:
        await stage.goto(target)
    keys = stage.main.catalogue.keys(command)
    if keys:
        await stage.press(keys[0])
    else:
        await stage.main.runner.action_run_command(command.id)
        await stage.settle()
    if command.body.prepare is not None:
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen | ConfirmScreen))


async def fill_in(stage: Stage, typed: Mapping[str, str]) -> None:
    """Type into fields of the form, in place of what stands there."""
    screen = stage.app.screen
    assert isinstance(screen, FormScreen)
    for row in screen.query("FieldRow"):
        text = typed.get(row.option.id)  # type: ignore[attr-defined]
        if text is not None:
            row.entry.value = ""  # type: ignore[attr-defined]
            screen.set_focus(row.entry)  # type: ignore[attr-defined]
            await stage.type(text)


async def go_through(stage: Stage, command: Command, typed: Mapping[str, str]) -> None:
    if isinstance(stage.app.screen, FormScreen):
        await fill_in(stage, typed)
        await stage.press("ctrl+s")
    if command.harm is not Harm.NOTHING:
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await stage.press("y")
    await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)


# Refusals


async def test_read_only_greys_every_command_and_sends_nothing() -> None:
    async with opened(read_only=True) as stage:
        for command in COMMANDS:
            assert command.refusal(stage.main.session.engine) == "read only" or command.reads
        await stage.press("s", "r", "d", "c", "2", "d", "c")
        assert isinstance(stage.app.screen, MainScreen)
        assert "read only" in stage.footer
        assert {request.method for request in stage.app.trace} == {"GET"}


async def test_the_settings_make_an_endpoint_read_only_and_the_screen_says_so() -> None:
    async with opened(settings=Settings(endpoints={"demo": True})) as stage:
        assert "READ ONLY" in stage.header
        await stage.goto("net-debug")
        await stage.press("d")
        assert "read only" in stage.footer
        assert {request.method for request in stage.app.trace} == {"GET"}
    async with opened(settings=Settings(endpoints={"prod": True})) as stage:
        assert "READ ONLY" not in stage.header


async def test_inapplicable_command_is_disabled_with_its_reason() -> None:
    async with opened() as stage:
        await stage.goto("backup")
        await stage.press("full_stop")
        assert "not running" in stage.line("Pause")
        assert "not running" not in stage.line("Rename")
        stage.check_frame()


async def test_enter_and_escape_and_n_never_say_yes() -> None:
    async with opened() as stage:
        for key in ("enter", "escape", "n", "q"):
            await stage.goto("net-debug")
            await stage.press("d")
            assert isinstance(stage.app.screen, ConfirmScreen)
            await stage.press(key)
            assert isinstance(stage.app.screen, MainScreen)
        assert {request.method for request in stage.app.trace} == {"GET"}


async def test_question_names_side_effects_and_both_command_lines() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("net-debug")
        await stage.press("d")
        assert "Remove net-debug?" in stage.text
        assert "killed first" in stage.text
        assert "docker --host" not in stage.text, "the commands are folded away"
        stage.check_frame()
        await stage.press("c")
        for words in ("rm --force net-debug", "DELETE", "force=1"):
            assert words in stage.text
        await stage.press("1")
        assert "refuse without force" in stage.text
        assert "--force" not in stage.text
        stage.check_frame()


async def test_one_question_covers_many_objects() -> None:
    async with opened() as stage:
        await stage.goto("net-debug")
        await stage.press("space")
        await stage.goto("devbox")
        await stage.press("space")
        await stage.goto("backup")
        await stage.press("space", "s")
        assert "Stop 2 containers?" in stage.text
        assert "not the other 1 marked" in stage.text
        await stage.press("y")
        await stage.until("stopped 2 of 2 containers")


@pytest.mark.parametrize(("setting", "marks", "asks"), [(0, 3, False), (1, 0, True), (2, 0, False), (2, 2, True)])
async def test_setting_confirm_interrupts_decides_when_to_ask(setting: int, marks: int, asks: bool) -> None:
    async with opened(settings=Settings(confirm_interrupts=setting)) as stage:
        for name in ("net-debug", "devbox", "registry")[:marks]:
            await stage.goto(name)
            await stage.press("space")
        await stage.goto("net-debug")
        await stage.press("s")
        assert isinstance(stage.app.screen, ConfirmScreen) is asks
        if not asks:
            await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)


@pytest.mark.parametrize("key", ["s", "r", "p", "d"])
async def test_by_default_one_container_asks_and_enter_is_no(key: str) -> None:
    async with opened() as stage:
        await stage.goto("net-debug")
        await stage.press(key)
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("enter")
        assert isinstance(stage.app.screen, MainScreen)
        assert {request.method for request in stage.app.trace} == {"GET"}


async def test_start_and_unpause_ask_no_question() -> None:
    async with opened() as stage:
        await stage.goto("backup")
        await stage.press("s")
        await stage.until("backup started")
        await stage.goto("monitoring-cadvisor-1")
        await stage.press("p")
        await stage.until("unpaused")


# Forms

WRONG = {
    "name": "-flag",
    "registry": "no spaces",
    "image": "UPPER",
    "reference": "UPPER",
    "ports": "99999",
    "mounts": "relative:path",
    "restart": "sometimes",
    "memory": "many",
    "swap": "many",
    "cpus": "none",
    "cpu_shares": "-5",
    "subnet": "10.0.0.1/8",
    "gateway": "here",
    "options": "=x",
    "driver": "-",
    "ip": "here",
    "ip6": "here",
    "until": "soon",
    "platform": "arm&",
}
"""By option, a wrong value of it, where one of `WRONG_ENTRIES` is right."""
WRONG_ENTRIES = {FieldKind.WORDS: "'quote", FieldKind.NUMBER: "many"}
ANYTHING = {"network", "user", "term", "file", "folder", "source", "path"}
"""Options with a check that almost any word passes, or that depends on the machine."""
FREE = Option("", "").check
"""What allows every text."""


def wrong_values() -> list[tuple[str, str, str | None]]:
    """A wrong value for each option of each form that not every value suits; None where it is not known here."""
    return [
        (command.id, option.id, WRONG.get(option.id, WRONG_ENTRIES.get(option.entry)))
        for command in COMMANDS
        for option in command.body.options
        if option.entry in (FieldKind.TEXT, *WRONG_ENTRIES)
        and (option.id in WRONG or option.entry in WRONG_ENTRIES or option.check is not FREE)
        and option.id not in ANYTHING
        and command.ask
        and command.id != "image.build"  # test_build.py
    ]


@pytest.mark.parametrize(("id", "option", "wrong"), wrong_values())
async def test_invalid_value_is_reported_at_its_field_and_kept(id: str, option: str, wrong: str | None) -> None:
    assert wrong is not None, f"give WRONG a value of {option} that its check refuses"
    command = BY_ID[id]
    assert isinstance(command, Command)
    target = "net-debug" if id.startswith("container") else "bridge" if id.startswith("network") else ""
    async with opened() as stage:
        await begin(stage, command, target if command.on_object else "")
        await fill_in(stage, {option: wrong})
        screen = stage.app.screen
        await stage.press("ctrl+s")
        assert stage.app.screen is screen
        (row,) = [row for row in screen.query("FieldRow") if row.option.id == option]  # type: ignore[attr-defined]
        assert row.entry.value == wrong  # type: ignore[attr-defined]
        assert row.query_one(".wrong").display
        assert not [request for request in stage.app.trace if request.method != "GET"]
        stage.check_frame()


def test_every_option_with_an_entry_exists() -> None:
    gone = {*WRONG, *ANYTHING} - {option.id for command in COMMANDS for option in command.body.options if command.ask}
    assert not gone, f"no options of forms: delete {gone} in WRONG or ANYTHING"


async def test_the_form_shows_the_line_of_what_is_typed() -> None:
    async with opened(WIDE) as stage:
        await stage.press("c")
        await stage.until("Run a new container")
        await fill_in(stage, {"image": "nginx", "env": "API_TOKEN=sesame A=b"})
        await stage.until("--env A=b")
        assert "sesame" not in stage.text.replace("API_TOKEN=sesame A=b", "")


async def test_password_is_never_shown() -> None:
    async with opened(WIDE) as stage:
        await begin(stage, command_of("registry.login"))
        await fill_in(stage, {"registry": "quay.io", "user": "ann", "password": "open sesame"})
        await stage.until("--username")
        assert "--password-stdin" in stage.text  # the socket's path decides where the line is wrapped
        assert "sesame" not in stage.text
        await stage.press("ctrl+s")
        await stage.until("nothing is kept: this is the demo Engine")
        for key in ("J", "~"):
            await stage.press(key, "v")
            await stage.until("quay.io" if key == "J" else "/auth")
            assert "sesame" not in stage.text
            await stage.press("escape")
        assert not [request for request in stage.app.trace if "sesame" in repr(request)]
        assert "sesame" not in repr(stage.main.runner.jobs.newest_first)


async def test_a_refused_login_says_what_to_do() -> None:
    async with opened(WIDE) as stage:
        await begin(stage, command_of("registry.login"))
        await fill_in(stage, {"registry": "quay.io", "user": "ann", "password": "wrong"})
        await stage.press("ctrl+s")
        await stage.until("check user and password")


async def test_logout_finds_no_credentials_on_the_demo_engine() -> None:
    async with opened(WIDE) as stage:
        stage.main.arrangement.goto_pane(PANES["image"])
        await stage.main.runner.action_run_command("registry.logout")
        await stage.until("no registry's credentials are kept here")


def command_of(id: str) -> Command:
    command = BY_ID[id]
    assert isinstance(command, Command)
    return command


async def test_a_run_pulls_a_missing_image_first() -> None:
    async with opened(WIDE) as stage:
        await begin(stage, command_of("container.run"))
        await fill_in(stage, {"image": "alpine:2", "name": "fresh", "network": "none"})
        await stage.press("ctrl+s")
        await stage.until("fresh started: Downloaded newer image for alpine:2")
        sent = [r.path.partition("?")[0].split("/", 2)[2] for r in stage.app.trace if r.method == "POST"]
        assert sent == ["images/create", "containers/create", "containers/fresh/start"]


async def test_run_of_an_unknown_image_reports_it() -> None:
    async with opened(WIDE) as stage:
        await begin(stage, command_of("container.run"))
        await fill_in(stage, {"image": "missing:2", "name": "fresh"})
        await stage.press("ctrl+s")
        await stage.until("pull access denied for missing")
        assert "log in to its registry" in stage.main.runner.jobs.newest_first[0].said


# Reports


@pytest.mark.parametrize(
    ("id", "target", "words"),
    [
        ("container.diff", "net-debug", "since it was created"),
        ("image.history", "haproxy:2.9", "newest first"),
        ("system.df", "", "could be had back"),
        ("system.info", "", "Storage driver"),
        ("system.version", "", "This program"),
    ],
)
async def test_a_report_is_a_page(id: str, target: str, words: str) -> None:
    command = BY_ID[id]
    assert isinstance(command, Command)
    async with opened(read_only=True) as stage:
        if target:
            stage.main.arrangement.goto_pane(PANES[command.kind])
            await stage.settle()
            await stage.goto(target)
        await stage.main.runner.action_run_command(id)
        await stage.until(words)
        stage.check_frame()
        await stage.press("G")
        await stage.until("curl -sS")
        await stage.press("escape")
        assert isinstance(stage.app.screen, MainScreen)


# The rest of the doing


async def test_the_bulk_menu_offers_to_prune() -> None:
    async with opened() as stage:
        await stage.press("b")
        assert "Remove all stopped containers" in stage.text
        await stage.press("escape", "space", "b")
        assert "1 marked" in stage.text
        assert "Stop" in stage.text


async def test_prune_shows_the_space_it_would_free() -> None:
    async with opened(WIDE) as stage:
        for id, words in (
            ("container.prune", r"\d+ stopped containers, [\d.]+.?B: "),
            ("volume.prune_all", r"\d+ volumes with all that is in them, [\d.]+.?B: "),
        ):
            await stage.main.runner.action_run_command(id)
            await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
            await stage.press("ctrl+s")
            await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
            assert re.search(words, stage.text), stage.text
            await stage.press("escape")
        await stage.main.runner.action_run_command("system.prune")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        assert re.search(r"build cache, [\d.]+.?B", stage.text), stage.text
        await stage.press("escape")


async def test_the_copy_menu_masks_and_copies() -> None:
    async with opened(WIDE) as stage:
        await stage.goto("legacy-import")
        await stage.press("y")
        await stage.until(lambda: isinstance(stage.app.screen, Menu))
        assert "••••" in stage.line("value of FTP_PASSWORD")
        await stage.type("docker run")
        await stage.press("enter")
        await stage.until("docker run line copied")
        assert "masked" in stage.footer


async def test_port_url_is_copied_without_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "here there")
    async with opened() as stage:
        await stage.goto("registry")
        await stage.press("w")
        await stage.until("no browser here")
        assert "http://localhost:" in stage.text


async def test_jobs_list_shows_results() -> None:
    async with opened() as stage:
        await stage.goto("net-debug")
        await stage.press("s", "y")
        await stage.until("net-debug stopped")
        await stage.press("J")
        assert "Stop" in stage.line("net-debug")
        assert "docker --host" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, MainScreen)


async def test_quitting_asks_when_a_job_runs() -> None:
    async with opened() as stage:
        await stage.goto("net-debug")
        await stage.main.runner.action_run_command("container.wait")
        await stage.until("1 job: J")
        await stage.press("q")
        assert isinstance(stage.app.screen, ConfirmScreen)
        await stage.press("escape", "J")
        await stage.press("x")
        await stage.until("cancelled")
        assert not stage.main.runner.jobs.running


def exported(folder: Path) -> str:
    (file,) = folder.glob("dockertui-requests-*.jsonl")
    return file.read_text()


async def test_the_lens_shows_filters_pauses_copies_and_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(NARROW) as stage:
        await stage.goto("net-debug")
        await stage.press("s", "y")
        await stage.until("net-debug stopped")
        await stage.press("tilde", "slash", *"/stop", "enter")
        await stage.until("1 of")
        assert "docker --host" in stage.text
        assert "stop net-debug" in stage.text
        stage.check_frame()
        await stage.press("y")
        assert "curl line copied" in stage.text
        await stage.press("p")
        assert "PAUSED" in stage.text
        await stage.press("e")
        await stage.press("escape", "escape")
        assert isinstance(stage.app.screen, MainScreen)
    assert '"cause": "container.stop"' in exported(tmp_path)
