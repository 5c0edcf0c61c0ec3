"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dockertui.config import Settings, load
from dockertui.operations.catalogue import BY_ID, Catalogue
from dockertui.operations.document import SETTINGS, documents

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
DOCUMENTS = [*(ROOT / name for name in NAMES), *sorted((ROOT / "docs").glob("*.md"))]


def test_the_documents_are_those_of_the_entries() -> None:
    for path, text in documents(ROOT, Catalogue()).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make readme`"


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_every_setting_is_shown_with_its_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    (shown,) = re.findall(r"```toml\n(.*?)```", (ROOT / SETTINGS).read_text(encoding="utf-8"), re.DOTALL)
    path.write_text(shown)
    settings, problems = load(path)
    assert problems == []
    assert settings == Settings(
        keys=settings.keys, endpoints=settings.endpoints, columns=settings.columns, sort=settings.sort
    )
    assert set(settings.keys) <= set(BY_ID)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_pictures_files_and_sections_it_links_to_are_there(document: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
        name, _, section = target.partition("#")
        path = document.parent / name if name else document
        assert target.startswith("http") or path.exists(), target
        if section:
            titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert section in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles], target


def test_every_document_is_linked_from_the_readme() -> None:
    linked = {ROOT / target for target in re.findall(r"\]\((docs/[^)#]+)\)", README)}
    assert linked == set((ROOT / "docs").glob("*.md"))


def test_make_targets_it_names_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", NAMES)
def test_files_that_a_document_names_are_there(name: str) -> None:
    folders = [ROOT, *(path for path in (ROOT / "dockertui").rglob("*") if path.is_dir()), ROOT / "dockertui"]
    named = re.findall(r"`((?:[a-z_]+/)*[a-z_]+(?:\.py|/))`", (ROOT / name).read_text(encoding="utf-8"))
    assert not [path for path in named if not any((folder / path).exists() for folder in folders)]
