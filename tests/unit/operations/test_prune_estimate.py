"""What a prune would give back, as far as the Engine says so in time; and the pools of a network."""

from __future__ import annotations

from typing import Any

import pytest

from dockertui.operations import prune_estimate
from dockertui.operations.networks import pools

DF = {
    "Containers": [{"Id": "a", "SizeRw": 1000}, {"Id": "b"}, "odd"],
    "Volumes": [{"Name": "v", "UsageData": {"Size": 2_000_000}}, {"Name": "w", "UsageData": {"Size": -1}}],
    "BuildCache": [
        {"ID": "c", "Size": 5},
        {"ID": "d", "Size": 7, "InUse": True},
        {"ID": "e", "Size": 9, "Shared": True},
    ],
}


def test_sizes_are_of_the_objects_to_be_removed() -> None:
    assert prune_estimate.sizes(DF) == {
        "container": {"a": 1000, "b": 0},
        "volume": {"v": 2_000_000},
        "build-cache": {"c": 5},
    }


@pytest.mark.parametrize("raw", [{}, {"Containers": None, "Volumes": 5, "BuildCache": {}}])
def test_no_reply_is_too_strange(raw: dict[str, Any]) -> None:
    assert prune_estimate.sizes(raw) == {"container": {}, "volume": {}, "build-cache": {}}


@pytest.mark.parametrize(("ids", "said"), [(["v"], ", 2MB"), (["v", "w"], ", at least 2MB"), (["w"], ""), ([], "")])
def test_unknown_size_is_not_claimed(ids: list[str], said: str) -> None:
    assert prune_estimate.told({"measured": prune_estimate.sizes(DF)}, "volume", ids) == said
    assert prune_estimate.told({}, "volume", ids) == ""


def test_each_gateway_is_in_its_subnet() -> None:
    assert pools(("10.0.0.0/8", "fd00::/64"), ("fd00::1", "10.0.0.1")) == [
        {"Subnet": "10.0.0.0/8", "Gateway": "10.0.0.1"},
        {"Subnet": "fd00::/64", "Gateway": "fd00::1"},
    ]
    assert pools((), ("10.0.0.1",)) == [{"Gateway": "10.0.0.1"}]
    assert pools(("10.0.0.0/8",), ("192.168.0.1",)) == [{"Subnet": "10.0.0.0/8"}, {"Gateway": "192.168.0.1"}]
    assert pools((), ()) == []
