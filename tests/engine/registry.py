"""A real registry (Debian: docker-registry) at a private Engine's own loopback address: nobody else reaches it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.engine.dockerd import Dockerd

USER, PASSWORD = "ann", "open sesame"


def missing() -> str:
    """Why there is no registry on this machine, or an empty string."""
    return "" if shutil.which("docker-registry") else "not on the PATH: docker-registry"


@contextmanager
def registry(dockerd: Dockerd, port: int, *, login: bool = False) -> Iterator[str]:
    """Its address, `127.0.0.1:PORT`. `login`: it wants USER and PASSWORD."""
    address, home = f"127.0.0.1:{port}", dockerd.home / f"registry-{port}"
    home.mkdir()
    lines = ["version: 0.1", f"storage: {{filesystem: {{rootdirectory: {home}/data}}}}", f"http: {{addr: {address}}}"]
    if login:
        (home / "htpasswd").write_text(f"{USER}:{_bcrypt(PASSWORD)}\n")
        lines.append(f"auth: {{htpasswd: {{realm: test, path: {home}/htpasswd}}}}")
    (home / "config.yml").write_text("\n".join(lines))
    enter = ["nsenter", "--target", str(dockerd._inside), "--net", "--"]
    process = subprocess.Popen(
        [*enter, "docker-registry", "serve", str(home / "config.yml")],
        env={"PATH": "/usr/bin", "OTEL_TRACES_EXPORTER": "none"} | _path(),
        stdin=subprocess.DEVNULL,
        stdout=(home / "log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(enter, address)
        yield address
    finally:
        process.terminate()
        process.wait()


def remember(dockerd: Dockerd, address: str, password: str = PASSWORD) -> None:
    """What `docker login` would write."""
    folder = dockerd.home / "config"
    folder.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))


def forget(dockerd: Dockerd) -> None:
    (dockerd.home / "config" / "config.json").unlink(missing_ok=True)


def _path() -> dict[str, str]:
    found = shutil.which("docker-registry") or ""
    return {"PATH": f"{found.rpartition('/')[0]}:/usr/bin:/bin"}


def _wait_for(enter: list[str], address: str) -> None:
    ask = [*enter, "curl", "--silent", "--output", "/dev/null", f"http://{address}/v2/"]
    while subprocess.run(ask, check=False).returncode:
        time.sleep(0.05)


def _bcrypt(password: str) -> str:
    """By perl's crypt, which knows bcrypt where libxcrypt is the system's."""
    code = 'print crypt($ARGV[0], "\\$2y\\$05\\$" . ("a" x 21) . "u")'
    return subprocess.run(["perl", "-e", code, password], capture_output=True, text=True, check=True).stdout
