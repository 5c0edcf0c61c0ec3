"""Masking the secrets of a page, by the names of its fields and by their texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dockertui.masking import is_secret, masked, masked_tree, masked_words
from dockertui.widgets.page_lines import Field, Section


def mask_sections(sections: Iterable[Section], known: Iterable[str] = ()) -> list[Section]:
    """Return the sections with their secrets masked; the values in `known` are masked wherever they occur."""
    hidden = tuple(known)
    return [
        Section(masked(section.title, hidden), [_mask_field(field, hidden) for field in section.fields])
        for section in sections
    ]


def _mask_field(field: Field, known: Sequence[str]) -> Field:
    label = masked(field.label, known)
    if is_secret(field.label) and " " not in field.label:
        return field._replace(label=label, value=masked_tree(field.value, key=field.label))
    if isinstance(field.value, str):
        return field._replace(label=label, value=masked_words([field.value], known)[0])
    return field._replace(label=label, value=[shown for text in field.value for shown in masked_words([text], known)])
