"""The scripts of `dockertui completion`, read by the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dockertui.arguments import parse
from dockertui.completion import SHELLS
from dockertui.config_values import KEYMAPS


def printed(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        parse(["completion", shell])
    assert ended.value.code == 0
    return capsys.readouterr().out


def by_bash(script: str, *words: str) -> list[str]:
    """Return what bash offers for the last word."""
    line = f'{script}\nCOMP_WORDS=({" ".join(words[:-1])} "{words[-1]}")\nCOMP_CWORD={len(words) - 1}\n_dockertui\n'
    line += 'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "--norc", "-c", line], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_bash_completes_options_commands_and_their_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = printed("bash", capsys)
    assert by_bash(script, "dockertui", "--read") == ["--read-only"]
    assert by_bash(script, "dockertui", "co") == ["config", "completion"]
    assert by_bash(script, "dockertui", "config", "") == ["path", "show", "template"]
    assert by_bash(script, "dockertui", "completion", "") == list(SHELLS)
    assert by_bash(script, "dockertui", "--host", "") == []
    (tmp_path / "mine.toml").touch()
    assert by_bash(script, "dockertui", "--config", f"{tmp_path}/mi") == [f"{tmp_path}/mine.toml"]


def test_fish_completes_options_commands_and_their_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    (tmp_path / "script").write_text(printed("fish", capsys))

    def offered(line: str) -> set[str]:
        words = ["fish", "--no-config", "-c", f"source {tmp_path}/script; complete -C '{line}'"]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env={"HOME": str(tmp_path)})
        return {offer.partition("\t")[0] for offer in done.stdout.splitlines()}

    assert offered("dockertui --read") == {"--read-only"}
    assert offered("dockertui co") == {"config", "completion"}
    assert offered("dockertui config ") == {"path", "show", "template"}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_finds_no_fault_in_its_script(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    (tmp_path / "script").write_text(printed(shell, capsys))
    done = subprocess.run([shell, "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_bash_completes_the_keys_and_their_keymap(capsys: pytest.CaptureFixture[str]) -> None:
    script = printed("bash", capsys)
    assert "--keymap" in by_bash(script, "dockertui", "keys", "")
    assert by_bash(script, "dockertui", "keys", "--keymap", "") == list(KEYMAPS)
    assert by_bash(script, "dockertui", "keys", "--keymap", "k") == ["k9s"]
