"""Chromium, driven through its DevTools protocol. It has to be installed: nothing downloads one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_project.errors import EbblineError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRAWN = "html[data-drawn=yes]"


@dataclass(frozen=True)
class Screen:
    """How somebody looks at a page."""

    width: int
    height: int = 900
    scheme: str = "light"


SCREENS = {
    "light": Screen(1300),
    "dark": Screen(1300, scheme="dark"),
    "phone": Screen(390, 844),
}


def chromium() -> str:
    """Return where Chromium is.

    :raises EbblineError: there is none, and how to get one.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise EbblineError(
        "this needs Chromium, and none is installed",
        where=" or ".join(NAMES),
        fix="apt-get install chromium, or any Chromium or Chrome on the PATH",
    )


@contextmanager
def browser() -> Iterator[Any]:
    """Start Chromium and yield it, as Playwright's browser; it ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@contextmanager
def shown(
    started: Any, file: Path, screen: Screen, *, query: str = "", scale: float = 1
) -> Iterator[Any]:
    """Open a page as a reader would and yield it when its charts are drawn.

    :param query: what the address says after the file, such as ``?period=2026-Q1``.
    :raises AssertionError: the page's own script said something.
    """
    page = started.new_page(
        viewport={"width": screen.width, "height": screen.height},
        color_scheme=screen.scheme,
        device_scale_factor=scale,
    )
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        page.goto(file.as_uri() + query)
        page.wait_for_selector(DRAWN, timeout=60_000)
        yield page
        assert said == [], "what the browser said of the page"
    finally:
        page.close()
