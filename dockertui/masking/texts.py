"""Secrets in running text: assignments, options, headers, URLs.

One pass goes over the text word by word; a word and the characters after it decide whether a secret value follows.
Every look-ahead is bounded, so the time is proportional to the length of any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from dockertui.masking import logins
from dockertui.masking.late import late
from dockertui.masking.names import is_plainly_secret, is_secret, word_set
from dockertui.masking.shapes import MASK, without_shapes
from dockertui.masking.values import is_plain, is_version

_SHORT: Final = 400
_WORD: Final = late(r"[\w.-]+")
_SIGN: Final = late(r"(?P<quote>\\{0,8}[\"'])?\]?(?P<before>[ \t]{0,4})(?P<sign>={1,2}>?|:=?)(?P<after>[ \t]{0,4})")
_MAY_FOLLOW: Final = frozenset("=:\"'\\] \t")
"""The characters that can begin the separator between a name and its value."""
_AFTER_GAP: Final = frozenset("=: \t")
_SPACED: Final = frozenset({"bearer", "basic", "password"})
"""Words that a secret may follow after a blank."""
_PARTS: Final = (
    "pass", "pwd", "pw", "secret", "token", "pat", "jwt", "auth", "cred", "key", "private", "dsn", "sk", "salt",
    "pepper", "cookie", "webhook", "mnemonic", "bearer", "basic",
)  # fmt: skip
"""Every secret's name contains at least one of these."""
_DECIDE: Final = frozenset("=:")
_GAP: Final = late(r"[ \t]{1,8}")
_OPENING: Final = late(r"(\\{0,8})([\"'`])")
_UNTIL: Final = {quote: late(rf"(?:[^{quote}\\]|\\.)*", re.S) for quote in "\"'`"}
_BARE: Final = late(
    r"(?:[^\s\"'`,;&)\]}]"
    r"|[\"'`)\]}](?=[\w$@!#%^*+~/\\-])"
    r"|[,;&](?![\s\"'`,;&)\]}]|$|[A-Za-z_][\w .-]{0,40}[=:]|(?:r[ow]|soft|hard|nolock|noexec|nosuid|nodev)\b))+"
)
"""An unquoted value: up to a blank, or to the next member of a list."""
_SCHEME: Final = late(r"(?:bearer|basic|token|digest|negotiate|apikey|key|aws4-hmac-sha256)[ \t]+", re.I)
_LINE: Final = late(r"[^\"'\r\n]+")
_MORE_WORDS: Final = late(r" [a-z]{2,}(?: |,|$|\.)")
_NAME_SO_FAR: Final = late(r"[\"'][\w.-][\w./-]{0,90}$")
_HEADERS: Final = frozenset({"authorization", "cookie"})
_SCHEMES: Final = frozenset({"bearer", "basic"})
_CREDENTIALS: Final = late(r"[ \t]{1,4}(?P<value>(?=[\w.~+/-]{0,64}\d)[\w.~+/=-]{8,4096})")
_ASSIGNED: Final = late(r"(?P<name>-{0,2}[\w./-]{1,200})=(?P<value>.+)", re.S)
_SMALL: Final = word_set(
    "to or and is are for flag option must requires needs was cannot can not with instead via in of if"
)
"""Words after an option that show it is being discussed, not given a value."""
_TALK: Final = word_set("unexpected illegal unrecognized invalid expired missing unknown bad malformed wrong")


class SecretSpan(NamedTuple):
    """A value to hide: `text[start:end]`; the search goes on at `on`, or at `end` if `on` is 0."""

    start: int
    end: int
    on: int = 0


def masked(text: str, known: Iterable[str] = ()) -> str:
    """Return the text with its secrets hidden; the values in `known` are hidden wherever they occur."""
    return _remembered(text, tuple(known)) if len(text) <= _SHORT else _masked(text, known)


@lru_cache(maxsize=4096)
def _remembered(text: str, known: tuple[str, ...]) -> str:
    """Mask a short text, cached: these are painted again and again."""
    return _masked(text, known)


def _masked(text: str, known: Iterable[str]) -> str:
    text = without_shapes(_hide_known(text, known))
    if not _may_hold(text):
        return text
    parts: list[str] = []
    at = done = 0
    program = before = ""
    while found := _WORD.search(text, at):
        word, at = found[0], found.end()
        if _may_precede_secret(text, word, at, before) and (span := _secret_after(text, found, program, before)):
            if span.end > span.start:
                parts += [text[done : span.start], MASK]
                done = span.end
            at = max(at, span.on or span.end)
        program, before = logins.program_after(word, before, program), word
    return "".join([*parts, text[done:]]) if parts else text


def masked_words(words: Sequence[str], known: Iterable[str] = ()) -> list[str]:
    """Return the words of a command, or assignments, as `masked` would; each word is a whole value, blanks included."""
    shown, program, before = [], "", ""
    for word in words:
        shown.append(_masked_word(word, before, program, known))
        program, before = logins.program_after(word.rpartition("/")[2], before, program), word
    return shown


def _masked_word(word: str, before: str, program: str, known: Iterable[str]) -> str:
    if before.startswith("-") and word and not word.startswith("-"):
        name = before.lstrip("-")
        if (is_secret(name) and not _is_read(name, word)) or logins.takes_secret(before, program):
            return MASK
        if login := logins.login(before, word, program):
            return f"{login}:{MASK}"
    if joined := logins.joined(word, program):
        return f"{joined}{MASK}"
    option = logins.before_login(word, program)
    if option and (login := logins.login(option, word[len(option) :], program)):
        return f"{option}{login}:{MASK}"
    assigned = _ASSIGNED.fullmatch(word)
    if assigned and is_secret(assigned["name"]) and not _is_read(assigned["name"], assigned["value"]):
        return f"{assigned['name']}={MASK}"
    return masked(word, known)


def _may_hold(text: str) -> bool:
    """Return whether the text can contain a secret (part of a name, an option, a login); most texts end here."""
    low = text.lower()
    return "@" in text or "-" in text or any(part in low for part in _PARTS)


def _may_precede_secret(text: str, word: str, end: int, before: str) -> bool:
    """Return whether a secret can follow a word, judging by the characters next to it; rules out most words cheaply."""
    following = text[end : end + 1]
    if word[0] == "-":
        return bool(following) or len(word) > 2
    if following not in (" ", "\t"):
        return following in _MAY_FOLLOW and following != ""
    return text[end + 1 : end + 2] in _AFTER_GAP or before == "ENV" or word.lower() in _SPACED


def _hide_known(text: str, known: Iterable[str]) -> str:
    """Hide the known secret values where they occur as whole words."""
    for value in known:
        if value in text:
            text = re.sub(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", MASK, text)
    return text


def _is_read(name: str, value: str) -> bool:
    """Return whether the value is plain although the name is a secret's."""
    return is_plain(value, strong="pass" in name.lower() or "pwd" in name.lower())


def _secret_after(text: str, found: re.Match[str], program: str, before: str) -> SecretSpan | None:
    """Return the span of the secret that follows a word, or None."""
    word, end = found[0], found.end()
    following = text[end : end + 1]
    option = logins.before_login(word, program)
    if option and (span := logins.login_at(text, option, found.start() + len(option), program)):
        return SecretSpan(*span)
    if following == ":":
        url = text.startswith("://", end)
        span = logins.of_url(text, end + 3) if url else logins.before_host(text, found.start(), end)
        if url or span is not None:
            return SecretSpan(*span) if span is not None else None
    if joined := logins.joined(word, program):
        start = found.start() + len(joined)
        return SecretSpan(*_extent(text, start))
    counts = following not in _DECIDE or is_secret(word) or word in logins.USER_OPTIONS
    if counts and (sign := _SIGN.match(text, end)):
        return _assigned(text, found, sign, before)
    if following in ("'", '"') and (logins.takes_secret(word, program) or logins.takes_joined(word, program)):
        return SecretSpan(*_extent(text, end))
    return _spaced(text, word, end, program, before) if following in (" ", "\t") else None


def _assigned(text: str, found: re.Match[str], sign: re.Match[str], before: str) -> SecretSpan | None:
    """Return the span of the value of `name=`, `name: ` and `"name":`, or None."""
    word, equals = found[0], sign["sign"].startswith("=")
    if _is_end_of_path(text, found.start(), quoted=bool(sign["quote"])) and not equals:
        return None
    quoted = bool(sign["quote"])
    name = word.lstrip("-") if word.startswith("--") else word
    if equals and sign["after"] and not sign["before"] and not quoted:
        return None  # `NAME= word`: the value is empty
    if equals and (span := logins.login_at(text, word, sign.end())):
        return SecretSpan(*span)
    secret = is_secret(name) if equals or quoted else is_plainly_secret(name) or name.lower() in _HEADERS
    if not secret:
        return None
    start, end = _extent(text, sign.end(), name)
    value = text[start:end]
    if _is_read(name, value) or (not equals and _is_sentence(name, value, sign, before, text[end : end + 12])):
        return SecretSpan(start, start, sign.end())
    return SecretSpan(start, end)


def _is_end_of_path(text: str, start: int, *, quoted: bool) -> bool:
    """Return whether the word at `start` ends a path, as in `/etc/passwd: denied`; `"my.org/token"` is a name."""
    if not start or text[start - 1] != "/":
        return False
    return not (quoted and _NAME_SO_FAR.search(text, max(0, start - 100), start))


def _is_sentence(name: str, value: str, sign: re.Match[str], before: str, behind: str) -> bool:
    """Return whether `token: unexpected` is a sentence, `secrets:1.2` an image, `secret:/run` a mount."""
    if not sign["after"] and not sign["quote"] and (is_version(value) or value.startswith("/")):
        return True
    is_sentence = before.lower() in _TALK or bool(_MORE_WORDS.match(behind))
    return is_sentence and "pass" not in name.lower() and value.isalpha()


def _spaced(text: str, word: str, end: int, program: str, before: str) -> SecretSpan | None:
    """Return the span of the value of `--password x`, `-u user:x`, `Bearer x`, `ENV PASSWORD x`, or None."""
    if word.lower() in _SCHEMES and (credentials := _CREDENTIALS.match(text, end)):
        return SecretSpan(*credentials.span("value"))
    gap = _GAP.match(text, end)
    start = gap.end() if gap else end
    if word.startswith("-"):
        if span := logins.login_at(text, word, start, program):
            return SecretSpan(*span)
        name = word.lstrip("-")
        if not (is_secret(name) or logins.takes_secret(word, program)) or text.startswith("-", start):
            return None
        start, stop = _extent(text, start)
        value = text[start:stop]
        return SecretSpan(start, start, start) if _is_read(name, value) or value in _SMALL else SecretSpan(start, stop)
    if before == "ENV" and is_secret(word):
        line = _LINE.match(text, start)
        return SecretSpan(*line.span()) if line else None
    if word.lower() in ("password", "by") and text.startswith("'", start) and word != "by":
        return SecretSpan(*_extent(text, start))
    return None


def _extent(text: str, start: int, name: str = "") -> tuple[int, int]:
    """Return the span of the value that begins at `start`, without its quotes."""
    if opening := _OPENING.match(text, start):
        return _quoted(text, opening)
    if text.startswith(("{", "$(", "["), start) and not text.startswith("{{", start):
        return start, _list_end(text, start)
    if name and name.lower().endswith(("authorization", "cookie")):
        scheme = _SCHEME.match(text, start)
        start = scheme.end() if scheme else start
        line = _LINE.match(text, start)
        return line.span() if line else (start, start)
    bare = _BARE.match(text, start)
    return (start, start + len(bare[0].rstrip(":"))) if bare else (start, start)


def _quoted(text: str, opening: re.Match[str]) -> tuple[int, int]:
    """Return the span up to the closing quote; if it is missing because the text was cut, up to the end of the line."""
    start, quote = opening.end(), opening[0]
    if opening[1]:
        end = text.find(quote, start)
    else:
        end = _UNTIL[quote].match(text, start).end()  # type: ignore[union-attr]  # it matches nothing, too
        end = end if end < len(text) else -1
    if end < 0:
        line = text.find("\n", start)
        end = line if line >= 0 else len(text)
    return start, end


def _list_end(text: str, start: int) -> int:
    """Return the end of a JSON list of strings; other brackets are searched, not hidden."""
    end = text.find("]", start, start + 2048)
    return end + 1 if text[start] == "[" and end >= 0 and "{" not in text[start:end] else start
