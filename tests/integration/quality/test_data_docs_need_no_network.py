"""The pages of Data Docs as somebody on call opens them: from the disk, where there is no network."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dagster_project.quality import validate
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

BROKEN = """
update raw.plans set unit_amount = -1 where plan_id = 'p2';
update raw.customers set _loaded_at = null where customer_id = 'c2';
alter table raw.tickets drop column reopens;
"""
TABLES = ("customers", "plans", "products", "tickets")


class Page(HTMLParser):
    """What a page would fetch, where it leads, which icons stand on it, and its words."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.text = file.read_text(encoding="utf-8")
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.icons: set[str] = set()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.fetched += [given[name] for name in ("src", "srcset", "data") if name in given]
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif "href" in given:
            self.fetched.append(given["href"])
        self.icons |= {one for one in given.get("class", "").split() if one.startswith("fa-")}
        self.fetched += re.findall(r"url\(([^)]*)\)", given.get("style", ""))

    @property
    def styles(self) -> str:
        """The stylesheets inside the page."""
        return "".join(re.findall(r"<style>(.*?)</style>", self.text, flags=re.DOTALL))


@pytest.fixture(scope="module")
def docs(valid_warehouse: WarehousePaths, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data Docs of a run in which some suites pass, some fail and one cannot be evaluated."""
    paths = WarehousePaths(tmp_path_factory.mktemp("docs"))
    paths.warehouse_db.write_bytes(valid_warehouse.warehouse_db.read_bytes())
    with open_warehouse(paths) as con:
        con.execute(BROKEN)
    validate(paths, "raw", tables=TABLES)
    return paths.data_docs


@pytest.fixture(scope="module")
def pages(docs: Path) -> dict[str, Page]:
    return {file.relative_to(docs).as_posix(): Page(file) for file in docs.rglob("*.html")}


def _result_of(pages: dict[str, Page], table: str) -> Page:
    (page,) = (
        page for name, page in pages.items() if name.startswith(f"validations/raw__{table}/")
    )
    return page


def test_there_is_a_front_page_and_two_pages_a_suite(pages: dict[str, Page]) -> None:
    assert len(pages) == 1 + 2 * len(TABLES)


def test_the_front_page_says_where_each_link_leads(pages: dict[str, Page]) -> None:
    said = re.findall(r'<a href="(\w+)/[^"]*">open the (\w+)</a>', pages["index.html"].text)
    assert Counter(said) == {
        ("validations", "result"): len(TABLES),
        ("expectations", "suite"): len(TABLES),
    }


def test_nothing_is_fetched_from_anywhere(docs: Path, pages: dict[str, Page]) -> None:
    fetched = {name: page.fetched for name, page in pages.items()}
    assert {name: found for name, found in fetched.items() if found != ["data:,"]} == {}
    assert [name for name, page in pages.items() if re.search(r"url\(|@import", page.styles)] == []
    assert [one for one in docs.rglob("*") if one.is_file() and one.suffix != ".html"] == []


def test_a_page_forbids_what_it_does_not_hold(pages: dict[str, Page]) -> None:
    policy = 'http-equiv="Content-Security-Policy" content="default-src \'none\';'
    assert [name for name, page in pages.items() if policy not in page.text] == []


def test_no_script_waits_for_a_library(pages: dict[str, Page]) -> None:
    assert [name for name, page in pages.items() if "$(" in page.text] == []


def test_every_link_leads_to_a_page_that_is_there(docs: Path, pages: dict[str, Page]) -> None:
    lost = [
        (name, link)
        for name, page in pages.items()
        for link in page.links
        if not link.startswith("#") and not ((docs / name).parent / link).resolve().is_file()
    ]
    assert lost == []


def test_every_icon_is_drawn_as_a_word(pages: dict[str, Page]) -> None:
    icons = set().union(*(page.icons for page in pages.values()))
    assert icons == {"fa-check-circle", "fa-times", "fa-exclamation-triangle"}
    styles = pages["index.html"].styles
    assert [icon for icon in icons if f".{icon}::before {{ content:" not in styles] == []


def test_on_a_phone_a_row_runs_on_like_text(pages: dict[str, Page]) -> None:
    """In a real browser: ``tests/deep/test_the_page_in_a_browser.py``."""
    _, phone = pages["index.html"].styles.split("@media (max-width: 700px)")
    assert re.search(r"\btr { display: flex; flex-wrap: wrap;", phone)


def test_the_front_page_lists_what_failed_first(pages: dict[str, Page]) -> None:
    results, _ = pages["index.html"].text.split("<h2>Expectation Suites</h2>")
    listed = re.findall(r"<td>\s*raw__(\w+)\s*</td>", results)
    assert listed == ["customers", "plans", "tickets", "products"]


@pytest.mark.parametrize(
    ("table", "icon"),
    [
        ("plans", "fa-times"),
        ("products", "fa-check-circle"),
        ("tickets", "fa-exclamation-triangle"),
    ],
)
def test_a_page_of_results_says_how_each_expectation_ended(
    pages: dict[str, Page], table: str, icon: str
) -> None:
    page = _result_of(pages, table)
    assert icon in page.icons
    assert ("fa-times" in page.icons) == (table != "products")
