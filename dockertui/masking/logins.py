"""Passwords next to a user name: in URLs, before a host, and in the options of programs that take them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dockertui.masking.late import late
from dockertui.masking.names import word_set
from dockertui.masking.values import is_plain

_AUTHORITY: Final = late(r"[^\s\"'<>`]{1,600}")
_PORT: Final = late(r"(?:\[[^\]]{0,60}\]|[^:@/]{0,255}):\d{1,5}(?:[/?#]|$)")
_BEFORE_HOST: Final = late(r":(?P<value>[^\s@/\"'(),]{1,256})@(?!sha(?:256|512):)[\w\[(]")
_LOGIN: Final = late(r"(?P<user>[^\s:\"'/]{1,128}):(?P<value>[^\s\"']{1,512})")
_QUOTED: Final = late(r"(?P<quote>[\"'])(?P<user>[^\s:\"'/]{1,128}):(?P<value>(?:(?!(?P=quote))[^\n]){1,512})")
_WHOLE: Final = late(r"(?P<user>[^\s:\"'/]{1,128}):(?P<value>.{1,512})", re.S)
_LETTERS: Final = late(r"-[#0-9BGIJLMNORSVZafgijklnpqsv]{0,12}u")
"""curl's `-u`, possibly after other one-letter options: `-fsSu`."""
_GROUP: Final = late(r"[a-z_][a-z_-]{0,31}")
_NO_USERS: Final = frozenset({"mailto", "ssh", "git", "npm", "sip", "acct", "sha256", "sha512", "docker-image", "xmpp"})
USER_OPTIONS: Final = frozenset({"-u", "-U", "--user", "--proxy-user", "--basic-auth", "--http-user", "--auth"})
"""Options followed by `user:password` or `user:group`."""
_CLIENTS: Final = frozenset({"curl", "wget", "xh", "httpie", "lftp"})
"""Programs whose `-u` takes `user:password`."""
_RUNNERS: Final = frozenset(
    {"docker", "podman", "nerdctl", "runc", "chown", "gosu", "su-exec", "setpriv", "install", "start-stop-daemon"}
)
"""Programs whose `-u` takes `user:group`."""
_MYSQL: Final = frozenset({
    "mysql", "mysqladmin", "mysqldump", "mysqlcheck", "mysqlimport", "mysqlshow", "mysqlsh", "mycli", "mariadb",
    "mariadb-admin", "mariadb-dump", "mariadb-check", "mariadb-backup", "xtrabackup",
})  # fmt: skip
_OPTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(word_set("sshpass mongo mongosh mongodump mongorestore mongoexport login"), "-p"),
    **dict.fromkeys(word_set("redis-cli valkey-cli keydb-cli"), "-a"),
    **dict.fromkeys(word_set("ldapsearch ldapadd ldapmodify ldapwhoami ldapdelete ldappasswd"), "-w"),
    **dict.fromkeys(word_set("sqlcmd bcp isql zip unzip tsql"), "-P"),
}
"""Programs with a one-letter option that is followed by a password."""
KNOWN: Final = frozenset({*_CLIENTS, *_RUNNERS, *_MYSQL, *_OPTIONS})
"""Programs whose options decide how the words after them are read."""


def program_after(word: str, before: str, program: str) -> str:
    """Return the program whose options follow `word`; `login` counts as one only after `docker` and the like."""
    if word not in KNOWN or (word == "login" and before not in _RUNNERS):
        return program
    return word


def takes_secret(option: str, program: str) -> bool:
    """Return whether a password follows this one-letter option of the program."""
    return option == _OPTIONS.get(program)


def joined(word: str, program: str) -> str:
    """Return `-p` for the `-psecret` of MySQL clients, "" for anything else."""
    return "-p" if program in _MYSQL and word.startswith("-p") and len(word) > 2 else ""


def takes_joined(option: str, program: str) -> bool:
    """Return whether a quoted password can be joined to this one-letter option."""
    return option == "-p" and program in _MYSQL


def login(option: str, value: str, program: str) -> str:
    """Return the user of a `user:password` after an option; "" if the value is not one."""
    found = _WHOLE.fullmatch(value)
    return found["user"] if found and _is_login(option, found, program) else ""


def login_at(text: str, option: str, start: int, program: str = "") -> tuple[int, int] | None:
    """Return the span of the password in the login that follows `option` at `start`, or None."""
    if not _takes_login(option, program):
        return None
    found = _QUOTED.match(text, start) or _LOGIN.match(text, start)
    return found.span("value") if found and _is_login(option, found, program) else None


def before_login(word: str, program: str) -> str:
    """Return the `-u` of curl's `-uuser:password`, with the one-letter options before it; "" for anything else."""
    found = _LETTERS.match(word) if program in _CLIENTS else None
    return found[0] if found else ""


def _takes_login(option: str, program: str) -> bool:
    return option in USER_OPTIONS or (bool(option) and option == before_login(option, program))


def _is_login(option: str, found: re.Match[str], program: str) -> bool:
    """Return whether the match is a user with a password, not a user with a group."""
    if not _takes_login(option, program) or is_plain(found["value"], strong=True):
        return False
    if program in _CLIENTS:
        return True
    user, value = found["user"], found["value"]
    if program in _RUNNERS and _GROUP.fullmatch(value):
        return False
    return user != value and not (user.isdecimal() or value.isdecimal())


def before_host(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of the password in `user:password@host` without a scheme; the user is `text[start:end]`."""
    if text.find("@", end, end + 260) < 0 or (start and text[start - 1] in "/@:.+"):
        return None
    found = _BEFORE_HOST.match(text, end)
    return found.span("value") if found and text[start:end].lower() not in _NO_USERS else None


def of_url(text: str, start: int) -> tuple[int, int] | None:
    """Return the span of the password, or of a token in its place, in a URL whose authority begins at `start`."""
    if text.find("@", start, start + 600) < 0:
        return None
    found = _AUTHORITY.match(text, start)
    if found is None:
        return None
    whole = found[0]
    host = whole.partition("/")[0]
    if "@" not in host and (":" not in host or _PORT.match(whole)):
        return None  # the @ belongs to the path
    at = host.rfind("@") if "@" in host else whole.rfind("@")
    colon = whole.find(":", 0, at)
    if colon < 0:
        return (start, start + at) if _is_token(whole[:at]) else None
    value = whole[colon + 1 : at]
    return None if is_plain(value, strong=True) and value != "1" else (start + colon + 1, start + at)


def _is_token(user: str) -> bool:
    """Return whether the user part of a URL is a key, as in a Sentry DSN."""
    plain = user.replace("-", "").replace("_", "")
    return len(user) >= 16 and plain.isalnum() and any(sign.isdecimal() for sign in plain)
