"""Secrets recognised by their form, whatever their name: service tokens, hashes, private keys."""

from __future__ import annotations

import re
from typing import Final

from dockertui.masking.late import late

MASK: Final = "••••••"
_PREFIXES: Final = (
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glrt-", "sk_live_", "sk_test_",
    "rk_live_", "whsec_", "sk-", "xoxb-", "xoxp-", "xoxa-", "xoxs-", "xapp-", "npm_", "pypi-", "dckr_pat_", "dckr_oat_",
    "hf_", "SG.", "AKIA", "ASIA", "AIza", "ya29.", "eyJ", "hvs.", "hvb.", "SWMTKN-1-", "SWMKEY-1-", "dop_v1_", "shpat_",
    "AGE-SECRET-KEY-1",
)  # fmt: skip
_TOKEN: Final = late(
    rf"(?<![A-Za-z0-9_])(?:{'|'.join(map(re.escape, _PREFIXES))})(?=[\w.~+/=-]{{16}})[\w.~+/=-]{{16,4096}}"
)
_HASH: Final = late(r"\$(?:apr1|2[abxy]?|1|5|6|y|argon2[a-z]{1,2})\$[\w./$=,+-]{8,256}")
_KEY_BEGINS: Final = late(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")
_KEY_ENDS: Final = "-----END"


def without_shapes(text: str) -> str:
    """Hide secrets recognised by form. A token needs a known prefix, at least 16 further characters and a digit."""
    if any(prefix in text for prefix in _PREFIXES):
        text = _TOKEN.sub(_hidden, text)
    if "$" in text:
        text = _HASH.sub(MASK, text)
    return _without_private_keys(text) if "PRIVATE KEY-----" in text else text


def _hidden(found: re.Match[str]) -> str:
    token = found[0]
    rest = token.rstrip(".")
    return MASK + token[len(rest) :] if any(sign.isdecimal() for sign in token) else token


def _without_private_keys(text: str) -> str:
    """Hide private keys, keeping their BEGIN and END lines as far as the text has them."""
    parts, done = [], 0
    while found := _KEY_BEGINS.search(text, done):
        end = text.find(_KEY_ENDS, found.end())
        parts += [text[done : found.end()], MASK]
        done = len(text) if end < 0 else end
    return "".join([*parts, text[done:]])
