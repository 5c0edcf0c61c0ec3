"""A private dockerd for the tests: a real one in its own namespaces, gone with the session.

Nothing of the machine is touched: data, state, network interfaces, iptables rules and the Engine's identity are in
namespaces of their own (see `supervisor.py`, which is process 1 there). Only the socket and the log are outside, in a
short temporary directory, since the path of a unix socket is limited to 108 bytes.

Needs root, Linux, and `dockerd docker unshare nsenter busybox` on the PATH (Debian: docker.io, docker-cli,
busybox-static); `missing()` returns what is missing.
"""

from __future__ import annotations

import http.client
import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.hanging import COMMAND_LIMIT
from tests.pty.process import cpu_of

IMAGE = "busybox:latest"
TOOLS = ("dockerd", "docker", "unshare", "nsenter", "busybox")
SUPERVISOR = Path(__file__).with_name("supervisor.py")


class DockerdError(Exception):
    """The private Engine, or a `docker` command on it, failed; the text holds its output."""


def missing() -> str:
    """Return why a private Engine cannot run on this machine, or ""."""
    if not sys.platform.startswith("linux"):
        return "a private dockerd needs Linux"
    if os.geteuid() != 0:
        return "a private dockerd needs root"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"not on the PATH: {', '.join(absent)}" if absent else ""


class Dockerd:
    """One running Engine with the image `busybox:latest`; a context manager.

    `options` are passed to dockerd as they are, for example `"--live-restore"`.
    """

    def __init__(self, *options: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="dt-"))
        self.socket = self.home / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.log = self.home / "dockerd.log"
        try:
            self._supervisor = self._enter_namespaces(options)
            self._answer()
            self.start()
            self._load_busybox()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # the daemon

    def start(self) -> None:
        """Start dockerd and wait until it replies."""
        self._order("start")
        self.wait_until_up()

    def stop(self) -> None:
        """Stop dockerd as `systemctl stop docker` does; this stops its containers."""
        self._order("stop")

    def kill9(self) -> None:
        """Kill only dockerd, as the kernel's OOM killer would; data and namespaces stay."""
        self._order("kill")

    def restart(self) -> None:
        """Call `stop()` and `start()`."""
        self.stop()
        self.start()

    def crash(self, *, down: float = 0.0) -> None:
        """Call `kill9()`, wait `down` seconds, and call `start()`."""
        self.kill9()
        time.sleep(down)
        self.start()

    def freeze(self) -> None:
        """Suspend dockerd: its socket still accepts connections, but nothing replies."""
        self._order("freeze")

    def thaw(self) -> None:
        self._order("thaw")

    def wait_until_up(self, limit: float = 60.0) -> None:
        """Wait for a reply to `GET /_ping`. Raises DockerdError after `limit` seconds."""
        deadline = time.monotonic() + limit
        while not self.answers():
            if time.monotonic() > deadline:
                raise DockerdError(f"dockerd does not answer:\n{self.log_tail()}")
            time.sleep(0.02)

    def answers(self, timeout: float = 2.0) -> bool:
        """Whether `GET /_ping` is answered with 200 right now."""
        connection = http.client.HTTPConnection("localhost", timeout=timeout)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(timeout)
        try:
            connection.sock.connect(str(self.socket))
            connection.request("GET", "/_ping")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def log_tail(self, lines: int = 20) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    # the docker command

    def environment(self) -> dict[str, str]:
        """Return the environment in which `docker`, or the program under test, uses only this Engine."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
        return {**own, "DOCKER_HOST": self.host, "DOCKER_CONFIG": str(self.home / "config")}

    def cli(self, *words: str, check: bool = True, stdin: bytes | None = None) -> str:
        """Run `docker WORDS…` and return its output, stripped. Raises DockerdError when it fails and `check` is on."""
        done = subprocess.run(
            ["docker", *words],
            env=self.environment(),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
            timeout=COMMAND_LIMIT,
        )
        if check and done.returncode != 0:
            raise DockerdError(f"docker {' '.join(words)}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode(errors="replace").strip()

    def run(self, *options: str, command: Sequence[str] = ("sleep", "1d"), network: str = "none") -> str:
        """Run `docker run -d OPTIONS… busybox COMMAND…` and return the container's id.

        `sleep` as process 1 ignores SIGTERM; the stop signal SIGKILL saves `docker stop` its ten seconds.
        """
        fixed = ("--detach", f"--network={network}", "--stop-signal=KILL")
        return self.cli("run", *fixed, *options, IMAGE, *command)

    def clean(self) -> None:
        """Remove every container, network, volume, plugin and image of the tests; `busybox:latest` stays."""
        if containers := self.cli("ps", "--all", "--quiet", "--no-trunc").split():
            self.cli("rm", "--force", "--volumes", *containers)
        if networks := self.cli("network", "ls", "--quiet", "--filter", "type=custom").split():
            self.cli("network", "rm", *networks)
        if volumes := self.cli("volume", "ls", "--quiet").split():
            self.cli("volume", "rm", "--force", *volumes)
        if plugins := self.cli("plugin", "ls", "--quiet", "--no-trunc").split():
            self.cli("plugin", "rm", "--force", *plugins)
        self._remove_images()

    def _remove_images(self) -> None:
        listing = self.cli("image", "ls", "--all", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").splitlines()
        rows = [row.rsplit(" ", 1) for row in listing]
        tags = [tag for tag, _ in rows if tag != IMAGE and "<none>" not in tag]
        kept = {id_ for tag, id_ in rows if tag == IMAGE}
        loose = {id_ for tag, id_ in rows if "<none>" in tag} - kept
        if doomed := [*tags, *sorted(loose)]:
            self.cli("image", "rm", "--force", *doomed, check=False)  # a parent may have gone with its child
        if not kept:
            self._load_busybox()

    @property
    def cpu(self) -> float:
        """Seconds of CPU that dockerd and the containerd it started have used."""
        daemons = [pid for pid in _children(self._inside) if _name_of(pid) == "dockerd"]
        daemons += [pid for parent in daemons for pid in _children(parent)]
        return sum(map(cpu_of, daemons))

    @property
    def _inside(self) -> int:
        """The outside PID of the namespaces' process 1."""
        return _children(self._supervisor.pid)[0]

    def nsenter(self, *words: str) -> str:
        """Run a command inside the Engine's namespaces (where published ports are reachable) and return its output."""
        enter = ["nsenter", "--target", str(self._inside), "--mount", "--net", "--pid", "--uts", "--", *words]
        return subprocess.run(enter, capture_output=True, text=True, check=True, timeout=COMMAND_LIMIT).stdout

    def close(self) -> None:
        """Kill the Engine and everything it ran."""
        supervisor = getattr(self, "_supervisor", None)
        if supervisor is not None:
            supervisor.stdin.close()  # makes it exit
            try:
                supervisor.wait(timeout=30)
            except subprocess.TimeoutExpired:
                supervisor.kill()  # unshare's --kill-child ends process 1, which ends all others
                supervisor.wait()
            supervisor.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # internals

    def _enter_namespaces(self, options: Sequence[str]) -> subprocess.Popen[str]:
        namespaces = ["--mount", "--pid", "--net", "--uts", "--fork", "--kill-child", "--mount-proc"]
        cgroup = f"dockertui-{self.home.name}"
        inside = [sys.executable, "-I", "-S", str(SUPERVISOR), str(self.home), cgroup, *options]
        return subprocess.Popen(
            ["unshare", *namespaces, "--", *inside],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the test session, which then closes us in order
        )

    def _order(self, word: str) -> None:
        assert self._supervisor.stdin is not None
        self._supervisor.stdin.write(f"{word}\n")
        self._supervisor.stdin.flush()
        self._answer()

    def _answer(self) -> None:
        assert self._supervisor.stdout is not None
        answer = self._supervisor.stdout.readline().strip()
        if answer != "ok":
            raise DockerdError(f"the private Engine: {answer or 'its supervisor ended'}\n{self.log_tail()}")

    def _load_busybox(self) -> None:
        changes = ('CMD ["sh"]', "ENV PATH=/bin")
        flags = [word for change in changes for word in ("--change", change)]
        self.cli("import", *flags, "-", IMAGE, stdin=busybox_tar())


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def busybox_tar() -> bytes:
    """Return a tar for `docker import` with a root file system around this machine's own static busybox."""
    busybox = Path(shutil.which("busybox") or "busybox").resolve()
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in ("bin", "etc", "proc", "root", "sys", "tmp", "dev"):
            _add(tar, folder, kind=tarfile.DIRTYPE, mode=0o1777 if folder == "tmp" else 0o755)
        _add(tar, "bin/busybox", busybox.read_bytes(), mode=0o755)
        for applet in sorted(set(applets) - {"busybox"}):
            _add(tar, f"bin/{applet}", kind=tarfile.SYMTYPE, link="busybox")
        _add(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")
        _add(tar, "etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    return buffer.getvalue()


def _add(
    tar: tarfile.TarFile,
    name: str,
    data: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    mode: int = 0o644,
    link: str = "",
) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.linkname, entry.size = kind, mode, link, len(data)
    tar.addfile(entry, io.BytesIO(data))
