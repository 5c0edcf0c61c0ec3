"""What the last lines of a log make likely: common errors, in the words of many runtimes."""

from __future__ import annotations

import re
from typing import Final

from dockertui.resources.why.facts import Facts
from dockertui.resources.why.verdict import quoted

_LINES = 20


_SIGNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.I), meaning)
    for pattern, meaning in (
        (r"exec format error", "its program is for another processor architecture, or a script without its first line"),
        (
            r"^exec \S+: no such file or directory",
            "its script is there, but the interpreter of its first line is not: not in the image, or CRLF line ends",
        ),
        (r"/bin/\w+\^M|\r: (?:not found|No such file)", "a script has Windows line ends (CRLF)"),
        (r"address already in use|EADDRINUSE", "something in its network listens on the port already"),
        (r"no space left on device|ENOSPC|disk quota exceeded", "a disk, a volume or its quota is full"),
        (r"read-only file system|EROFS", "it writes to where it may only read"),
        (
            r"OutOfMemoryError|heap out of memory|MemoryError|bad_alloc|cannot allocate memory|ENOMEM|out of memory",
            "its own heap, or its limit of memory, was used up",
        ),
        (
            r"can'?t fork|unable to (?:create|start).{0,20}thread|pthread_create|fork: .{0,9}resource temporarily",
            "its limit of processes (--pids-limit) was reached",
        ),
        (r"too many open files|EMFILE|ENFILE", "its limit of open files (--ulimit nofile) was reached"),
        (
            r"error while loading shared libraries|cannot open shared object|symbol not found|version `?GLIBC",
            "a library is missing: the program was built for another base image",
        ),
        (
            r"password authentication failed|access denied for user|authentication failed|invalid credentials"
            r"|NOAUTH|WRONGPASS|401 unauthorized",
            "the credentials it was given are refused",
        ),
        (
            r"no such host|name or service not known|temporary failure in name resolution|could not resolve"
            r"|\bENOTFOUND|EAI_AGAIN|name does not resolve|bad address",
            "a name it looked up is not known: is what it names on the same network?",
        ),
        (r"connection refused|\bECONNREFUSED", "something that it needs did not listen: not started yet, or elsewhere"),
        (r"connection timed out|i/o timeout|ETIMEDOUT|no route to host", "something that it needs cannot be reached"),
        (r"certificate (?:has )?expired|x509:|certificate verify failed", "a certificate is not accepted"),
        (
            r"ya?ml: (?:line|unmarshal)|error (?:loading|parsing|reading) config|loading configuration|invalid config"
            r"|unknown (?:option|flag|directive)|unrecognized (?:option|argument)|syntax error|parse error",
            "its configuration or its arguments are not valid",
        ),
        (
            r"ModuleNotFoundError|Cannot find module|ClassNotFoundException|no such module|failed to resolve import",
            "a module of the program is missing in the image",
        ),
        (r"permission denied|EACCES|operation not permitted|EPERM", "its user may not do what it tries"),
        (r"(?:command )?not found$|no such file or directory|ENOENT", "a file or command it wants is not there"),
    )
)


def likely_by_log(facts: Facts) -> str:
    """Return the meaning of the last log line that matches a known error; "" if none does."""
    for line in reversed(facts.last_lines[-_LINES:]):
        for pattern, meaning in _SIGNS:
            if pattern.search(line.text[:2000]):
                return meaning if line is facts.last_words else f"{meaning} (its log: {quoted(facts.shown(line.text))})"
    return ""
