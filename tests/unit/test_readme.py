"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockertui.config import Settings, load
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.operations.document import KEYS, document, keys_document

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_keys_and_settings_are_those_of_their_entries() -> None:
    assert document(README, Catalogue()) == README, "run `make readme`"
    assert (ROOT / KEYS).read_text(encoding="utf-8") == keys_document(Catalogue()), "run `make readme`"


def test_every_setting_is_shown_with_its_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    (shown,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    path.write_text(shown)
    settings, problems = load(path)
    assert problems == []
    assert settings == Settings(keys=settings.keys, endpoints=settings.endpoints)
    assert set(settings.keys) <= set(BY_ID)


def test_pictures_and_files_it_names_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_make_targets_it_names_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_that_a_document_names_are_there(name: str) -> None:
    folders = [ROOT, *(path for path in (ROOT / "dockertui").rglob("*") if path.is_dir()), ROOT / "dockertui"]
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", (ROOT / name).read_text(encoding="utf-8"))
    assert not [path for path in named if not any((folder / path).exists() for folder in folders)]
