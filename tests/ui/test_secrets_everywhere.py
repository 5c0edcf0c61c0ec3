"""One container, image, network and volume full of secrets: wherever the program tells of them, none is to be seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dockertui.demo.host import Host
from dockertui.demo.objects import Network, Probe, Temper, Volume
from dockertui.demo.scene import add_image
from dockertui.screens.base import clipboard as clipboards
from dockertui.screens.base.confirm import ConfirmScreen
from dockertui.screens.base.form import FormScreen
from tests.demo.place import place
from tests.ui.stage import Stage, opened

pytestmark = pytest.mark.usefixtures("frozen")

SIZE = (240, 60)
KINDS = (
    "DB_PASSWORD={}", "PASSPHRASE={}", "GITHUB_PAT={}", "JWT={}", "STRIPE_SK={}", "API_KEY=two {}",
    "DATABASE_URL=postgres://u:{}@db/x", "SENTRY_DSN=https://{}@sentry.test/1", 'CONFIG={{"password":"{}"}}',
    "JAVA_OPTS=-Ddb.password={} -Xmx1g", "BROKER=amqp://guest:{}@rabbit", "CALLBACK=https://x.test/?token={}&a=1",
    "CONN=Server=db;User Id=sa;Password={};Encrypt=no", "npm_config__auth={}", "ERLANG_COOKIE={}", "MYSQL_PWD={}",
)  # fmt: skip
"""Assignments of the environment."""
LABELS = ("db.password", "traefik.auth", "app/token", "clientSecret", "basicauth")
HUSH = re.compile(r"hush-\d\d-\w?")


class Secrets:
    """Numbered values that are found again."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> str:
        self.count += 1
        return f"hush-{self.count:02d}-x"


def furnish(host: Host) -> int:
    """Put the objects on the host; how many secrets they hold."""
    secrets = Secrets()
    new = secrets.next
    env = tuple(kind.format(new()) for kind in KINDS)
    labels = {name: new() for name in LABELS} | {"settings": f'{{"api_key": "{new()}"}}'}
    command = ("app", "--password", new(), f"--token={new()}", "-u", f"me:{new()}", f"--dsn=redis://:{new()}@r")
    probe = f"curl -u probe:{new()} http://x:{new()}@h/ -H 'Authorization: Bearer {new()}'"
    processes = (("root", f"mysql -uroot -p{new()} shop"), ("root", f"redis-cli -a {new()}"), ("root", "worker"))
    error = f"cannot mount: o=username=svc,password={new()}: dial postgres://u:{new()}@db: refused"
    words = f"login with password={new()} and token: {new()} failed"
    for name, state in (("vault", "running"), ("crypt", "exited")):
        failed = state == "exited"
        container = place(
            host,
            name,
            cmd=command,
            env=env,
            labels=labels,
            error=error if failed else "",
            state="exited" if failed else "running",
            exit_code=int(failed),
            check=probe,
            health=("unhealthy", 3),
            temper=Temper(processes=processes, probe_exit=1, probe_output=words),
            last_words=(words,),
            created=120.0,
            started=60.0,
        )
        container.host_config["LogConfig"] = {"Type": "splunk", "Config": {"splunk-token": new(), "env": "A"}}
        if container.health is not None:
            container.health.log.append(Probe(host.now() - 5, host.now() - 4, 1, words))
        host.tell(container, f"exec_create: sh -c 'mysqldump -p{new()} x'", execID="e1")
        host.tell(container, "die", exitCode="1", **{"db.password": labels["db.password"]})
    image = add_image(host, ("shop/secretive:1",), 1000, host.now(), {"Env": list(env), "Labels": labels, "Cmd": ["x"]})
    image.steps = [(f"/bin/sh -c #(nop)  ENV API_TOKEN={new()}", 0), (f"RUN |1 NPM_TOKEN={new()} /bin/sh -c make", 10)]
    network = Network(host.new_id(), "hidden", "bridge", host.now(), labels=labels, options={"auth.key": new()})
    host.networks[network.id] = network
    host.tell_network(network, "create")
    host.events.emit("image", "tag", image.id, {"name": image.tags[0]})
    options = {"type": "cifs", "o": f"username=svc,password={new()},vers=3.0"}
    volume = host.volumes["sealed"] = Volume("sealed", host.now(), labels=dict(labels), options=options)
    host.tell_volume(volume, "create")
    return secrets.count


class Watch:
    """Looks at every screen, and remembers where a secret was seen."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.seen: list[str] = []
        self.looks = self.masks = 0

    def look(self, where: str) -> None:
        self.looks += 1
        text = "\n".join(self.stage.lines)
        self.masks += text.count("••••••")
        self.seen += [f"{where}: {found} in {self.stage.line(found)}" for found in HUSH.findall(text)]

    async def through(self, where: str, pages: int = 6) -> None:
        """Look, and page down as long as there is more."""
        last = ""
        for _ in range(pages):
            self.look(where)
            if self.stage.text == last:
                break
            last = self.stage.text
            await self.stage.press("pagedown")

    def texts(self, where: str, texts: list[str]) -> None:
        self.looks += 1
        self.seen += [f"{where}: {found}" for text in texts for found in HUSH.findall(text)]


async def start(stage: Stage, pane: int, name: str) -> Watch:
    assert stage.change(furnish) >= 40
    stage.main.arrangement.goto_pane(pane)
    await stage.until(name)
    await stage.goto(name)
    await stage.until_known()
    return Watch(stage)


NOT_MASKED = ("logs", "files")
"""What a container wrote is shown as it is."""


@pytest.mark.parametrize(
    ("pane", "name"), [(0, "vault"), (0, "crypt"), (1, "shop/secretive:1"), (2, "hidden"), (3, "sealed")]
)
async def test_no_tab_shows_a_secret(pane: int, name: str) -> None:
    async with opened(SIZE) as stage:
        watch = await start(stage, pane, name)
        shown = [kind.id for kind in stage.main.detail.shown_tabs]
        for tab in [tab for tab in shown if tab not in NOT_MASKED]:
            stage.main.detail.select_tab(tab)
            await stage.settle()
            stage.main.set_focus(stage.tab(tab))
            await stage.press("asterisk")
            await stage.until_answered()
            await watch.through(f"{name}: {tab}")
        assert watch.seen == []
        assert watch.masks >= 5


async def test_v_reveals_secrets_in_tabs() -> None:
    """The other test would pass for objects without secrets."""
    async with opened(SIZE) as stage:
        watch = await start(stage, 0, "vault")
        await stage.press("v", "enter")
        await watch.through("detail", pages=10)
        assert len(set(HUSH.findall(" ".join(watch.seen)))) >= 25
        await stage.press("v")
        watch.seen.clear()
        watch.look("hidden again")
        assert watch.seen == []


async def test_v_reveals_secrets_in_processes_and_events() -> None:
    async with opened(SIZE) as stage:
        watch = await start(stage, 0, "vault")
        for tab, told in (("processes", "mysql -uroot -p"), ("events", "mysqldump -p")):
            stage.main.detail.select_tab(tab)
            stage.main.set_focus(stage.tab(tab))
            await stage.until(f"{told}••••••")
            watch.look(tab)
            await stage.press("v")
            await stage.until(f"{told}hush-")
            await stage.press("v")
            await stage.until(f"{told}••••••")
        assert watch.seen == []


ORDERS = ("remove", "recreate", "run_like", "update", "commit", "signal")


async def test_no_question_or_form_shows_a_secret() -> None:
    async with opened(SIZE) as stage:
        watch = await start(stage, 0, "vault")
        for order in ORDERS:
            await stage.goto("vault")
            await stage.main.runner.action_run_command(f"container.{order}")
            await stage.until(lambda: isinstance(stage.app.screen, FormScreen | ConfirmScreen))
            watch.look(order)
            if isinstance(stage.app.screen, FormScreen):
                await stage.press("ctrl+s")
                watch.look(f"{order}, on")
            for _ in range(3):
                if stage.app.screen is not stage.main:
                    await stage.press("escape")
        assert watch.seen == []
        assert watch.masks >= 10


def texts_in(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.iterdir()]


async def test_no_job_or_lens_or_file_contains_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(SIZE) as stage:
        watch = await start(stage, 0, "crypt")
        await stage.main.runner.action_run_command("container.recreate")
        await stage.until(lambda: isinstance(stage.app.screen, FormScreen))
        await stage.press("ctrl+s")
        await stage.until(lambda: isinstance(stage.app.screen, ConfirmScreen))
        await watch.through("question")
        await stage.press("y")
        await stage.until(lambda: stage.main.runner.jobs.newest_first and not stage.main.runner.jobs.running)
        await stage.settle()
        watch.look("notice")
        await stage.press("J")
        await watch.through("jobs")
        await stage.press("escape", "tilde")
        for _ in range(12):
            watch.look("lens")
            await stage.press("down")
        await stage.press("e", "escape", "e")
        await stage.until("Events")
        await watch.through("events")
        await stage.press("g", "enter")
        await watch.through("event")
        assert watch.seen == []
    written = texts_in(tmp_path)
    watch.texts("files", written)
    assert watch.seen == []
    assert written, "the lens wrote one"


async def test_no_report_shows_a_secret() -> None:
    async with opened(SIZE) as stage:
        watch = await start(stage, 1, "shop/secretive:1")
        await stage.main.runner.action_run_command("image.history")
        await stage.until("newest first")
        await watch.through("history")
        assert watch.seen == []
        assert "API_TOKEN=••••••" in stage.text


async def test_no_copied_text_contains_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def copy(app: Any, text: str) -> str:
        copied.append(text)
        return "copied"

    monkeypatch.setattr(clipboards, "copy", copy)
    async with opened(SIZE) as stage:
        watch = await start(stage, 0, "crypt")
        await stage.press("y")
        await stage.until("docker run line")
        watch.look("copy menu")
        await stage.press("escape", "D")
        await stage.until("Verdict")
        await stage.press("y")
        await stage.until("Markdown")
        watch.texts("Markdown", copied)
        assert watch.seen == []
        assert len(copied) == 1


async def test_no_list_shows_a_secret() -> None:
    async with opened(SIZE) as stage:
        watch = await start(stage, 0, "vault")
        await stage.press("z")
        await stage.until("COMMAND")
        watch.look("list")
        assert watch.seen == []
        assert "--token=••••••" in stage.text or "••••••" in stage.line("vault")


async def test_logs_are_shown_as_they_are() -> None:
    async with opened(SIZE) as stage:
        await start(stage, 0, "crypt")
        await stage.press("l")
        await stage.until(lambda: HUSH.search(stage.text))
