"""``make pictures``: README's pictures, taken of a published warehouse; and how two pictures are compared.

Small files: few colours are enough for a page of figures.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from dagster_project.locations import PROJECT_ROOT
from tests.browser.chromium import SCREENS, Screen, browser, shown

IMAGES = PROJECT_ROOT / "docs" / "images"
# What a picture shows: where the page is opened, and how much of it.
PICTURES = {
    "report.png": (Screen(1240, 1010), ""),
    "report-to-do.png": (Screen(1240, 900), "#to-do"),
    "report-behind.png": (Screen(1240, 1000), "#revenue"),
    "report-dark.png": (Screen(1240, 900, "dark"), "#cohorts"),
    "report-phone.png": (SCREENS["phone"], ""),
}
_COLOURS = 96
_CELL = 16


def take(page: Path, folder: Path) -> list[Path]:
    """Take every picture of README from a written report.

    :returns: the files written.
    """
    taken = []
    with browser() as started:
        for name, (screen, place) in PICTURES.items():
            with shown(started, page, screen, query=place) as opened:
                file = folder / name
                opened.screenshot(path=str(file))
                made_small(file)
                taken.append(file)
    return taken


def made_small(file: Path) -> None:
    """Write a picture again with few colours."""
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def difference(one: Path, other: Path) -> float:
    """Return how much of two pictures differs, 0 to 1: the share of squares of 16 pixels that are not alike.

    Squares are compared by their mean brightness, so that another font or another edge of a letter is no difference,
    and a panel that is gone, moved or of another colour is one. Other sizes are stretched to one.
    """
    with Image.open(one) as first, Image.open(other) as second:
        size = (first.width // _CELL, max(first.height, 1) // _CELL)
        squares = [
            np.asarray(picture.convert("L").resize(size, Image.Resampling.BOX), dtype=float)
            for picture in (first, second)
        ]
        stretched: float = abs(first.height - second.height) / max(first.height, second.height)
    unlike = float((np.abs(squares[0] - squares[1]) > 24).mean())
    return max(unlike, stretched)


if __name__ == "__main__":
    for made in take(Path(sys.argv[1]).resolve(), IMAGES):
        sys.stdout.write(f"{made} ({made.stat().st_size // 1024} kB)\n")
