"""Readable colours: what a theme gives for text, made darker or lighter until it stands out from what it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.color import Color, ColorParseError

ENOUGH: Final = 4.5
"""The contrast ratio of text and background that WCAG 2.1 asks for at level AA."""
_TEXTS: Final = ("text-success", "text-warning", "text-error", "text-primary", "text-secondary", "text-accent")
_UNDER: Final = ("background", "surface", "panel")
"""What texts stand on."""
_AUTOMATIC: Final = {"text-disabled": "auto 62%", "block-cursor-foreground": "auto 100%"}
"""Colours mixed from black or white and the background, with enough of the former."""
_STEPS: Final = 20


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """Return a theme's CSS variables with colours of text that can be read; those of a terminal's own stay."""
    try:
        under = [Color.parse(variables[name]) for name in _UNDER]
        texts = {name: Color.parse(variables[name]) for name in _TEXTS}
    except (ColorParseError, KeyError):
        return {**variables}
    if any(color.ansi is not None for color in (*under, *texts.values())):
        return {**variables}
    return {**variables, **_AUTOMATIC, **{name: _readable(color, under).hex for name, color in texts.items()}}


def _readable(color: Color, under: list[Color]) -> Color:
    target = Color(255, 255, 255) if under[0].brightness < 0.5 else Color(0, 0, 0)
    for step in range(_STEPS):
        found = color.blend(target, step / _STEPS)
        if min(contrast(found, one) for one in under) >= ENOUGH:
            return found
    return target


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, as WCAG 2.1 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
