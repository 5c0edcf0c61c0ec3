"""A small shell, for looking around in the demo's containers: an imagined file system, a dozen commands, a console.

It is not a shell's language: words, quotes, `;`, `&&` and `$NAME`, and that is all. What a person types into a
strange container first is answered as a Debian would.
"""

import asyncio
import posixpath
import re
import shlex
import stat
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from dockertui.demo import files, processes
from dockertui.demo.files import Files
from dockertui.demo.host import Host, Refusal
from dockertui.demo.objects import Container, Exec, Outlet

T = TypeVar("T")
OUT, ERR = 1, 2
INTERRUPTED = 130
SHELLS = frozenset(("sh", "bash", "ash", "/bin/sh", "/bin/bash"))
_FINDER = "command -v"
"""A program that looks for a shell asks by a script with this in it, which is beyond this shell's language."""
_LISTER = "/proc/[0-9]*"
"""A script that asks which processes there are reads these files, in a loop, which is beyond it, too."""
_KILLER = re.compile(r'"\$\{20\}" = (\d+) .*kill -(\w+) (\d+)')
"""One that signals a process first looks whether its start, the 20th word behind its name, is the one it knows."""
_OWNERS: Final = {0: "root", 33: "www-data", 101: "nginx", 999: "postgres", 1000: "app"}


async def unless(end: Awaitable[object], work: Awaitable[T]) -> T | None:
    """What comes of the work; None, and the work is cancelled, when the end comes before that."""
    running, ending = asyncio.ensure_future(work), asyncio.ensure_future(end)
    try:
        await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        return running.result() if running.done() else None
    finally:
        running.cancel()
        ending.cancel()


class ExecConsole:
    """What the process of an exec reads and writes. `typed` is fed with what the client sends."""

    def __init__(self, exec_: Exec, send: Outlet | None = None) -> None:
        self._exec = exec_
        self._send = send
        self._buffer = ""
        self._news = asyncio.Event()
        self._interrupt: asyncio.Event | None = None
        self._ended = False
        self._history: list[str] = []

    @property
    def tty(self) -> bool:
        return self._exec.tty

    @property
    def size(self) -> tuple[int, int]:
        return self._exec.size

    def feed(self, data: bytes) -> None:
        """The client sent this; nothing means that it ended its input."""
        self._ended = self._ended or not data
        if self._interrupt is not None and (not data or b"\x03" in data):
            self._interrupt.set()
        else:
            self._buffer += data.decode("utf-8", "replace")
        self._news.set()

    async def write(self, text: str) -> None:
        await self._write(OUT, text)

    async def complain(self, text: str) -> None:
        await self._write(OUT if self.tty else ERR, text)

    async def _write(self, channel: int, text: str) -> None:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n") if self.tty else text
        if self._send is not None:
            await self._send(channel, _encoded(text))

    async def interruptible(self, work: Awaitable[int]) -> int:
        """Do it; on a terminal Ctrl-C ends it, and a client that leaves does, too. What else is typed waits."""
        if not self.tty:
            return await work
        self._interrupt = asyncio.Event()
        try:
            code = await unless(self._interrupt.wait(), work)
        finally:
            self._interrupt = None
        if code is None:
            await self.write("^C\n")
        return INTERRUPTED if code is None else code

    async def readline(self, prompt: str) -> str | None:
        """A line: edited here on a terminal, as it comes otherwise."""
        if not self.tty:
            return await self._plain_line()
        await self.write(prompt)
        return await self._edited_line(prompt)

    async def _plain_line(self) -> str | None:
        while "\n" not in self._buffer and not self._ended:
            await self._more()
        line, end, self._buffer = self._buffer.partition("\n")
        return line if end or line else None

    async def _more(self) -> None:
        self._news.clear()
        await self._news.wait()

    async def _edited_line(self, prompt: str) -> str | None:
        line, recalled = "", len(self._history)
        while True:
            while not self._buffer:
                if self._ended:
                    return None
                await self._more()
            key, self._buffer = _key(self._buffer)
            match key:
                case "\r" | "\n":
                    await self.write("\n")
                    if line.strip():
                        self._history.append(line)
                    return line
                case "\x04" if not line:
                    await self.write("exit\n")
                    return None
                case "\x03":
                    await self.write("^C\n")
                    raise InterruptedError
                case "\x0c":
                    await self.write(f"\x1b[H\x1b[2J{prompt}{line}")
                case "\x7f" | "\x08" if line:
                    line = line[:-1]
                    await self.write("\b \b")
                case "\x15" | "\x1b[A" | "\x1b[B" | "\x1bOA" | "\x1bOB":
                    recalled = max(0, min(len(self._history), recalled + {"A": -1, "B": 1}.get(key[-1], 0)))
                    line = (self._history[recalled] if recalled < len(self._history) else "") if key != "\x15" else ""
                    await self.write(f"\r\x1b[K{prompt}{line}")
                case _ if key.isprintable():
                    line += key
                    await self.write(key)


def _encoded(text: str) -> bytes:
    """As UTF-8, but for bytes that a file's name has and that are none."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _key(typed: str) -> tuple[str, str]:
    """The first key of what was typed, and the rest. A sequence that is cut counts as what it is."""
    if typed[0] != "\x1b" or len(typed) < 2 or typed[1] not in "[O":
        return typed[0], typed[1:]
    end = next((at for at in range(2, len(typed)) if typed[at].isalpha() or typed[at] == "~"), len(typed) - 1)
    return typed[: end + 1], typed[end + 1 :]


class _Left(Exception):
    """The shell is to leave, with this exit code."""


class Shell:
    """One run of it, in one container."""

    def __init__(self, host: Host, container: Container, exec_: Exec, console: ExecConsole) -> None:
        self._host = host
        self._container = container
        self._exec = exec_
        self._console = console
        self._user = exec_.user.partition(":")[0] or "root"
        self._directory = exec_.workdir or str(container.config.get("WorkingDir") or "/")
        self._env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOSTNAME": container.id[:12], "HOME": "/root"}
        self._env |= dict(pair.partition("=")[::2] for pair in container.config.get("Env") or [] if pair[:1] != "=")
        self._env |= {"USER": self._user, **exec_.env}
        self._exit = 0
        who = f"{0 if self._user == 'root' else 1000}({self._user})"
        self._texts: Mapping[str, Callable[[list[str]], str]] = {
            "clear": lambda words: "\x1b[H\x1b[2J\x1b[3J",
            "date": lambda words: time.strftime("%a %b %d %H:%M:%S UTC %Y\n", time.gmtime(host.now())),
            "env": lambda words: "".join(f"{name}={value}\n" for name, value in self._env.items()),
            "false": lambda words: "",
            "help": lambda words: "a demo's shell; it knows: " + " ".join(sorted(self._known)) + "\n",
            "hostname": lambda words: f"{container.id[:12]}\n",
            "id": lambda words: f"uid={who} gid={who} groups={who}\n",
            "ps": self._ps,
            "pwd": lambda words: f"{self._directory}\n",
            "stty": lambda words: "{1} {0}\n".format(*console.size),
            "tput": lambda words: {"colors": "256", "cols": str(console.size[0])}.get("".join(words), "") + "\n",
            "true": lambda words: "",
            "uname": lambda words: f"Linux {container.id[:12]} 6.1.0-demo x86_64\n" if "-a" in words else "Linux\n",
            "whoami": lambda words: f"{self._user}\n",
        }
        """Those that say something, and are done."""
        self._commands: Mapping[str, Callable[[list[str]], Awaitable[int]]] = {
            "cat": self._cat, "cd": self._cd, "echo": self._echo, "exit": self._leave, "find": self._find,
            "kill": self._kill, "ls": self._ls, "sleep": self._sleep, "yes": self._yes,
        }  # fmt: skip
        self._known = {*self._texts, *self._commands}

    async def run(self, words: list[str]) -> int:
        """What was asked for: a shell, a script, or one command. The exit code."""
        try:
            if words[0] not in SHELLS:
                return await self._command(words)
            if len(words) > 2 and words[1] == "-c":
                return await self._script(words[2])
            return await self._interactive()
        except _Left as left:
            return int(left.args[0])

    async def _script(self, script: str) -> int:
        if _FINDER in script:
            await self._console.write("/bin/bash")
            return 0
        if _LISTER in script:
            return await self._list_stats()
        if match := _KILLER.search(script):
            return await self._kill_if_same(int(match[3]), int(match[1]), match[2])
        return await self._line(script)

    async def _interactive(self) -> int:
        while True:
            try:
                line = await self._console.readline(self._prompt)
            except InterruptedError:
                self._exit = INTERRUPTED
                continue
            if line is None:
                return self._exit
            self._exit = await self._line(line)

    @property
    def _prompt(self) -> str:
        if not self._console.tty:
            return ""
        sign = "#" if self._user == "root" else "$"
        return f"\x1b[1;32m{self._user}@{self._container.id[:12]}\x1b[0m:\x1b[1;34m{self._directory}\x1b[0m{sign} "

    async def _line(self, line: str) -> int:
        code = self._exit
        for part in line.split(";"):
            for step in part.split("&&"):
                if code := await self._step(step):
                    break
        return code

    async def _step(self, step: str) -> int:
        try:
            words = [self._expanded(word) for word in shlex.split(step, comments=True)]
        except ValueError as error:
            await self._console.complain(f"sh: {str(error).lower()}\n")
            return 2
        return await self._command(words) if words else self._exit

    def _expanded(self, word: str) -> str:
        word = word.replace("$?", str(self._exit))
        for name, value in sorted(self._env.items(), key=lambda pair: -len(pair[0])):
            word = word.replace(f"${{{name}}}", value).replace(f"${name}", value)
        return word

    async def _command(self, words: list[str]) -> int:
        name = words[0].rpartition("/")[2]
        if name in self._texts:
            await self._console.write(self._texts[name](words[1:]))
            return int(name == "false")
        if name in self._commands:
            return await self._console.interruptible(self._commands[name](words[1:]))
        return await self._complain(f"sh: {words[0]}: command not found (help lists what there is)\n", 127)

    async def _complain(self, text: str, code: int = 1) -> int:
        await self._console.complain(text)
        return code

    # the commands

    def _ps(self, words: list[str]) -> str:
        lines = [f"{one.inside:>7} {one.user:<8} {one.command}" for one in processes.of(self._host, self._container)]
        return "\n".join(["    PID USER     COMMAND", *lines, ""])

    async def _echo(self, words: list[str]) -> int:
        if words[-1:] in ([">&2"], ["1>&2"]):
            return await self._complain(" ".join(words[:-1]) + "\n", 0)
        await self._console.write(" ".join(words) + "\n")
        return 0

    async def _leave(self, words: list[str]) -> int:
        raise _Left(int(words[0]) if words and words[0].isdecimal() else self._exit)

    async def _cd(self, words: list[str]) -> int:
        path = self._path(words[0] if words else "/root")
        if not _is_folder(files.of(self._host, self._container), path):
            return await self._complain(f"sh: cd: {path}: No such file or directory\n")
        self._directory = path
        return 0

    def _path(self, text: str) -> str:
        return posixpath.normpath(posixpath.join("/", self._directory, text))

    async def _ls(self, words: list[str]) -> int:
        targets, here = [word for word in words if not word.startswith("-")], files.of(self._host, self._container)
        path = files.resolve(here, self._path(targets[0] if targets else "."), last=True)
        names = files.children(here, path)
        if self._console.tty:
            folders = {name for name in names if _is_folder(here, f"{path.rstrip('/')}/{name}")}
            names = [f"\x1b[1;34m{name}\x1b[0m" if name in folders else name for name in names]
        if names:
            await self._console.write(("  " if self._console.tty else "\n").join(names) + "\n")
        return 0

    async def _find(self, words: list[str]) -> int:
        """One folder in GNU's `-printf` form, as a program asks for it: no other language of `find` is spoken."""
        if words[1:4] != ["-maxdepth", "1", "-printf"]:
            return await self._complain("find: a demo's: only -maxdepth 1 -printf is known\n")
        try:
            here, path = files.at(self._host, self._container, words[0])
        except Refusal:
            return await self._complain(f"find: ‘{words[0]}’: No such file or directory\n")
        for name in ["", *files.children(here, path)]:
            file = here[f"{path.rstrip('/')}/{name}" if name else path]
            kind = {stat.S_IFDIR: "d", stat.S_IFLNK: "l"}.get(stat.S_IFMT(file.mode), "f")
            mode = f"{stat.S_IMODE(file.mode):o}"
            owner, group = (_OWNERS.get(number, str(number)) for number in (file.uid, file.gid))
            fields = (kind, mode, file.uid, file.gid, owner, group, file.size or len(file.link), file.mtime, name)
            await self._console.write(f"{' '.join(map(str, fields))}\0{file.link}\0")
        return 0

    async def _cat(self, words: list[str]) -> int:
        if not words:
            while (line := await self._console.readline("")) is not None:
                await self._console.write(f"{line}\n")
            return 0
        code, here = 0, files.of(self._host, self._container)
        for word in words:
            file = here.get(files.resolve(here, self._path(word), last=True))
            if file is None or not stat.S_ISREG(file.mode):
                said = "No such file or directory" if file is None else "Is a directory"
                code = await self._complain(f"cat: {word}: {said}\n")
                continue
            for piece in file.pieces():
                await self._console.write(piece.decode("utf-8", "replace"))
        return code

    async def _yes(self, words: list[str]) -> int:
        text = f"{' '.join(words) or 'y'}\n" * 500
        while True:
            await self._console.write(text)
            await asyncio.sleep(0)

    async def _sleep(self, words: list[str]) -> int:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", words[0]) if words else None
        await asyncio.sleep(float(match[1]) * {"m": 60, "h": 3600, "d": 86400}.get(match[2], 1) if match else 1)
        return 0

    async def _kill(self, words: list[str]) -> int:
        signal = words.pop(0).removeprefix("-") if words and words[0].startswith("-") else "TERM"
        for word in words:
            if not (word.isdecimal() and processes.signal(self._host, self._container, int(word), signal)):
                return await self._complain(f"sh: kill: ({word}) - No such process\n")
        return 0 if words else 2

    async def _list_stats(self) -> int:
        """/proc/PID/stat of each, and the shell's own PID."""
        stats = [processes.stat_line(self._host, one) for one in processes.of(self._host, self._container)]
        own = f"self {processes.inside_pid(self._container, self._exec)}"
        await self._console.write("\n".join([*stats, own, ""]))
        return 0

    async def _kill_if_same(self, pid: int, started: int, signal: str) -> int:
        running = processes.of(self._host, self._container)
        if not any(one.inside == pid and processes.ticks(self._host, one) == started for one in running):
            return 3
        return 4 if await self._kill([f"-{signal}", str(pid)]) else 0


def _is_folder(here: Files, path: str) -> bool:
    file = here.get(files.resolve(here, path, last=True))
    return file is not None and stat.S_ISDIR(file.mode)
