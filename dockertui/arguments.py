"""The arguments and options of the command line. Imported only if there are any."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from dockertui import __version__
from dockertui.completion import SHELLS, script
from dockertui.config_values import KEYMAPS
from dockertui.options import Options

EPILOG = """\
Without --host and --context the Engine is found as the docker command finds it: DOCKER_HOST, then
DOCKER_CONTEXT or the current context, then the usual sockets, those of rootless Docker and Podman too.

files:
  settings  $DOCKERTUI_CONFIG, else ~/.config/dockertui/config.toml (see: dockertui config path, config show)
"""


def parse(words: Sequence[str]) -> Options:
    """Return the options in `words`. Exits like any command: 0 after --help and --version, 2 after an error."""
    parser = _parser()
    found = parser.parse_args(words)
    if found.command == "completion":
        print(script(found.action, parser), end="")
        parser.exit()
    if found.demo and (found.host or found.context):
        parser.error("--demo opens the demo Engine: leave --host and --context away")
    return Options(**vars(found))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one sentence in place of a page."""
        message = re.sub(r"argument (?:COMMAND|action): invalid choice:", "unknown command", message)
        print(f"dockertui: {message} (dockertui --help shows what there is)", file=sys.stderr)
        sys.exit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="dockertui",
        usage="dockertui [OPTIONS] [COMMAND]",
        description="A terminal UI for a Docker Engine: live containers, images, networks and volumes.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_options(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command", parser_class=_Parser)
    config = commands.add_parser("config", help="the settings: where they are, and what they are", allow_abbrev=False)
    config.add_argument(
        "action",
        choices=["path", "show", "template"],
        help="path: the file's name. show: the settings in force, and mistakes. template: every default, explained",
    )
    config.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="the settings file")
    keys = commands.add_parser("keys", help="print the keys that are in force", allow_abbrev=False)
    keys.add_argument("--keymap", choices=KEYMAPS, help="those of a keymap, whatever the settings say")
    keys.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="the settings file")
    complete = commands.add_parser(
        "completion", help="print a script that completes the command line", allow_abbrev=False
    )
    complete.add_argument(
        "action", choices=SHELLS, help="the shell that reads it, as in: source <(dockertui completion bash)"
    )
    parser.set_defaults(action="")
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "-H",
        "--host",
        metavar="HOST",
        help="the Engine's address: unix:///path, tcp://host:2376, ssh://user@host",
    )
    add("-c", "--context", metavar="NAME", help="the Docker context to use")
    add("--demo", action="store_true", help="open the demo Engine that is built in: no Docker needed")
    add("--or-demo", action="store_true", help="open the demo Engine if none is found and none was named")
    add("--read-only", action="store_true", help="refuse everything that would change something on the Engine")
    add("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    add(
        "--no-diff",
        action="store_true",
        help="send whole regions to the terminal, not the changed cells alone",
    )
    add("--config", type=Path, metavar="FILE", help="the settings file")
    add("-V", "-v", "--version", action="version", version=f"dockertui {__version__}")
