"""What a real Engine 28.5 answers: each reply lays over its template what is known of the object."""

import json
from pathlib import Path
from typing import Any

_ALL: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("templates.json").read_text(encoding="utf-8"))
CONTAINER, HOST_CONFIG, CONFIG, STATS = _ALL["Container"], _ALL["HostConfig"], _ALL["Config"], _ALL["Stats"]
NETWORK, NETWORK_SETTINGS, ENDPOINT = _ALL["Network"], _ALL["NetworkSettings"], _ALL["Endpoint"]
IMAGE, IMAGE_CONFIG = _ALL["Image"], _ALL["ImageConfig"]
OLD_IMAGE_CONFIG = _ALL["ImageConfig before API 1.50"]
"""An image then had the fields of a container's configuration, all of them empty."""
INFO, VERSION = _ALL["Info"], _ALL["Version"]


def overlay(id: str, lower: str = "", **more: str) -> dict[str, Any]:
    """Where the layers lie follows from the ids, so that nothing need be kept."""
    layer = f"/var/lib/docker/overlay2/{id[::-1]}"
    below = f"-init/diff:/var/lib/docker/overlay2/{lower[::-1]}/diff" if lower else "-base/diff"
    places = {"MergedDir": f"{layer}/merged", "UpperDir": f"{layer}/diff", "WorkDir": f"{layer}/work"}
    return {"Data": {**more, "LowerDir": f"{layer}{below}", **places}, "Name": "overlay2"}
