"""The command `dockertui`: from the command line and the settings to the running program.

The order is for a fast start: a thread sends the first requests to the Engine while Textual is imported. `--help` and
`config` import nothing that they do not need.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dockertui import state
from dockertui.config_values import AUTO
from dockertui.engine import docker_config
from dockertui.engine.docker_config import DockerConfig
from dockertui.engine.endpoint import Endpoint, candidates
from dockertui.engine.environment import home, own
from dockertui.engine.errors import EngineError
from dockertui.options import Options
from dockertui.state import State

if TYPE_CHECKING:
    from dockertui.config import ConfigError, Settings
    from dockertui.crash_log import CrashLog
    from dockertui.demo import DemoEngine

USAGE = 2
"""The exit code after a usage error."""
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code. Errors are one sentence on stderr, never a traceback."""
    words = sys.argv[1:] if argv is None else argv
    try:
        return _command(_options(words))
    except KeyboardInterrupt:
        return INTERRUPTED
    except EngineError as error:
        return _refuse(str(error))
    except Exception as error:
        return _crashed(error)


def _options(words: Sequence[str]) -> Options:
    if not words:
        return Options()  # the usual start needs no parser
    from dockertui.arguments import parse

    return parse(words)


def _command(options: Options) -> int:
    if options.command == "config":
        return _config(options)
    if options.command == "keys":
        return _keys(options)
    if why := unfit_terminal():
        return _refuse(why)
    return _run(options)


def _run(options: Options) -> int:
    _size_of_the_terminal(os.environ)
    gc.disable()  # until the first paint: nothing imported or mounted for it is garbage
    from dockertui.engine.preflight import Preflight
    from dockertui.engine.trace import Trace

    demo, trace = _Demo(), Trace()
    try:
        config = docker_config.load(own())
        preflight = Preflight([demo.start()] if options.demo else _candidates(options, config), trace=trace)
        preflight.start()
        settings, problems = _settings(options)
        problems += _unread(config)
        settings = _for_terminal(settings, os.environ)
        from dockertui.app import DockerTUI  # only now, while the Engine answers

        app = DockerTUI(
            settings=settings,
            problems=problems,
            preflight=preflight,
            trace=trace,
            read_only=options.read_only,
            or_demo=options.or_demo and not (options.host or options.context),  # a named one is not replaced
            start_demo=demo.start,
            crashes=_crash_log(),
            state=State() if options.demo else State(state.default_path(os.environ, home())),
        )
        try:
            app.run(mouse=settings.mouse)
        finally:
            app.restore_terminal()
    finally:
        demo.stop()
    return _crashed(app._exception) if app._exception else app.return_code or 0


def _for_terminal(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return the settings with `ascii` decided, and plots that go with it."""
    ascii = lacks_unicode(environ) if settings.ascii == AUTO else settings.ascii
    return replace(settings, ascii=ascii, plots="ascii" if ascii and settings.plots == AUTO else settings.plots)


def lacks_unicode(environ: Mapping[str, str]) -> bool:
    """Return whether the locale is one without Unicode: of another character set than UTF-8, or C as it was chosen.

    Without any locale, as over ssh to a small server, the terminal is taken to be what nearly all are.
    """
    chosen = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    name, _, charset = chosen.partition("@")[0].partition(".")
    return charset.replace("-", "").lower() != "utf8" if charset else name in ("C", "POSIX")


def _size_of_the_terminal(environ: MutableMapping[str, str]) -> None:
    """Make the terminal's real size count: exported COLUMNS and LINES would override it, and never change."""
    try:
        known = min(os.get_terminal_size(sys.stdout.fileno())) > 0
    except OSError:
        return
    if known:
        for name in ("COLUMNS", "LINES"):
            environ.pop(name, None)


def _crash_log() -> CrashLog:
    """Return a log that writes a crash file for each error that the program survives."""
    from dockertui.crash_log import CrashLog

    return CrashLog(_recorded, expected=(EngineError,))


def _recorded(error: BaseException) -> str:
    """Write a crash file for an error, and return a sentence on it."""
    from dockertui.crash import record  # here: no start needs it

    return record(error, os.environ, home())


class _Demo:
    """The demo Engine: imported and started on demand."""

    def __init__(self) -> None:
        self._engine: DemoEngine | None = None

    def start(self) -> Endpoint:
        from dockertui.demo import DemoEngine

        self._engine = DemoEngine()
        return Endpoint("demo", self._engine.start(), "--demo", demo=True)

    def stop(self) -> None:
        if self._engine is not None:
            self._engine.stop()


def _candidates(options: Options, config: DockerConfig) -> list[Endpoint]:
    return candidates(host=options.host, context=options.context, environment=own(), config=config)


def _unread(config: DockerConfig) -> list[ConfigError]:
    """Return a warning if the CLI's configuration cannot be read: the program goes on without it."""
    from dockertui.config import ConfigError

    if not config.broken:
        return []
    why = config.broken.removeprefix(f"{config.path} ")
    return [ConfigError(config.path, 0, why, "its context, credentials, headers and proxies do not count")]


def _settings(options: Options) -> tuple[Settings, list[ConfigError]]:
    """Return the settings of the file, overridden by the command line."""
    from dockertui.config import default_path, load

    named = options.config or os.environ.get("DOCKERTUI_CONFIG")
    path = options.config or default_path(os.environ, home())
    settings, problems = load(path, required=bool(named))
    if options.no_mouse:
        settings = replace(settings, mouse=False)
    if options.no_diff:
        settings = replace(settings, diff_output=False)
    return settings, problems


def _config(options: Options) -> int:
    """Run `dockertui config path`, `show` or `template`; return 1 if the settings have errors."""
    from dockertui.config import default_path, show, template

    if options.action == "template":
        sys.stdout.write(template())
        return 0
    if options.action == "path":
        print(options.config or default_path(os.environ, home()))
        return 0
    from dockertui.operations.catalogue import Catalogue  # it knows the operations that keys are assigned to

    settings, problems = _settings(options)
    problems += Catalogue(settings).problems
    sys.stdout.write(show(settings))
    return _told(problems)


def _keys(options: Options) -> int:
    """Run `dockertui keys`; return 1 if the settings have errors."""
    from dockertui.operations.catalogue import Catalogue
    from dockertui.operations.document import keys_text

    settings, problems = _settings(options)
    if options.keymap is not None:
        settings = replace(settings, keymap=options.keymap)
    catalogue = Catalogue(settings)
    sys.stdout.write(keys_text(catalogue))
    return _told([*problems, *catalogue.problems])


def _told(problems: Sequence[ConfigError]) -> int:
    """Print errors in the settings; return the exit code."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def unfit_terminal() -> str:
    """Return why no full-screen program can run here, or "". Textual writes to stderr."""
    streams = {"input": sys.stdin, "output": sys.stdout, "error output": sys.stderr}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            return f"the {name} is not a terminal: run dockertui without pipes and redirections"
    if os.environ.get("TERM") == "dumb":
        return "this terminal cannot move its cursor (TERM=dumb): use another one"
    return ""


def _refuse(sentence: str) -> int:
    print(f"dockertui: {sentence}", file=sys.stderr)
    return USAGE


def _crashed(error: BaseException) -> int:
    from dockertui.crash import record

    print(f"dockertui: {record(error, os.environ, home())}", file=sys.stderr)
    return 1
