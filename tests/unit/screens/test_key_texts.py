"""Texts on the screen name keys from the catalogue, so that they stay true when keys are changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dockertui

PACKAGE = Path(dockertui.__file__).parent
KEY_IN_TEXT = re.compile(
    r"(?:^|[ (:,;])(?:esc|enter|space|ctrl\+\S|[B-Zb-z#@?~.&/]|A) "
    r"(?:shows|clears|closes|follows|goes|opens|saves|stops|marks|reads|skips|attaches|ends|runs|kills|copies|tries)\b"
    r"|(?:^|[ (])(?:enter|esc|[A-Z#]): [a-z]"
)
OTHERS = {"screens/terminal/bar.py": "no tty: ctrl+d ends input  "}
"""Keys that are not this program's: of the line discipline of a terminal."""


def texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


@pytest.mark.parametrize("room", ["live", "resources", "screens", "widgets"])
def test_no_text_names_a_key_that_the_settings_can_change(room: str) -> None:
    for path in sorted((PACKAGE / room).rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        found = [text for text in texts(path) if KEY_IN_TEXT.search(text) and text != OTHERS.get(name)]
        assert not found, f"{name}: take the key from the catalogue (widgets.keys.offer): {found}"
