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
{values}
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
        '*: :->words'
    case $state:$words[2] in
{words}
    esac
}}
compdef _dockertui dockertui
"""
_Commands = Mapping[str, tuple[str, Sequence[str]]]
_Values = Mapping[str, Sequence[str]]
_VALUES: Final = {"--context": f"($({_CONTEXTS}))", "--config": "_files", "--host": " "}


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Return the script for one of `SHELLS` that completes the options, commands and their words of `parser`."""
    make = {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]
    return make(_options(parser), _commands(parser), dict(_values(parser)))


def _options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if action.option_strings]


def _commands(parser: argparse.ArgumentParser) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Return the commands with what they are for and the words that may follow."""
    (group,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    told = {choice.dest: choice.help or "" for choice in group._choices_actions}
    return {name: (told[name], [*_words(command)]) for name, command in group.choices.items()}


def _words(command: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the words that may follow a command; of one without any, its options."""
    words = [str(word) for action in command._actions if not action.option_strings for word in action.choices or ()]
    yield from words or (name for action in command._actions for name in action.option_strings if name.startswith("--"))


def _values(parser: argparse.ArgumentParser) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the options of commands that take one of several words, with those."""
    (group,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for command in group.choices.values():
        for action in command._actions:
            if action.option_strings and action.choices:
                yield action.option_strings[-1], [*map(str, action.choices)]


def _bash(options: Sequence[argparse.Action], commands: _Commands, values: _Values) -> str:
    cases = [_bash_case(name, words) for name, (_, words) in commands.items()]
    words = [word for option in options for word in option.option_strings] + list(commands)
    chosen = "\n".join(_bash_case(name, listed) for name, listed in values.items())
    return _BASH.format(contexts=_CONTEXTS, values=chosen, commands="\n".join(cases), words=" ".join(words))


def _bash_case(word: str, offered: Sequence[str]) -> str:
    return f'        {word}) COMPREPLY=($(compgen -W "{" ".join(offered)}" -- "$word")) ;;'


def _zsh(options: Sequence[argparse.Action], commands: _Commands, values: _Values) -> str:
    lines = []
    for option in options:
        names, value = option.option_strings, ""
        if option.nargs != 0:
            value = f":{(option.metavar or option.dest)!s}:{_VALUES.get(names[-1], ' ')}"
        alike = f"({' '.join(names)})" if len(names) > 1 else ""
        lines += [f"        {_quoted(f'{alike}{name}[{_told(option)}]{value}')} \\" for name in names]
    listed = " ".join(f'{name}\\:"{told.partition(":")[0]}"' for name, (told, _) in commands.items())
    words = [f"        words:{name}) {_zsh_words(words, values)} ;;" for name, (_, words) in commands.items()]
    return _ZSH.format(options="\n".join(lines), commands=listed, words="\n".join(words))


def _zsh_words(words: Sequence[str], values: _Values) -> str:
    """Return what completes the words after a command; options go past `_values`, which takes no dashes."""
    if not words or not words[0].startswith("-"):
        return f"_values '' {' '.join(words)}"
    chosen = [
        f"[[ $words[CURRENT-1] == {name} ]] && compadd {' '.join(values[name])}" for name in words if name in values
    ]
    return " || ".join([*chosen, f"compadd -- {' '.join(words)}"])


def _fish(options: Sequence[argparse.Action], commands: _Commands, values: _Values) -> str:
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
        lines += [
            f"complete --command dockertui --condition '__fish_seen_subcommand_from {name}' --long-option "
            f"{word.removeprefix('--')} --require-parameter --arguments {_quoted(' '.join(values[word]))}"
            for word in words
            if word in values
        ]
        lines += [f"complete --command dockertui {first}", f"complete --command dockertui {later}"]
    return "\n".join(lines) + "\n"


def _told(option: argparse.Action) -> str:
    """Return the first part of an option's help: a colon would end it in zsh."""
    return (option.help or "").partition(":")[0]


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"
