"""A JSON value as lines, as deep as it is unfolded: they refer to the value, nothing is copied."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from dockertui.widgets.text import clean, cut_place

Path = tuple[str | int, ...]
"""Keys and indices from the root."""

TEXT_LIMIT = 2000
"""Characters of one string that are used, for painting and searching alike."""

_SHORT = TEXT_LIMIT - 200


class Node(NamedTuple):
    """One line: a member of an object or array, or the closing bracket of an unfolded one."""

    path: Path
    value: Any
    is_last: bool
    """Whether it is its parent's last member: no comma follows."""
    is_open: bool = False
    is_end: bool = False

    @property
    def depth(self) -> int:
        return len(self.path)

    @property
    def key(self) -> str | None:
        """The name of a member of an object; None for other nodes."""
        return self.path[-1] if self.path and isinstance(self.path[-1], str) else None

    @property
    def is_container(self) -> bool:
        """Whether it has members to unfold."""
        return isinstance(self.value, dict | list) and bool(self.value)


class Folds:
    """Which nodes are open: those above `depth` unless closed by hand, deeper ones when opened by hand."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self._turned: set[Path] = set()

    def is_open(self, path: Path) -> bool:
        return (len(path) < self.depth) != (path in self._turned)

    def set_open(self, path: Path, is_open: bool) -> None:
        if self.is_open(path) != is_open:
            self._turned ^= {path}

    def set_all(self, is_open: bool) -> None:
        """Open everything, or close everything below the root."""
        self.depth = 1_000_000 if is_open else 1
        self._turned.clear()


def nodes(value: Any, folds: Folds) -> Iterator[Node]:
    """Yield the lines of a value, including its open parts. Not recursive: a stranger may nest without end."""
    waiting = [Node((), value, True)]
    while waiting:
        node = waiting.pop()
        if node.is_end or not (node.is_container and folds.is_open(node.path)):
            yield node
            continue
        yield node._replace(is_open=True)
        waiting.append(node._replace(is_end=True))
        last = len(node.value) - 1
        inside = enumerate(_members(node.value))
        waiting += reversed([Node((*node.path, key), it, index == last) for index, (key, it) in inside])


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    """Return the members of an object by key (always a string), of an array by index."""
    if isinstance(value, dict):
        return ((str(key), member) for key, member in value.items())
    return iter(enumerate(value))


def is_match(node: Node, needle: str) -> bool:
    """Return whether the key or scalar of a line, cleaned as painted, contains `needle` (lower case)."""
    if node.is_end:
        return False
    if node.key is not None and needle in clean(node.key, limit=TEXT_LIMIT).lower():
        return True
    return not node.is_container and needle in scalar(node.value).lower()


def scalar(value: Any) -> str:
    """Return a scalar as painted: JSON keywords, strings quoted and cleaned, long ones cut."""
    match value:
        case str():
            return f'"{clean(value, limit=TEXT_LIMIT)}"'
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case dict():
            return "{}"
        case list():
            return "[]"
    return clean(str(value), limit=TEXT_LIMIT)


def shortened(value: Any) -> Any:
    """Return a copy of a value with strings cut as when painted, and the number of characters left out."""
    match value:
        case dict():
            return {key: shortened(member) for key, member in value.items()}
        case list():
            return [shortened(member) for member in value]
        case str() if len(value) > TEXT_LIMIT:
            end = cut_place(value, _SHORT)
            return f"{value[:end]}… (+{len(value) - end})"
    return value


def style(value: Any) -> str:
    """Return the style name of a value's type."""
    match value:
        case str():
            return "string"
        case bool() | None:
            return "word"
        case int() | float():
            return "number"
    return ""


def folded(value: Any) -> str:
    """Return a folded container as one line: `{…} 12 keys`, `[…] 1 item`."""
    count = len(value)
    noun, brackets = ("key", "{…}") if isinstance(value, dict) else ("item", "[…]")
    return f"{brackets} {count} {noun}{'' if count == 1 else 's'}"
