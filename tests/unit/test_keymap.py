"""Names of keys, and which operation has which."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.keys import Keys, _character_to_key

from dockertui.config import Settings
from dockertui.key_names import CHARACTERS, INDISTINCT, NAMED, KeyNameError, textual_name
from dockertui.keymap import Bindable, keymap


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("s", "s"),
        ("S", "S"),
        ("shift+s", "S"),
        ("ctrl+S", "ctrl+s"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        (" ", "space"),
        ("esc", "escape"),
        ("PgUp", "pageup"),
        ("F5", "f5"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("control+]", "ctrl+right_square_bracket"),
        ("é", "é"),
        (",", "comma"),
    ],
)
def test_a_key_has_the_name_that_textual_gives_it(written: str, name: str) -> None:
    assert textual_name(written) == name


@pytest.mark.parametrize("written", ["", "esacpe", "ctrl+", "foo+s", "f25", "ctrl+m", "++", "ss", "\x1b", "a+b"])
def test_what_is_no_key_is_refused_with_a_remedy(written: str) -> None:
    with pytest.raises(KeyNameError) as caught:
        textual_name(written)
    assert caught.value.remedy


def test_the_names_are_textuals() -> None:
    bases = {key.value.rpartition("+")[2] for key in Keys if not key.value.startswith("<")}
    assert {base for base in bases if len(base) > 1} <= NAMED | CHARACTERS | {"return", "ctrl-at", "escape"}
    assert {_character_to_key(chr(code)) for code in range(33, 127)} == CHARACTERS


def test_every_key_of_textual_is_accepted_as_it_is() -> None:
    odd = {"return", "ctrl-at", "ctrl+@", *INDISTINCT}
    for name in {key.value for key in Keys if not key.value.startswith("<")} - odd:
        assert textual_name(name) == name


EVERYWHERE = Bindable(("q",))
STOP = Bindable(("s",), frozenset({"container"}))
RESTART = Bindable(("r",), frozenset({"container"}))
REMOVE = Bindable(("d",), frozenset({"image"}))
OPERATIONS = {
    "app.quit": EVERYWHERE,
    "container.stop": STOP,
    "container.restart": RESTART,
    "image.remove": REMOVE,
}


def with_keys(**keys: tuple[str, ...]) -> Settings:
    named = {name.replace("_", "."): value for name, value in keys.items()}
    lines = {f"keys.{name}": number for number, name in enumerate(named, start=5)}
    return Settings(keys=named, path=Path("/c.toml"), lines=lines)


def test_an_operation_keeps_its_keys_unless_set() -> None:
    keys, errors = keymap(with_keys(container_stop=("x", "f5")), OPERATIONS)
    assert errors == []
    assert keys == {
        "app.quit": ("q",),
        "container.stop": ("x", "f5"),
        "container.restart": ("r",),
        "image.remove": ("d",),
    }


def test_an_unknown_operation_is_told() -> None:
    _, errors = keymap(with_keys(container_stpo=("x",)), OPERATIONS)
    assert [str(error) for error in errors] == [
        "/c.toml:5: no operation 'container.stpo': did you mean 'container.stop'?"
    ]


def test_a_clash_with_a_default_is_told_and_undone() -> None:
    keys, errors = keymap(with_keys(container_stop=("r",)), OPERATIONS)
    assert keys["container.stop"] == ("s",)
    assert str(errors[0]) == (
        "/c.toml:5: keys.container.stop: 'r' is the key of container.restart, too (by default): "
        "choose another key for one of them"
    )


def test_a_clash_of_two_settings_names_both_lines() -> None:
    keys, errors = keymap(with_keys(container_stop=("x",), container_restart=("x",)), OPERATIONS)
    assert (keys["container.stop"], keys["container.restart"]) == (("x",), ("r",))
    assert str(errors[0]).startswith(
        "/c.toml:6: keys.container.restart: 'x' is the key of container.stop, too (in line 5)"
    )


def test_a_key_of_everywhere_clashes_with_all() -> None:
    assert keymap(with_keys(image_remove=("q",)), OPERATIONS)[1]


def test_the_same_key_in_two_places_is_no_clash() -> None:
    assert keymap(with_keys(image_remove=("s",)), OPERATIONS)[1] == []


def test_keys_can_be_swapped() -> None:
    keys, errors = keymap(with_keys(container_stop=("r",), container_restart=("s",)), OPERATIONS)
    assert errors == []
    assert (keys["container.stop"], keys["container.restart"]) == (("r",), ("s",))


def test_no_clash_is_left_when_undoing_one_brings_another() -> None:
    # restart's setting gives way to stop's 'x'; its own 'r' then clashes with what remove was set to.
    operations = {**OPERATIONS, "image.remove": EVERYWHERE, "app.quit": Bindable(("z",))}
    wanted = with_keys(image_remove=("r",), container_stop=("x",), container_restart=("x",))
    keys, errors = keymap(wanted, operations)
    assert len(errors) == 2
    assert len({key for own in keys.values() for key in own}) == len(operations)
