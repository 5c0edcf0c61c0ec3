"""The Textual App: opens the Engine that was found, connects the mirror to the screens, and has no logic of its own."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import constants, events
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import Monochrome, NoColor
from textual.screen import Screen
from textual.theme import Theme

from dockertui.config import ConfigError, Settings
from dockertui.config_values import AUTO
from dockertui.crash_log import LOGGER, CrashLog, log_lost_errors
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError
from dockertui.engine.preflight import Attempt, Preflight
from dockertui.engine.trace import Trace
from dockertui.exit_signals import leave_on_signals
from dockertui.live.session import Session
from dockertui.live.store import Link, LinkState
from dockertui.operations.base import Context
from dockertui.operations.catalogue import Catalogue
from dockertui.output.diff import CellDiff
from dockertui.own_cost import OwnCost
from dockertui.resources.registry import SOURCES
from dockertui.screens.base.bindings import keymap
from dockertui.screens.main.screen import MainScreen
from dockertui.state import State
from dockertui.widgets.contrast import readable
from dockertui.widgets.guard import Guarded
from dockertui.widgets.keys import KeysInOrder
from dockertui.widgets.text import clean
from dockertui.widgets.timer import once

if TYPE_CHECKING:  # imported only when no Engine is found
    from dockertui.screens.program.connection import ConnectionScreen

_HERE = Path(__file__).parent
_STYLES = _HERE / "styles" if (_HERE / "styles").is_dir() else _HERE.parent / "styles"

_PREFLIGHT_WAIT = 0.15
"""Seconds for the first requests to be answered before the screen says that it waits for them."""

_AFTER_PAINT = 0.01
"""Seconds between the first paint and everything that waits for it."""

_PACES = ((60.0, 1.0), (600.0, 2.5), (float("inf"), 5.0))
"""Seconds without input, and the factor by which statistics are slower until then."""


class DockerTUI(CellDiff[None], KeysInOrder[None], Guarded[None]):
    """dockertui on one Engine at a time."""

    CSS_PATH: ClassVar[list[str | Path]] = sorted(_STYLES.glob("*.tcss"))  # type: ignore[assignment]
    """The styles of what is shown first; `_read_styles` adds the others."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True, id="program.suspend")
    ]
    ENABLE_COMMAND_PALETTE = False
    TITLE = "dockertui"

    def __init__(
        self,
        *,
        settings: Settings,
        problems: Sequence[ConfigError],
        preflight: Preflight,
        trace: Trace,
        read_only: bool = False,
        or_demo: bool = False,
        start_demo: Callable[[], Endpoint],
        crashes: CrashLog | None = None,
        state: State | None = None,
    ) -> None:
        """state: what earlier runs remembered; without one, and on the demo Engine, no file is read or written."""
        super().__init__()
        self.crashes = crashes or CrashLog(expected=(EngineError,))
        self.settings = settings
        self.preflight = preflight
        self.trace = trace
        self.read_only = read_only
        self.or_demo = or_demo
        self.start_demo = start_demo
        self.state = state or State()
        self.catalogue = Catalogue(settings)
        self.catalogue.problems[:0] = problems
        self.session: Session | None = None
        self._following: asyncio.Task[None] | None = None
        self._ended = False
        self._opening = asyncio.Lock()
        self._styles_read = False
        self._main: MainScreen | None = None
        self._last_input = time.monotonic()
        self.own_cost = OwnCost(lambda: self.bytes_sent)
        self.animation_level = "none"
        self.diff_enabled = settings.diff_output
        self.flow_enabled = settings.flow_control
        self.theme = self._resolve_theme(settings.theme)
        if self.no_color and self._few_colors:
            from dockertui.output.no_color import Colorless

            self._filters = [Colorless() if isinstance(one, Monochrome | NoColor) else one for one in self._filters]
        if settings.ascii is True:
            from dockertui.output.ascii import Ascii

            self._filters.append(Ascii())
        self.set_keymap(keymap(self.catalogue))
        if sys.platform != "win32":
            from dockertui.terminal.alt_keys import keep_alt

            keep_alt()

    def first_key(self, id: str) -> str:
        """Return the first key of the operation `id` as text; "" if the settings take it away."""
        return self.catalogue.key(id)

    def _resolve_theme(self, theme: str) -> str:
        """Return the theme; for "auto" one that suits the terminal's colours."""
        if theme != AUTO:
            return theme
        return "ansi-dark" if self._few_colors else "textual-dark"

    @property
    def _few_colors(self) -> bool:
        """Whether the terminal has 16 colours."""
        return self.console.color_system in ("standard", "windows")

    def get_theme(self, theme_name: str) -> Theme | None:
        """Return a theme without a copy of the table of all themes, which Textual makes for each line it paints."""
        return self._registered_themes.get(theme_name) or super().get_theme(theme_name)

    def get_css_variables(self) -> dict[str, str]:
        self.theme_variables = readable(super().get_css_variables())
        return self.theme_variables

    def get_default_screen(self) -> Screen[None]:
        """Return the main screen if the first requests were answered while Textual was imported, as they mostly are."""
        if self.preflight.is_alive() or self.preflight.endpoint is None or self.preflight.endpoint.scheme == "ssh":
            return super().get_default_screen()
        return self._main_screen(self.preflight.endpoint, self.preflight)

    async def on_mount(self) -> None:
        """Show the replies to the first requests; if they take long, say so meanwhile."""
        self._survive_errors()
        self.set_interval(5.0, self._pace)
        self.set_interval(5.0, self.own_cost.mark)
        if not self.is_headless:
            leave_on_signals(lambda code: self.exit(None, code), self.restore_terminal)
        if self._main is not None:
            self._follow_soon()
            return
        gc.enable()  # the wait is long anyway
        self._read_styles()
        await asyncio.to_thread(self.preflight.join, _PREFLIGHT_WAIT)
        if self.preflight.is_alive():
            await self._show_attempts([])
        self.run_worker(self._open_found(self.preflight))

    async def _open_found(self, preflight: Preflight) -> None:
        """Open the Engine that was found, else the demo Engine if wanted, else show what was tried.

        Only one attempt runs at a time, and none once a session is open: keys may have asked for several.
        """
        async with self._opening:
            await asyncio.to_thread(preflight.join)
            if self.session is not None:
                return
            if preflight.endpoint is None and self.or_demo:
                preflight = await self._find_demo()
            if preflight.endpoint is not None:
                await self._open(preflight.endpoint, preflight)
            else:
                await self._show_attempts(preflight.attempts)

    async def _show_attempts(self, attempts: Sequence[Attempt]) -> None:
        from dockertui.screens.program.connection import ConnectionScreen

        if isinstance(self.screen, ConnectionScreen):
            self.screen.show(attempts)
        else:
            await self.push_screen(ConnectionScreen(attempts))

    async def _find_demo(self) -> Preflight:
        endpoint = await asyncio.to_thread(self.start_demo)
        preflight = Preflight([endpoint], trace=self.trace)
        preflight.start()
        await asyncio.to_thread(preflight.join)
        return preflight

    async def _open(self, endpoint: Endpoint, preflight: Preflight) -> None:
        """Show the main screen with what is known, and follow the Engine once that is painted."""
        main = self._main_screen(endpoint, preflight)
        # Over Textual's own blank screen, or in place of the connection screen.
        await (self.switch_screen(main) if len(self.screen_stack) > 1 else self.push_screen(main))
        self._follow_soon()

    def _main_screen(self, endpoint: Endpoint, preflight: Preflight) -> MainScreen:
        self.session = Session(
            endpoint,
            SOURCES,
            on_sample=self._sampled,
            on_ending=self._ending_found,
            read_only=self.read_only or self.settings.read_only(endpoint.names),
            trace=self.trace,
            stats_period=self.settings.stats_period,
        )
        self.session.seed(preflight.version, preflight.lists)
        self.session.mirror.subscribe_link(partial(self._link_changed, self.session))
        state = State() if endpoint.demo else self.state
        self._main = MainScreen(self.session, self.catalogue, self.own_cost, state)
        return self._main

    def _link_changed(self, session: Session, link: Link) -> None:
        """Show an untried Engine (over ssh) that cannot be reached like any other failed attempt."""
        if link.state is LinkState.LOST and link.error is not None and session.mirror.version is None:
            self.run_worker(self._give_up(session, Attempt(session.endpoint, link.error)))

    async def _give_up(self, session: Session, attempt: Attempt) -> None:
        """Close a session that never connected, and show the attempt; the user can try again by a key."""
        async with self._opening:
            if self.session is not session or self._following is None:
                return
            self._following.cancel()
            await asyncio.wait([self._following])
            main, self.session, self._following, self._main = self._main, None, None, None
            while self.screen is not main and len(self.screen_stack) > 1:
                await self.pop_screen()
            from dockertui.screens.program.connection import ConnectionScreen

            await self.switch_screen(ConnectionScreen([attempt]))

    def _follow_soon(self) -> None:
        """Follow the Engine once the first paint is written: a thread writes it, and imports would hold it up."""
        self.call_after_refresh(once, self, _AFTER_PAINT, self._follow)

    def _follow(self) -> None:
        if self.session is not None and self._following is None and not self._ended:
            self._following = asyncio.create_task(self.session.run())
            self.problems_to_screen()
            self._read_styles()
            gc.freeze()
            gc.enable()

    def _read_styles(self) -> None:
        """Read the styles of what is not shown first: after the first paint, or before the first key."""
        if not self._styles_read:
            self._styles_read = True
            self.stylesheet.read_all(sorted((_STYLES / "later").glob("*.tcss")))
            self.stylesheet.update(self)

    def _sampled(self, ids: frozenset[str]) -> None:
        if self._main is not None and self._main.is_running:
            self._main.updates.sampled(ids)

    def _ending_found(self, id: str) -> None:
        if self._main is not None and self._main.is_running:
            self._main.updates.explained(id)

    def problems_to_screen(self) -> None:
        """Report the errors in the settings file, and in that of the state: the first in full, the others by number."""
        if not isinstance(self.screen, MainScreen):
            return
        if problems := [*map(str, self.catalogue.problems), *filter(None, [self.screen.state.problem])]:
            more = f" (and {len(problems) - 1} more: see ?)" if len(problems) > 1 else ""
            self.screen.say(f"{problems[0]}{more}", "warn", stays=30)

    # errors that are survived

    def _survive_errors(self) -> None:
        loop = asyncio.get_running_loop()
        log_lost_errors(loop, (EngineError,))
        self.crashes.report = lambda sentence: loop.call_soon_threadsafe(self._tell_error, sentence)
        LOGGER.addHandler(self.crashes)

    def _tell_error(self, sentence: str) -> None:
        """Show the sentence on the current screen."""
        screen = self.screen if self.is_running else None
        if isinstance(screen, MainScreen):
            screen.say(clean(sentence), "bad")
        elif screen is not None:
            self.notify(clean(sentence), severity="error", markup=False)

    def essential(self, screen: Screen[Any]) -> bool:
        """The program cannot go on without a main screen or a connection screen."""
        return isinstance(screen, MainScreen) or super().essential(screen)

    async def on_unmount(self) -> None:
        LOGGER.removeHandler(self.crashes)
        self._ended = True  # late timers and workers must not start what nobody would stop
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])
        elif self.session is not None:
            await self.session.engine.close()

    async def action_quit(self) -> None:
        """Quit by ctrl+q and ctrl+c, wherever nothing else handles them, after asking about what is running."""
        if self._main is not None and self._main.is_attached:
            await self._main.action_quit()
        else:
            self.exit()

    async def action_help_quit(self) -> None:  # type: ignore[override]
        """Quit by ctrl+c, where Textual would only show how to quit."""
        await self.action_quit()

    async def action_help(self) -> None:
        """Show the help, starting with the keys of the current place; on the help itself, close it."""
        from dockertui.screens.program.help import HelpScreen  # not needed for the first paint

        screen = self.screen
        if isinstance(screen, HelpScreen):
            screen.dismiss()
        else:
            kind = screen.pane.resource.kind if isinstance(screen, MainScreen) else ""
            place = getattr(screen, "place", Context.LIST)
            await self.push_screen(HelpScreen(self.catalogue, self.catalogue.section(place, kind)))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy as the rest of the program does: Textual's own way knows neither tmux nor the terminals' limit."""
        from dockertui.screens.base.clipboard import copy  # not needed for the first paint

        copy(self, text)

    def action_redraw(self) -> None:
        """Send the whole screen again, whatever the terminal shows."""
        self.redraw()

    # exit and suspension

    def get_driver_class(self) -> type[Driver]:
        """Return the program's own driver, except on Windows or if another is set."""
        if sys.platform == "win32" or constants.DRIVER is not None:
            return super().get_driver_class()
        from dockertui.output.driver import TerminalDriver

        return TerminalDriver

    def restore_terminal(self) -> None:
        """Restore the terminal, if that was not done yet: for an abnormal end."""
        restore = getattr(self._driver, "restore", None)
        if restore is not None:
            restore()

    def action_suspend_process(self) -> None:
        """Suspend to the shell until that continues the program."""
        suspend = getattr(self._driver, "suspend_process", None)
        if suspend is None:
            self._tell_error("this terminal cannot be given back to a shell")
            return
        self._suspend_signal()
        suspend(group=True)

    def _fatal_error(self) -> None:
        """Exit without Textual's traceback, which shows the values of variables: the crash file replaces it."""
        self._close_messages_no_wait()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave ctrl+q and ctrl+z, which otherwise take precedence, to the container while a terminal has the focus."""
        in_terminal = isinstance(self.screen, MainScreen) and self.screen.terminals.have_focus
        return not (action in ("quit", "suspend_process") and in_terminal) and super().check_action(action, parameters)

    # the connection screen

    async def on_connection_screen_retry(self, event: ConnectionScreen.Retry) -> None:
        preflight = Preflight([attempt.endpoint for attempt in event.attempts], trace=self.trace)
        preflight.start()
        self.run_worker(self._open_found(preflight))

    async def on_connection_screen_demo(self) -> None:
        self.run_worker(self._open_found(await self._find_demo()))

    # statistics slow down without input

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseEvent):
            self._last_input = time.monotonic()
            self._pace()
            if self._main is not None:
                await self._main._mounted_event.wait()  # keys typed ahead are for the complete screen
                self._read_styles()  # a key may open something, which must not be painted without its styles
        await super().on_event(event)

    def _pace(self) -> None:
        if self.session is not None:
            quiet = time.monotonic() - self._last_input
            factor = next(factor for limit, factor in _PACES if quiet < limit)
            self.session.sampler.period = self.settings.stats_period * factor
