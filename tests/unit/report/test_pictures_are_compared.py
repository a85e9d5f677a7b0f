"""How two pictures of a page are compared: another edge is no difference, another panel is one."""

from pathlib import Path

from PIL import Image, ImageDraw

from tests.browser.pictures import difference


def _page(file: Path, *, panel: int, shift: int = 0, height: int = 640) -> Path:
    """Write a picture of a heading, some lines of text and a panel."""
    picture = Image.new("RGB", (480, height), "#f4f6f7")
    draw = ImageDraw.Draw(picture)
    for line in range(6):
        draw.text((20 + shift, 20 + 14 * line), "what happened in October 2026", fill="#13232f")
    draw.rectangle((20, panel, 460, panel + 160), fill="#2f5d8a")
    picture.save(file)
    return file


def test_a_letter_that_is_drawn_elsewhere_is_no_difference(tmp_path: Path) -> None:
    one = _page(tmp_path / "one.png", panel=200)
    assert difference(one, _page(tmp_path / "other.png", panel=200, shift=1)) < 0.03


def test_a_panel_that_moved_is_one(tmp_path: Path) -> None:
    one = _page(tmp_path / "one.png", panel=200)
    assert difference(one, _page(tmp_path / "other.png", panel=360)) > 0.1


def test_a_page_that_is_longer_is_one(tmp_path: Path) -> None:
    one = _page(tmp_path / "one.png", panel=200)
    assert difference(one, _page(tmp_path / "other.png", panel=200, height=720)) > 0.1
