"""Generated containers, for lists of thousands."""

from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Temper
from dockertui.demo.scene import HOUR
from tests.demo.place import place

_SERVICES = ("auth", "billing", "catalog", "feed", "gateway", "ledger", "mailer", "profile", "quota", "render")
_IMAGES = ("nginx:1.27-alpine", "debian:bookworm", "alpine:3.21", "registry.example.com/shop/api:2.14.0")
_RUNNING_OF_TEN = 8


def add(host: Host, count: int) -> None:
    """Add `count` containers, eight of ten running; names, ages and loads follow from their number."""
    for number in range(count):
        _place(host, number)


def _place(host: Host, number: int) -> Container:
    service = _SERVICES[number % len(_SERVICES)]
    running = number % 10 < _RUNNING_OF_TEN
    age = 60.0 + number * 37.0
    return place(
        host,
        f"{service}-{number:04d}",
        image=_IMAGES[number % len(_IMAGES)],
        env=(f"SHARD={number}",),
        labels={"app": service, "shard": str(number), "tier": ("front", "back")[number % 2]},
        port=20000 + number if number % 3 == 0 and number < 40_000 else None,
        networks={"edge" if number < 200 else "bridge": (service,)},
        temper=Temper(cpu=0.0004 + 0.001 * (number % 70), memory=(4 + number % 90) << 20, net=100.0 * (number % 50)),
        state="running" if running else "exited",
        exit_code=0 if running else (0, 1, 137)[number % 3],
        created=age + HOUR,
        started=age,
        finished=None if running else age / 2,
    )
