"""Plugins of the Engine: the model, and the requests of the API's family `/plugins`."""

from __future__ import annotations

from typing import Final, NamedTuple, Self

from dockertui.engine.call import Call
from dockertui.engine.fields import Raw, flag, mapping, strings, text
from dockertui.engine.listing import Listing, Needs
from dockertui.engine.target import IN_REFERENCES, segment

ENABLE_TIMEOUT: Final = 30
"""Seconds that an enabled plugin has to listen on its socket, as in the CLI."""


class Plugin(NamedTuple):
    """A plugin as `GET /plugins` lists it. `interfaces` are those it implements: `docker.volumedriver/1.0`."""

    id: str
    name: str
    enabled: bool
    description: str
    interfaces: tuple[str, ...]
    settings: tuple[str, ...]

    @classmethod
    def from_json(cls, raw: Raw) -> Self:
        config = mapping(raw, "Config")
        return cls(
            id=text(raw, "Id"),
            name=text(raw, "Name"),
            enabled=flag(raw, "Enabled"),
            description=text(config, "Description"),
            interfaces=tuple(strings(mapping(config, "Interface"), "Types")),
            settings=tuple(strings(mapping(raw, "Settings"), "Env")),
        )

    @property
    def short_id(self) -> str:
        return self.id[:12]


PLUGINS: Final = Listing(
    "plugin",
    Call("GET", "/plugins", docker=("plugin", "ls", "--no-trunc")),
    lambda raw, listed_at: Plugin.from_json(raw),
    lambda plugin: plugin.id,
    "/plugins/{}/json",
    filter="",
    safe=IN_REFERENCES,
    needs=Needs(podman=False),
)


def _of(plugin: str) -> str:
    return f"/plugins/{segment(plugin, safe=IN_REFERENCES)}"


def enable(plugin: str) -> Call:
    return Call("POST", f"{_of(plugin)}/enable", {"timeout": ENABLE_TIMEOUT})


def disable(plugin: str, *, force: bool = False) -> Call:
    return Call("POST", f"{_of(plugin)}/disable", {"force": force or None})


def remove(plugin: str) -> Call:
    return Call("DELETE", _of(plugin))
