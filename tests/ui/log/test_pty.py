"""Logs in a real terminal, on a real Engine: hostile lines reach nobody, and a whole day's log is quick to open."""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path

from tests.demo.hostile import STRINGS
from tests.engine.dockerd import Dockerd
from tests.pty.program import Program

ROOT = Path(__file__).parents[3]
_OURS = re.compile(
    rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b\]22;[a-z]*\x07|\x1b\[\?[0-9;]*\$[a-z]|\x1b[=>()78][0B]?|\x1bP[^\x1b]*\x1b\\"
)


class Listening(Program):
    """Keeps all that the program sends, as it comes."""

    sent = b""

    def take(self, data: bytes) -> None:
        self.sent += data
        super().take(data)


def test_nothing_of_a_hostile_log_reaches_the_terminal(clean_dockerd: Dockerd, tmp_path: Path) -> None:
    lines = [
        *STRINGS.values(),
        "\x1b]0;evil title\x07",
        "\x1b]52;c;ZXZpbA==\x07",
        "\x1b[6n\x1b[c\x1bP+q544e\x1b\\",
        "\x9b6n",
    ]
    wire = base64.b64encode("\n".join([*lines, "the end", ""]).encode("utf-8", "surrogatepass")).decode()
    clean_dockerd.run("--name=hostile", command=["sh", "-c", f"echo {wire} | base64 -d; sleep 1d"])
    own = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER", "XDG_", "TEXTUAL"))}
    environment = {**own, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with Listening([sys.executable, "-m", "dockertui", "--host", clean_dockerd.host], env=environment) as program:
        program.wait_for("hostile")
        program.press("l")
        program.wait_for("the end")
        program.press("t", "w")
        program.wait_for("local")
        sent = program.sent
        program.press("q", "q")
        assert program.wait() == 0
    for evil in (b"evil title", b"ZXZpbA==", b"aGk=", b"owned", b"544e", b"\x1b[c", b"\x1b[2J\x1b[31m"):
        assert evil not in sent
    text = _OURS.sub(b"", sent).decode()
    assert not set(text) & {chr(code) for code in (0, 1, 2, 7, 11, 12, 127, *range(0x80, 0xA0), 0x202E, 0x2066, 0x200B)}
