"""One-shot timers that always fire."""

from collections.abc import Callable
from functools import partial

from textual.message_pump import MessagePump
from textual.timer import Timer


def once(pump: MessagePump, seconds: float, call: Callable[[], object]) -> Timer:
    """Call a function after `seconds`, 0 or less for at once; `stop` of the returned timer cancels it.

    Textual's `set_timer` skips a tick that is overdue when it is first examined, and a one-shot timer has no other: on
    a busy machine it never fires, and a view that waits for it never changes. Once `pump` is closing nothing is called:
    its timers have been stopped, and a new one would outlive it.
    """
    timer = Timer(pump, seconds, callback=partial(pump.call_next, _alone, pump, call), repeat=0, skip=False)
    if not pump._closing:
        timer._start()
        pump._timers.add(timer)
    return timer


def _alone(pump: MessagePump, call: Callable[[], object]) -> object:
    """Call the function and handle its error here: Textual would otherwise drop other callbacks that are due."""
    try:
        return call()
    except Exception as error:
        pump.app._handle_exception(error)
        return None
