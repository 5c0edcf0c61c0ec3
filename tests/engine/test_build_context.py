"""What is sent for a build, member by member, beside what the real `docker` sends for the same folder."""

from __future__ import annotations

import io
import os
import shutil
import socket
import struct
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any, NamedTuple

import pytest

from dockertui.engine import build_context
from dockertui.engine.errors import EngineError
from dockertui.operations.building import context_of


class Member(NamedTuple):
    """All of a tar's member that a builder sees."""

    name: str
    type: bytes
    mode: int
    owner: tuple[int, int]
    time: float
    link: str
    capabilities: str | None
    data: bytes


def members(tar: bytes) -> set[Member]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        return {
            Member(
                member.name.removeprefix("./"), member.type, member.mode, (member.uid, member.gid), member.mtime,
                member.linkname, member.pax_headers.get("SCHILY.xattr.security.capability"),
                (found.read() if member.isreg() and (found := opened.extractfile(member)) else b""),
            )
            for member in opened
        }  # fmt: skip


class _Builder(BaseHTTPRequestHandler):
    """An Engine that keeps what it is to build from."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"OK")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        sent = io.BytesIO()
        while size := int(self.rfile.readline(), 16):
            sent.write(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        self.server.sent = sent.getvalue()  # type: ignore[attr-defined]
        self._answer(b'{"stream":"built"}')

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def address_string(self) -> str:
        return "docker"


class Builder(ThreadingUnixStreamServer):
    daemon_threads = True
    sent = b""


@pytest.fixture
def builder(short_folder: Path) -> Iterator[Builder]:
    with Builder(str(short_folder / "b.sock"), _Builder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The path of a socket holds 108 bytes."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="dt-") as folder:
        yield Path(folder)


def by_docker(builder: Builder, folder: Path, *words: str) -> set[Member] | str:
    """What the CLI sends, or why it does not."""
    if shutil.which("docker") is None:
        if os.environ.get("DOCKERTUI_TEST_ENGINE") == "require":
            pytest.fail("docker is not on the PATH")
        pytest.skip("docker is not on the PATH")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "DOCKER_BUILDKIT": "0",
        "DOCKER_HOST": f"unix://{builder.server_address!s}",
    }  # fmt: skip
    done = subprocess.run(
        ["docker", "build", *words, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    return members(builder.sent) if done.returncode == 0 else done.stderr


def by_us(folder: Path, dockerfile: str = "") -> set[Member]:
    return members(b"".join(build_context._tar(context_of({"folder": str(folder), "dockerfile": dockerfile}))))


def by_the_shell(folder: Path, dockerfile: str = "") -> set[Member]:
    line = build_context.tar_line(context_of({"folder": str(folder), "dockerfile": dockerfile}))
    return members(subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout)


def names(found: set[Member]) -> set[str]:
    return {member.name for member in found}


FILES = (
    "Dockerfile", "README.md", "a.md", "b.txt", "foo", "xfoo", "foo.d/x", "foo.d/foo", "src/main.go",
    "src/main_test.go",
    "src/lib/util.go", "src/lib/util_test.go", "src/lib/foo/deep.go", "docs/a.md", "docs/README.md", "docs/sub/b.md",
    "node_modules/x/index.js", "app/node_modules/y/index.js", ".git/config", ".env", "a b/c d.txt", "odd/[x]",
    "odd/a+b",
    "odd/a$b", "odd/(c)", "odd/{d}", "odd/e|f", "odd/^g", "odd/back\\slash", "odd/\u00e9", "empty/", "log/1.log",
    "log/2.log", "log/12.log", "log/x.log", "#hash", "keep/me/please", "keep/not",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "context"
    for name in FILES:
        path = base / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(name)
    (base / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    return base


WITHOUT_A_LINE = "keep\n!keep/me/please\nkeep/me"
"""Below a folder that is kept out twice the order counts in a way that `find` cannot be told."""

PATTERNS = (
    "", "# nothing\n\n   \n", "*.md", "*.md\n!README.md", "**/*.md", "**/*.md\n!docs/README.md", "*/*.md", "docs",
    "docs/", "/docs", "./docs", "docs/*", "docs/**", "**/docs", "**", "*", "*\n!src", "*\n!src/lib", "**\n!src/main.go",
    "*\n!**/*.go", "**\n!**/*.go", "*\n!*/*.go", "src\n!src/lib\nsrc/lib/foo", "src\n!src/lib/util.go", "**/foo",
    "**foo",
    "foo**", "foo*", "**/foo*", "foo.d/**/foo", "**/lib/**", "src/**/*_test.go", "**/*_test.go\n!**/util*",
    "**/node_modules", "node_modules", "*/node_modules", "?.md", "log/?.log", "log/[0-9].log", "log/[^0-9].log",
    "log/[12x].log\n!log/2.log", "a b", "a b/c d.txt", " b.txt ", "! b.txt", "*.txt\n! b.txt", "odd/a+b", "odd/a$b",
    "odd/(c)", "odd/{d}", "odd/e|f", "odd/\\[x\\]", "odd/back\\\\slash", "odd/\u00e9", "odd/\\^g", "#hash", "\\#hash",
    " #hash", ".*", ".git\n.env", "Dockerfile", "Dockerfile\n.dockerignore", "*\n!keep/me", "keep\n!keep/me/please",
    WITHOUT_A_LINE, "docs/../src", "src//lib", "src/./lib", "../x", "/", ".", "empty", "empty/*",
    "\ufeff*.md", "*.md\r\n!README.md\r\n", "!*.md", "*.md\n!a.md\na.md", "**/**/foo", "src/**", "src/**\n!src/lib/**",
    "**/", "**/*", "*/", "src/*\n!src/lib", "[a-b].*", "[fx]oo", "README.md\nREADME.md\n!README.md",
)  # fmt: skip


@pytest.mark.parametrize("patterns", PATTERNS, ids=repr)
def test_the_same_stays_out(builder: Builder, folder: Path, patterns: str) -> None:
    (folder / ".dockerignore").write_text(patterns, newline="")
    theirs = by_docker(builder, folder)
    assert not isinstance(theirs, str), theirs
    assert by_us(folder) == theirs
    if patterns != WITHOUT_A_LINE:
        assert names(by_the_shell(folder)) - {"."} == names(theirs)


@pytest.mark.parametrize("pattern", ["[", "a[", "!", "a\\", "[]", "log/[z-a].log"])
def test_what_is_no_pattern_is_refused_by_both(builder: Builder, folder: Path, pattern: str) -> None:
    (folder / ".dockerignore").write_text(f"*.md\n{pattern}\n")
    assert isinstance(by_docker(builder, folder), str)
    with pytest.raises(EngineError, match=r"line 2 of \.dockerignore"):
        by_us(folder)


def test_every_kind_of_file_is_sent_as_docker_does(builder: Builder, folder: Path) -> None:
    (folder / "run").write_text("x")
    (folder / "run").chmod(0o6751)
    os.utime(folder / "run", (1_600_000_000.9, 1_600_000_000.9))
    (folder / "link").symlink_to("run")
    (folder / "out").symlink_to("/etc/passwd")
    (folder / "to folder").symlink_to("src")
    os.link(folder / "run", folder / "zz again")
    os.mkfifo(folder / "pipe")
    (folder / "old").write_text("x")
    os.utime(folder / "old", (-5.5, -5.5))
    (folder / "serve").write_text("x")
    if os.geteuid() == 0:  # as `setcap cap_net_bind_service=ep serve` does
        os.setxattr(folder / "serve", "security.capability", struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0))
    os.chown(folder / "run", 1234, 1234) if os.geteuid() == 0 else None
    (folder / ("long " * 40 + "name")).write_text("x" * 1025)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "sock"))
    theirs = by_docker(builder, folder)
    assert by_us(folder) == theirs
    assert "sock" not in names(by_us(folder))
    assert any(member.capabilities for member in theirs if isinstance(member, Member)) == (os.geteuid() == 0)
    assert names(by_the_shell(folder)) - {"."} == names(by_us(folder))


def test_a_dockerfile_elsewhere_in_the_folder_is_always_sent(builder: Builder, folder: Path) -> None:
    (folder / "docker").mkdir()
    (folder / "docker/My.Dockerfile").write_text("FROM scratch\n")
    (folder / "docker/My.Dockerfile.dockerignore").write_text("src\n")  # that is BuildKit's
    (folder / ".dockerignore").write_text("docker\n.dockerignore\n")
    theirs = by_docker(builder, folder, "--file", str(folder / "docker/My.Dockerfile"))
    assert by_us(folder, "docker/My.Dockerfile") == theirs
    assert {"docker/My.Dockerfile", ".dockerignore", "src/main.go"} <= names(by_us(folder, "docker/My.Dockerfile"))
