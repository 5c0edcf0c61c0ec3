"""ASCII in place of all else, in as many cells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

import dockertui
from dockertui.cli import lacks_unicode
from dockertui.output.ascii import Ascii, as_ascii


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("›■ backup …/api ● live", "># backup ./api * live"),
        ("┌──┬──┐│├┼┤└┴┘", "+--+--+||+|+++"),
        ("━┃┏┓┗┛┄┆╭╮╰╯═║", "-|++++-|++++-|"),
        ("⠀⠁⠇⣿", " .:#"),
        ("▁▄█", "_o#"),
        ("café Ünïcode ½", "cafe Unicode 1"),
        ("日本 👍 a", "???? ?? a"),
        ("plain", "plain"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert as_ascii(text) == shown


@given(st.text())
def test_cells_stay_and_nothing_else_is_left(text: str) -> None:
    shown = as_ascii(text)
    assert shown.isascii()
    assert len(shown) == sum(map(cell_len, text)) + sum(text.count(chr(code)) for code in (*range(32), 127))


def test_styles_and_controls_stay() -> None:
    style = Style(bold=True)
    line = [Segment("a ●", style), Segment("plain", None)]
    assert Ascii().apply(line, Color(0, 0, 0)) == [Segment("a *", style), Segment("plain", None)]


def test_every_sign_of_the_program_has_one_of_its_own() -> None:
    """A question mark would say nothing."""
    package = Path(dockertui.__file__).parent
    used = set("".join(path.read_text() for path in package.rglob("*.py") if "demo" not in path.parts))
    signs = {sign for sign in used if not sign.isascii() and 0x2000 < ord(sign) < 0x2FFF}
    assert len(signs) > 40
    assert {sign for sign in signs if re.search(r"\?", as_ascii(sign))} <= set("␡␛")


@pytest.mark.parametrize(
    ("environ", "lacks"),
    [
        ({}, False),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.utf8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "C"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, False),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, True),
        ({"LANG": "de_DE@euro"}, False),
        ({"LANG": "en_US"}, False),
    ],
)
def test_the_locale_decides(environ: dict[str, str], lacks: bool) -> None:
    assert lacks_unicode(environ) is lacks
