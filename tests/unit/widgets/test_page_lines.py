"""A page's sections as lines."""

from dockertui.widgets.page_lines import Field, PageLine, Section, Wrapping, found, label_width, page_lines

SECTIONS = [
    Section("State", [Field("status", "exited (137)", "bad"), Field("probe", ["one\ntwo", "three"])]),
    Section("Image", [Field("image", "registry.example.com/app:1", ref="sha256:1")]),
]


def lines(sections: list[Section], width: int = 20) -> list[PageLine]:
    return page_lines(sections, 6, Wrapping(width))


def test_values_take_a_line_for_each_text_and_each_line_of_it() -> None:
    shown = [(line.label, line.text) for line in lines(SECTIONS)]
    assert shown == [
        ("", "State"),
        ("status", "exited (137)"),
        ("probe ", "one"),
        ("", "two"),
        ("", "three"),
        ("", ""),
        ("", "Image"),
        ("image ", "registry.example.com"),
        ("", "/app:1"),
    ]


def test_hostile_values_are_clean_and_bounded() -> None:
    texts = [line.text for line in lines([Section("S\x1b", [Field("l\nx", "\x1b[2J" + "y" * 10_000)])])]
    assert texts[0] == "S␛"
    assert not any("\x1b" in text for text in texts)
    assert "".join(texts).endswith("… (+8004)")


def test_labels_take_a_third_of_the_width_at_most() -> None:
    assert label_width(SECTIONS, 90) == 6
    assert label_width([Section("", [Field("x" * 99, "")])], 90) == 24
    assert label_width([Section("", [Field("x" * 99, "")])], 30) == 10


def test_a_match_is_found_across_the_ends_of_wrapped_lines() -> None:
    page = lines(SECTIONS)
    rows = found(page, "COM/APP")
    marked = "".join(page[row].text[start:end] for row, spans in rows.items() for start, end in spans)
    assert marked == "com/app"


def test_a_match_does_not_reach_into_another_value() -> None:
    assert found(lines([Section("", [Field("a", ["ab", "cd"])])]), "bc") == {}


def test_a_label_is_found_on_its_line() -> None:
    assert found(lines(SECTIONS), "status") == {1: ()}


def test_a_line_keeps_its_place_when_others_come_and_go() -> None:
    before = {line.place: line.text for line in lines(SECTIONS)}
    after = {line.place for line in lines([Section("New", [Field("x", "y")]), *SECTIONS])}
    assert before.keys() - after == set()
