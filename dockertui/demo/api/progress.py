"""What an Engine says of layers under way: their bytes, and the bar that it draws for clients."""

import asyncio
import re

from dockertui.demo.api.call import Stream

_STEPS = 8


async def advance(stream: Stream, status: str, layer: str, size: int, pace: float) -> None:
    for step in range(1, _STEPS + 1):
        await asyncio.sleep(pace)
        current = size * step // _STEPS
        await stream.write_json(
            {
                "status": status,
                "progressDetail": {"current": current, "total": size},
                "progress": _bar(current, size),
                "id": layer,
            }
        )


def _bar(current: int, total: int) -> str:
    """The bar that the Engine draws for clients: 50 characters and two sizes."""
    done = 50 * current // max(total, 1)
    bar = "=" * done + ">" + " " * (49 - done) if done < 50 else "=" * 50 + ">"
    return f"[{bar}] {_size(current):>7}/{_size(total)}"


def _size(count: int) -> str:
    value: float = count
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return re.sub(r"\.?0+$", "", f"{value:.4g}") + unit if "." in f"{value:.4g}" else f"{value:.4g}{unit}"
        value /= 1000
    return f"{value:.4g}GB"
