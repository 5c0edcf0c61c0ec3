"""Images as the API shows them."""

from typing import Any

from dockertui.demo.api.call import Version
from dockertui.demo.world.host import Host
from dockertui.demo.world.objects import Image
from dockertui.demo.world.times import rfc3339

_CONFIG: dict[str, Any] = {
    "Cmd": None,
    "Entrypoint": None,
    "Env": [],
    "Labels": None,
    "OnBuild": None,
    "User": "",
    "Volumes": None,
    "WorkingDir": "",
}
_OLD_CONFIG: dict[str, Any] = _CONFIG | {
    "Hostname": "",
    "Domainname": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Image": "",
}
"""Before API 1.50 an image had the fields of a container's configuration, all of them empty."""

_OVERLAY = "/var/lib/docker/overlay2"


def summary(
    host: Host, image: Image, version: Version, *, counted: bool = False, shared: bool = False
) -> dict[str, Any]:
    """ImageSummary. Containers is counted from API 1.51 on, and always for system/df; else it is -1."""
    count = counted or version >= (1, 51)
    entry: dict[str, Any] = {
        "Containers": len(host.users_of_image(image.id)) if count else -1,
        "Created": int(image.created),
        "Id": image.id,
        "Labels": image.labels or None,
        "ParentId": image.parent,
        "RepoDigests": image.digests or _nameless(version, "<none>@<none>"),
        "RepoTags": image.tags or _nameless(version, "<none>:<none>"),
        "SharedSize": _shared_size(host, image) if shared else -1,
        "Size": image.size,
    }
    if version < (1, 44):
        entry["VirtualSize"] = image.size
    return entry


def _nameless(version: Version, text: str) -> list[str]:
    return [text] if version < (1, 43) else []


def _shared_size(host: Host, image: Image) -> int:
    others = {layer for one in host.images.values() if one is not image for layer in one.layers}
    sizes = _layer_sizes(image)
    return sum(size for layer, size in zip(image.layers, sizes, strict=False) if layer in others)


def _layer_sizes(image: Image) -> list[int]:
    return [int(image.size * share) for share in (0.55, 0.3, 0.12, 0.03)]


def inspect(image: Image, version: Version) -> dict[str, Any]:
    """ImageInspect."""
    layer = f"{_OVERLAY}/{image.id.removeprefix('sha256:')[::-1]}"
    entry: dict[str, Any] = {
        "Id": image.id,
        "RepoTags": image.tags,
        "RepoDigests": image.digests,
        "Parent": image.parent,
        "Comment": image.comment,
        "Created": rfc3339(image.created),
        "DockerVersion": "",
        "Author": image.author or image.labels.get("maintainer", ""),
        "Architecture": "amd64",
        "Os": "linux",
        "Size": image.size,
        "GraphDriver": {
            "Data": {
                "LowerDir": f"{layer}-base/diff",
                "MergedDir": f"{layer}/merged",
                "UpperDir": f"{layer}/diff",
                "WorkDir": f"{layer}/work",
            },
            "Name": "overlay2",
        },
        "RootFS": {"Type": "layers", "Layers": image.layers},
        "Metadata": {"LastTagTime": rfc3339(image.tagged)},
        "Config": (_CONFIG if version >= (1, 50) else _OLD_CONFIG) | image.config,
    }
    if version < (1, 44):
        entry["VirtualSize"] = image.size
    return entry


def history(image: Image) -> list[dict[str, Any]]:
    """Newest step first; only the image itself has an id, its steps were built elsewhere ('<missing>')."""
    return [
        {
            "Comment": image.comment,
            "Created": int(image.created) - nth * 2,
            "CreatedBy": command,
            "Id": image.id if nth == 0 else "<missing>",
            "Size": size,
            "Tags": image.tags or None if nth == 0 else None,
        }
        for nth, (command, size) in enumerate(image.steps)
    ]
