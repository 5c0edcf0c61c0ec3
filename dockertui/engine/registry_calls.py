"""The call by which the Engine logs in to a registry, to see whether the credentials are right."""

from __future__ import annotations

from dockertui.engine.call import Call
from dockertui.masking import MASK


def login(registry: str, user: str, password: str) -> Call:
    """Changes nothing on the Engine; it answers with an identity token where the registry gives one."""
    body = {"username": user, "password": password, "serveraddress": registry}
    return Call("POST", "/auth", body=body, shown={**body, "password": MASK})
