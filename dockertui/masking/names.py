"""Which names are names of secrets, decided word by word.

`DB_PASSWORD`, `db.password`, `dbPassword` and `--db-password` are the same words. `KEYBOARD` and `monkey` contain
no word that counts. Words after the secret's word may say that the value is not the secret itself: `PASSWORD_FILE`,
`TOKEN_TTL`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from dockertui.masking.late import late


def word_set(words: str) -> frozenset[str]:
    """Return the whitespace-separated words of a text."""
    return frozenset(words.split())


_LONGEST: Final = 160
"""The number of characters examined, at the end of a name."""
_JOINTS: Final = late(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN: Final = word_set(
    "password passwd passphrase passcode pass pwd pswd pw secret token pat jwt auth authorization credential cred key "
    "private dsn sk salt pepper cookie webhook mnemonic bearer htpasswd xauth "
    "apikey accesskey secretkey privatekey authkey sshkey masterkey signingkey encryptionkey appkey sharedkey "
    "servicekey licensekey licencekey accountkey sessionkey deploykey unlockkey subscriptionkey "
    "dbpass userpass requirepass rootpass adminpass smtppass mailpass ldappass redispass pgpass httppass ftppass "
    "sshpass masterpass keypass storepass passin passout "
    "basicauth httpauth masterauth registryauth proxyauth"
)
"""Words that make a name secret, in the singular and without a trailing number."""
_ENDINGS: Final = ("password", "passwd", "passphrase", "secret", "token", "pwd")
"""Endings of longer words that also make a name secret: `dbpassword`, `authtoken`."""
_DESCRIPTIVE: Final = word_set(
    "file files filename path paths dir directory folder location mount sock socket fd stdin prompt "
    "id ids name names alias label type types kind mode class version format prefix suffix header headers field param "
    "url uri urls port endpoint realm region zone issuer audience scope scopes provider driver backend plugin store "
    "source manager helper helpers table "
    "enable enabled disable disabled required require optional secure httponly samesite strict verify verification "
    "policy policies rule rules rotation renew renewal reset "
    "length len min max minimum maximum size sizes bits count limit limits quota rate retries attempts "
    "timeout ttl age expiry expires expire expiration lifetime duration interval seconds minutes days time "
    "algorithm alg algorithms method methods cost rounds iterations strength "
    "serializer deserializer converter space spaces index indexes events parallelism "
    "network subnet ip address addr registry"
)
"""Words that, after a secret's word, mean that the value only describes the secret."""
_OWNERS: Final = word_set(
    "user username users login email host hostname server servers service domain db database cache engine"
)
"""Like `_DESCRIPTIVE`, but after a password's word they name its owner: `PASSWORD_DB` is a secret, `AUTH_DB` is not."""
_NOT_KEYS: Final = word_set(
    "public pub publishable sort partition primary foreign cache routing shard object group hot row unique "
    "index map gpg pgp press idempotency translation message"
)
"""Words before `key` after which it is not secret."""
_EXCEPT: Final = frozenset({"pwd", "oldpwd", "passwords", "keys", "sk", "pat", "salt"})
"""Single words that are not secret as a whole name: the shell's `PWD`."""
_STRONG: Final = word_set(
    "password passwd passphrase passcode secret token apikey accesskey secretkey privatekey credential"
)


def is_secret(name: str) -> bool:
    """Return whether the value of an assignment, a JSON member or an option of this name is a secret."""
    return _is_secret(name[-_LONGEST:])


@lru_cache(maxsize=8192)
def _is_secret(name: str) -> bool:
    words = _words(name)
    if len(words) == 1 and words[0] in _EXCEPT:
        return False
    for at in range(len(words) - 1, -1, -1):
        if _is_secret_word(words, at):
            return not _is_described(words, at)
    return False


def is_plainly_secret(name: str) -> bool:
    """Return whether a name is a secret's beyond doubt, even before a colon in a sentence: `DB_AUTH`, not `auth`."""
    if not is_secret(name):
        return False
    words = _words(name)
    return len(words) > 1 or _single(words[0]) in _STRONG or _single(words[0]).endswith(_ENDINGS)


def _words(name: str) -> list[str]:
    bare = name[-_LONGEST:]
    if bare.startswith("-D"):
        bare = bare[2:]  # a Java system property
    return [word.lower() for word in _JOINTS.split(bare) if word]


def _single(word: str) -> str:
    """Return the word without a trailing number and a plural s: `passwords`, `token2`."""
    bare = word.rstrip("0123456789") or word
    return bare[:-1] if bare.endswith("s") and not bare.endswith("ss") else bare


def _is_secret_word(words: list[str], at: int) -> bool:
    """Return whether the word at `at` makes the name secret."""
    word, before = words[at], words[at - 1] if at else ""
    single = _single(word)
    if single == "key":
        if word.startswith("keys") and before not in ("api", "access", "secret", "private", "encryption", "signing"):
            return False
        return before not in _NOT_KEYS
    if single == "pass" and at + 1 < len(words) and words[at + 1] in ("through", "thru"):
        return False
    if single == "token" and before in ("max", "min", "total", "num", "stop") and word.startswith("tokens"):
        return False  # of a language model
    return word in _PLAIN or single in _PLAIN or (single.endswith(_ENDINGS) and single != "oldpwd")


def _is_described(words: list[str], at: int) -> bool:
    """Return whether later words make this no secret (its file, its age). An access key's ID still counts as one."""
    if words[at : at + 2] == ["key", "id"] and at and words[at - 1] == "access":
        return False
    if words[-2:] == ["secret", "id"] and at == len(words) - 2:
        return False
    if words[at] == "webhook":
        return False
    behind = words[at + 1 :]
    whose = not _single(words[at]).startswith("pass") and _single(words[at]) not in ("pwd", "pswd", "pw")
    return any(word in _DESCRIPTIVE or (whose and word in _OWNERS) for word in behind)
