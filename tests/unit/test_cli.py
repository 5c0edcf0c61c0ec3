"""The command line: its words, and what it says when it cannot begin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dockertui
from dockertui import cli, crash
from dockertui.arguments import parse
from dockertui.cli import main
from dockertui.config import ConfigError
from dockertui.options import Options


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with nothing in it, and no setting from outside."""
    for name in os.environ:
        if name.startswith(("DOCKER", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "unfit_terminal", lambda: "")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr."""
    text = capsys.readouterr().err
    assert text.startswith("dockertui: ")
    assert text.count("\n") == 1
    return text


def test_the_options_are_read() -> None:
    words = [
        "-H",
        "tcp://h:2376",
        "--read-only",
        "--no-mouse",
        "--no-diff",
        "--or-demo",
        "--config",
        "/c.toml",
    ]
    assert parse(words) == Options(
        host="tcp://h:2376",
        or_demo=True,
        read_only=True,
        no_mouse=True,
        no_diff=True,
        config=Path("/c.toml"),
    )


def test_demo_goes_before_or_demo() -> None:
    """`make run ARGS=--demo` gives both."""
    assert parse(["--or-demo", "--demo"]) == Options(demo=True, or_demo=True)


def test_the_settings_file_can_be_named_after_config_too() -> None:
    assert parse(["config", "show", "--config", "/c.toml"]).config == Path("/c.toml")
    assert parse(["--config", "/c.toml", "config", "show"]).config == Path("/c.toml")


@pytest.mark.parametrize(
    "words",
    [
        ["--nope"],
        ["--demo", "--host", "tcp://h"],
        ["config"],
        ["config", "edit"],
        ["--host"],
    ],
)
def test_wrong_words_are_one_sentence_and_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "--help" in told(capsys)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"dockertui {dockertui.__version__}\n"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("words", [["--host", "gopher://h"], ["--context", "absent"], ["-H", "tcp://h", "-c", "x"]])
def test_an_unusable_endpoint_is_one_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    told(capsys)


def test_without_a_terminal_nothing_is_started() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dockertui"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("dockertui: the input is not a terminal")
    assert done.stdout == ""


def test_config_path(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{own_home}/.config/dockertui/config.toml\n"


def test_config_show_tells_mistakes_on_stderr(own_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = own_home / "c.toml"
    path.write_text("mouse = false\ntheme = 'x'\n")
    assert main(["config", "show", "--config", str(path)]) == 1
    shown = capsys.readouterr()
    assert "mouse = false" in shown.out
    assert shown.err.startswith("~/c.toml:2: unknown theme")


def test_the_command_line_goes_over_the_settings(own_home: Path) -> None:
    path = own_home / "c.toml"
    path.write_text("mouse = true\nstats_period = 9\n")
    settings, problems = cli._settings(Options(config=path, no_mouse=True, no_diff=True))
    assert problems == []
    assert (settings.mouse, settings.diff_output, settings.stats_period) == (False, False, 9.0)


def test_a_named_settings_file_must_be_there(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli._settings(Options())[1] == []
    monkeypatch.setenv("DOCKERTUI_CONFIG", str(own_home / "absent.toml"))
    assert [type(problem) for problem in cli._settings(Options())[1]] == [ConfigError]


def test_an_unexpected_error_goes_to_a_file(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Options) -> int:
        secret = "hunter2"
        raise RuntimeError(f"bad\x1b[31m\nline {len(secret)}")

    monkeypatch.setattr(cli, "_command", fail)
    assert main([]) == 1
    sentence = told(capsys)
    assert "RuntimeError: bad [31m line 7" in sentence
    path = Path(sentence.rpartition("file ")[2].strip())
    assert path.parent == own_home / ".local/state/dockertui"
    assert path.stat().st_mode & 0o777 == 0o600
    written = path.read_text()
    assert "Traceback" in written
    assert "hunter2'" not in written


def test_an_error_is_told_even_where_no_file_can_be_written(own_home: Path) -> None:
    (own_home / "file").write_text("")
    sentence = crash.record(ValueError("x"), {"XDG_STATE_HOME": str(own_home / "file")}, own_home)
    assert "ValueError: x" in sentence
    assert "Not a directory" in sentence


def test_an_interrupt_is_no_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(_: Options) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_command", interrupt)
    assert main([]) == 130
    assert capsys.readouterr().err == ""


def test_the_keys_in_force_are_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["keys"]) == 0
    assert "\nContainers\n  s " in capsys.readouterr().out
    path = tmp_path / "config.toml"
    path.write_text('keymap = "lazydocker"\n[keys]\n"container.stop" = "f4"\n')
    assert main(["keys", "--config", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:2] == ["f4", "Stop"] for line in lines)
    assert any(line.split()[0] == "m" and "Logs" in line for line in lines if line)
    assert main(["keys", "--config", str(path), "--keymap", "k9s"]) == 0
    assert any(
        line.split()[0] == "s" and "Open a shell" in line for line in capsys.readouterr().out.splitlines() if line
    )


def test_printing_the_keys_tells_the_errors_in_the_settings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('keymap = "vim"\n')
    assert main(["keys", "--config", str(path)]) == 1
    assert 'keymap cannot be "vim": write "default", "lazydocker" or "k9s"' in capsys.readouterr().err
