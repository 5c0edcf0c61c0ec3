"""What a real Engine 28.5 answers where nothing else is known: the defaults of inspect, and `/info`."""

import json
from pathlib import Path
from typing import Any

_ALL: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("templates.json").read_text(encoding="utf-8"))
HOST_CONFIG, CONFIG, INFO = _ALL["HostConfig"], _ALL["Config"], _ALL["Info"]
