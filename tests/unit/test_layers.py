"""Who may import whom: held over the sources, and again by looking at what an import really loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import dockertui

PACKAGE = Path(dockertui.__file__).parent

FOUNDATION = {"__init__", "config", "config_values", "keymap", "key_names"}
FLOORS = {"engine", "live", "widgets", "masking"}
MAY_IMPORT: dict[str, set[str]] = {
    # the foundation: quick to import, and known before anything else
    "__init__": set(),
    "key_names": set(),
    "config_lines": set(),
    "masking": set(),
    "state": set(),
    "crash": {"__init__", "masking", "state"},
    "crash_log": set(),
    "exit_signals": set(),
    "own_cost": set(),
    "config_values": {"key_names"},
    "config": {"config_lines", "config_values", "key_names"},
    "keymap": {"config", "config_values", "key_names"},
    # the floors, from the lowest up
    "engine": {"__init__", "masking"},
    "live": {"engine"},
    "widgets": {"masking"},
    "output": set(),
    "resources": {*FLOORS},
    "operations": {*FLOORS, *FOUNDATION, "resources"},
    "terminal": {*FLOORS, "key_names"},
    "screens": {*FLOORS, *FOUNDATION, "resources", "operations", "terminal", "own_cost", "state"},
    "app": {
        *FLOORS,
        *FOUNDATION,
        "resources",
        "operations",
        "terminal",
        "screens",
        "output",
        "exit_signals",
        "own_cost",
        "crash_log",
        "state",
    },
    # the doors
    "demo": {"__init__"},
    "options": set(),
    "completion": set(),
    "arguments": {"options", "completion", "config_values", "__init__"},
    "cli": {
        *("__init__", "app", "arguments", "config", "crash", "crash_log", "demo", "engine", "operations", "options"),
        *("config_values", "state"),
    },
    "__main__": {"cli"},
}
"""For each room (a package or a module of `dockertui`) the others that it may import."""

FOREIGN = {
    "textual": {"app", "screens", "widgets", "resources", "operations", "terminal", "output"},
    "rich": {"app", "screens", "widgets", "resources", "operations", "terminal", "output"},
    "aiohttp": {"engine", "demo"},
    "aiodocker": {"engine"},
}
"""For each of these libraries, the rooms that may import it."""

SOLE_IMPORTERS = {"aiodocker": {"engine/client.py"}}
"""Libraries that only these files may import."""

SCREENS = ({"base"}, {"log", "program"}, {"terminal", "events", "files", "stats", "tabs"}, {"commands"}, {"main"})
"""The folders of `screens`, from the lowest up: those of a row import from the rows before theirs alone."""

SOURCES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The full names of all modules that a source imports, anywhere in it."""
    within = ["dockertui", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = within[: len(within) + 1 - node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def own_room(name: str) -> str | None:
    """The room of `dockertui` that a module belongs to; the package's own names are those of `__init__`."""
    parts = name.split(".")
    if parts[0] != "dockertui":
        return None
    target = parts[1] if len(parts) > 1 else "__init__"
    return target if (PACKAGE / target).is_dir() or (PACKAGE / f"{target}.py").exists() else "__init__"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downward_only(path: Path) -> None:
    here = room(path)
    assert here in MAY_IMPORT, f"{here} has no place in the layers yet: give it one"
    rooms = {own_room(name) for name in imported(path)} - {None, here}
    assert rooms <= MAY_IMPORT[here], f"{here} must not import {rooms - MAY_IMPORT[here]}: see MAY_IMPORT"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_are_used_where_they_belong(path: Path) -> None:
    for name in imported(path):
        library = name.split(".")[0]
        assert room(path) in FOREIGN.get(library, {room(path)}), f"{path.name} must not import {library}"
        allowed = SOLE_IMPORTERS.get(library)
        assert allowed is None or path.relative_to(PACKAGE).as_posix() in allowed


def module_name(path: Path) -> str:
    return ".".join(("dockertui", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


@cache
def import_graph() -> dict[str, set[str]]:
    """The modules of the package that each of its modules imports, for its types alone or when a function runs, too."""
    known = {module_name(path) for path in SOURCES}
    graph = {}
    for path in SOURCES:
        here = module_name(path)
        graph[here] = {_module_of(name, known) for name in imported(path)} - {"dockertui", here}
    return graph


def _module_of(name: str, known: set[str]) -> str:
    """The module that a full name is, or is in; `dockertui` for what is of no module of ours."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or "dockertui"


def test_no_module_imports_itself_by_way_of_others() -> None:
    """What is left when all have gone that import none of the rest, or that none of the rest imports: the circles."""
    graph, before = import_graph(), 0
    while before != len(graph):
        before = len(graph)
        wanted = {other for imports in graph.values() for other in imports}
        left = {module for module, imports in graph.items() if imports and module in wanted}
        graph = {module: graph[module] & left for module in left}
    assert not graph


def test_screens_import_from_lower_screens_only() -> None:
    rows = {folder: row for row, folders in enumerate(SCREENS) for folder in folders}
    upward = []
    for here, imports in import_graph().items():
        for other in imports:
            folders = [name.split(".")[2] for name in (here, other) if name.startswith("dockertui.screens.")]
            if len(folders) == 2 and folders[0] != folders[1] and rows[folders[1]] >= rows[folders[0]]:
                upward.append(f"{here} imports {other}")
    assert not upward


def test_the_main_screen_is_small_and_mixes_nothing_in() -> None:
    """What it does is done by controllers, which know it by a protocol."""
    source = (PACKAGE / "screens" / "main" / "screen.py").read_text(encoding="utf-8")
    (main,) = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    assert len(main.bases) == 1
    assert len((ast.get_source_segment(source, main) or "").splitlines()) in range(1, 251)


def loaded_by(code: str) -> set[str]:
    """The top-level modules in memory after some code, run in a fresh interpreter."""
    tail = "; import sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def modules_of(package: str) -> list[str]:
    paths = (PACKAGE / package).rglob("*.py")
    names = [".".join(("dockertui", *path.relative_to(PACKAGE).with_suffix("").parts)) for path in paths]
    return [name.removesuffix(".__init__") for name in names]


@pytest.mark.parametrize("package", ["engine", "live"])
def test_the_lower_floors_load_no_textual(package: str) -> None:
    loaded = loaded_by("import " + ", ".join(modules_of(package)))
    assert not loaded & {"textual", "rich"}


def test_the_widgets_load_no_docker() -> None:
    assert not loaded_by("import " + ", ".join(modules_of("widgets"))) & {"aiodocker", "aiohttp"}


QUICK = ["cli", "options", "arguments", "config", "keymap", "engine.endpoint", "engine.preflight", "engine.models"]


@pytest.mark.parametrize("module", [*QUICK, "engine.errors", "engine.trace"])
def test_what_runs_before_the_first_paint_loads_no_library(module: str) -> None:
    loaded = loaded_by(f"import dockertui.{module}")
    assert not loaded & {"textual", "rich", "aiohttp", "aiodocker", "asyncio"}


HEAVY = {"textual", "aiohttp", "aiodocker"}


@pytest.mark.parametrize(
    ("words", "libraries"),
    [
        (["--help"], {*HEAVY, "rich", "asyncio"}),
        (["--version"], {*HEAVY, "rich", "asyncio"}),
        (["config", "path"], {*HEAVY, "rich", "asyncio"}),
        (["config", "show"], HEAVY),  # it checks the keys against the operations
    ],
)
def test_a_quick_answer_loads_no_library(
    words: list[str], libraries: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    code = f"""
from dockertui.cli import main
try:
    main({words!r})
except SystemExit as left:
    assert not left.code
print()
0"""
    assert not loaded_by(code) & libraries


FIRST = {
    "demo": set(),
    "operations": {
        "base", "browsing", "catalogue", "command", "commands", "marks", "events", "log", "object_keys", "processes",
        "second", "stats", "terminal", "view", "why",
    },
    "screens": {
        "base.bars", "base.bindings", "base.tab", "commands.availability", "commands.runner", "main.bars",
        "main.browsing", "main.change_batching", "main.detail", "main.layout", "main.list_memory",
        "main.live_updates", "main.messages", "main.pane", "main.panes", "main.reference_trail", "main.screen",
        "main.selection", "main.tab_list", "terminal.terminals",
        "base.waiting",
    },
    "terminal": {"alt_keys"},
    "widgets": {
        "bar", "chart", "column_choice", "columns", "contrast", "guard", "keys", "lines", "notice", "pacing", "page",
        "page_lines", "paint", "rows", "screen", "sort_order", "table", "text", "timer",
    },
}  # fmt: skip
"""What the first paint of the main screen needs of these rooms. All else waits until it is used: it delays no start."""

FIRST_PAINT = """
import sys
from dockertui.app import DockerTUI
from dockertui.config import Settings
from dockertui.engine.endpoint import Endpoint
from dockertui.engine.containers import CONTAINERS
from dockertui.engine.preflight import Preflight
from dockertui.engine.trace import Trace

class Painted(DockerTUI):
    def _follow(self):
        assert self.screen.lists.open.table.visible_keys() == ["a"]
        self.exit(list(sys.modules))

preflight = Preflight([])
preflight.endpoint = Endpoint("far", "unix:///nowhere", "test")
reply = [{"Id": "a", "Names": ["/web"], "Image": "nginx", "State": "running", "Status": "Up 2 hours"}]
preflight.lists = {"container": CONTAINERS.parse(reply, 0.0)}
app = Painted(settings=Settings(), problems=(), preflight=preflight, trace=Trace(), start_demo=None)
print(*app.run(headless=True, size=(120, 40)))
"""


def test_the_first_paint_loads_what_it_shows_and_no_more() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "dockertui.screens.main.screen" in loaded
    assert not loaded & {"aiodocker", "aiohttp", "argparse", "tarfile", "tomllib"}
    for room, modules in FIRST.items():
        within = f"dockertui.{room}."
        packages = {name for module in modules for name in module.split(".")[:-1]}
        more = {name.removeprefix(within) for name in loaded if name.startswith(within)} - modules - packages
        assert not more, (
            f"import these of {room} where they are used, or name them in FIRST if the first paint has them"
        )
