"""Find the field of a form that an Engine's refusal is about, from its message."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dockertui.operations.command_body import Values


class Refused(NamedTuple):
    """Why a form's request was refused; `option` is the id of the field that it is about, or "" for none."""

    option: str
    said: str


_ABOUT: Final = tuple(
    (options.split(), re.compile(pattern, re.I))
    for options, pattern in (
        ("ports", r"port is already allocated|address already in use.*(port|bind|listen)|(bind|listen).*already in use"
                  r"|cannot assign requested address|external connectivity|invalid \w*port|rootlessport|pasta failed"),
        ("mounts", r"duplicate mount|invalid (mount|bind|volume spec)|bind (source|mount)|mount (path|denied|point)"
                   r"|error (while )?(creating )?mount|error mounting|must be absolute.*mount|invalid characters"
                   r"|volume name|no such volume|(get|create) [^ ]+: .*volume|(mkdir|l?stat|statfs) /\S*: "),
        ("platform", r"platform|no matching manifest|operating system|os/arch"),
        ("swap", r"memoryswap"),
        ("memory", r"memory"),
        ("cpu_shares", r"cpu.?shares"),
        ("cpus", r"\bcpus?\b|nanocpus"),
        ("pids", r"pids"),
        ("gateway", r"gateway"),
        ("subnet", r"pool|subnet|cidr|address space"),
        ("ip6", r"ipv6|invalid ip6"),
        ("ip", r"ip address|invalid (ipv4|ip|address)|address already in use|no available i?p?v?4? ?address"),
        ("aliases", r"alias"),
        ("options", r"invalid option|unknown option|driver.?opt"),
        ("driver", r"plugin|driver"),
        ("container", r"no such container|container .* not found|endpoint with name|is already attached"),
        ("network", r"network|no such container|cannot join"),
        ("registry", r"no such host|lookup |connection refused|i/o timeout|dial tcp|x509|tls:|certificate"
                     r"|http response to https|client\.timeout|404 not found"),
        ("password", r"unauthorized|incorrect username|authentication|denied|credentials|\b401\b"),
        ("target", r"target stage|build target|build stage"),
        ("dockerfile", r"dockerfile|unknown instruction"),
        ("image reference tags", r"no such image|image .* (not found|not known)|manifest|pull access denied"
                                 r"|repository|reference format|invalid reference|unauthorized|short-name|registry"
                                 r"|no such host|dial tcp|connection refused|i/o timeout|invalid tag"),
        ("workdir", r"working dir|chdir|\bcwd\b"),
        ("user", r"unable to find (user|group)|no matching entries in passwd|invalid user|no users found"),
        ("health", r"health"),
        ("restart", r"restart policy|maximum retry|autoremove"),
        ("hostname", r"host ?name"),
        ("labels", r"label"),
        ("env", r"environment variable"),
        ("file folder source", r"cannot be (written|read)|no space left|not a tar"),
        ("path", r"could not find the file|no such file|not a directory|read-only file ?system|rootfs is marked"
                 r"|permission denied|no such directory"),
        ("entrypoint command", r"executable file not found|command not found|exit 12[67]|exec format|exec: "
                               r"|no command specified|exec failed|no such file or directory|permission denied"),
        ("file folder source", r"no such file|no such folder"),
        ("changes", r"is not a valid change|unknown instruction|dockerfile"),
        ("name", r"name .*(already|in use)|already (exists|in use)|invalid .*name|name is too short"),
    )
)  # fmt: skip


def refused(said: str, values: Values) -> Refused:
    """Return the Engine's message with the first field in `values` that it is about.

    If it may be about several fields, the first that is not empty, else the last.
    """
    for about, pattern in _ABOUT:
        there = [option for option in about if option in values]
        if there and pattern.search(said):
            return Refused(next((option for option in there if values[option]), there[-1]), said)
    return Refused("", said)
