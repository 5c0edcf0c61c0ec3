"""Every key of the program is in the catalogue: the help shows it, and the settings can give another."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input

import dockertui
from dockertui.config import Settings
from dockertui.key_names import textual_name
from dockertui.operations.base import Context, Operation
from dockertui.operations.catalogue import BESIDES, BY_ID, OPERATIONS, Catalogue
from dockertui.screens.base.second_screen import SecondScreen
from dockertui.widgets.screen import Dialog

PACKAGE = Path(dockertui.__file__).parent
TEXTUALS = {
    Input: "moving and editing in a line that is typed",
    Screen: "tab and shift+tab, of what has one place for the keys; ctrl+c, of text selected with the mouse",
    App: "ctrl+q and ctrl+c, which are the program's own (program.exit)",
}
"""Classes whose own keys stay Textual's, and what those are for."""
LISTENERS: Mapping[str, str] = {
    "screens/base/prompt.py": "letters, which are typed",
    "widgets/typed.py": "letters, which are typed",
    "widgets/menu.py": "letters, which narrow the menu",
    "screens/base/menu.py": "what its list has not heard, as that would",
    "widgets/keys.py": "all keys, to deal with them in their order",
    "screens/main/columns_menu.py": "the key that shows and hides, also while letters narrow the menu",
    "screens/log/tab.py": "any key, which ends a search in older lines",
    "screens/base/confirm.py": "the keys of a question's answers, which the question names",
    "screens/commands/runner.py": "the keys of commands, from the catalogue",
    "screens/main/screen.py": "the keys of commands, for the runner",
    "terminal/view.py": "all keys: they go to the container, but the leader (terminal_leader in the settings)",
}
"""Files with a class that hears keys otherwise than by bindings, and which keys."""
ADVICE = "add an Operation with its Context to dockertui/operations/, and take the key by bindings(Context.…)"


def nodes() -> list[type[DOMNode]]:
    """All screens, dialogs, panes and widgets of the program."""
    for module in pkgutil.walk_packages(dockertui.__path__, "dockertui."):
        if module.name != "dockertui.__main__":
            importlib.import_module(module.name)

    def below(kind: type[DOMNode]) -> set[type[DOMNode]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    found = {kind for kind in below(DOMNode) if kind.__module__.startswith("dockertui.")}
    return sorted(found, key=lambda kind: kind.__qualname__)


def inherited(kind: type[DOMNode]) -> set[tuple[str, str]]:
    """The keys and actions that a class has from Textual and may keep."""
    kept = {base for one in TEXTUALS if issubclass(kind, one) for base in one.__mro__}
    return {(b.key, b.action) for base in kept for b in every(BindingsMap(base.__dict__.get("BINDINGS", [])))}


def every(bindings: BindingsMap) -> Iterator[Binding]:
    for same in bindings.key_to_bindings.values():
        yield from same


@pytest.mark.parametrize("kind", nodes(), ids=lambda kind: kind.__qualname__)
def test_every_binding_is_an_entry_of_the_catalogue(kind: type[DOMNode]) -> None:
    kept = inherited(kind)
    assert not [name for name in dir(kind) if name.startswith("key_")], f"Textual takes key_… for keys: {ADVICE}"
    for binding in every(kind._merge_bindings()):
        if (binding.key, binding.action) in kept:
            continue
        what = f"{kind.__qualname__}: the key {binding.key} ({binding.action}) is in no help and no setting: {ADVICE}"
        assert binding.id is not None, what
        assert binding.id in BY_ID, what
        assert binding.key == "none" or binding.key in map(textual_name, BY_ID[binding.id].keys), what


KEY_METHODS = ("take_key", "on_key", "_on_key", "key")


def sources() -> list[Path]:
    rooms = ("screens", "widgets", "terminal")
    return [PACKAGE / "app.py", *(path for room in rooms for path in sorted((PACKAGE / room).rglob("*.py")))]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_key_is_heard_past_the_catalogue(path: Path) -> None:
    tree, name = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            hears = node.name in ("take_key", "on_key", "_on_key")
            assert not hears or name in LISTENERS, (
                f"{name}: {node.name} hears keys: {ADVICE}; else say why in LISTENERS"
            )
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            is_key = any(ast.unparse(side) in ("event.key", "key") for side in sides)
            texts = [leaf for side in sides for leaf in ast.walk(side) if isinstance(leaf, ast.Constant)]
            named = [leaf.value for leaf in texts if isinstance(leaf.value, str) and leaf.value]
            assert not (is_key and named) or name == "terminal/keys.py", f"{name}:{node.lineno}: {named}: {ADVICE}"


def test_the_listeners_are_there() -> None:
    """None of the exceptions outlives what it is for."""
    for name in LISTENERS:
        assert any(f"def {method}(" in (PACKAGE / name).read_text(encoding="utf-8") for method in KEY_METHODS), name


def test_every_operation_is_bound_somewhere() -> None:
    """An entry of the catalogue that no class binds, and no leader or command leads to, would be a promise only."""
    bound = {binding.id for kind in nodes() for binding in every(kind._merge_bindings())}
    by_others = {Context.TERMINAL, Context.READING, Context.ENDED, Context.OBJECT}
    assert not {op.id for op in OPERATIONS if op.context not in by_others} - bound


def test_every_screen_says_which_keys_it_has() -> None:
    places = [getattr(kind, "context", None) for kind in nodes() if issubclass(kind, SecondScreen)]
    assert len(places) == 11
    assert set(places[1:]) <= {*Context, None}
    for kind in nodes():
        if issubclass(kind, Dialog) and kind is not Dialog:
            assert Catalogue().section(kind.place), f"{kind.__qualname__} needs a `place`, for the help"  # type: ignore[attr-defined]


def heard(place: Context) -> list[Operation]:
    return [op for op in OPERATIONS if op.context in (place, *BESIDES[place])]


@pytest.mark.parametrize("place", BESIDES, ids=lambda place: place.name)
def test_no_key_means_two_things_in_one_place(place: Context) -> None:
    """But for what a view has for itself, and its screen does not get: what is said twice must be the same."""
    ours: dict[str, list[Operation]] = {}
    for op in heard(place):
        for key in map(textual_name, op.keys):
            ours.setdefault(key, []).append(op)
    assert {key: [op.id for op in ops] for key, ops in ours.items() if len(ops) > 1} == {}


@pytest.mark.parametrize(
    ("changed", "keys", "other"),
    [
        ("screen.close", "p", "lens.pause"),
        ("lens.pause", "v", "screen.reveal"),
        ("list.down", "y", "lens.copy_curl"),
        ("menu.choose", "?", "program.help"),
        ("question.yes", "enter", "question.refuse"),
    ],
)
def test_a_key_that_another_has_in_the_same_place_is_refused(changed: str, keys: str, other: str) -> None:
    catalogue = Catalogue(Settings(keys={changed: (textual_name(keys),)}))
    assert catalogue.keys(BY_ID[changed]) == tuple(map(textual_name, BY_ID[changed].keys))
    assert any(other in str(problem) or changed in str(problem) for problem in catalogue.problems)
