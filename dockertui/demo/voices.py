"""What programs write to their logs: one function per kind of program.

A voice gets dice (seeded for that line), the number of the line and its time, and returns the lines that
appear then: (to stderr?, text).
"""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime

Line = tuple[bool, str]
Voice = Callable[[random.Random, int, float], list[Line]]

_PATHS = ("/", "/cart", "/api/products?page=2", "/static/app.4f1c.js", "/checkout", "/healthz", "/api/search?q=boots")
_AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0", "curl/8.11.0", "Mozilla/5.0 (iPhone) Safari/604.1")
_MESSAGES = {"info": "request served", "warn": "slow query on orders", "error": "payment provider timed out"}


def _stamp(when: float, form: str) -> str:
    return datetime.fromtimestamp(when, UTC).strftime(form)


def _iso(when: float) -> str:
    """To the millisecond, as Go's and Java's loggers write it."""
    return _stamp(when, "%Y-%m-%dT%H:%M:%S.%f")[:-3]


def nginx(dice: random.Random, nth: int, when: float) -> list[Line]:
    path, agent = dice.choice(_PATHS), dice.choice(_AGENTS)
    status = dice.choices((200, 304, 404, 502), (90, 6, 3, 1))[0]
    address, size = f"203.0.113.{dice.randrange(2, 250)}", dice.randrange(120, 48_000)
    stamp = _stamp(when, "%d/%b/%Y:%H:%M:%S +0000")
    lines = [(False, f'{address} - - [{stamp}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}"')]
    if status == 502:
        moment = _stamp(when, "%Y/%m/%d %H:%M:%S")
        what = "connect() failed (111: Connection refused) while connecting to upstream"
        lines.append((True, f"{moment} [error] 29#29: *{nth} {what}"))
    return lines


def api(dice: random.Random, nth: int, when: float) -> list[Line]:
    level = dice.choices(("info", "warn", "error"), (90, 8, 2))[0]
    entry = {
        "time": f"{_iso(when)}Z",
        "level": level,
        "msg": _MESSAGES[level],
        "path": dice.choice(_PATHS),
        "ms": dice.randrange(2, 40) if level == "info" else dice.randrange(400, 5000),
        "trace": f"{dice.getrandbits(64):016x}",
    }
    return [(level == "error", json.dumps(entry))]


def worker(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%d %H:%M:%S")
    job, took = f"{dice.getrandbits(32):08x}", dice.random() * 2
    kind = dice.choice(("send_receipt", "resize_image", "sync_stock", "expire_carts"))
    return [(True, f"[{stamp}: INFO/MainProcess] Task shop.{kind}[{job}] succeeded in {took:.3f}s: None")]


def postgres(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = f"{_iso(when).replace('T', ' ')} UTC"
    if nth % 3:
        return [(True, f"{stamp} [27] LOG:  checkpoint starting: time")]
    written = dice.randrange(20, 900)
    return [(True, f"{stamp} [27] LOG:  checkpoint complete: wrote {written} buffers ({written / 164:.1f}%)")]


def redis(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%d %b %Y %H:%M:%S.%f")[:-3]
    changes = dice.randrange(100, 400)
    return [
        (False, f"1:M {stamp} * {changes} changes in 300 seconds. Saving..."),
        (False, f"1:M {stamp} * Background saving terminated with success"),
    ]


def prometheus(dice: random.Random, nth: int, when: float) -> list[Line]:
    took = dice.randrange(3, 60)
    message = f'msg="Head GC completed" component=tsdb duration={took}ms'
    return [(True, f"time={_iso(when)}Z level=INFO source=head.go:1345 {message}")]


def grafana(dice: random.Random, nth: int, when: float) -> list[Line]:
    took = dice.random() * 40
    return [(False, f'logger=cleanup t={_iso(when)}Z level=info msg="Completed cleanup jobs" duration={took:.6f}ms')]


def exporter(dice: random.Random, nth: int, when: float) -> list[Line]:
    message = f'msg="collector failed" name=hwmon duration_seconds={dice.random() / 900:.6f} err="no data"'
    return [(True, f"time={_iso(when)}Z level=WARN {message}")]


def search(dice: random.Random, nth: int, when: float) -> list[Line]:
    done = dice.randrange(100)
    head = f"[{_iso(when)}][INFO ][o.o.c.r.a.AllocationService] [search-1]"
    return [(False, f"{head} shard {nth % 12} recovering, {done}% done")]


def legacy(dice: random.Random, nth: int, when: float) -> list[Line]:
    """Colours in the output, as of a program that does not care where it prints."""
    stamp, row = _stamp(when, "%H:%M:%S"), nth % 100_000
    return [
        (False, f"\x1b[32m{stamp}\x1b[0m \x1b[1mimport\x1b[0m row {row}: \x1b[33mold encoding\x1b[0m"),
        (True, f"{stamp} upstream certificate expired {nth % 30 + 1} days ago, retrying"),
    ]


def shell(dice: random.Random, nth: int, when: float) -> list[Line]:
    return [(False, f"root@devbox:/src# make test-{dice.randrange(9)}  \x1b[32mok\x1b[0m")]


VOICES: dict[str, Voice] = {
    voice.__name__: voice
    for voice in (nginx, api, worker, postgres, redis, prometheus, grafana, exporter, search, legacy, shell)
}
