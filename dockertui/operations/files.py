"""Operations that transfer images and file systems to local files, and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from dockertui.engine import containers, images
from dockertui.engine.fields import number, text
from dockertui.engine.models import Container, Image
from dockertui.operations import form_values
from dockertui.operations.command_body import Body, FieldKind, InvalidValue, Option, Plan, Values
from dockertui.operations.form_values import words
from dockertui.operations.images import references
from dockertui.resources import format


def _new_file(value: str) -> None:
    folder = os.path.dirname(os.path.expanduser(value)) or "."
    if not os.path.isdir(folder):
        raise InvalidValue(f"there is no folder {folder}")
    if os.path.exists(os.path.expanduser(value)):
        raise InvalidValue("is there already: choose another name")


def _old_file(value: str) -> None:
    if not os.path.isfile(os.path.expanduser(value)):
        raise InvalidValue("there is no such file")


def _path(value: str) -> str:
    """Return an absolute path, so that the lines work in any folder."""
    return os.path.abspath(os.path.expanduser(value))


def _file_name(name: str) -> str:
    return f"{''.join(sign if sign.isalnum() or sign in '._-' else '_' for sign in name)}.tar"


def _save(item: Image, values: Values) -> Plan:
    path, names = _path(values["file"]), references(item)
    return Plan((images.save(names, path),), ("save", "--output", path, *names))


def _load(item: Any, values: Values) -> Plan:
    path = _path(values["file"])
    return Plan((images.load(path),), ("load", "--input", path))


def _import(item: Any, values: Values) -> Plan:
    path, reference = _path(values["file"]), values["reference"]
    message, changes = values["message"], values["changes"]
    docker = (*words("--message", message), *words("--change", changes), path, *([reference] if reference else []))
    return Plan((images.import_(path, reference, message=message, changes=changes),), ("import", *docker))


def _export(item: Container, values: Values) -> Plan:
    path = _path(values["file"])
    return Plan((containers.export(item.id, path),), ("export", "--output", path, item.name))


def _folder(value: str) -> None:
    if not os.path.isdir(os.path.expanduser(value)):
        raise InvalidValue("there is no such folder")


def _anything(value: str) -> None:
    if not os.path.exists(os.path.expanduser(value)):
        raise InvalidValue("there is no such file or folder")


def _inside(value: str) -> None:
    if not value.startswith("/"):
        raise InvalidValue("begins with /, as seen in the container")


def _copy_out(item: Container, values: Values) -> Plan:
    """Copy the path that was typed, or the paths marked in the Files tab."""
    folder = _path(values["folder"])
    paths = (values["path"],) if isinstance(values["path"], str) else values["path"]
    commands = [word for path in paths for word in (";", "cp", f"{item.name}:{path}", f"{folder}/")]
    return Plan(
        tuple(containers.copy_out(item.id, path, folder) for path in paths),
        tuple(commands[1:]),
        left=lambda done, perhaps: f"copied by then: {', '.join(paths[:done])}" if done else "",
    )


def _copy_in(item: Container, values: Values) -> Plan:
    source, path = _path(values["source"]), f"{values['path'].rstrip('/')}/"
    docker = ("cp", source, f"{item.name}:{path}")
    return Plan((containers.copy_in(item.id, source, path),), docker)


def _written(reply: Any) -> str:
    replies = [one for one in (reply if isinstance(reply, list) else [reply]) if isinstance(one, dict)]
    if not replies:
        return ""
    size = format.size(sum(number(one, "written") or 0 for one in replies))
    return "; ".join([size, *(skipped for one in replies if (skipped := text(one, "skipped")))])


def _loaded(reply: Any) -> str:
    return (text(reply, "stream") or text(reply, "status")).strip() if isinstance(reply, dict) else ""


_NEW = Option("file", "File", hint="name.tar", required=True, check=_new_file)
_OLD = Option("file", "File", hint="name.tar; also compressed", required=True, check=_old_file)

BODIES: Mapping[str, Body] = {
    "image.save": Body(
        options=(_NEW,), defaults=lambda item: {"file": _file_name(item.name) if item else ""}, plan=_save,
        outcome=_written,
    ),
    "image.load": Body(options=(_OLD,), plan=_load, outcome=_loaded),
    "image.import": Body(
        options=(
            _OLD,
            Option("reference", "Image", hint="name:tag", check=form_values.new_reference),
            Option("message", "Message"),
            Option("changes", "Changes", FieldKind.WORDS, (), hint="'CMD [\"sh\"]' 'ENV A=b'"),
        ),
        plan=_import, outcome=_loaded,
    ),
    "container.copy_out": Body(
        options=(
            Option("path", "In the container", hint="/etc/hosts", required=True, check=_inside),
            Option("folder", "Into the folder here", default=".", required=True, check=_folder),
        ),
        plan=_copy_out, outcome=_written,
    ),
    "container.copy_in": Body(
        options=(
            Option("source", "Here", hint="a file or folder", required=True, check=_anything),
            Option("path", "Folder in the container", default="/", required=True, check=_inside),
        ),
        plan=_copy_in,
    ),
    "container.export": Body(
        options=(_NEW,), defaults=lambda item: {"file": _file_name(item.name) if item else ""}, plan=_export,
        outcome=_written,
    ),
}  # fmt: skip
