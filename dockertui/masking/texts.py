"""Secrets in a text: assignments, options, headers, URLs, whatever they stand in.

The text is gone through once, word by word: a word and what follows it tell whether a value comes that is to be hidden.
Every look ahead has a bound, so the time is in proportion to the length, whatever the text is.
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
"""What stands between a name and its value begins with one of these."""
_AFTER_GAP: Final = frozenset("=: \t")
_SPACED: Final = frozenset({"bearer", "basic", "password"})
"""Words that a secret follows behind a blank."""
_PARTS: Final = (
    "pass", "pwd", "pw", "secret", "token", "pat", "jwt", "auth", "cred", "key", "private", "dsn", "sk", "salt",
    "pepper", "cookie", "webhook", "mnemonic", "bearer", "basic",
)  # fmt: skip
"""At least one of these is in the name of every secret."""
_DECIDE: Final = frozenset("=:")
_GAP: Final = late(r"[ \t]{1,8}")
_OPENING: Final = late(r"(\\{0,8})([\"'`])")
_UNTIL: Final = {quote: late(rf"(?:[^{quote}\\]|\\.)*", re.S) for quote in "\"'`"}
_BARE: Final = late(
    r"(?:[^\s\"'`,;&)\]}]"
    r"|[\"'`)\]}](?=[\w$@!#%^*+~/\\-])"
    r"|[,;&](?![\s\"'`,;&)\]}]|$|[A-Za-z_][\w .-]{0,40}[=:]|(?:r[ow]|soft|hard|nolock|noexec|nosuid|nodev)\b))+"
)
"""A value without quotes: up to a blank, or to where the next member of a list begins."""
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
"""Words that tell that an option is talked about, not given."""
_TALK: Final = word_set("unexpected illegal unrecognized invalid expired missing unknown bad malformed wrong")


class SecretSpan(NamedTuple):
    """A value in a text that is to be hidden: where it is, and from where on to look for the next."""

    start: int
    end: int
    on: int = 0


def masked(text: str, known: Iterable[str] = ()) -> str:
    """The text with its secrets hidden; `known` are values that are secrets wherever they stand."""
    return _remembered(text, tuple(known)) if len(text) <= _SHORT else _masked(text, known)


@lru_cache(maxsize=4096)
def _remembered(text: str, known: tuple[str, ...]) -> str:
    """What short texts become: they are painted again and again."""
    return _masked(text, known)


def _masked(text: str, known: Iterable[str]) -> str:
    text = without_shapes(_without(text, known))
    if not _may_hold(text):
        return text
    parts: list[str] = []
    at = done = 0
    program = before = ""
    while found := _WORD.search(text, at):
        word, at = found[0], found.end()
        if _may_announce(text, word, at, before) and (span := _value_behind(text, found, program, before)):
            if span.end > span.start:
                parts += [text[done : span.start], MASK]
                done = span.end
            at = max(at, span.on or span.end)
        program, before = logins.program_after(word, before, program), word
    return "".join([*parts, text[done:]]) if parts else text


def masked_words(words: Sequence[str], known: Iterable[str] = ()) -> list[str]:
    """The words of a command, or assignments: as `masked`, and a word is a whole value, whatever blanks are in it."""
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
    """Whether there is a part of a secret's name in it, an option, or a login: of most texts nothing else is asked."""
    low = text.lower()
    return "@" in text or "-" in text or any(part in low for part in _PARTS)


def _may_announce(text: str, word: str, end: int, before: str) -> bool:
    """Whether a word, by what is next to it, may be followed by a secret: most are passed over by this."""
    following = text[end : end + 1]
    if word[0] == "-":
        return bool(following) or len(word) > 2
    if following not in (" ", "\t"):
        return following in _MAY_FOLLOW and following != ""
    return text[end + 1 : end + 2] in _AFTER_GAP or before == "ENV" or word.lower() in _SPACED


def _without(text: str, known: Iterable[str]) -> str:
    """The text without the values that are secrets, where they stand alone."""
    for value in known:
        if value in text:
            text = re.sub(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])", MASK, text)
    return text


def _is_read(name: str, value: str) -> bool:
    """Whether the value of a secret's name may be read."""
    return is_plain(value, strong="pass" in name.lower() or "pwd" in name.lower())


def _value_behind(text: str, found: re.Match[str], program: str, before: str) -> SecretSpan | None:
    """The secret that a word announces, if it does."""
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
    """The value of `name=`, `name: ` and `"name":`."""
    word, equals = found[0], sign["sign"].startswith("=")
    if _is_end_of_path(text, found.start(), quoted=bool(sign["quote"])) and not equals:
        return None
    quoted = bool(sign["quote"])
    name = word.lstrip("-") if word.startswith("--") else word
    if equals and sign["after"] and not sign["before"] and not quoted:
        return None  # `NAME= word`: it is empty
    if equals and (span := logins.login_at(text, word, sign.end())):
        return SecretSpan(*span)
    secret = is_secret(name) if equals or quoted else is_plainly_secret(name) or name.lower() in _HEADERS
    if not secret:
        return None
    start, end = _extent(text, sign.end(), name)
    value = text[start:end]
    if _is_read(name, value) or (not equals and _is_talk(name, value, sign, before, text[end : end + 12])):
        return SecretSpan(start, start, sign.end())
    return SecretSpan(start, end)


def _is_end_of_path(text: str, start: int, *, quoted: bool) -> bool:
    """Whether the word that begins there ends a path, as in `/etc/passwd: denied`; `"my.org/token"` is a name."""
    if not start or text[start - 1] != "/":
        return False
    return not (quoted and _NAME_SO_FAR.search(text, max(0, start - 100), start))


def _is_talk(name: str, value: str, sign: re.Match[str], before: str, behind: str) -> bool:
    """Whether `token: unexpected` is a sentence, `secrets:1.2` an image, `secret:/run` a mount."""
    if not sign["after"] and not sign["quote"] and (is_version(value) or value.startswith("/")):
        return True
    is_sentence = before.lower() in _TALK or bool(_MORE_WORDS.match(behind))
    return is_sentence and "pass" not in name.lower() and value.isalpha()


def _spaced(text: str, word: str, end: int, program: str, before: str) -> SecretSpan | None:
    """The value of `--password x`, `-u user:x`, `Bearer x`, `ENV PASSWORD x`."""
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
    """Where the value that begins there has its first and its last character, quotes aside."""
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
    """Up to the same quote; without one to the end of the line: the text was cut."""
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
    """The end of a JSON list of texts; what else opens a bracket is gone into, not hidden."""
    end = text.find("]", start, start + 2048)
    return end + 1 if text[start] == "[" and end >= 0 and "{" not in text[start:end] else start
