"""The API version that is agreed on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.endpoint import Endpoint
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.engine.negotiation import MAX_API, MIN_API, api_number, negotiate

LOCAL = Endpoint("local", "unix:///var/run/docker.sock", "default socket")


def engine(newest: str, oldest: str | None = "1.24") -> dict[str, Any]:
    return {"Version": "x", "ApiVersion": newest, "MinAPIVersion": oldest}


@pytest.mark.parametrize(
    ("newest", "oldest", "api"),
    [
        ("1.41", "1.12", "1.41"),
        ("1.44", None, "1.44"),
        (MAX_API, "1.24", MAX_API),
        ("1.55", "1.40", MAX_API),
        ("1.100", "1.44", MAX_API),
        ("2.0", "1.51", MAX_API),
    ],
)
def test_the_newest_that_both_know(newest: str, oldest: str | None, api: str) -> None:
    version = negotiate(engine(newest, oldest), LOCAL)
    assert (version.api, version.api_max) == (api, newest)


@pytest.mark.parametrize(
    ("newest", "oldest", "words"),
    [
        ("1.40", "1.12", "dockertui needs 1.41: update it to Docker 20.10"),
        ("1.9", "1.1", "dockertui needs 1.41"),
        ("1.70", "1.60", f"dockertui knows up to {MAX_API}: update dockertui"),
    ],
)
def test_no_common_version(newest: str, oldest: str, words: str) -> None:
    with pytest.raises(EngineError) as caught:
        negotiate(engine(newest, oldest), LOCAL)
    assert caught.value.kind is ErrorKind.UNSUPPORTED
    assert words in str(caught.value)
    assert f"speaks API {oldest} to {newest}" in str(caught.value)


def test_docker_api_version_is_taken_as_it_is() -> None:
    assert negotiate(engine("1.51"), LOCAL, "1.45").api == "1.45"
    assert negotiate(engine("1.51"), LOCAL, "v1.45").api == "1.45"
    assert negotiate(engine("1.55"), LOCAL, "1.53").api == "1.53"


@pytest.mark.parametrize(
    ("override", "kind"),
    [("1.52", ErrorKind.UNSUPPORTED), ("1.40", ErrorKind.UNSUPPORTED), ("new", ErrorKind.BAD_ENDPOINT)],
)
def test_a_docker_api_version_that_cannot_be(override: str, kind: ErrorKind) -> None:
    with pytest.raises(EngineError, match="DOCKER_API_VERSION") as caught:
        negotiate(engine("1.51"), LOCAL, override)
    assert caught.value.kind is kind


@given(
    st.none()
    | st.text()
    | st.lists(st.none())
    | st.dictionaries(
        st.sampled_from(["ApiVersion", "MinAPIVersion"]),
        st.text() | st.none() | st.from_regex(r"\d+\.\d+", fullmatch=True),
    )
)
def test_any_reply_is_an_engine_or_an_error(raw: Any) -> None:
    try:
        version = negotiate(raw, LOCAL)
    except EngineError:
        return
    assert api_number(MIN_API) <= api_number(version.api) <= api_number(MAX_API)


def test_versions_compare_as_numbers() -> None:
    assert api_number("1.9") < api_number("1.41") < api_number("1.100")
    for wrong in ("", "1", "1.", "1.4.1", "v1.4", "1.4\n", "٣.٣"):
        with pytest.raises(ValueError, match="is no API version"):
            api_number(wrong)
