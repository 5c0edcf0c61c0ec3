"""A small shell, for looking around in the demo's containers: an imagined file system and a dozen commands.

It is not a shell's language: words, quotes, `;`, `&&` and `$NAME`, and that is all. What a person types into a
strange container first is answered as a Debian would.
"""

import asyncio
import re
import shlex
import stat
from collections.abc import Awaitable, Callable, Mapping
from pathlib import PurePosixPath

from dockertui.demo.world import files, processes
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Container, Exec
from dockertui.demo.world.refusal import Refusal
from dockertui.demo.world.shell_processes import Console, ProcessCommands

SHELLS = frozenset(("sh", "bash", "ash", "/bin/sh", "/bin/bash"))
NOT_FOUND, INTERRUPTED, END = 127, 130, 999
"""`END` is no exit code: the shell is to leave."""
_FINDER = "command -v"
"""A program that looks for a shell asks by a script with this in it, which is beyond this shell's language."""


class Shell:
    """One run of it, in one container."""

    def __init__(self, host: Host, container: Container, exec_: Exec, console: Console) -> None:
        self._host = host
        self._container = container
        self._console = console
        self._processes = ProcessCommands(host, container, exec_, console)
        self._user = exec_.user.partition(":")[0] or "root"
        self._directory = PurePosixPath(exec_.workdir or str(container.config.get("WorkingDir") or "/"))
        self._env = {**_environment(container), "USER": self._user, **exec_.env}
        self._exit = 0
        self._commands: Mapping[str, Callable[[list[str]], Awaitable[int]]] = {
            "cat": self._cat, "cd": self._cd, "clear": self._clear, "colors": self._colors, "date": self._date,
            "echo": self._echo, "env": self._print_env, "exit": self._leave, "false": self._false, "find": self._find,
            "help": self._help,
            "hostname": self._hostname, "id": self._id, "kill": self._processes.kill, "ls": self._ls,
            "ps": self._processes.ps, "pwd": self._pwd, "seq": self._seq, "sleep": self._sleep, "stty": self._stty,
            "top": self._top, "tput": self._tput, "true": self._true, "uname": self._uname,
            "whoami": self._whoami, "yes": self._yes,
        }  # fmt: skip

    async def run(self, words: list[str]) -> int:
        """What was asked for: a shell, a script, or one command. The exit code."""
        if words[0] not in SHELLS:
            return await self._command(words)
        if len(words) > 2 and words[1] == "-c":
            if _FINDER in words[2]:
                await self._console.write("/bin/bash")
                return 0
            if (script := self._processes.script(words[2])) is not None:
                return await script
            code = await self._line(words[2])
            return code - END if code >= END else code
        return await self._interactive()

    async def _interactive(self) -> int:
        while True:
            try:
                line = await self._console.readline(self._prompt)
            except InterruptedError:
                self._exit = INTERRUPTED
                continue
            if line is None:
                return self._exit
            code = await self._line(line)
            if code >= END:
                return code - END
            self._exit = code

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
                code = await self._step(step)
                if code:
                    break
            if code >= END:
                return code
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
        command = self._commands.get(words[0].rpartition("/")[2])
        if command is None:
            await self._console.complain(f"sh: {words[0]}: command not found (help lists what there is)\n")
            return NOT_FOUND
        return await self._console.interruptible(command(words[1:]))

    # the commands

    async def _say(self, text: str) -> int:
        await self._console.write(f"{text}\n")
        return 0

    async def _help(self, words: list[str]) -> int:
        return await self._say("a demo's shell; it knows: " + " ".join(sorted(self._commands)))

    async def _echo(self, words: list[str]) -> int:
        if words[-1:] in ([">&2"], ["1>&2"]):
            await self._console.complain(" ".join(words[:-1]) + "\n")
            return 0
        return await self._say(" ".join(words))

    async def _true(self, words: list[str]) -> int:
        return 0

    async def _false(self, words: list[str]) -> int:
        return 1

    async def _leave(self, words: list[str]) -> int:
        return END + (int(words[0]) % 256 if words and words[0].isdecimal() else self._exit)

    async def _pwd(self, words: list[str]) -> int:
        return await self._say(str(self._directory))

    async def _whoami(self, words: list[str]) -> int:
        return await self._say(self._user)

    async def _id(self, words: list[str]) -> int:
        number = 0 if self._user == "root" else 1000
        return await self._say(f"uid={number}({self._user}) gid={number}({self._user}) groups={number}({self._user})")

    async def _hostname(self, words: list[str]) -> int:
        return await self._say(self._container.id[:12])

    async def _uname(self, words: list[str]) -> int:
        name = f"Linux {self._container.id[:12]} 6.1.0-demo #1 SMP x86_64 GNU/Linux"
        return await self._say(name if "-a" in words else "Linux")

    async def _date(self, words: list[str]) -> int:
        import time

        return await self._say(time.strftime("%a %b %d %H:%M:%S UTC %Y", time.gmtime(self._host.now())))

    async def _print_env(self, words: list[str]) -> int:
        return await self._say("\n".join(f"{name}={value}" for name, value in self._env.items()))

    async def _cd(self, words: list[str]) -> int:
        path = self._path(words[0] if words else "/root")
        if not self._is_folder(str(path)):
            await self._console.complain(f"sh: cd: {path}: No such file or directory\n")
            return 1
        self._directory = path
        return 0

    def _path(self, text: str) -> PurePosixPath:
        parts: list[str] = []
        for part in (self._directory / text).parts[1:]:
            if part == "..":
                parts = parts[:-1]
            elif part != ".":
                parts.append(part)
        return PurePosixPath("/", *parts)

    async def _ls(self, words: list[str]) -> int:
        targets = [word for word in words if not word.startswith("-")]
        here = files.of(self._host, self._container)
        path = files.resolve(here, str(self._path(targets[0] if targets else ".")), last=True)
        names = []
        for name in files.children(here, path):
            folder = self._is_folder(f"{path.rstrip('/')}/{name}")
            names.append(f"\x1b[1;34m{name}\x1b[0m" if folder and self._console.tty else name)
        return await self._say(("  " if self._console.tty else "\n").join(names)) if names else 0

    def _is_folder(self, path: str) -> bool:
        here = files.of(self._host, self._container)
        file = here.get(files.resolve(here, path, last=True))
        return file is not None and stat.S_ISDIR(file.mode)

    async def _find(self, words: list[str]) -> int:
        """One folder in GNU's `-printf` form, as a program asks for it: no other language of `find` is spoken."""
        if words[1:4] != ["-maxdepth", "1", "-printf"]:
            await self._console.complain("find: a demo's: only -maxdepth 1 -printf is known\n")
            return 1
        try:
            here, path = files.at(self._host, self._container, words[0])
        except Refusal:
            await self._console.complain(f"find: ‘{words[0]}’: No such file or directory\n")
            return 1
        owners = {"0": "root", "33": "www-data", "101": "nginx", "999": "postgres", "1000": "app"}
        for name in ["", *files.children(here, path)]:
            file = here[f"{path.rstrip('/')}/{name}" if name else path]
            kind = {stat.S_IFDIR: "d", stat.S_IFLNK: "l"}.get(stat.S_IFMT(file.mode), "f")
            mode = f"{stat.S_IMODE(file.mode):o}"
            owner, group = (owners.get(str(number), str(number)) for number in (file.uid, file.gid))
            fields = (kind, mode, file.uid, file.gid, owner, group, file.size or len(file.link), file.mtime, name)
            await self._console.write(f"{' '.join(map(str, fields))}\0{file.link}\0")
        return 0

    async def _cat(self, words: list[str]) -> int:
        if not words:
            while (line := await self._console.readline("")) is not None:
                await self._say(line)
            return 0
        code = 0
        for word in words:
            here = files.of(self._host, self._container)
            file = here.get(files.resolve(here, str(self._path(word)), last=True))
            if file is None or not stat.S_ISREG(file.mode):
                said = "No such file or directory" if file is None else "Is a directory"
                await self._console.complain(f"cat: {word}: {said}\n")
                code = 1
                continue
            for piece in file.pieces():
                await self._console.write(piece.decode("utf-8", "replace"))
        return code

    async def _top(self, words: list[str]) -> int:
        """Drawn once a second on the alternate screen, until Ctrl-C."""
        await self._console.write("\x1b[?1049h\x1b[?25l")
        try:
            while True:
                await self._console.write(self._top_frame())
                await asyncio.sleep(1)
        finally:
            await self._console.write("\x1b[?25h\x1b[?1049l")

    def _top_frame(self) -> str:
        columns, rows = self._console.size
        usage = self._container.temper.cpu * 100 * self._host.noise.uniform(0.7, 1.3)
        lines = [f"top - {self._container.name}", f"%Cpu(s): {usage:5.1f} us", ""]
        lines.append("\x1b[7m" + "    PID USER      %CPU COMMAND".ljust(columns) + "\x1b[0m")
        for number, one in enumerate(processes.of(self._host, self._container), 1):
            lines.append(f"{one.inside:>7} {one.user:<8} {usage / number:5.1f} {one.command}"[:columns])
        return "\x1b[H" + "\x1b[K\r\n".join(lines[: rows - 1]) + "\x1b[J"

    async def _seq(self, words: list[str]) -> int:
        numbers = [int(word) for word in words if word.isdecimal()] or [0]
        first = numbers[0] if len(numbers) > 1 else 1
        for number in range(first, min(numbers[-1], 1_000_000) + 1):
            await self._console.write(f"{number}\n")
        return 0

    async def _yes(self, words: list[str]) -> int:
        text = f"{' '.join(words) or 'y'}\n" * 500
        while True:
            await self._console.write(text)
            await asyncio.sleep(0)

    async def _sleep(self, words: list[str]) -> int:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", words[0]) if words else None
        await asyncio.sleep(float(match[1]) * {"m": 60, "h": 3600, "d": 86400}.get(match[2], 1) if match else 1)
        return 0

    async def _stty(self, words: list[str]) -> int:
        columns, rows = self._console.size
        return await self._say(f"{rows} {columns}" if "size" in words else f"speed 38400 baud; rows {rows}")

    async def _tput(self, words: list[str]) -> int:
        columns, rows = self._console.size
        return await self._say({"colors": "256", "cols": str(columns), "lines": str(rows)}.get("".join(words), ""))

    async def _clear(self, words: list[str]) -> int:
        await self._console.write("\x1b[H\x1b[2J\x1b[3J")
        return 0

    async def _colors(self, words: list[str]) -> int:
        """A test card: the sixteen colours, the cube, and a ramp of truecolor."""
        for block in (range(8), range(8, 16)):
            await self._say("".join(f"\x1b[48;5;{color}m    " for color in block) + "\x1b[0m")
        for row in range(6):
            cube = range(16 + row * 36, 16 + row * 36 + 36)
            await self._say("".join(f"\x1b[48;5;{color}m " for color in cube) + "\x1b[0m")
        ramp = "".join(f"\x1b[48;2;{255 - 7 * step};{7 * step};128m " for step in range(36))
        return await self._say(
            f"{ramp}\x1b[0m \x1b[1mbold\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderlined\x1b[0m 你好 👍"
        )


def _environment(container: Container) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in container.config.get("Env") or [])
    own = {name: value for name, _, value in pairs if name}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOSTNAME": container.id[:12], "HOME": "/root", **own}
