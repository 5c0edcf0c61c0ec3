"""The settings: what is read, and how each mistake is told."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockertui.config import ConfigError, Settings, default_path, load, show, template
from dockertui.config_lines import key_lines
from dockertui.config_values import THEMES, toml
from dockertui.engine.endpoint import Endpoint
from dockertui.operations.catalogue import Catalogue


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def mistakes(path: Path, text: str) -> list[str]:
    """What is said of a settings file, without its folder."""
    path.write_text(text, encoding="utf-8")
    return [str(error).removeprefix(f"{path.parent}/") for error in load(path)[1]]


def settings(path: Path, text: str) -> Settings:
    path.write_text(text, encoding="utf-8")
    found, errors = load(path)
    assert errors == []
    return found


def test_an_absent_file_means_defaults(path: Path) -> None:
    assert load(path) == (Settings(), [])


def test_an_absent_file_that_was_named_is_a_mistake(path: Path) -> None:
    assert [error.message for error in load(path, required=True)[1]] == ["no such file"]


def test_every_setting_is_read(path: Path) -> None:
    found = settings(
        path,
        'theme = "nord"\nmouse = false\ndiff_output = false\nflow_control = false\nstats_period = 5\n'
        '[keys]\n"container.stop" = ["S", "ctrl+s"]\nimage.remove = "?"\n',
    )
    assert found == Settings(
        theme="nord",
        mouse=False,
        diff_output=False,
        flow_control=False,
        stats_period=5.0,
        keys={"container.stop": ("S", "ctrl+s"), "image.remove": ("question_mark",)},
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('\n\ntheme = "nrod"', "config.toml:3: unknown theme \"nrod\": did you mean 'nord'?"),
        ("theme = 3", "config.toml:1: unknown theme 3: choose one of auto, textual-dark, "),
        ("tehme = 'nord'", "config.toml:1: unknown setting \"tehme\": did you mean 'theme'?"),
        ("\nmouse = 'no'", 'config.toml:2: mouse: "no" is neither true nor false: write true or false'),
        ("mouse = 1", "config.toml:1: mouse: 1 is neither true nor false: write true or false"),
        (
            "stats_period = 0",
            "config.toml:1: stats_period cannot be 0: write seconds, from 0.5 to 3600",
        ),
        ("stats_period = true", "config.toml:1: stats_period cannot be true: write seconds, "),
        ("stats_period = nan", "config.toml:1: stats_period cannot be nan: write seconds, "),
        ("keys = 'x'", "config.toml:1: keys is a table: write [keys]"),
        ("[keys]\n\n'a.b' = 'ctlr+s'", "config.toml:3: keys.a.b: unknown modifier 'ctlr' in 'ctlr+s': use "),
        ("[keys]\na.b = 'ecsape'", "config.toml:2: keys.a.b: 'ecsape' is no key: did you mean 'escape'?"),
        ("[keys]\na.b = 5", 'config.toml:2: keys.a.b: not a key: write "s"'),
        ("[keys]\na.b = ['s', 5]", 'config.toml:2: keys.a.b: not a key: write "s"'),
        ("[keys]\na.b = ''", "config.toml:2: keys.a.b: an empty key: write a character"),
        (
            "[keys]\na.b = 'ctrl+i'",
            "config.toml:2: keys.a.b: a terminal sends 'ctrl+i' as tab: choose another",
        ),
        ("columns = 1", "config.toml:1: columns is a table: write [columns] and below it container = ["),
        ("[columns]\ncontainer = 'name'", "config.toml:2: columns.container is not a list of words: write a list"),
        ("[columns]\nimage = []", "config.toml:2: columns.image is not a list of words: write a list such as"),
        ("[sort]\n\ncontainer = 1", "config.toml:3: sort.container cannot be 1: write one word in quotes"),
        ("endpoints = 1", "config.toml:1: endpoints is a table: write [endpoints."),
        ("[endpoints]\nprod = true", "config.toml:2: endpoints.prod is a table: write [endpoints."),
        (
            "[endpoints.'ssh://prod']\n\nread_only = 'yes'",
            'config.toml:3: endpoints.ssh://prod.read_only: "yes" is neither true nor false: write true or false',
        ),
        (
            "[endpoints.prod]\nreadonly = true",
            "config.toml:2: endpoints.prod: unknown setting \"readonly\": did you mean 'read_only'?",
        ),
        ("a = 1\nb = ", "config.toml:2: not valid TOML: Invalid value: "),
        ("a = 'x", "config.toml:1: not valid TOML: "),
    ],
)
def test_a_mistake_is_told_with_line_and_remedy(path: Path, text: str, said: str) -> None:
    (only,) = mistakes(path, text)
    assert only.startswith(said)


def test_several_mistakes_are_told_together_in_the_order_of_their_lines(path: Path) -> None:
    told = mistakes(path, "[keys]\na.b = 'nokey'\nc.d = 's'\n[them]\n")
    assert [line.split(" ")[0] for line in told] == ["config.toml:2:", "config.toml:4:"]


def test_a_mistake_leaves_the_other_settings_alone(path: Path) -> None:
    path.write_text('theme = "no"\nmouse = false\n[keys]\na.b = "no"\nc.d = "x"\n')
    found, errors = load(path)
    assert found == Settings(mouse=False, keys={"c.d": ("x",)})
    assert len(errors) == 2


PROTECTED = """
[endpoints."ssh://prod"]
read_only = true
[endpoints.shop.example.com]
read_only = true
[endpoints.local]
read_only = false
"""


@pytest.mark.parametrize(
    ("endpoint", "read_only"),
    [
        (Endpoint("prod", "ssh://ops@prod:22", "--host"), True),
        (Endpoint("production", "ssh://ops@PROD", "context production"), True),
        (Endpoint("prod", "tcp://prod:2376", "--host"), False),
        (Endpoint("shop.example.com", "tcp://shop.example.com:2376", "--host"), True),
        (Endpoint("local", "unix:///var/run/docker.sock", "default socket"), False),
        (Endpoint("staging", "ssh://staging", "--host"), False),
    ],
)
def test_an_endpoint_is_read_only_by_its_name_or_address(path: Path, endpoint: Endpoint, read_only: bool) -> None:
    assert settings(path, PROTECTED).read_only(endpoint.names) is read_only


def test_all_but_those_named_can_be_read_only(path: Path) -> None:
    found = settings(path, "[endpoints.'*']\nread_only = true\n[endpoints.local]\nread_only = false")
    assert found.read_only({"anything"})
    assert not found.read_only({"local", "unix:///var/run/docker.sock"})


@pytest.mark.parametrize(
    "text", ["[endpoints.prod]\nread_only = 'yes'", "[endpoints.prod]\nread_only = true\nmouse =", "read_only = ="]
)
def test_a_mistake_leaves_nothing_unprotected(path: Path, text: str) -> None:
    path.write_text(text)
    found, errors = load(path)
    assert errors
    assert found.read_only({"prod"})


def test_a_mistake_elsewhere_protects_nothing(path: Path) -> None:
    path.write_text("mouse = =")
    assert not load(path)[0].read_only({"prod"})


def test_an_unreadable_file_is_told(path: Path) -> None:
    path.mkdir()
    assert [error.message for error in load(path)[1]] == ["cannot be read: Is a directory"]


def test_a_file_in_another_encoding_is_told(path: Path) -> None:
    path.write_bytes('theme = "é"'.encode("latin-1"))
    assert [error.message for error in load(path)[1]] == ["is not UTF-8 at byte 9"]


def test_a_byte_order_mark_is_harmless(path: Path) -> None:
    path.write_text('theme = "nord"', encoding="utf-8-sig")
    assert load(path)[0].theme == "nord"


def test_control_characters_do_not_reach_the_message(path: Path) -> None:
    told = "".join(mistakes(path, r'theme = "\u001b[31m"' + "\n" + r'"a\u001bb" = 1'))
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("environ", "where"),
    [
        ({}, "/home/u/.config/dockertui/config.toml"),
        ({"XDG_CONFIG_HOME": "/etc/xdg"}, "/etc/xdg/dockertui/config.toml"),
        ({"XDG_CONFIG_HOME": "relative"}, "/home/u/.config/dockertui/config.toml"),
        ({"XDG_CONFIG_HOME": "/x", "DOCKERTUI_CONFIG": "/y.toml"}, "/y.toml"),
        ({"DOCKERTUI_CONFIG": ""}, "/home/u/.config/dockertui/config.toml"),
    ],
)
def test_where_the_file_is(environ: Mapping[str, str], where: str) -> None:
    assert str(default_path(environ, Path("/home/u"))) == where


def test_the_home_directory_is_shown_as_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/u")
    error = ConfigError(Path("/home/u/c.toml"), 7, "unknown theme 'x'", "choose one")
    assert str(error) == "~/c.toml:7: unknown theme 'x': choose one"


def test_what_is_shown_says_where_it_comes_from(path: Path) -> None:
    text = show(settings(path, '\nmouse = false\n[keys]\ncontainer.stop = ["S", "f5"]\n'))
    rows = {row.split("  # ")[0].rstrip(): row.split("  # ")[-1] for row in text.splitlines()}
    assert rows["mouse = false"] == f"{path}:2"
    assert rows["diff_output = true"] == "default"
    assert rows['"container.stop" = ["S", "f5"]'] == f"{path}:4"


def test_what_is_shown_is_read_back_as_the_same(path: Path) -> None:
    before = settings(
        path, 'theme = "dracula"\nstats_period = 0.5\n[keys]\n"a\\u0001.b" = "\\""\nc.d = []\n' + PROTECTED
    )
    path.write_text(show(before))
    assert load(path) == (before, [])


def test_the_defaults_are_read_back_as_the_same(path: Path) -> None:
    path.write_text(show(Settings()))
    assert load(path) == (Settings(), [])


def test_the_template_is_read_back_as_the_defaults(path: Path) -> None:
    path.write_text(template())
    settings, problems = load(path)
    assert not problems
    assert settings == Settings(
        keys=settings.keys, endpoints=settings.endpoints, columns=settings.columns, sort=settings.sort
    )
    assert Catalogue(settings).problems == []
    plain = {entry.name for entry in fields(Settings)} - {"path", "lines"}
    assert plain == set(tomllib.loads(template())), "every setting stands in it"


def test_the_columns_of_a_list_are_read_shown_and_checked(path: Path) -> None:
    text = '[columns]\ncontainer = ["name", "nmae"]\nimage = ["id"]\n'
    text += '[sort]\ncontainer = "-cpu"\nimag = "size"\nimage = "-x"\n'
    found = settings(path, text)
    assert found.columns == {"container": ("name", "nmae"), "image": ("id",)}
    assert found.sort == {"container": "-cpu", "imag": "size", "image": "-x"}
    assert [str(problem).removeprefix(f"{path.parent}/") for problem in Catalogue(found).problems] == [
        "config.toml:2: columns.container: no column 'nmae': did you mean 'name'?",
        "config.toml:6: sort.imag: no such kind: did you mean 'image'?",
        "config.toml:7: sort.image: no column 'x': choose one of name, used, size, created, id, tags",
    ]
    assert 'container = ["name", "nmae"]  # ' in show(found)
    path.write_text(show(found))
    assert load(path)[0] == found


def test_the_themes_are_textuals() -> None:
    from textual.theme import BUILTIN_THEMES

    assert set(THEMES) == set(BUILTIN_THEMES)


# On which line a key stands

ODD = r'''
# theme = "in a comment" [x]
"quoted.key" = "a # b" # c
basic = """
no = 1 \""" ""
[no]
"""
literal = @@@
no = 2
@@@
array = [ # ]
  "a", { in = 1, b.c = [1, 2] },
]
date = 1979-05-27 07:32:00 # x
[ keys . "container" ]
stop = ["s"]
'''.replace("@@@", "'" * 3)


def test_lines_in_an_odd_layout() -> None:
    assert dict(key_lines(ODD)) == {
        ("quoted.key",): 3,
        ("basic",): 4,
        ("literal",): 8,
        ("array",): 11,
        ("array", "in"): 12,
        ("array", "b"): 12,
        ("array", "b", "c"): 12,
        ("date",): 14,
        ("keys",): 15,
        ("keys", "container"): 15,
        ("keys", "container", "stop"): 16,
    }


NAMES = st.text(string.ascii_letters + '."#=[ é', min_size=1, max_size=6)
VALUES = st.one_of(st.integers(), st.booleans(), st.text(string.printable, max_size=20))
DOCUMENTS = st.recursive(VALUES, lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=12).filter(
    lambda document: isinstance(document, dict)
)


@given(document=DOCUMENTS, data=st.data())
def test_every_key_is_found_on_its_line(document: dict[str, Any], data: st.DataObject) -> None:
    text = "\n".join(written(document, (), data))
    assert tomllib.loads(text) == document
    lines = key_lines(text)
    for place in places(document, ()):
        assert toml(place[-1]) in text.splitlines()[lines[place] - 1]


def written(document: Mapping[str, Any], prefix: tuple[str, ...], data: st.DataObject) -> Iterator[str]:
    """Dotted keys, or a table of its own where that is possible, with comments and empty lines between."""
    for name, value in document.items():
        yield from data.draw(st.sampled_from([[], [""], ['# x = "1'], ["  "]]))
        path = (*prefix, name)
        if isinstance(value, dict) and value and data.draw(st.booleans()):
            yield from written(value, path, data)
        else:
            yield f"{' . '.join(map(toml, path))} ={inline(value)} # [x]"


def inline(value: Any) -> str:
    if not isinstance(value, dict):
        return toml(value)
    return "{" + ", ".join(f"{toml(name)}={inline(inner)}" for name, inner in value.items()) + "}"


def places(document: Mapping[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in document.items():
        yield (*prefix, name)
        if isinstance(value, dict):
            yield from places(value, (*prefix, name))


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        ('[endpoints."tcp://ann:secret@host:2376"]\nread_only = true\n', 0o644, True),
        ('theme = "nord"\n[endpoints."tcp://ann:secret@host:2376"]\nread_only = true\n', 0o640, True),
        ('[endpoints."tcp://ann:secret@host:2376"]\nread_only = true\n', 0o600, False),
        ('[endpoints."ssh://ann@host:22"]\nread_only = true\n', 0o644, False),
        ('theme = "nord"\n', 0o644, False),
    ],
)
def test_a_password_that_others_may_read_is_told(tmp_path: Path, text: str, mode: int, told: bool) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(mode)
    settings, problems = load(path)
    assert [problem.message for problem in problems] == ["holds a password, and others may read the file"] * told
    if told:
        (problem,) = problems
        assert problem.remedy == f"chmod 600 {path}"
        assert problem.line == text[: text.index("[endpoints")].count("\n") + 1
    assert len(settings.endpoints) == text.count("read_only"), "the setting holds all the same"
