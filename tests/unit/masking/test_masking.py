"""Secrets in texts, command lines, JSON and paths: what is hidden, what is not, and what that costs."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dockertui
from dockertui.masking import MASK, known_secrets, masked, masked_path, masked_tree, masked_words
from tests.cases import Case, cases, table


def hidden(given: Any) -> Any:
    match given:
        case str():
            return masked(given)
        case {"words": words}:
            return masked_words(words)
        case {"tree": tree}:
            return masked_tree(tree)
        case {"path": path}:
            return masked_path(path)
    raise ValueError(given)


@table("secrets")
def test_secrets_are_masked(case: Case) -> None:
    assert hidden(case.given) == case.expected


@table("secrets")
def test_masking_is_idempotent(case: Case) -> None:
    if isinstance(case.given, str):
        assert masked(case.expected) == case.expected


@pytest.mark.parametrize(
    "line",
    [
        "curl -uann:{} http://x",
        "curl -fsSu ann:{} http://x:80/",
        "/usr/bin/curl -kuann:{}",
        'curl -u"ann:{}" x',
        "curl -f -u 'ann:{} and more' x",
        "sh -c 'curl -fuann:{} x'",
    ],
)
def test_the_login_of_curl_however_its_option_is_written(line: str) -> None:
    assert masked(line.format("hunter2-x")) == line.replace("{} and more", "{}").format(MASK)
    words = ["curl", "-fu", "ann:hunter2 and more", "-uann:hunter2", "http://x:80/"]
    assert masked_words(words) == ["curl", "-fu", f"ann:{MASK}", f"-uann:{MASK}", "http://x:80/"]


@pytest.mark.parametrize(
    "line", ["curl -uann x", "docker run -u1000:1000 x", "curl -fsS http://a:80/u", "ps -fu ann:x"]
)
def test_curl_login_lookalikes_are_not_masked(line: str) -> None:
    assert masked(line) == line


def test_a_third_of_the_table_is_not_hidden() -> None:
    given = [
        case.given if isinstance(case.given, str) else next(iter(case.given.values())) for case in cases("secrets")
    ]
    kept = [one == case.expected for one, case in zip(given, cases("secrets"), strict=True)]
    assert len(kept) >= 150
    assert sum(kept) >= len(kept) / 3


@given(st.text(alphabet="ab=:-\"'\\ /@?&,;{}[]$\npasswordtoken", max_size=60))
def test_any_text_is_masked_without_error_and_idempotently(text: str) -> None:
    assert masked(masked(text)) == masked(text)


SIZE = 100_000
HARD = {
    "dashes": "-", "assignments": "a=", "objects": '{"a":', "members": "a:", "URLs": "a://", "URLs with an @": "a://@",
    "logins": "a:a@", "open quotes": "password='", "escaped quotes": 'password=\\"', "lines": "password=x\n",
    "members that are secret": '"password":"x",', "lists": "token=[", "options": "--token ", "clients": "mysql -p ",
    "hashes": "$1$", "tokens": "eyJ", "keys": "-----BEGIN PRIVATE KEY-----", "words": "the brown fox ",
    "blanks": " ", "names": "token_", "backslashes": "\\", "quotes": "\"'", "users": "-u a:b ", "commas": "token=a,",
    "headers": "bearer ",
}  # fmt: skip


@pytest.mark.parametrize("piece", HARD.values(), ids=HARD)
def test_masking_time_is_linear(piece: str) -> None:
    """Ten times the text takes about ten times as long: of a quadratic it would be a hundred."""

    def took(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        best = min(_timed(text) for _ in range(2))
        return max(best, 1e-4)

    assert took(SIZE) < 40 * took(SIZE // 10)


def _timed(text: str) -> float:
    began = time.process_time()
    masked(text)
    return time.process_time() - began


def test_nothing_else_hides_secrets() -> None:
    """One strength, in one place: no other module has a mask, or a function or a pattern that makes one."""
    package = Path(dockertui.__file__).parent
    others = [path for path in package.rglob("*.py") if path.parent.name != "masking"]
    assert len(others) > 100
    made = re.compile(r"••|def _?masked|re\.compile\([^)]*(?:passw|secret|token)", re.I)
    assert [str(path.relative_to(package)) for path in others if made.search(path.read_text())] == []


def test_a_secret_is_hidden_wherever_its_object_repeats_it() -> None:
    inspect = {
        "Config": {"Env": ["DB_PASSWORD=hunter2-x", "URL=redis://:s3cr3t-r@h", "POSTGRES_PASSWORD=postgres"]},
        "Args": ["--connect", "hunter2-x", "--image", "postgres"],
        "State": {"Error": "cannot use hunter2-x: s3cr3t-r is refused by postgres"},
    }
    known = known_secrets(inspect)
    assert known == ("hunter2-x", "s3cr3t-r"), "a common word is left as it is"
    shown = masked_tree(inspect, known)
    assert shown["Args"] == ["--connect", MASK, "--image", "postgres"]
    assert shown["State"]["Error"] == f"cannot use {MASK}: {MASK} is refused by postgres"
    assert masked("xhunter2-xy and hunter2-x", known) == f"xhunter2-xy and {MASK}"


def test_no_start_waits_for_patterns() -> None:
    """There are many, and compiling one takes longer than most texts that are looked at."""
    code = "import functools, json, re, typing, urllib.parse\nre.compile = None\nimport dockertui.masking"
    subprocess.run([sys.executable, "-c", code], check=True)
