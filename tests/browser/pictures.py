"""``make pictures``: README's pictures, taken of a published warehouse; and how two pictures are compared.

Small files: few colours are enough for a page of figures.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from dagster_project.locations import PROJECT_ROOT
from tests.browser.chromium import Screen, browser, shown

IMAGES = PROJECT_ROOT / "docs" / "images"
# What a picture shows: of the page from its top, or one part of it.
PICTURES = {
    "report.png": (Screen(1240, 1010), ""),
    "report-to-do.png": (Screen(1240), "section[aria-labelledby=list-risk]"),
    "report-behind.png": (Screen(1240), "section[aria-labelledby=revenue]"),
    "report-dark.png": (Screen(1240, scheme="dark"), "#cohorts-logo"),
    "report-phone.png": (Screen(390, 1400), ""),
}
_STILL = ".bar { position: static !important; } html { scroll-behavior: auto !important; }"
_COLOURS = 160
_CELL = 16


def take(page: Path, folder: Path) -> list[Path]:
    """Take every picture of README from a written report.

    :returns: the files written.
    """
    taken = []
    with browser() as started:
        for name, (screen, place) in PICTURES.items():
            with shown(started, page, screen) as opened:
                file = folder / name
                opened.add_style_tag(content=_STILL)
                of = opened.locator(place) if place else opened
                of.screenshot(path=str(file))
                made_small(file)
                taken.append(file)
    return taken


def take_graph(folder: Path) -> Path:
    """Take the picture of the asset graph, as the Dagster UI shows it.

    :returns: the file written.
    """
    file = folder / "asset-graph.png"
    with tempfile.TemporaryDirectory() as home, _ui(Path(home)) as address, browser() as started:
        page = started.new_page(viewport={"width": 1500, "height": 1260})
        page.goto(f"{address}/asset-groups", timeout=120_000)
        page.get_by_text("publication").last.wait_for(timeout=120_000)
        page.wait_for_timeout(4_000)  # the graph moves into its place
        skip = page.get_by_role("button", name="Skip")
        if skip.is_visible():
            skip.click()
            skip.wait_for(state="hidden")
        page.screenshot(path=str(file))
        page.close()
    made_small(file)
    return file


@contextmanager
def _ui(home: Path) -> Iterator[str]:
    """Start Dagster's web server on the graph of the settings file here, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("dagster-webserver")
    settings = ("-m", "dagster_project.definitions", "-h", "127.0.0.1", "-p", str(port))
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "yes"}
    running = subprocess.Popen([command, *settings, "--read-only"], env=environment)
    try:
        for _ in range(600):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


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
    for made in [*take(Path(sys.argv[1]).resolve(), IMAGES), take_graph(IMAGES)]:
        sys.stdout.write(f"{made} ({made.stat().st_size // 1024} kB)\n")
