"""One-shot timers that always fire."""

from collections.abc import Callable
from functools import partial

from textual.message_pump import MessagePump
from textual.timer import Timer


def once(pump: MessagePump, seconds: float, call: Callable[[], object]) -> Timer:
    """Call in so many seconds, 0 or less for as soon as may be; the returned timer's `stop` takes it back.

    Textual's `set_timer` passes over a tick whose time has gone by before it is first looked at, and a timer that
    fires once has no other: on a busy machine it never does, and a view that waits for it stays as it is.
    """
    timer = Timer(pump, seconds, callback=partial(pump.call_next, _alone, pump, call), repeat=0, skip=False)
    timer._start()
    pump._timers.add(timer)
    return timer


def _alone(pump: MessagePump, call: Callable[[], object]) -> object:
    """Do it; an error is no reason not to do what else is due: Textual would drop that."""
    try:
        return call()
    except Exception as error:
        pump.app._handle_exception(error)
        return None
