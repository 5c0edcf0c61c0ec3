"""The keymaps of other programs: every row leads to something here, and no key leads to two things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dockertui.config import Settings
from dockertui.config_values import KEYMAPS
from dockertui.key_names import textual_name
from dockertui.operations.base import Operation
from dockertui.operations.catalogue import BESIDES, BY_ID, OPERATIONS, Catalogue, bindables
from dockertui.operations.command import Command, Harm
from dockertui.operations.document import keys_text
from dockertui.operations.keymaps import PEERS

PAIRS = [{"container.stop", "container.start"}, {"container.pause", "container.unpause"}]
"""Commands with one key: of each pair one applies. Those of plugins are like them."""
PAIRS.append({"plugin.enable", "plugin.disable"})
QUITS = {"program.quit", "program.exit"}


def test_the_setting_takes_the_names_of_the_keymaps() -> None:
    assert ("default", *PEERS) == KEYMAPS


@pytest.mark.parametrize("name", PEERS)
def test_every_row_leads_to_operations_that_have_the_key(name: str) -> None:
    catalogue = Catalogue(Settings(keymap=name))
    assert catalogue.problems == []
    rows = PEERS[name].keys
    assert len({textual_name(key) for key, _, _ in rows}) == len(rows), "one row a key"
    for key, does, ids in rows:
        assert does
        for id in ids:
            assert textual_name(key) in catalogue.keys(BY_ID[id]), f"{key}: {does}"
    for id, keys in PEERS[name].moved.items():
        assert set(map(textual_name, keys)) <= {*catalogue.keys(BY_ID[id])}, id


@pytest.mark.parametrize("name", KEYMAPS)
def test_no_key_leads_to_two_operations_in_one_place(name: str) -> None:
    catalogue, items = Catalogue(Settings(keymap=name)), bindables()
    by_key: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        for key in catalogue.keys(operation):
            by_key.setdefault(key, []).append(operation)
    for key, found in by_key.items():
        for number, one in enumerate(found):
            meeting = {other.id for other in found[number + 1 :] if items[one.id].meets(items[other.id])}
            assert not meeting or {one.id, *meeting} in PAIRS, f"{key}: {one.id}, {meeting}"


@pytest.mark.parametrize("name", KEYMAPS)
def test_no_key_leads_to_two_operations_on_one_screen(name: str) -> None:
    catalogue = Catalogue(Settings(keymap=name))
    for place, besides in BESIDES.items():
        keys = [key for op in OPERATIONS if op.context in (place, *besides) for key in catalogue.keys(op)]
        assert sorted(keys) == sorted(set(keys)), place


def harmful(name: str) -> Iterator[tuple[str, Operation]]:
    catalogue = Catalogue(Settings(keymap=name))
    for operation in OPERATIONS:
        if operation.id in QUITS or (isinstance(operation, Command) and operation.harm is not Harm.NOTHING):
            yield from ((key, operation) for key in catalogue.keys(operation))


@pytest.mark.parametrize("name", PEERS)
def test_no_key_of_that_program_does_harm_here_unless_it_does_the_same_there(name: str) -> None:
    """Whoever scrolls with ctrl+d in lazydocker must not remove a container here."""
    theirs = {textual_name(key): ids for key, _, ids in PEERS[name].keys}
    for key, operation in harmful(name):
        assert key not in theirs or operation.id in theirs[key], f"{key}: {operation.id}"


@pytest.mark.parametrize("name", PEERS)
def test_what_loses_its_key_is_given_another_or_is_the_same_as_another(name: str) -> None:
    catalogue, own = Catalogue(Settings(keymap=name)), Catalogue()
    lost = {op.id for op in OPERATIONS if own.keys(op) and not catalogue.keys(op)}
    assert lost == ({"back.close", "program.quit"} if name == "k9s" else set()), "q goes back in k9s"


def test_the_users_own_keys_win_over_the_keymap() -> None:
    mine = {"container.stop": ("d",), "image.pull": ("ctrl+d",)}
    catalogue = Catalogue(Settings(keymap="k9s", keys=mine))
    assert catalogue.problems == []
    assert catalogue.keys(BY_ID["container.stop"]) == ("d",)
    assert "d" not in catalogue.keys(BY_ID["list.open"])
    assert catalogue.keys(BY_ID["image.pull"]) == ("ctrl+d",)
    assert catalogue.keys(BY_ID["container.remove"]) == ("ctrl+d",), "another list"
    assert "ctrl+d" not in catalogue.keys(BY_ID["image.remove"])


def test_the_users_own_key_does_not_take_what_an_operation_has_without_the_keymap() -> None:
    settings = Settings(keymap="k9s", keys={"container.stop": ("V", "T")}, path=Path("/c.toml"))
    catalogue = Catalogue(settings)
    assert "'T' is the key of program.theme" in str(catalogue.problems[0])
    assert catalogue.keys(BY_ID["container.stop"]) == ("x",)
    assert catalogue.keys(BY_ID["events"]) == ("V",)


@pytest.mark.parametrize("name", KEYMAPS)
def test_the_printed_keys_are_those_in_force(name: str) -> None:
    catalogue = Catalogue(Settings(keymap=name))
    text = keys_text(catalogue)
    for group in catalogue.groups():
        keys = [key for rows in catalogue.groups()[group] for key in catalogue.keys(rows[0])]
        assert (f"\n{group}\n" in f"\n{text}") == bool(keys)
    shells = next(line for line in text.splitlines() if "Open a shell" in line)
    assert shells.split()[0] == {"default": "x", "lazydocker": "E", "k9s": "s"}[name]
    assert all(ord(character) >= 32 for character in text.replace("\n", "")), "plain text"
