"""The content of a file as lines: highlighted text or a hex dump, made for the rows in view."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from dockertui.widgets.text import clean

HIGHLIGHT_LIMIT: Final = 512 * 1024
"""Characters that are highlighted: a lexer takes about a second for a megabyte."""
_TAB: Final = 8
_PROBE: Final = 8192
_BINARY_SHARE: Final = 0.1
_STYLES: Final = (
    ("Comment", "comment"), ("Keyword", "keyword"), ("Literal.String", "string"), ("Literal.Number", "number"),
    ("Name.Function", "name"), ("Name.Class", "name"), ("Name.Tag", "name"), ("Name.Attribute", "name"),
    ("Name.Builtin", "keyword"), ("Name.Decorator", "name"), ("Generic.Heading", "name"), ("Generic.Deleted", "bad"),
    ("Generic.Inserted", "good"), ("Operator.Word", "keyword"), ("Literal", "string"),
)  # fmt: skip
_SHEBANGS: Final = (
    ("python", "python"), ("bash", "bash"), ("sh", "bash"), ("perl", "perl"), ("ruby", "ruby"), ("node", "javascript")
)  # fmt: skip

Tokens = Sequence[Sequence[tuple[int, str]]]
"""For each line the styles by the character where they begin, in order."""


def is_binary(data: bytes) -> bool:
    """Return whether a file is binary: it has zero bytes, or a tenth of it is neither UTF-8 nor printable."""
    probe = data[:_PROBE]
    if b"\0" in probe:
        return True
    text = probe.decode("utf-8", "replace")
    odd = sum(sign == "\ufffd" or (sign < " " and sign not in "\t\n\r\f\x1b") for sign in text)
    return odd > len(text) * _BINARY_SHARE


def text_lines(data: bytes) -> list[str]:
    """Return the lines of a text with tabs expanded; bytes that are not UTF-8 become U+FFFD."""
    lines = data.decode("utf-8", "replace").split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r").expandtabs(_TAB) for line in lines]


def hex_line(data: bytes, row: int, width: int) -> str:
    """Return one row of a hex dump in the format of `hexdump -C`, `width` bytes per row."""
    piece = data[row * width : (row + 1) * width]
    half = width // 2
    left = " ".join(f"{byte:02x}" for byte in piece[:half])
    right = " ".join(f"{byte:02x}" for byte in piece[half:])
    signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
    return f"{row * width:08x}  {left:<{half * 3 - 1}}  {right:<{half * 3 - 1}}  |{signs}|"


def language(name: str, first: str) -> Any:
    """Return the lexer for a file by its name or its first line, or None."""
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        return get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        pass
    if first.startswith("#!"):
        program = first[2:].split("/")[-1]
        for word, alias in _SHEBANGS:
            if word in program:
                return get_lexer_by_name(alias, stripnl=False, ensurenl=False)
    return None


def highlighted(name: str, lines: Sequence[str]) -> tuple[str, Tokens]:
    """Return the language of a file and the styles of its lines. Slow: run it in a thread."""
    lexer = language(name, lines[0] if lines else "")
    if lexer is None:
        return "", []
    return str(lexer.name), [*_by_line(lexer.get_tokens("\n".join(lines)))]


def _by_line(tokens: Iterable[tuple[Any, str]]) -> Iterator[list[tuple[int, str]]]:
    line: list[tuple[int, str]] = []
    at = 0
    for token, text in tokens:
        style = _style(token)
        for number, part in enumerate(text.split("\n")):
            if number:
                yield line
                line, at = [], 0
            if part and (not line or line[-1][1] != style):
                line.append((at, style))
            at += len(part)
    yield line


_KNOWN: dict[Any, str] = {}


def _style(token: Any) -> str:
    style = _KNOWN.get(token)
    if style is None:
        name = str(token).removeprefix("Token.")
        style = next((style for prefix, style in _STYLES if name == prefix or name.startswith(f"{prefix}.")), "")
        _KNOWN[token] = style
    return style


def styled(line: str, tokens: Sequence[tuple[int, str]], start: int, end: int) -> list[tuple[str, str]]:
    """Return the cleaned characters `start` to `end` of a line, in pieces of one style each."""
    if not tokens:
        return [(clean(line[start:end]), "")]
    pieces = []
    index = max(0, bisect_right(tokens, (start, "\U0010ffff")) - 1)
    while index < len(tokens) and tokens[index][0] < end:
        stop = tokens[index + 1][0] if index + 1 < len(tokens) else len(line)
        piece = line[max(start, tokens[index][0]) : min(end, stop)]
        if piece:
            pieces.append((clean(piece), tokens[index][1]))
        index += 1
    return pieces
