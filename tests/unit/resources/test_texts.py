"""Filters, formats, secrets and tolerant reading: what the pages and lists are written with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.engine.fields import Reply
from dockertui.masking import is_secret, masked_tree
from dockertui.resources import format
from dockertui.resources.filter import ListFilter, Word, words

TERMS = {
    "name": lambda item: (item["name"],),
    "image": lambda item: (item["image"],),
    "label": lambda item: item["labels"],
}
WEB = {"name": "shop-Web-1", "image": "nginx:1.27", "labels": ["tier=front"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
)


def make(line: str) -> ListFilter[dict[str, Any]]:
    return ListFilter(line, TERMS | {"id": lambda item: ("ab12web",)}, ("name", "image"), ("id",))


def test_a_colon_makes_a_term_only_of_a_known_name() -> None:
    assert words("nginx:1.27 name:Web !label:x", TERMS) == [
        Word("", "nginx:1.27"),
        Word("name", "web"),
        Word("label", "x", absent=True),
    ]


def test_an_unfinished_term_keeps_all() -> None:
    assert not make("label:")
    assert make("name: !").matches(WEB)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("web", True),
        ("WEB nginx", True),
        ("web redis", False),
        ("name:nginx", False),
        ("image:nginx", True),
        ("label:tier=front", True),
        ("tier", False),
        ("!redis", True),
        ("!web", False),
        ("!image:nginx", False),
        ("ab1", True),
        ("b12", False),
        ("~^shop-w", True),
        ("~^SHOP", False),
        ("~web-\\d$", True),
        ("~^web", False),
        ("~^web|nginx", True),
        ("!~^web", True),
        ("!~WEB|Web", False),
        ("shop ~1 ?2", False),
        ("shop ~(Web|Api)-1$", True),
        ("redis ~.", False),
        ("image:~^nginx:1\\.2", True),
        ("name:~nginx", False),
        ("!image:~nginx", False),
        ("label:~=fr.nt$", True),
        ("nosuchterm:~nginx", False),
        ("~", True),
        ("name:~", True),
        ("~(", False),
        ("!~(", False),
        ("!~[z-a]", False),
    ],
)
def test_every_word_must_match(line: str, kept: bool) -> None:
    assert make(line).matches(WEB) is kept


def test_matches_are_marked_where_they_were_looked_for() -> None:
    assert make("e").spans("name", "shop-Web-1e") == [(6, 7), (10, 11)]
    assert make("name:web").spans("image", "web") == []
    assert make("!web").spans("name", "web") == []
    assert make("a").spans("status", "a") == []


def test_an_expression_is_marked_as_words_are() -> None:
    assert make("~w.b|\\d").spans("name", "shop-web-1") == [(5, 8), (9, 10)]
    assert make("shop ~b.*$").spans("name", "shop-web-1") == [(0, 4), (7, 10)]
    assert make("~web").spans("labels", "web") == []
    assert make("name:~web").spans("image", "web") == []
    assert make("!~web").spans("name", "web") == []
    assert make("~(").spans("name", "(") == []


def test_an_expression_goes_on_to_the_end_of_the_line() -> None:
    assert words("state:up ~Web name:x !y", [*TERMS, "state"]) == [Word("state", "up"), Word("", "~Web name:x !y")]
    assert words("a !image:~b c", TERMS) == [Word("", "a"), Word("image", "~b c", absent=True)]
    assert words("a~b x:~c", TERMS) == [Word("", "a~b"), Word("", "x:~c")]


def test_what_is_wrong_with_an_expression_is_said() -> None:
    assert make("shop ~(").error == "missing ), unterminated subpattern at position 0"
    assert make("shop ~x").error == make("shop (").error == ""


def test_an_expression_that_takes_years_is_given_up() -> None:
    made = make("~(a|a)*(b|b)*(a+)+$")
    item = {**WEB, "name": "a" * 60 + "c"}
    assert not made.matches(item)
    assert "too dear" in made.error
    assert not make("!~(a|a)*(b|b)*(a+)+$").matches(item)


def test_an_expression_that_is_slow_for_each_of_many_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make("~(S|s)hop")
    assert made.matches(WEB)
    spent = iter(range(1000))
    monkeypatch.setattr("dockertui.resources.filter.time.process_time", lambda: next(spent) / 10)
    kept = [made.matches(WEB) for _ in range(20)]
    assert kept[0]
    assert not kept[-1]
    assert made.error.startswith("too dear: ")


def test_only_words_have_names_similar_to_them() -> None:
    assert all(make(line).similar is not None for line in ("web", "web api"))
    assert all(
        make(line).similar is None for line in ("", "name:web", "!web", "web !api", "~web", "web ~api", "label:")
    )


@given(st.text(max_size=30), st.text(max_size=30))
def test_marks_lie_within_the_text(line: str, text: str) -> None:
    for start, end in make(line).spans("name", text):
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0B"),
        (5.77e-06, "0B"),
        (3.6, "4B"),
        (999, "999B"),
        (999_600, "1MB"),
        (1000, "1kB"),
        (187_400_000, "187MB"),
        (5.61e9, "5.61GB"),
        (1e30, "1e+12EB"),
    ],
)
def test_sizes_read_as_docker_images_writes_them(amount: float, text: str) -> None:
    assert format.size(amount) == text


@pytest.mark.parametrize(("amount", "text"), [(40_066_089, "38.21MiB"), (1024, "1KiB"), (512, "512B")])
def test_memory_reads_as_docker_stats_writes_it(amount: int, text: str) -> None:
    assert format.memory(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86400 * 13, "13d"),
        (86400 * 14, "2w"),
        (86400 * 800, "2y"),
    ],
)
def test_ages_are_one_word(seconds: float, text: str) -> None:
    assert format.age(seconds) == text


def test_spans_name_their_two_largest_units() -> None:
    assert format.span(11_525) == "3 hours 12 minutes"
    assert format.span(86_401) == "1 day"
    assert format.span(0.2) == "less than a second"
    assert format.clock(185) == "3 min 5 s"


def test_times_of_every_engine_are_read() -> None:
    assert format.parse_time("2026-11-21T05:20:03.123456789Z") == pytest.approx(1795238403.123456)
    assert format.parse_time("2026-11-21T07:20:03+02:00") == 1795238403
    assert format.parse_time("0001-01-01T00:00:00Z") is None
    assert format.parse_time("yesterday") is None


@given(st.floats(allow_nan=False))
def test_no_time_is_too_far(epoch: float) -> None:
    assert isinstance(format.moment(epoch, 0.0), str)


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "API_TOKEN", "AWS_SECRET_ACCESS_KEY", "STRIPE_KEY", "MYSQL_PASS", "SSH_PRIVATE", "apikey"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["PATH", "KEYBOARD", "MONKEY", "HOSTNAME", "COMPASS", "AUTHOR"])
def test_other_names_are_not_secrets(name: str) -> None:
    assert not is_secret(name)


def test_secrets_are_hidden_in_environments_and_urls() -> None:
    hidden = masked_tree(
        {
            "Config": {"Env": ["DB_PASSWORD=hunter2", "URL=postgres://me:hunter2@db/x", "PATH=/bin"]},
            "ApiToken": "hunter2",
        }
    )
    assert "hunter2" not in str(hidden)
    assert hidden["Config"]["Env"][2] == "PATH=/bin"
    assert "postgres://me:" in hidden["Config"]["Env"][1]


@given(JSON)
def test_any_reply_can_be_read(raw: Any) -> None:
    reply = Reply({"a": raw})
    assert isinstance(reply.text("a", "b"), str)
    assert isinstance(reply.number("a"), int)
    assert all(isinstance(word, str) for word in reply.words("a"))
    assert all(isinstance(item, Reply) for item in reply.objects("a"))
    assert all(isinstance(value, str) for _, value in reply.pairs("a"))
    assert all(isinstance(value, Reply) for _, value in reply.entries("a"))
    masked_tree(raw)
