"""From a key press to the screen while an image is pulled, next to the same keys without a pull."""

from __future__ import annotations

from collections.abc import Callable

from bench.keys import presses
from bench.recorder import Recorder, populate
from bench.table import Result, percentile
from tests.engine import registry as registries
from tests.engine.dockerd import Dockerd

KEYS = {"cursor down": ("j", "k"), "next pane": ("tab", "shift+tab")}
LAYERS, MEGABYTES, RATE = 4, 24, 6_000_000
"""An image of 96 MB, at a rate that takes some sixteen seconds: longer than the keys do."""


def measure(dockerd: Dockerd, runs: int, counts: tuple[int, ...]) -> list[Result]:
    """Measure milliseconds to the first byte, p50 and p95 of each run, with the highest number of containers."""
    if reason := registries.missing():
        return [Result(f"not measured: {reason}", "", (0.0,))]
    populate(dockerd, max(counts))
    with registries.registry(dockerd, 5020) as registry:
        name = registries.push_big(dockerd, registry, layers=LAYERS, megabytes=MEGABYTES)
        with registries.slow(dockerd, registry, 5021, RATE) as (address, _):
            return _compared(dockerd, runs, f"{address}/{name}")


def _compared(dockerd: Dockerd, runs: int, reference: str) -> list[Result]:
    results = []
    for keys_name, keys in KEYS.items():
        quiet = [_milliseconds(dockerd, keys) for _ in range(runs)]
        pulling = [_milliseconds(dockerd, keys, _pull(reference)) for _ in range(runs)]
        if reference in dockerd.cli("images", "--format", "{{.Repository}}:{{.Tag}}"):
            raise RuntimeError("the pull ended before the keys did: nothing was measured beside it")
        for share in (0.5, 0.95):
            alone, meanwhile = ([percentile(run, share) for run in runs_of] for runs_of in (quiet, pulling))
            note = f"{percentile(alone, 0.5):.1f} ms while nothing is pulled"
            what = f"key to screen while pulling, {keys_name}: p{100 * share:.0f}"
            results.append(Result(what, "ms", tuple(meanwhile), note))
    return results


def _milliseconds(
    dockerd: Dockerd, keys: tuple[str, ...], begin: Callable[[Recorder], None] = lambda program: None
) -> list[float]:
    return [1000 * (burst.first - pressed) for pressed, burst in presses(dockerd, keys, begin)]


def _pull(reference: str) -> Callable[[Recorder], None]:
    """Start a pull from the screen as a user does, and go back to the containers once it runs."""

    def begin(program: Recorder) -> None:
        program.press("2", "c")
        program.wait_for("Pull an image")
        program.press("ctrl+u", *reference, "ctrl+s")
        program.wait_for("1 job")
        program.press("1")
        program.wait_quiet()

    return begin
