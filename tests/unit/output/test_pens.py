"""Pens: the way from one style to another is short, and right."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style

from dockertui.output.pens import DEFAULT, MAX_PENS, Pen, Pens, PensFull

ATTRIBUTES = [
    "bold",
    "dim",
    "italic",
    "underline",
    "blink",
    "reverse",
    "conceal",
    "strike",
    "underline2",
    "overline",
]
COLORS = ["default", "red", "bright_blue", "color(123)", "#102030", "#ffffff"]


@st.composite
def styles(draw: st.DrawFn) -> Style:
    words = [f"{draw(st.sampled_from(COLORS))} on {draw(st.sampled_from(COLORS))}"]
    words += draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=4, unique=True))
    return Style.parse(" ".join(words))


SETS = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 5: "blink", 7: "reverse", 8: "conceal", 9: "strike"}
SETS |= {21: "underline2", 53: "overline"}
CLEARS = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline", "underline2"}, 25: {"blink"}}
CLEARS |= {27: {"reverse"}, 28: {"conceal"}, 29: {"strike"}, 55: {"overline"}}


class Sgr:
    """A terminal's pen, by ECMA-48: what each code sets and clears."""

    def __init__(self) -> None:
        self.attributes: set[str] = set()
        self.colors = {"foreground": "39", "background": "49"}

    def feed(self, data: str) -> None:
        for codes in re.findall(r"\x1b\[([\d;]*)m", data):
            self._codes([int(code or 0) for code in codes.split(";")])

    def _codes(self, codes: list[int]) -> None:
        while codes:
            code = codes.pop(0)
            if code == 0:
                Sgr.__init__(self)
            elif code in SETS:
                self.attributes.add(SETS[code])
            elif code in CLEARS:
                self.attributes -= CLEARS[code]
            else:
                size = {38: {5: 2, 2: 4}, 48: {5: 2, 2: 4}}.get(code, {}).get(codes[0] if codes else 0, 0)
                value = ";".join(map(str, [code, *codes[:size]]))
                del codes[:size]
                ground = "background" if code in (48, 49) or 40 <= code < 48 or code >= 100 else "foreground"
                self.colors[ground] = value


def expected(style: Style) -> tuple[set[str], dict[str, str]]:
    terminal = Sgr()
    terminal.feed(f"\x1b[{style._make_ansi_codes(ColorSystem.TRUECOLOR)}m")
    return terminal.attributes, terminal.colors


@given(st.lists(styles(), min_size=1, max_size=8))
def test_a_chain_of_changes_leaves_the_pen_that_rich_would_set(chain: list[Style]) -> None:
    pens, terminal, current = Pens(), Sgr(), DEFAULT
    for style in chain:
        pen = pens.of(style)
        terminal.feed(pens.change(current, pen))
        current = pen
        assert (terminal.attributes, terminal.colors) == expected(style)


def change(old: str, new: str) -> str:
    pens = Pens()
    return pens.change(pens.of(Style.parse(old)), pens.of(Style.parse(new)))


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        ("red on blue", "red on blue", ""),
        ("red on blue", "green on blue", "\x1b[32m"),
        ("bold red", "red", "\x1b[22m"),
        ("bold dim", "dim", "\x1b[0;2m"),
        ("bold dim red on blue", "dim red on blue", "\x1b[22;2m"),
        ("red on #010203", "default", "\x1b[m"),
    ],
)
def test_only_changed_attributes_are_sent(old: str, new: str, sent: str) -> None:
    assert change(old, new) == sent


def test_spaces_that_look_alike_have_one_pen() -> None:
    pens = Pens()
    red, green = pens.of(Style.parse("red on blue")), pens.of(Style.parse("bold green on blue"))
    underlined = pens.of(Style.parse("underline red on blue"))
    assert pens.blank(red) == pens.blank(green)
    assert pens.blank(underlined) == underlined
    assert pens.erases(pens.blank(red))
    assert not pens.erases(underlined)


def test_no_erasing_in_color_where_the_terminal_cannot() -> None:
    pens = Pens(erase_colors=False)
    assert not pens.erases(pens.blank(pens.of(Style.parse("on blue"))))
    assert pens.erases(DEFAULT)


def test_colors_become_those_of_the_terminal() -> None:
    pens = Pens(ColorSystem.STANDARD)
    assert pens[pens.of(Style.parse("#ff0000"))] == Pen(foreground="31")


def test_a_link_is_opened_and_closed() -> None:
    pens = Pens()
    link = pens.of(Style(link="https://example.com/"))
    assert pens.change(DEFAULT, link).endswith(";https://example.com/\x1b\\")
    assert pens.change(link, DEFAULT) == "\x1b]8;;\x1b\\"


@pytest.mark.parametrize("address", ["http://x/\x1b]0;owned\x07", "http://x/\u202e", "x" * 3000])
def test_a_link_that_cannot_be_sent_safely_is_none(address: str) -> None:
    pens = Pens()
    assert pens[pens.of(Style(link=address))].link == ""


def test_the_table_is_bounded() -> None:
    pens = Pens()
    styles = [Style(color=f"#{number:06x}") for number in range(MAX_PENS)]
    with pytest.raises(PensFull):
        [pens.of(style) for style in styles]
