"""How does a picture become a PNG? By resvg, from the SVG, with fonts of this machine, or not at all.

A character that no font has would become a box or a blank: a name in a court's exhibit would be missing, and nobody
would see that it is. So that is an error, and says what to do. The same SVG and fonts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import fromstring

from administrator.pictures.fonts import choose, this_system
from administrator.pictures.svg import FAMILIES
from ledgers.errors import CaseError

ZOOM = 2
"""Pixels for a unit of the picture: fine enough for a page of paper."""
PIXELS_MAX = 80_000_000
"""Four bytes each while it is drawn."""
NAMED_MAX = 8
"""Characters that an error names."""
TEXT = "{http://www.w3.org/2000/svg}text"


class PictureError(CaseError):
    """What was asked for cannot be drawn on this machine; SVG can always be had."""

    exit_code = 2


def png(svg: str, font_folders: Sequence[Path] | None, zoom: int) -> bytes:
    """Draw an SVG that this program made.

    Args:
        svg: of `diagram_svg` or `chart_svg`.
        font_folders: where fonts are looked for; None: where this system keeps them.
        zoom: pixels for a unit of the picture, 1 or more (`ZOOM`).

    Raises:
        PictureError: a character is in none of the fonts found, or the picture is too large.
    """
    import resvg_py

    root = fromstring(svg)  # noqa: S314  it is our own
    width, height = int(root.attrib["width"]), int(root.attrib["height"])
    if width * zoom * height * zoom > PIXELS_MAX:
        raise PictureError(
            f"PNG: the picture would have {width * zoom} x {height * zoom} pixels, more than {PIXELS_MAX} in all. "
            "Use SVG, or draw fewer parties."
        )
    written = [text.text or "" for text in root.iter(TEXT)]
    fonts = choose(written, FAMILIES, this_system() if font_folders is None else font_folders)
    if not fonts.family:
        raise PictureError(
            "PNG: no font with Latin letters was found on this machine. Install one (Debian: fonts-dejavu-core), "
            "or use SVG."
        )
    if fonts.missing:
        raise PictureError(_missing(fonts.missing))
    drawn: bytes = bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            skip_system_fonts=True,
            font_files=[str(path) for path in fonts.paths],
            font_family=fonts.family,
            sans_serif_family=fonts.family,
        )
    )
    return drawn


def _missing(characters: Sequence[str]) -> str:
    """Say which characters no font has: by number too, as a terminal may lack them as well."""
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters[:NAMED_MAX])
    more = f" and {len(characters) - NAMED_MAX} more" if len(characters) > NAMED_MAX else ""
    return (
        f"PNG: no font found on this machine has {named}{more}; the picture would show blanks for it. Install a font "
        "that has (Japanese, Chinese, Korean: Noto Sans CJK, Debian: fonts-noto-cjk), or use SVG."
    )
