"""What a `.dockerignore` excludes from a build, as the Docker CLI decides it.

Source: github.com/moby/patternmatcher (ignorefile, PatternMatcher) and the walk of moby/go-archive, oddities included:
the last pattern that matches wins, one that matches a folder matches everything below it, and an excluded folder is not
descended into unless an exception (`!`) begins with its literal name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NAME: Final = ".dockerignore"
_WILD: Final = frozenset("*?[]\\")
_ONE: Final = {"*": "[^/]*", "?": "[^/]"}
_SPECIAL: Final = re.compile(r"[.+()|{}$^\[\]*?\\]")
_SIGN: Final = r"(?:\\.|[^\\\]-])"
_CLASS: Final = re.compile(rf"\[\^?(?:{_SIGN}(?:-{_SIGN})?)+\]", re.S)
_BLANKS: Final = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
r"""What Go calls space; `str.strip` also strips the separators \x1c to \x1f."""


Matched = tuple[bool, ...]
"""For each pattern, whether it matches a path or a folder above it."""


class BadPattern(ValueError):
    """A line that is not a valid pattern; the text says which."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line. `text` is without its `!`; `regex` is valid both in Python and in GNU find's `posix-extended`."""

    text: str
    exception: bool
    regex: str

    @property
    def line(self) -> str:
        return f"!{self.text}" if self.exception else self.text


def read(text: str) -> list[Pattern]:
    """Parse the patterns of a file's text. Raises BadPattern."""
    found = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        pattern = line.strip(_BLANKS)
        if line.startswith("#") or not pattern:
            continue
        exception = pattern.startswith("!")
        try:
            found.append(made(_cleaned(pattern.removeprefix("!").strip(_BLANKS)), exception=exception))
        except BadPattern as error:
            raise BadPattern(f"line {number} of {NAME}: {error}") from None
    return found


def made(text: str, *, exception: bool = False) -> Pattern:
    """Make a pattern of its cleaned text. Raises BadPattern."""
    if not text:
        raise BadPattern('"!" alone excepts nothing')
    return Pattern(text, exception, _regex(text))


def _cleaned(pattern: str) -> str:
    """Clean a pattern as Go's filepath.Clean, and make it relative to the folder."""
    if not pattern:
        return ""
    clean = posixpath.normpath(pattern)
    clean = clean.replace("//", "/", 1) if clean.startswith("//") else clean  # POSIX keeps two leading slashes
    return clean[1:] if len(clean) > 1 and clean.startswith("/") else clean


def _regex(pattern: str) -> str:
    """Return the pattern as a regular expression for a whole path. Raises BadPattern."""
    if pattern.startswith("**") and not _WILD.intersection(pattern[2:]):
        name = pattern[2:]  # a plain suffix: `**bar` also matches foobar
        return f"(.*/)?{_literally(name[1:])}" if name.startswith("/") else f".*{_literally(name)}"
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        if pattern.startswith("**", at):
            at += 3 if pattern.startswith("/", at + 2) else 2
            parts.append("(.*/)?" if at < len(pattern) else ".*")
            continue
        if sign == "[":
            found = _CLASS.match(pattern, at)
            if found is None:
                raise BadPattern(f"{pattern!r} has a [ without its ], or a range without its end")
            parts.append(_class(found[0]))
            at = found.end()
            continue
        if sign == "\\":
            at += 1
            if at == len(pattern):
                raise BadPattern(f"{pattern!r} ends in a backslash")
            sign = _literally(pattern[at])
        else:
            sign = _ONE.get(sign) or _literally(sign)
        parts.append(sign)
        at += 1
    return "".join(parts)


def _literally(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _class(text: str) -> str:
    """Translate a `[…]`, escaping what is special only to Python."""
    negated = text.startswith("[^")
    signs = re.findall(_SIGN + "|-", text[1 + negated : -1], re.S)
    first = "-" if r"\-" in signs else ""  # first, where no reader takes it for a range
    others = (sign[-1] for sign in signs if sign != r"\-")
    escaped = first + "".join(f"\\{sign}" if sign in r"[]\&|~^" else sign for sign in others)
    regex = f"[{'^' * negated}{escaped}]"
    try:
        re.compile(regex)
    except re.error:
        raise BadPattern(f"{text!r} is no set of characters") from None
    return regex


class Ignored:
    """Which paths the patterns exclude; the paths in `always`, Dockerfile and `.dockerignore`, are never excluded."""

    def __init__(self, patterns: Sequence[Pattern], always: Sequence[str] = ()) -> None:
        kept = [made(_escaped(path), exception=True) for path in always if Ignored(patterns).keeps_out(path)]
        self.patterns = [*patterns, *kept]
        self._compiled = [re.compile(pattern.regex, re.S) for pattern in self.patterns]
        self._exceptions = [f"{pattern.text}/" for pattern in self.patterns if pattern.exception]

    def judge(self, path: str, above: Matched) -> tuple[bool, Matched]:
        """Return whether a path is excluded, and which patterns it matches; `above` are its folder's, () at the top.

        A pattern that would not change the result is not tried, so paths below a folder may be judged otherwise than by
        that pattern alone: the order of the lines decides.
        """
        out, matched = False, []
        for number, pattern in enumerate(self.patterns):
            match = bool(above) and above[number]
            if not match and pattern.exception is out:
                match = self._compiled[number].fullmatch(path) is not None
            if match:
                out = not pattern.exception
            matched.append(match)
        return out, tuple(matched)

    def keeps_out(self, path: str) -> bool:
        """Whether a path is excluded, by itself or with a folder above it."""
        above: Matched = ()
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            out, above = self.judge("/".join(parts[:count]), above)
        return out

    def is_closed(self, folder: str) -> bool:
        """Whether an excluded folder need not be descended into: no exception begins with its name."""
        return not any(exception.startswith(f"{folder}/") for exception in self._exceptions)


def _escaped(path: str) -> str:
    return re.sub(r"([*?\[\]\\])", r"\\\1", path)
