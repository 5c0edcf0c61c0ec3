"""Plugins: columns and page."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence

from dockertui.engine.fields import Reply
from dockertui.engine.plugins import PLUGINS, Plugin
from dockertui.masking import masked_words
from dockertui.resources import column_factories as column
from dockertui.resources.base import Reference, Resource, Summary, facts, filled
from dockertui.resources.surroundings import Surroundings
from dockertui.widgets.columns import Cell, Column
from dockertui.widgets.page_lines import Field, Section


class Plugins(Resource[Plugin]):
    """What `docker plugin ls` lists: plugins that the Engine manages."""

    title = "Plugins"
    listing = PLUGINS
    actions = frozenset({"create", "pull", "enable", "disable", "remove", "upgrade", "set"})
    stacked = False
    busy_column = "state"
    plain = ("name", "description", "interfaces")
    prefixes = ("id", "state")

    def columns(self, surroundings: Surroundings) -> Sequence[Column[Plugin]]:
        def settings(item: Plugin) -> str:
            return " ".join(item.settings if surroundings.reveal else masked_words(item.settings))

        return (
            column.text("name", "NAME", lambda item: item.name, width=20, priority=0),
            Column("state", "STATE", _state, lambda item: item.enabled, width=10, priority=1),
            column.text("interfaces", "INTERFACES", _interfaces, width=16, priority=2),
            column.text("description", "DESCRIPTION", lambda item: item.description, width=20, priority=3),
            Column("settings", "SETTINGS", settings, width=16, priority=4),
            column.short_id(priority=5),
        )

    def name(self, item: Plugin) -> str:
        return item.name or item.short_id

    def terms(self) -> Mapping[str, Callable[[Plugin], Iterable[str]]]:
        return {
            "name": lambda item: (item.name,),
            "id": lambda item: (item.id,),
            "state": lambda item: (_state(item).text,),
            "description": lambda item: (item.description,),
            "interfaces": lambda item: item.interfaces,
        }

    def sections(self, item: Plugin, inspect: Reply, surroundings: Surroundings) -> list[Section]:
        return filled(
            Section("Plugin", facts(*_identity(item, inspect))),
            Section("Settings", _settings(item, inspect)),
            Section("May do", facts(*_rights(Reply(inspect.at("Config"))))),
        )

    def references(self, item: Plugin, surroundings: Surroundings) -> list[Reference]:
        return []

    def summary(self, items: Iterable[Plugin], surroundings: Surroundings) -> list[Summary]:
        disabled = sum(not item.enabled for item in items)
        return [Summary(f"{disabled} disabled", "dim")] if disabled else []


def _state(item: Plugin) -> Cell:
    return Cell("enabled", "good") if item.enabled else Cell("disabled", "dim")


def _interfaces(item: Plugin) -> str:
    return " ".join(interface.removeprefix("docker.") for interface in item.interfaces)


def _identity(item: Plugin, inspect: Reply) -> list[Field]:
    return [
        Field("Name", item.name),
        Field("Id", item.id),
        Field("State", _state(item).text, _state(item).style),
        Field("Description", item.description),
        Field("Documentation", inspect.text("Config", "Documentation")),
        Field("Interfaces", item.interfaces),
        Field("Pulled as", inspect.text("PluginReference")),
        Field("Command", shlex.join(inspect.words("Config", "Entrypoint"))),
    ]


def _settings(item: Plugin, inspect: Reply) -> list[Field]:
    found = [Field(name, value or "(empty)") for name, _, value in (one.partition("=") for one in item.settings)]
    settings = Reply(inspect.at("Settings"))
    found += facts(Field("Arguments", shlex.join(settings.words("Args"))))
    for one in settings.objects("Mounts"):
        found.append(Field(f"Mount {one.text('Name')}", f"{one.text('Source')} at {one.text('Destination')}"))
    return found + [Field(f"Device {one.text('Name')}", one.text("Path")) for one in settings.objects("Devices")]


def _rights(config: Reply) -> list[Field]:
    """Return what the user granted on installation."""
    return [
        Field("Network", config.text("Network", "Type")),
        Field("Capabilities", config.words("Linux", "Capabilities")),
        Field("Devices", "all of the host" if config.flag("Linux", "AllowAllDevices") else "", "warn"),
        Field("Processes", "sees the host's" if config.flag("PidHost") else "", "warn"),
        Field("IPC", "shares the host's" if config.flag("IpcHost") else "", "warn"),
        Field("Propagates", config.text("PropagatedMount")),
    ]
