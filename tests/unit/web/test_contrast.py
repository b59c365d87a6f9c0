"""Every colour on every surface it is used on, by WCAG 2.2's formula, in both themes.

axe judges what is on the screen; this judges what may come to be there.
"""

import re

import pytest

from prosa.web.build import ROOT

TEXT = 4.5  # WCAG 2.2, 1.4.3 (AA)
GRAPHIC = 3.0  # WCAG 2.2, 1.4.11: borders of inputs, lines of charts, the focus ring
PAGE = ("bg", "surface", "sunken", "hover")
TOKENS: list[tuple[str, tuple[str, ...], float]] = [
    ("text", (*PAGE, "raised", "selected"), TEXT),
    ("text-2", (*PAGE, "raised", "selected"), TEXT),
    ("text-3", PAGE, TEXT),
    ("accent-text", ("surface", "selected", "accent-tint", "bg", "sunken"), TEXT),
    ("on-accent", ("accent", "accent-hover"), TEXT),
    *(
        (tone, ("surface", "sunken", f"{tone}-tint"), TEXT)
        for tone in ("ok", "warn", "bad", "info")
    ),
    ("note-text", ("note",), TEXT),
    ("line-strong", ("surface", "bg"), GRAPHIC),
    *((f"c{n}", ("surface",), GRAPHIC) for n in range(1, 6)),
    ("focus", ("surface", "bg", "selected"), GRAPHIC),
    *((f"hue-{n}-t", (f"hue-{n}",), TEXT) for n in range(8)),
]
PHONE: list[tuple[str, tuple[str, ...], float]] = [
    ("wa-text", ("wa-in", "wa-out", "wa-bar", "wa-wall"), TEXT),
    ("wa-soft", ("wa-in", "wa-bar"), TEXT),
    ("wa-out-soft", ("wa-out",), TEXT),
    ("wa-link", ("wa-in", "wa-out"), TEXT),
    ("wa-bad", ("wa-in",), TEXT),
    ("wa-lock-text", ("wa-lock",), TEXT),
    ("wa-read", ("wa-out",), GRAPHIC),
    ("wa-green", ("wa-bar",), GRAPHIC),
]
SHEETS = {"prosa/web/kit/tokens.css": TOKENS, "simulator/web/phone.css": PHONE}


def luminance(colour: str) -> float:
    """Weigh a colour as WCAG does: 0 is black, 1 is white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Compare two colours: 1 is none, 21 is black on white."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palette(css: str, theme: str) -> dict[str, str]:
    """Read a theme's colours; those of `data-theme` stand for the system's, which equal them."""
    dark = css.index(':root[data-theme="dark"]')
    block = css[dark:] if theme == "dark" else css[: css.index("@media (prefers-color-scheme")]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_colours_can_be_told_from_what_they_stand_on(sheet: str, theme: str) -> None:
    colours = palette((ROOT / sheet).read_text(), theme)

    too_low = {
        f"{front} on {back}": round(ratio, 2)
        for front, backs, least in SHEETS[sheet]
        for back in backs
        if (ratio := contrast(colours[front], colours[back])) < least
    }

    assert too_low == {}


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_systems_dark_theme_and_the_chosen_one_are_the_same(sheet: str) -> None:
    css = (ROOT / sheet).read_text()
    media = css[
        css.index("@media (prefers-color-scheme: dark)") : css.index(':root[data-theme="dark"]')
    ]
    chosen = css[css.index(':root[data-theme="dark"]') :]
    chosen = chosen[: chosen.index("}")]

    assert re.findall(r"(--[\w-]+):\s*([^;]+);", media) == re.findall(
        r"(--[\w-]+):\s*([^;]+);", chosen
    )


def test_the_formula_gives_the_known_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
