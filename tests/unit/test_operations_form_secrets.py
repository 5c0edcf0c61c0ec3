"""Secrets in a form's fields: hidden, and whole again in what is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.masking import MASK, masked, masked_path
from dockertui.operations.command_body import InvalidValue
from dockertui.operations.form_secrets import FormSecrets

ENV = ("A=b", "DB_PASSWORD=hunter2", "URL=postgres://shop:hunter2@db/shop", "PASSWORD=")


def test_what_is_left_as_it_is_keeps_its_secrets() -> None:
    veil = FormSecrets()
    shown = veil.cover(ENV)
    assert "hunter2" not in " ".join(shown)
    assert shown[0] == "A=b"
    assert veil.hides
    assert veil.lift(shown) == ENV


def test_what_is_changed_around_a_secret_leaves_it() -> None:
    veil = FormSecrets()
    shown = veil.cover(ENV)
    assert veil.lift(("NEW=1", shown[1])) == ("NEW=1", "DB_PASSWORD=hunter2")
    assert veil.lift(("DB_PASSWORD=other",)) == ("DB_PASSWORD=other",)
    assert veil.lift(()) == ()


def test_two_alike_keep_their_order() -> None:
    veil = FormSecrets()
    twice = ("TOKEN=one", "TOKEN=two")
    assert veil.lift(veil.cover(twice)) == twice


@pytest.mark.parametrize("word", [f"DB_PASSWORD={MASK}x", "DB_PASSWORD=•••", f"URL=postgres://shop:{MASK}@other/shop"])
def test_a_mask_that_was_changed_is_not_taken_for_a_value(word: str) -> None:
    veil = FormSecrets()
    veil.cover(ENV)
    with pytest.raises(InvalidValue, match="type it whole"):
        veil.lift((word,))


def test_a_dot_is_a_dot_where_nothing_is_hidden() -> None:
    veil = FormSecrets()
    assert veil.cover(("A=•",)) == ("A=•",)
    assert not veil.hides
    assert veil.lift(("A=••",)) == ("A=••",)


@pytest.mark.parametrize("value", [None, 5, True, "", "nginx:1", (), "registry.test/a@sha256:00"])
def test_what_is_no_secret_is_itself(value: object) -> None:
    veil = FormSecrets()
    assert veil.cover(value) == value
    assert veil.lift(value) == value


@given(st.lists(st.text(st.characters(exclude_characters="•"))).map(tuple))
def test_whatever_is_covered_is_lifted(words: tuple[str, ...]) -> None:
    veil = FormSecrets()
    assert veil.lift(veil.cover(words)) == words


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1.41/containers/json?all=1", "/v1.41/containers/json?all=1"),
        ("/build?t=a%2Fb&q=%20x", "/build?t=a%2Fb&q=%20x"),
        (
            "/build?buildargs=%7B%22TOKEN%22%3A%22sesame%22%2C%22A%22%3A%22b%22%7D",
            f"/build?buildargs=%7B%22TOKEN%22%3A%20%22{MASK}%22%2C%20%22A%22%3A%20%22b%22%7D",
        ),
        ("/commit?changes=ENV+API_KEY%3Dsesame", f"/commit?changes=ENV%20API_KEY%3D{MASK}"),
        ("/commit?changes=ENV+KEY%3Dsesame&repo=a", f"/commit?changes=ENV%20KEY%3D{MASK}&repo=a"),
        ("/build?remote=https%3A%2F%2Fme%3Asesame%40git%2Fx", f"/build?remote=https%3A%2F%2Fme%3A{MASK}%40git%2Fx"),
        ("/a?x=[no+json", "/a?x=[no+json"),
    ],
)
def test_a_paths_query_hides_its_secrets(path: str, shown: str) -> None:
    assert masked_path(path) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ENV DB_PASSWORD=hunter2 A=b", f"ENV DB_PASSWORD={MASK} A=b"),
        ("RUN |1 TOKEN=abc /bin/sh -c make", f"RUN |1 TOKEN={MASK} /bin/sh -c make"),
        ("API_KEY='two words' x", f"API_KEY='{MASK}' x"),
        ('SECRET="two words"; make', f'SECRET="{MASK}"; make'),
        ("key=q monkey=2 tokenizer = 3", f"key={MASK} monkey=2 tokenizer = 3"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_assignments_in_a_text_hide_their_secrets(text: str, shown: str) -> None:
    assert masked(text) == shown
