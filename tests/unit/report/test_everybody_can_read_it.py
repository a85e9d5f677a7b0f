"""What can be told of a page without a browser: contrast of its colours, headings, tables, links.

A real browser looks at it in ``tests/deep/test_the_page_in_a_browser.py``.
"""

import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.report.pages import Page, opened

STYLE = files("dagster_project.report").joinpath("templates", "report.css").read_text("utf-8")
MARKS = ("line", "red", "held", "new", "reactivation", "expansion", "contraction", "churn", "axis")
TEXTS = (
    *(("ink", "card"), ("text", "card"), ("muted", "card"), ("line", "card"), ("amber", "card")),
    *(("ink", "page"), ("text", "page"), ("muted", "page"), ("line", "page"), ("red", "page")),
    *(("green", "page"), ("green", "card"), ("red", "card"), ("new", "page"), ("onred", "red")),
    *(("green", "green-soft"), ("amber", "amber-soft"), ("ink", "red-soft"), ("text", "red-soft")),
    *(("onheat0", "heat0"), ("onheat0", "heat1"), ("onheat2", "heat2")),
)


def _colours(scheme: str) -> dict[str, str]:
    """Return the colours of the style, by name, as a reader of this scheme sees them."""
    light, dark = STYLE.partition("prefers-color-scheme: dark")[::2]
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light.partition("* {")[0]))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark.partition("* {")[0]))
    return found


def _luminance(colour: str) -> float:
    """Return the relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def page(report_file: Path) -> Page:
    return opened(report_file)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_it_stands_on(scheme: str) -> None:
    colours = _colours(scheme)
    weak = {
        f"{text} on {ground}": round(_contrast(colours[text], colours[ground]), 2)
        for text, ground in TEXTS
        if _contrast(colours[text], colours[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_stand_out_from_their_card(scheme: str) -> None:
    colours = _colours(scheme)
    weak = {
        mark: round(_contrast(colours[mark], colours["card"]), 2)
        for mark in MARKS
        if _contrast(colours[mark], colours["card"]) < 3
    }
    assert weak == {}


def test_there_is_one_first_heading_and_no_level_is_left_out(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []


def test_every_row_and_every_column_of_a_table_has_its_header(report_file: Path) -> None:
    text = report_file.read_text(encoding="utf-8")
    text = text[: text.index('<script id="told"')]
    bodies = re.findall(r"<tbody>(.*?)</tbody>", text, re.S)
    rows = [row for body in bodies for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)]
    heads = re.findall(r"<thead>(.*?)</thead>", text, re.S)
    assert len(rows) > 100
    assert [row for row in rows if not row.strip().startswith('<th scope="row">')] == []
    assert [head for head in heads if "<th>" in head or 'scope="col"' not in head] == []


def test_every_figure_has_a_link_to_itself(page: Page) -> None:
    figures = {str(one["id"]) for one in page.named("figure")}
    cards = {str(one["id"]) for one in page.named("div") if one.get("data-metric")}
    linked = {reference.removeprefix("#") for reference in page.references}
    assert len(figures) >= 13
    assert (figures | cards) - linked == set()


def test_the_contents_lead_to_where_they_say(page: Page) -> None:
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert [r for r in page.references if r.startswith("#") and r[1:] not in ids] == []


def test_no_two_things_have_one_id(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_every_choice_has_a_label(report_file: Path) -> None:
    text = report_file.read_text(encoding="utf-8")
    assert (
        len(re.findall(r"<select", text)) == len(re.findall(r"<label>[^<]*\s*<select", text)) == 3
    )
