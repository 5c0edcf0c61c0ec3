"""A real registry (Debian: docker-registry) in a private Engine's network namespace: only the Engine can reach it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine.dockerd import Dockerd

SLOW_PROXY = Path(__file__).with_name("slow_proxy.py")
USER, PASSWORD = "ann", "open sesame"
ELSEWHERE = "10.98.0.1"
"""Not a loopback address: on those, Engines accept any certificate, and plain HTTP, too."""


def missing() -> str:
    """Return why this machine cannot run a registry, or ""."""
    return "" if shutil.which("docker-registry") else "not on the PATH: docker-registry"


@contextmanager
def registry(
    dockerd: Dockerd, port: int, *, login: bool = False, host: str = "127.0.0.1", tls: bool = False
) -> Iterator[str]:
    """Run a registry; its address is `127.0.0.1:PORT`.

    `login`: it requires USER and PASSWORD. `tls`: it has a certificate of its own CA.
    """
    address, home = f"{host}:{port}", dockerd.home / f"registry-{port}"
    home.mkdir()
    if host == ELSEWHERE:
        dockerd.nsenter("busybox", "ip", "addr", "replace", f"{host}/32", "dev", "lo")
    secured = f", tls: {{certificate: {home}/cert.pem, key: {home}/key.pem}}" if tls else ""
    lines = [
        "version: 0.1",
        f"storage: {{filesystem: {{rootdirectory: {home}/data}}}}",
        f"http: {{addr: {address}{secured}}}",
    ]
    if tls:
        _certify(home, host)
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
        _wait_for(enter, f"{'https' if tls else 'http'}://{address}")
        yield address
    finally:
        process.terminate()
        process.wait()


@contextmanager
def slow(dockerd: Dockerd, registry: str, port: int, rate: float) -> Iterator[tuple[str, Path]]:
    """Run a slow proxy for a registry; yields its address, and a file with the bytes of each ended connection.

    `rate`: bytes a second.
    """
    log, address = dockerd.home / f"slow-{port}", f"127.0.0.1:{port}"
    log.touch()
    words = [sys.executable, "-I", "-S", str(SLOW_PROXY), str(port), registry.rpartition(":")[2], str(rate), str(log)]
    enter = ["nsenter", "--target", str(dockerd._inside), "--net", "--"]
    process = subprocess.Popen([*enter, *words], stdin=subprocess.DEVNULL)
    try:
        _wait_for(enter, f"http://{address}")
        yield address, log
    finally:
        process.terminate()
        process.wait()


def push_big(dockerd: Dockerd, registry: str, *, layers: int, megabytes: int) -> str:
    """Push an image with `layers` of random data, `megabytes` each, and remove it locally; return its name there."""
    base = "busybox"
    for number in range(layers):
        fill = f"dd if=/dev/urandom of=/noise{number} bs=1M count={megabytes}"
        dockerd.cli("run", f"--name=big{number}", "--network=none", base, "sh", "-c", fill)
        base = f"{registry}/big:{number + 1}"
        dockerd.cli("commit", f"big{number}", base)
        dockerd.cli("rm", f"big{number}")
    dockerd.cli("push", base)
    dockerd.cli("rmi", *(f"{registry}/big:{number + 1}" for number in range(layers)))
    return base.partition("/")[2]


def remember(dockerd: Dockerd, address: str, password: str = PASSWORD) -> None:
    """Write what `docker login` would write."""
    folder = dockerd.home / "config"
    folder.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))


def forget(dockerd: Dockerd) -> None:
    (dockerd.home / "config" / "config.json").unlink(missing_ok=True)


def _path() -> dict[str, str]:
    found = shutil.which("docker-registry") or ""
    return {"PATH": f"{found.rpartition('/')[0]}:/usr/bin:/bin"}


def trust(dockerd: Dockerd, address: str) -> None:
    """Make the Engine trust the CA of a registry, using Docker's folder for it."""
    folder = f"/etc/docker/certs.d/{address}"
    dockerd.nsenter("mkdir", "-p", folder)
    dockerd.nsenter("cp", f"{dockerd.home}/registry-{address.rpartition(':')[2]}/ca.pem", f"{folder}/ca.crt")


def distrust(dockerd: Dockerd, address: str) -> None:
    dockerd.nsenter("rm", "-rf", f"/etc/docker/certs.d/{address}")


def _certify(home: Path, host: str) -> None:
    """Make a CA, and a certificate signed by it for an address."""
    (home / "names").write_text(f"subjectAltName=IP:{host}")
    for line in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=testCA -keyout ca.key -out ca.pem",
        f"req -newkey rsa:2048 -nodes -subj /CN={host} -keyout key.pem -out csr.pem",
        "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem",
    ):
        subprocess.run(["openssl", *line.split()], cwd=home, check=True, capture_output=True)


def _wait_for(enter: list[str], url: str) -> None:
    ask = [*enter, "curl", "--silent", "--insecure", "--output", "/dev/null", f"{url}/v2/"]
    while subprocess.run(ask, check=False).returncode:
        time.sleep(0.05)


def _bcrypt(password: str) -> str:
    """Hash with perl's crypt, which has bcrypt if libxcrypt is the system's."""
    code = 'print crypt($ARGV[0], "\\$2y\\$05\\$" . ("a" x 21) . "u")'
    return subprocess.run(["perl", "-e", code, password], capture_output=True, text=True, check=True).stdout
