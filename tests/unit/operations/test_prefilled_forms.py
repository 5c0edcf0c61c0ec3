"""What the Engine itself gave is never refused: a form that is filled in from a container is sent as it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockertui.operations import form_values, run_form
from dockertui.operations.command_body import FieldKind, InvalidValue, Option
from dockertui.operations.form_secrets import FormSecrets

PORT = st.integers(1, 65535).map(str)
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
BINDING = st.fixed_dictionaries({
    "HostIp": st.sampled_from(["", "0.0.0.0", "127.0.0.1", "::", "::1", "fe80::1%eth0", "2001:db8::1"]),
    "HostPort": st.sampled_from(["", "0", "8080", "8000-8010", "65535"]),
})  # fmt: skip
MODE = st.sampled_from(["", ":ro", ":rw", ":z", ":rw,Z", ":ro,rslave", ":nocopy", ":rw,rprivate,nosuid,nodev,rbind"])
BIND = st.tuples(st.sampled_from(["/srv", "data", "a" * 64, "/with space"]), TEXT, MODE).map(
    lambda parts: f"{parts[0]}:/{parts[1].replace(':', '')}{parts[2]}"
)
CONFIG: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({
    "Image": st.sampled_from(["nginx", "sha256:" + "a" * 64, "a" * 64, "localhost:5000/a/b:x@sha256:" + "b" * 64]),
    "Cmd": st.none() | st.lists(TEXT, max_size=3),
    "Entrypoint": st.none() | st.lists(TEXT, max_size=3),
    "Env": st.none() | st.lists(st.tuples(TEXT, TEXT).map("=".join), max_size=4),
    "Labels": st.none() | st.dictionaries(TEXT, TEXT, max_size=4),
    "Volumes": st.none() | st.dictionaries(TEXT.map(lambda name: f"/{name}"), st.just({}), max_size=2),
    "User": TEXT,
    "WorkingDir": TEXT,
    "Hostname": TEXT,
})  # fmt: skip
HOST: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({
    "PortBindings": st.none() | st.dictionaries(
        st.tuples(PORT, st.sampled_from(["tcp", "udp", "sctp"])).map("/".join),
        st.none() | st.lists(BINDING, max_size=2),
    ),
    "Binds": st.none() | st.lists(BIND, max_size=3),
    "NetworkMode": st.sampled_from(["default", "bridge", "host", "none", "container:" + "c" * 64, "shop_back"]),
    "RestartPolicy": st.sampled_from([
        {"Name": "no", "MaximumRetryCount": 0}, {"Name": "", "MaximumRetryCount": 0}, {"Name": "always"},
        {"Name": "on-failure", "MaximumRetryCount": 3}, {"Name": "unless-stopped", "MaximumRetryCount": 7},
    ]),
    "Memory": st.integers(0, 2**53),
    "NanoCpus": st.integers(0, 64 * 10**9),
})  # fmt: skip


@given(CONFIG, HOST)
@settings(deadline=None)
def test_whatever_a_container_is_its_form_is_taken(config: dict[str, Any], host: dict[str, Any]) -> None:
    inspect = {"Name": "/web", "Id": "f" * 64, "Config": config, "HostConfig": host}
    filled = {option.id: option.default for option in run_form.OPTIONS} | run_form.values_of(inspect, {})
    typed = {option.id: form_values.parsed(option, shown(option, filled[option.id])) for option in run_form.OPTIONS}
    for option in run_form.OPTIONS:
        form_values.check(option, typed[option.id], filled[option.id])
    run_form.check(typed)
    if not config["Entrypoint"]:  # its words are joined in the form
        assert typed == {id: value.strip() if isinstance(value, str) else value for id, value in filled.items()}


def shown(option: Option, value: Any) -> Any:
    """What stands in the field, a secret in it shown."""
    return value if option.entry is FieldKind.FLAG else form_values.typed(value)


@given(HOST)
@settings(deadline=None)
def test_ports_limits_and_policies_come_back_as_they_were(host: dict[str, Any]) -> None:
    """What the form shows is read as what the Engine has, without a word from the Engine about it."""
    host["RestartPolicy"]["MaximumRetryCount"] = 0
    filled = {option.id: option.default for option in run_form.OPTIONS}
    filled |= run_form.values_of({"Config": {"Image": "x"}, "HostConfig": host}, {})
    for id in ("ports", "restart", "memory", "cpus", "network"):
        option = next(option for option in run_form.OPTIONS if option.id == id)
        if filled[id]:
            option.check(filled[id])
    made = run_form.body({**filled, "mounts": ()})["HostConfig"]
    assert made.get("NanoCpus", 0) == host["NanoCpus"]
    assert made.get("Memory", 0) == host["Memory"]
    bound = {port: bindings for port, bindings in (host["PortBindings"] or {}).items() if bindings}
    assert _sorted(made["PortBindings"]) == _sorted(bound)


def _sorted(bindings: dict[str, list[dict[str, str]]]) -> dict[str, list[str]]:
    return {port: sorted(json.dumps(one, sort_keys=True) for one in found) for port, found in bindings.items()}


@pytest.mark.parametrize("new", ["a b=c", "=x"])
def test_what_is_typed_beside_it_is_judged(new: str) -> None:
    """One label of the container may have a blank in its name; a new one may not."""
    option = next(option for option in run_form.OPTIONS if option.id == "labels")
    given_by_the_engine = ("my label=1",)
    form_values.check(option, given_by_the_engine, given_by_the_engine)
    with pytest.raises(InvalidValue):
        form_values.check(option, (*given_by_the_engine, new), given_by_the_engine)


def test_a_hidden_secret_in_it_is_not_judged_by_its_mask() -> None:
    option = next(option for option in run_form.OPTIONS if option.id == "env")
    veil = FormSecrets()
    masked = veil.cover(("API_TOKEN=sesame",))
    form_values.check(option, veil.lift(form_values.parsed(option, form_values.typed(masked))), ("API_TOKEN=sesame",))
