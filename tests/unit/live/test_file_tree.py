"""The tree that grows from an archive: which folders are whole, what is kept of how many, and what a name can do."""

from __future__ import annotations

import stat

from dockertui.engine.tar_stream import Member
from dockertui.live.file_tree import FileTree, Unfolding, parts_of


def folder(name: str) -> Member:
    return Member(f"{name}/", stat.S_IFDIR | 0o755, 0, 0, 0, 0.0)


def file(name: str, size: int = 10, link: str = "") -> Member:
    return Member(name, stat.S_IFREG | 0o644, 0, 0, 0 if link else size, 0.0, link, bool(link))


def unfolded(tree: FileTree, *members: Member, root: str = "/x", end: bool = True) -> Unfolding:
    unfolding = Unfolding(tree, root, "test", 1.0)
    unfolding.take(members)
    if end:
        unfolding.end()
    return unfolding


def test_a_folder_is_whole_when_it_is_left() -> None:
    tree = FileTree()
    members = (folder("./a"), file("./a/1"), folder("./a/b"), file("./a/b/2"), folder("./c"), file("./c/3"))
    unfolding = unfolded(tree, *members, end=False)
    whole = {path for path, one in tree.folders.items() if one.complete}
    assert whole == {"/x/a", "/x/a/b"}
    assert unfolding.open == ["/x", "/x/c"]
    unfolding.end()
    assert all(one.complete for one in tree.folders.values())
    assert {path: sorted(one.entries) for path, one in tree.folders.items()} == {
        "/x": ["a", "c"], "/x/a": ["1", "b"], "/x/a/b": ["2"], "/x/c": ["3"],
    }  # fmt: skip


def test_sizes_are_added_up_to_the_top_and_a_hard_link_counts_once() -> None:
    tree = FileTree()
    unfolded(tree, folder("a"), file("a/1", 100), folder("a/b"), file("a/b/2", 20), file("a/c", link="a/1"))
    assert tree.below == {"/x": 120, "/x/a": 120, "/x/a/b": 20}
    assert tree.folders["/x/a"].entries["c"].size == 100


def test_of_the_root_a_path_has_one_slash() -> None:
    tree = FileTree()
    unfolded(tree, folder("etc"), file("etc/hosts"), root="/")
    assert set(tree.folders) == {"/", "/etc"}


def test_what_leads_out_of_the_folder_is_passed_over() -> None:
    tree = FileTree()
    unfolded(tree, file("../evil"), file("a/../../evil"), file("./"), file("/"), file("fine"))
    assert list(tree.folders["/x"].entries) == ["fine"]
    assert parts_of("a/../b") is None
    assert parts_of("/./a//b/") == ["a", "b"]


def test_no_more_is_kept_than_may_be_and_that_is_known() -> None:
    tree = FileTree(kept=50)
    deep = [file(f"a/{number}", 1) for number in range(100)]
    unfolded(tree, folder("a"), *deep, folder("b"), file("c"))
    assert tree.count <= 52
    assert not tree.folders["/x/a"].complete
    assert tree.folders["/x"].complete
    assert sorted(tree.folders["/x"].entries) == ["a", "b", "c"]
    assert tree.below["/x/a"] == 100


def test_a_new_reading_keeps_what_was_known_until_it_ends() -> None:
    tree = FileTree()
    unfolded(tree, file("old"), file("both", 1))
    again = Unfolding(tree, "/x", "test", 2.0)
    again.take([file("both", 2), file("new")])
    assert sorted(tree.folders["/x"].entries) == ["both", "new", "old"]
    again.end()
    assert sorted(tree.folders["/x"].entries) == ["both", "new"]
    assert tree.folders["/x"].entries["both"].size == 2
    assert tree.folders["/x"].fresh == {"both", "new", "old"}
    assert tree.count == 2


def test_what_an_export_shows_otherwise_than_it_is_never_counts_as_whole() -> None:
    tree = FileTree()
    unfolding = Unfolding(tree, "/", "test", 1.0, ["/srv/data"])
    unfolding.take([folder("etc"), file("etc/x"), folder("srv"), folder("srv/data")])
    unfolding.end()
    assert not tree.folders["/srv/data"].complete
    assert tree.folders["/srv"].complete
    assert tree.folders["/etc"].complete
    assert set(tree.below) == {"/", "/etc"}, "no sum without what is mounted"


def test_deleted_files_are_found_by_their_folder() -> None:
    tree = FileTree()
    unfolded(tree, file("a"))
    tree.take_marks({"/x": "C", "/x/a": "A", "/x/gone": "D", "/x/a\ufffd": "A"})
    assert [ghost.name for ghost in tree.ghosts("/x")] == ["gone"]
    assert tree.mark("/x/a\udcff") == "A"
    assert tree.mark("/x/other") == ""
