"""Values that are not secrets although their names suggest it: switches, references to variables, file paths."""

from __future__ import annotations

from typing import Final

from dockertui.masking.late import late
from dockertui.masking.names import word_set

_SWITCHES: Final = word_set(
    "true false yes no on off none null nil 0 1 enabled disabled required optional never always auto default"
)
_REFERENCE: Final = late(
    r"\$\{?\w{1,80}\}?"
    r"|\$\{\{[^{}]{0,80}\}\}|\{\{[^{}]{0,80}\}\}|%\w{1,80}%|%\(\w{1,80}\)s|<[\w -]{1,40}>|[*x]{3,}|\.{3}"
)
"""A reference to a variable, or a manual's placeholder."""
_FILE: Final = late(
    r"/(?:run|var|etc|usr|opt|home|root|tmp|srv|mnt|app|data|config|conf|secrets?|certs?|keys?|ssl|tls|proc|dev)"
    r"(?:/[\w.@-]{1,100}){1,20}/?"
    r"|(?:\.{0,2}/|~/|[A-Za-z]:\\)?[\w.@/\\-]{1,200}\.(?:pem|key|crt|cert|cer|json|pub|p12|pfx|jks|txt|ya?ml|conf|sock)"
)
_GIVEN: Final = "/run/secrets/"
_VERSION: Final = late(r"latest|v?\d{1,5}(?:\.\d{1,5}){0,3}(?:-[\w.]{1,40})?")


def is_plain(value: str, *, strong: bool) -> bool:
    """Return whether a secret's value may be shown; `strong` for names that never hold a file path."""
    if len(value) > 512:
        return False
    if value.isdecimal() and len(value) < 3:
        return True  # a count
    bare = value.strip()
    if bare.lower() in _SWITCHES or bare == "" or _REFERENCE.fullmatch(bare):
        return True
    return bare.startswith(_GIVEN) or (not strong and bool(_FILE.fullmatch(bare)))


def is_version(value: str) -> bool:
    """Return whether the value may be the tag of an image: `secrets:1.2` is no password."""
    return bool(_VERSION.fullmatch(value))


def is_distinct(value: str) -> bool:
    """Return whether a secret cannot be confused with a common word elsewhere: `postgres` could, `hunter2-x` not."""
    kinds = sum(any(test(sign) for sign in value) for test in (str.isalpha, str.isdecimal, _is_other))
    return 6 <= len(value) <= 4096 and kinds >= 2 and not value.startswith("/")


def _is_other(sign: str) -> bool:
    return not sign.isalnum()
