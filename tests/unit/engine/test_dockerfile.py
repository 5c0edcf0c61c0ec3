"""Where a Dockerfile's instructions stand, which of them a target needs, and which need BuildKit."""

from __future__ import annotations

import pytest

from dockertui.engine.dockerfile import beyond_the_classic, instructions, stage_number, stages, steps


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("FROM a", [(1, "FROM a")]),
        ("\ufeff# syntax=x\n\nFROM a\n", [(3, "FROM a")]),
        ("FROM a\r\nRUN b\r\n", [(1, "FROM a"), (2, "RUN b")]),
        ("FROM a\nRUN x \\\n  y\nRUN z", [(1, "FROM a"), (2, "RUN x   y"), (4, "RUN z")]),
        (
            "FROM a\nRUN x \\\n# c\n\n  && y \\  \n  && z\nCMD q",
            [(1, "FROM a"), (2, "RUN x   && y   && z"), (7, "CMD q")],
        ),
        ("RUN x \\", [(1, "RUN x")]),
        ("RUN echo a\\b\nCMD x", [(1, "RUN echo a\\b"), (2, "CMD x")]),
        (
            "# escape=`\nFROM a\nRUN x `\n y\nRUN c:\\\nCMD z",
            [(2, "FROM a"), (3, "RUN x  y"), (5, "RUN c:\\"), (6, "CMD z")],
        ),
        ("#escape = `\nRUN x `\n y", [(2, "RUN x  y")]),
        ("# a comment\n# escape=`\nRUN x \\\n y", [(3, "RUN x  y")]),
        ("# syntax=a\n# escape=`\nRUN x `\n y", [(3, "RUN x  y")]),
        ("\n# escape=`\nRUN x \\\n y", [(3, "RUN x  y")]),
        ("  # indented\n  RUN x", [(2, "RUN x")]),
        ("RUN\tx", [(1, "RUN x")]),
        ("SHOUT", [(1, "SHOUT")]),
    ],
)
def test_every_instruction_has_its_line(text: str, found: list[tuple[int, str]]) -> None:
    assert [(one.line, one.text) for one in instructions(text)] == found


STAGES = """\
ARG V=1
FROM a:${V} AS Base
RUN one
FROM --platform=linux/amd64 b as tools
RUN two
FROM base
RUN three
"""


@pytest.mark.parametrize(
    ("target", "lines"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("base", [1, 2, 3]),
        ("BASE", [1, 2, 3]),
        ("tools", [1, 2, 3, 4, 5]),
        ("0", [1, 2, 3]),
        ("2", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_a_target_needs_the_stages_up_to_it(target: str, lines: list[int]) -> None:
    assert [one.line for one in steps(instructions(STAGES), target)] == lines


def test_stages_have_names_and_numbers() -> None:
    found = instructions(STAGES)
    assert stages(found) == ["base", "tools", ""]
    assert [stage_number(found, name) for name in ("base", "1", "2", "3", "none", "")] == [0, 1, 2, None, None, None]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("RUN --mount=type=cache,target=/x make", "--mount"),
        ("RUN --network=none make", "--network"),
        ("RUN <<EOF", "a here-document"),
        ("RUN cat <<-'EOF' > /x", "a here-document"),
        ("COPY <<a <<b /", "a here-document"),
        ("COPY --chmod=755 a /", "--chmod"),
        ("COPY --from=a --link b /", "--link"),
        ("ADD --checksum=sha256:0 http://x /", "--checksum"),
        ("RUN echo $((1<<2)) '<<EOF'", ""),
        ("RUN cat <<< word", ""),
        ("RUN make --mount", ""),
        ("COPY --from=a --chown=b c /", ""),
        ("FROM --platform=linux/amd64 a", ""),
        ("HEALTHCHECK --interval=1s CMD x", ""),
        ("RUN it's", ""),
        ("LABEL a=<<EOF", ""),
    ],
)
def test_what_needs_buildkit_is_known(line: str, what: str) -> None:
    found = beyond_the_classic(instructions(f"FROM a\n{line}"))
    assert (found[1] if found else "") == what
