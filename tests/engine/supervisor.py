"""Process 1 of the namespaces of the tests' private dockerd.

Run as a script by `dockerd.py` below `unshare --mount --pid --net --uts --fork --mount-proc`; never imported. It takes
one command per line on its standard input and answers each with one line, "ok" or "error …":

    start    start dockerd (again)          kill     SIGKILL to dockerd alone
    stop     SIGTERM to dockerd, and wait   freeze   SIGSTOP      thaw   SIGCONT

It exits at the end of its input: when the test session dies, however it dies, the kernel closes the pipe, and with
process 1 the kernel ends every process, mount and interface of the namespaces.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HIDDEN = Path("/run/dockertui")
"""The daemon's data and state: on the namespace's own tmpfs, so nothing of it is left behind. A tmpfs also supports
overlay2 if the machine's own root, being an overlay itself, does not."""


class Daemon:
    """The namespace's only dockerd: started, signalled and reaped here."""

    def __init__(self, home: Path, cgroup: str, options: list[str]) -> None:
        self.home = home
        self.cgroup = cgroup
        self.options = options
        self.pid = 0

    def start(self) -> None:
        if self.pid:
            raise RuntimeError("dockerd already runs")
        (HIDDEN / "docker.pid").unlink(missing_ok=True)  # a killed dockerd leaves its own behind
        log = os.open(self.home / "dockerd.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        devnull = os.open(os.devnull, os.O_RDONLY)
        redirect = [
            (os.POSIX_SPAWN_DUP2, devnull, 0),
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
        ]
        with signals_blocked():  # or it could be reaped before its pid is known
            self.pid = os.posix_spawnp("dockerd", self.command(), environment(), file_actions=redirect)
        os.close(log)
        os.close(devnull)

    def command(self) -> list[str]:
        return [
            "dockerd",
            f"--host=unix://{self.home}/docker.sock",
            f"--config-file={HIDDEN}/daemon.json",
            f"--data-root={HIDDEN}/data",
            f"--exec-root={HIDDEN}/exec",
            f"--pidfile={HIDDEN}/docker.pid",
            f"--cgroup-parent=/{self.cgroup}",
            "--exec-opt=native.cgroupdriver=cgroupfs",
            "--group=root",
            *self.options,
        ]

    def signal(self, number: int) -> None:
        if not self.pid:
            raise RuntimeError("dockerd does not run")
        os.kill(self.pid, number)

    def end(self, number: int) -> None:
        self.signal(number)
        while self.pid:
            time.sleep(0.005)

    def reap(self, *_: object) -> None:
        """Reap every dead process: shims and their orphans are ours too, as process 1."""
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                if pid == self.pid:
                    self.pid = 0


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def environment() -> dict[str, str]:
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}


def furnish() -> None:
    """Give the namespace its own /run and /etc/docker, a resolver that refuses at once, and its loopback."""
    resolver = Path("/etc/resolv.conf").resolve()
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    HIDDEN.mkdir()
    (HIDDEN / "daemon.json").write_text("{}")
    refusing = HIDDEN / "resolv.conf"
    refusing.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    resolver.parent.mkdir(parents=True, exist_ok=True)  # in case it was a link into the /run just covered
    resolver.touch()
    mount("--bind", str(refusing), str(resolver))
    # /etc/docker/key.json is the Engine's identity: the machine's own Engine must not share it.
    Path("/etc/docker").mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/etc/docker")
    subprocess.run(["busybox", "ip", "link", "set", "lo", "up"], check=True)


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def serve(daemon: Daemon) -> None:
    orders: dict[str, Callable[[], None]] = {
        "start": daemon.start,
        "stop": lambda: daemon.end(signal.SIGTERM),
        "kill": lambda: daemon.end(signal.SIGKILL),
        "freeze": lambda: daemon.signal(signal.SIGSTOP),
        "thaw": lambda: daemon.signal(signal.SIGCONT),
    }
    for line in sys.stdin:
        try:
            orders[line.strip()]()
            print("ok", flush=True)
        except (KeyError, OSError, RuntimeError) as error:
            print(f"error {error!r}", flush=True)


def leave(daemon: Daemon) -> None:
    """Kill everything else in this PID namespace, then remove what is outside of it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    groups = sorted(Path("/sys/fs/cgroup").glob(f"**/{daemon.cgroup}"))
    for group in groups:
        thaw(group)
    deadline = time.monotonic() + 5
    while groups and time.monotonic() < deadline:
        groups = [group for group in groups if not removed(group)]
        time.sleep(0.02)
    shutil.rmtree(daemon.home, ignore_errors=True)


def thaw(group: Path) -> None:
    """Thaw paused containers so that they die: SIGKILL does not reach a frozen process."""
    for folder, _, files in os.walk(group):
        for name, value in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
            if name in files:
                with contextlib.suppress(OSError):
                    (Path(folder) / name).write_text(value)


def removed(group: Path) -> bool:
    """Remove a cgroup and those below it; return False while a dying process still holds one."""
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
    return not group.exists()


def main() -> None:
    home, cgroup, *options = sys.argv[1:]
    daemon = Daemon(Path(home), cgroup, options)
    furnish()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, daemon.reap)
    print("ok", flush=True)
    try:
        serve(daemon)
    finally:
        leave(daemon)


if __name__ == "__main__":
    main()
