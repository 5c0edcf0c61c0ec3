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

_PATHS = (
    "/",
    "/cart",
    "/api/products?page=2",
    "/static/app.4f1c.js",
    "/checkout",
    "/healthz",
    "/api/search?q=boots",
)
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0",
    "curl/8.11.0",
    "Mozilla/5.0 (iPhone) Safari/604.1",
)


def _stamp(when: float, form: str) -> str:
    return datetime.fromtimestamp(when, UTC).strftime(form)


def nginx(dice: random.Random, nth: int, when: float) -> list[Line]:
    path, agent = dice.choice(_PATHS), dice.choice(_AGENTS)
    status = dice.choices((200, 304, 404, 502), (90, 6, 3, 1))[0]
    address = f"203.0.113.{dice.randrange(2, 250)}"
    stamp = _stamp(when, "%d/%b/%Y:%H:%M:%S +0000")
    lines = [
        (
            False,
            f'{address} - - [{stamp}] "GET {path} HTTP/1.1" {status} {dice.randrange(120, 48000)} "-" "{agent}"',
        )
    ]
    if status == 502:
        moment = _stamp(when, "%Y/%m/%d %H:%M:%S")
        lines.append(
            (
                True,
                f"{moment} [error] 29#29: *{nth} connect() failed (111: Connection refused) while connecting to upstream",
            )
        )
    return lines


def api(dice: random.Random, nth: int, when: float) -> list[Line]:
    level = dice.choices(("info", "info", "warn", "error"), (60, 30, 8, 2))[0]
    text = {
        "info": "request served",
        "warn": "slow query on orders",
        "error": "payment provider timed out",
    }[level]
    entry = {
        "time": _stamp(when, "%Y-%m-%dT%H:%M:%S.%fZ"),
        "level": level,
        "msg": text,
        "path": dice.choice(_PATHS),
        "ms": dice.randrange(2, 40) if level == "info" else dice.randrange(400, 5000),
        "trace": f"{dice.getrandbits(64):016x}",
    }
    return [(level == "error", json.dumps(entry))]


def worker(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%d %H:%M:%S")
    job = f"{dice.getrandbits(32):08x}"
    kind = dice.choice(("send_receipt", "resize_image", "sync_stock", "expire_carts"))
    return [
        (
            True,
            f"[{stamp}: INFO/MainProcess] Task shop.{kind}[{job}] succeeded in {dice.random() * 2:.3f}s: None",
        )
    ]


def postgres(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"
    if nth % 3:
        return [(True, f"{stamp} [27] LOG:  checkpoint starting: time")]
    written = dice.randrange(20, 900)
    return [
        (
            True,
            f"{stamp} [27] LOG:  checkpoint complete: wrote {written} buffers ({written / 164:.1f}%); 0 WAL file(s) added",
        )
    ]


def redis(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%d %b %Y %H:%M:%S.%f")[:-3]
    changes = dice.randrange(100, 400)
    return [
        (False, f"1:M {stamp} * {changes} changes in 300 seconds. Saving..."),
        (False, f"1:M {stamp} * Background saving terminated with success"),
    ]


def prometheus(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return [
        (
            True,
            f'time={stamp} level=INFO source=head.go:1345 msg="Head GC completed" component=tsdb duration={dice.randrange(3, 60)}ms',
        )
    ]


def grafana(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%dT%H:%M:%S.%fZ")
    return [
        (
            False,
            f'logger=cleanup t={stamp} level=info msg="Completed cleanup jobs" duration={dice.random() * 40:.6f}ms',
        )
    ]


def exporter(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return [
        (
            True,
            f'time={stamp} level=WARN msg="collector failed" name=hwmon duration_seconds={dice.random() / 900:.6f} err="no data"',
        )
    ]


def search(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return [
        (
            False,
            f"[{stamp}][INFO ][o.o.c.r.a.AllocationService] [search-1] shard {nth % 12} recovering, {dice.randrange(100)}% done",
        )
    ]


def legacy(dice: random.Random, nth: int, when: float) -> list[Line]:
    stamp = _stamp(when, "%H:%M:%S")
    return [
        (
            False,
            f"\x1b[32m{stamp}\x1b[0m \x1b[1mlegacy-import\x1b[0m row {nth % 100000}: \x1b[33mold encoding\x1b[0m",
        ),
        (True, f"{stamp} upstream certificate expired {nth % 30 + 1} days ago, retrying"),
    ]


def shell(dice: random.Random, nth: int, when: float) -> list[Line]:
    return [(False, f"root@devbox:/src# make test-{dice.randrange(9)}  \x1b[32mok\x1b[0m")]


VOICES: dict[str, Voice] = {
    "nginx": nginx,
    "api": api,
    "worker": worker,
    "postgres": postgres,
    "redis": redis,
    "prometheus": prometheus,
    "grafana": grafana,
    "exporter": exporter,
    "search": search,
    "legacy": legacy,
    "shell": shell,
}
