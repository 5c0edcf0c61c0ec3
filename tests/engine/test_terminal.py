"""Sessions with real programs in real containers."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import tarfile
from collections.abc import AsyncIterator, Callable

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.execs import Command
from dockertui.engine.hijack import WindowSize
from dockertui.terminal import keys
from dockertui.terminal.policy import State
from dockertui.terminal.process import AttachedProcess, ExecProcess, TerminalProcess
from dockertui.terminal.session import TerminalSession
from tests.conftest import without_engine
from tests.engine import debian
from tests.engine.dockerd import Dockerd

SIZE = WindowSize(80, 24)
BUSYBOX = shutil.which("busybox") or "busybox"


@pytest.fixture(scope="session")
def tools() -> bytes:
    """The root file system with programs."""
    if reason := debian.missing():
        without_engine(reason)
    return debian.root_tar()


@pytest.fixture
def container(clean_dockerd: Dockerd, tools: bytes) -> str:
    """A running container with bash, vim, less, top, htop and Python."""
    clean_dockerd.cli("import", "--change", 'CMD ["sleep", "1d"]', "-", debian.IMAGE, stdin=tools)
    options = ("--detach", "--network=none", "--stop-signal=KILL", "--name=desk", "--init=false")
    return clean_dockerd.cli("run", *options, debian.IMAGE)


@pytest.fixture
async def engine(dockerd: Dockerd) -> AsyncIterator[Engine]:
    engine = Engine(Endpoint("test", dockerd.host, "a test"))
    await engine.open()
    yield engine
    await engine.close()


class Desk:
    """A session, and what a user does with it."""

    def __init__(self, process: TerminalProcess) -> None:
        self.session = TerminalSession(1, process, SIZE)
        self.session.start()

    @property
    def screen(self) -> str:
        emulator = self.session.emulator
        return "\n".join(emulator.lines(emulator.total - emulator.rows, emulator.total))

    def type(self, text: str) -> None:
        assert self.session.type(text.encode())

    def press(self, *names: str) -> None:
        for name in names:
            self.session.type(self.session.emulator.encode(keys.keystroke(name, None)))

    async def until(self, wanted: str | Callable[[str], object]) -> None:
        holds = wanted if callable(wanted) else lambda screen: re.search(wanted, screen, re.MULTILINE)
        try:
            async with asyncio.timeout(30):
                while not holds(self.screen):  # noqa: ASYNC110 (what is waited for is many things)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{wanted!r} never appeared ({self.session.state}):\n{self.screen}") from None

    async def ended(self) -> int | None:
        async with asyncio.timeout(60):
            await self.session.ended()
        return self.session.exit_code


@pytest.fixture
async def desk(engine: Engine, container: str) -> AsyncIterator[Desk]:
    """bash in the container, its prompt painted."""
    desk = Desk(ExecProcess(engine, container, "desk", Command(("bash", "--norc"), env=("PS1=% ",))))
    await desk.until("^%")
    yield desk
    await desk.session.close()


async def test_the_login_shell_is_found(engine: Engine, container: str) -> None:
    root = Desk(ExecProcess(engine, container, "desk", Command(())))
    await root.until("#")
    assert root.session.process.label == "bash"
    ada = Desk(ExecProcess(engine, container, "desk", Command((), user="ada")))
    await ada.until(r"\$")
    assert ada.session.process.label == "sh"
    await asyncio.gather(root.session.close(), ada.session.close())


async def test_no_shell_is_told(engine: Engine, clean_dockerd: Dockerd) -> None:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as file:
        file.add(BUSYBOX, "sleep")
    clean_dockerd.cli("import", "-", "bare:latest", stdin=tar.getvalue())
    made = clean_dockerd.cli("run", "--detach", "--network=none", "--stop-signal=KILL", "bare:latest", "/sleep", "1d")
    bare = Desk(ExecProcess(engine, made, "bare", Command(())))
    await bare.ended()
    assert bare.session.state is State.FAILED
    assert "no shell" in bare.session.reason


async def test_vim_edits_a_file(desk: Desk, engine: Engine, container: str) -> None:
    desk.type("vim -u NONE -N /tmp/note\r")
    await desk.until("~")
    desk.type("ihello from vim")
    desk.press("enter", "up", "home")
    desk.type("first: ")
    desk.press("escape")
    desk.type(":wq\r")
    await desk.until("^%.*\n%|% $|written")
    async with engine.stream(Call("GET", f"/containers/{container}/archive", {"path": "/tmp/note"})) as stream:
        archive = await stream.read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        file = tar.extractfile("note")
        assert file is not None
        assert file.read() == b"first: hello from vim\n\n"


async def test_the_screen_before_vim_comes_back(desk: Desk) -> None:
    desk.type("echo before\r")
    await desk.until("before\n%")
    desk.type("vim -u NONE\r")
    await desk.until("~")
    assert desk.session.emulator.alternate_screen
    desk.type(":q\r")
    await desk.until("before\n%")
    assert not desk.session.emulator.alternate_screen


async def test_less_searches(desk: Desk) -> None:
    desk.type("seq 1 500 | less\r")
    await desk.until("^1\n2\n")
    desk.type("/^321\r")
    await desk.until("321\n322")
    desk.type("q")
    await desk.until("%")


@pytest.mark.parametrize("program", ["top", "htop"])
async def test_full_screen_programs_paint_and_update(desk: Desk, program: str) -> None:
    desk.type(f"{program} -d 5\r" if program == "htop" else f"{program} -d 0.5\r")
    await desk.until("PID")
    first = desk.session.emulator.changes(everything=True)
    await desk.until(lambda _: desk.session.emulator.changes(everything=True) != first)
    desk.session.resize(WindowSize(100, 30))
    await desk.until("PID")
    desk.type("q")
    await desk.until(r"%")


async def test_python_is_interactive(desk: Desk) -> None:
    desk.type("python3 -q\r")
    await desk.until(">>>")
    desk.type("6 * 7\r")
    await desk.until("^42|\n42\n")
    desk.press("up")
    await desk.until(r">>> 6 \* 7$")
    desk.press("ctrl+c", "ctrl+d")
    await desk.until(r"%\s*$")


async def test_tab_completes(desk: Desk) -> None:
    desk.type("mkdir /tmp/a-long-name\r")
    await desk.until("%.*\n%")
    desk.type("ls -d /tmp/a-lo")
    desk.press("tab")
    await desk.until("/tmp/a-long-name/")


async def test_ctrl_c_interrupts(desk: Desk) -> None:
    desk.type("sleep 1000\r")
    await desk.until("sleep 1000\n")
    desk.press("ctrl+c")
    await desk.until(r"\^C\n%")
    desk.type("echo $?\r")
    await desk.until("130")


async def test_ctrl_z_stops_and_fg_continues(desk: Desk) -> None:
    desk.type("cat\r")
    await desk.until("cat\n")
    desk.press("ctrl+z")
    await desk.until("Stopped")
    desk.type("fg\r")
    await desk.until("fg\ncat")
    desk.type("echoed\r")
    await desk.until("echoed\nechoed")
    desk.press("ctrl+d")
    await desk.until(r"%\s*$")


async def test_ctrl_backslash_quits(desk: Desk) -> None:
    desk.type("sleep 1000\r")
    await desk.until("sleep 1000\n")
    desk.press("ctrl+backslash")
    await desk.until("Quit|%")
    desk.type("echo $?\r")
    await desk.until("131")


async def test_stty_follows_a_resize(desk: Desk) -> None:
    desk.type("stty size\r")
    await desk.until("24 80")
    desk.session.resize(WindowSize(101, 33))
    desk.type("sleep 0.3; stty size\r")
    await desk.until("33 101")


async def test_the_terminal_has_its_colours(desk: Desk) -> None:
    desk.type("tput colors; echo $COLORTERM\r")
    await desk.until("256\ntruecolor")


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137)])
async def test_exit_codes(desk: Desk, command: str, code: int) -> None:
    desk.type(f"{command}\r")
    assert await desk.ended() == code
    assert desk.session.state is State.ENDED


async def test_a_flood_is_interrupted(desk: Desk) -> None:
    desk.type("yes\r")
    await desk.until("y\ny\ny\ny")
    desk.press("ctrl+c")
    await desk.until(r"\^C\n%")
    assert desk.session.emulator.total < 14_000


async def test_a_container_that_is_removed_ends_its_sessions(
    desk: Desk, clean_dockerd: Dockerd, container: str
) -> None:
    desk.type("echo kept\r")
    await desk.until("kept\n%")
    await asyncio.to_thread(clean_dockerd.cli, "rm", "--force", container)
    await desk.ended()
    assert desk.session.state is State.ENDED
    assert "kept" in desk.screen


async def test_a_killed_engine_ends_the_session_with_a_reason(desk: Desk, clean_dockerd: Dockerd) -> None:
    await asyncio.to_thread(clean_dockerd.kill9)
    try:
        await desk.ended()
        assert desk.session.exit_code is None
        assert desk.session.reason
    finally:
        clean_dockerd.start()


async def test_attach_detach_and_attach_again(engine: Engine, clean_dockerd: Dockerd, container: str) -> None:
    options = ("--detach", "--network=none", "--stop-signal=KILL", "--interactive", "--tty")
    made = clean_dockerd.cli("run", *options, debian.IMAGE, "bash", "--norc")
    first = Desk(AttachedProcess(engine, made, "made"))
    await first.until("#")
    first.type("echo remembered\r")
    await first.until("remembered\n")
    await first.session.close()
    second = Desk(AttachedProcess(engine, made, "made"))
    await second.until("remembered\n")
    second.type("stty size; exit 9\r")
    assert await second.ended() == 9
    assert "24 80" in second.screen
    await second.session.close()


async def test_one_shot_commands_take_piped_input(engine: Engine, container: str) -> None:
    desk = Desk(
        ExecProcess(engine, container, "desk", Command(("sh", "-c", "tr a-z A-Z; sleep 0.3; echo bad >&2"), tty=False))
    )
    await desk.until(lambda _: desk.session.state is State.RUNNING)
    desk.type("hello\r")
    desk.type("\x04")
    assert await desk.ended() == 0
    assert desk.screen.split() == ["hello", "HELLO", "▎", "bad"]
    await desk.session.close()


async def test_ctrl_d_in_a_container_that_keeps_its_input_open_detaches_and_says_so(
    engine: Engine, clean_dockerd: Dockerd
) -> None:
    container = clean_dockerd.run("--name=listener", "--interactive", command=("cat",))
    desk = Desk(AttachedProcess(engine, container, "listener"))
    await desk.until(lambda _: desk.session.state is State.RUNNING)
    desk.type("hello\r")
    await desk.until(r"hello\n.*hello")
    desk.type("\x04")
    await desk.ended()
    assert desk.session.state is State.ENDED
    assert desk.session.reason == "detached when its input was closed; the container keeps running"
    assert clean_dockerd.cli("inspect", "--format={{.State.Running}}", container) == "true"
    await desk.session.close()


async def test_what_is_typed_before_the_engine_has_answered_is_a_line_where_there_is_no_terminal(
    engine: Engine, clean_dockerd: Dockerd
) -> None:
    container = clean_dockerd.run("--name=early", "--interactive", command=("cat",))
    desk = Desk(AttachedProcess(engine, container, "early"))
    desk.type("a line\r")
    await desk.until(r"a line\n.*a line")
    await desk.session.close()
