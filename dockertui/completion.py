"""Completion of the command line in a shell: `dockertui completion bash` prints a script that the shell reads."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

SHELLS: Final = ("bash", "zsh", "fish")
_CONTEXTS: Final = "docker context ls --format '{{.Name}}' 2>/dev/null"
_BASH: Final = """\
_dockertui() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
    case $before in
        -c|--context) COMPREPLY=($(compgen -W "$({contexts})" -- "$word")) ;;
        --config) COMPREPLY=($(compgen -f -- "$word")) ;;
        -H|--host) ;;
{commands}
        *) COMPREPLY=($(compgen -W "{words}" -- "$word")) ;;
    esac
}}
complete -F _dockertui dockertui
"""
_ZSH: Final = """\
#compdef dockertui
_dockertui() {{
    _arguments \\
{options}
        '1: :(({commands}))' \\
        '2: :->words'
    case $state:$words[2] in
{words}
    esac
}}
compdef _dockertui dockertui
"""
_VALUES: Final = {"--context": f"($({_CONTEXTS}))", "--config": "_files", "--host": " "}


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Return the script for one of `SHELLS` that completes the options, commands and their words of `parser`."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](_options(parser), _commands(parser))


def _options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.option_strings]


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Return the commands with what they are for and the words that may follow."""
    (group,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    told = {choice.dest: choice.help or "" for choice in group._choices_actions}
    return {name: (told[name], [*_words(command)]) for name, command in group.choices.items()}


def _words(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        yield from map(str, action.choices or ())


def _bash(options: Sequence[argparse.Action], commands: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    cases = [
        f'        {name}) COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$word")) ;;'
        for name, (_, words) in commands.items()
    ]
    words = [word for option in options for word in option.option_strings] + list(commands)
    return _BASH.format(contexts=_CONTEXTS, commands="\n".join(cases), words=" ".join(words))


def _zsh(options: Sequence[argparse.Action], commands: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    lines = []
    for option in options:
        names, value = option.option_strings, ""
        if option.nargs != 0:
            value = f":{(option.metavar or option.dest)!s}:{_VALUES.get(names[-1], ' ')}"
        alike = f"({' '.join(names)})" if len(names) > 1 else ""
        lines += [f"        {_quoted(f'{alike}{name}[{_told(option)}]{value}')} \\" for name in names]
    listed = " ".join(f'{name}\\:"{told.partition(":")[0]}"' for name, (told, _) in commands.items())
    words = [f"        words:{name}) _values '' {' '.join(words)} ;;" for name, (_, words) in commands.items()]
    return _ZSH.format(options="\n".join(lines), commands=listed, words="\n".join(words))


def _fish(options: Sequence[argparse.Action], commands: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    lines = ["complete --command dockertui --no-files"]
    for option in options:
        names = [f"--{'short' if len(name) == 2 else 'long'} {name.lstrip('-')}" for name in option.option_strings]
        value = "" if option.nargs == 0 else " --require-parameter"
        if "--context" in option.option_strings:
            value += f" --arguments {_quoted(f'({_CONTEXTS})')}"
        if "--config" in option.option_strings:
            value += " --force-files"
        lines.append(f"complete --command dockertui {' '.join(names)}{value} --description {_quoted(_told(option))}")
    for name, (told, words) in commands.items():
        first = f"--condition __fish_use_subcommand --arguments {name} --description {_quoted(told)}"
        later = f"--condition '__fish_seen_subcommand_from {name}' --arguments {_quoted(' '.join(words))}"
        lines += [f"complete --command dockertui {first}", f"complete --command dockertui {later}"]
    return "\n".join(lines) + "\n"


def _told(option: argparse.Action) -> str:
    """Return the first part of an option's help: a colon would end it in zsh."""
    return (option.help or "").partition(":")[0]


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"
