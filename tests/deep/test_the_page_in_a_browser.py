"""The page in a real Chromium: axe, paper, phone, the filter, and pictures against kept ones.

Its siblings of the first tier: ``tests/unit/report``. Without Chromium these fail and say how to get it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.lists import customer_list
from dagster_project.lists.customer import customer_life
from dagster_project.report import Heading, build
from dagster_project.report.customer_page import life_page
from tests.browser.chromium import SCREENS, Screen, browser, shown
from tests.browser.pictures import difference, made_small
from tests.sample import WholeRun
from tests.unit.report.conftest import write_marts

KEPT = Path(__file__).with_name("pictures")
PLAN = Heading("Tidewater", {"mrr_closing": {"2026-06": 70_000.0}})
TOO_WIDE = """() => [...document.querySelectorAll("table, svg, .panel, .card, .bar, code, select, h1, h2")]
    .filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > innerWidth + 1)
    .map((part) => part.tagName + " " + part.className + " " + part.textContent.slice(0, 40))"""
PRINTED_WHILE_IT_IS_DRAWN = """async () => {
    for (const _ of [1, 2]) document.getElementById("choice").dispatchEvent(new Event("change"));
    window.dispatchEvent(new Event("beforeprint"));
    while (document.documentElement.dataset.drawn !== "yes") await new Promise((done) => setTimeout(done));
}"""
CUT_OFF_IN_A_CHART = """() => [...document.querySelectorAll(".chart svg text")]
    .filter((part) => part.checkVisibility() && part.textContent)
    .filter((part) => {
        const own = part.getBoundingClientRect(), chart = part.closest(".chart").getBoundingClientRect();
        return own.right > chart.right + 1 || own.left < chart.left - 1;
    })
    .map((part) => part.closest(".chart").id + " " + part.textContent)"""
IN_NARROW_COLUMNS = """() => [...document.querySelectorAll("main td, main th, main li")]
    .map((cell) => [cell.textContent.trim().replace(/\\s+/g, " "), cell.getBoundingClientRect().width])
    .filter(([text, width]) => text.length > 40 && width > 1 && width < 280)"""
HEIGHTS_OF_TITLES = """() => [...document.querySelectorAll(":has(> .here)")]
    .map((title) => [title.textContent.trim().replace(/#$/, ""), title.getBoundingClientRect().height])"""
_WORST_DAY = """
insert into red_line_status by name
select * exclude (n) replace ('country=' || n as segment, is_latest or breached as breached)
from red_line_status, range(8) as segments (n)
where rule in ('churn_above', 'lost_above_new', 'ndr_below_100');
insert into alert_incidents by name
select * exclude (n) replace ('churn_above/country=' || n as incident_id)
from (from alert_incidents limit 1), range(25) as more (n);
insert into restatements by name
select (select id from publication) as publication_id, 'mrr_closing' as metric, 'month' as grain,
    date '2024-05-01' + to_months(n::int) as period_start, 'all' as dimension, 'all' as member,
    1000 as value_before, 1100 as value_after, 0.1 as relative_change
from range(20) as months (n);
update mart_reconciliation set rows_differing = 3, rows_checked = 400, status = 'warned';
"""
WRITTEN = """() => [...document.querySelectorAll(".card, table[data-source]")]
    .map((part) => [...part.querySelectorAll("p, li, th, td")].map((cell) => cell.textContent.trim()).join("|"))"""


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the hand-made company."""
    folder = tmp_path_factory.mktemp("page")
    return build(write_marts(folder / "marts.duckdb"), folder / "report" / "index.html", PLAN)


@pytest.fixture(scope="module")
def sample(whole_sample: WholeRun) -> Path:
    """The page of the sample, which has every panel."""
    return whole_sample.paths.report


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_no_serious_fault(started: Any, sample: Path, screen: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with shown(started, sample, SCREENS[screen]) as page:
        found = Axe().run(page).response["violations"]
    faults = {one["id"]: [node["target"] for node in one["nodes"]][:3] for one in found}
    assert faults == {}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_no_serious_fault_where_figures_are_open_and_a_segment_is_chosen(
    started: Any, sample: Path, screen: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with shown(started, sample, SCREENS[screen], query="?segment=country%3DDE") as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = Axe().run(page).response["violations"]
    assert {one["id"] for one in found} == set()


def test_it_prints_on_eight_pages_at_most_also_on_shorter_sheets(
    started: Any, sample: Path
) -> None:
    """A sheet of A4 has 297 mm: what a company shows more than the sample has room to grow."""
    assert 2 <= _printed_pages(started, sample, height=258) <= 8


def test_the_worst_day_prints_on_eight_pages(
    started: Any, whole_sample: WholeRun, tmp_path: Path
) -> None:
    """Red lines crossed in many segments, incidents, restated numbers, nothing that agrees with the vendor."""
    marts = tmp_path / "marts.duckdb"
    marts.write_bytes(whole_sample.paths.marts_db.read_bytes())
    with duckdb.connect(str(marts)) as con:
        con.execute(_WORST_DAY)
    bad = build(marts, tmp_path / "report" / "index.html", PLAN)
    assert 2 <= _printed_pages(started, bad, height=279) <= 8


def _printed_pages(started: Any, file: Path, *, height: int) -> int:
    """Return how many sheets it prints on; ``height`` in mm."""
    with shown(started, file, SCREENS["dark"]) as page:
        page.add_style_tag(content=f"@page {{ size: 210mm {height}mm; margin: 12mm 11mm; }}")
        printed = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page[^s]", printed))


@pytest.mark.parametrize("width", [390, 1280])
def test_no_title_breaks_for_the_sake_of_its_link(started: Any, sample: Path, width: int) -> None:
    with shown(started, sample, Screen(width)) as page:
        before = page.evaluate(HEIGHTS_OF_TITLES)
        page.add_style_tag(content=".here { display: none !important; }")
        assert page.evaluate(HEIGHTS_OF_TITLES) == before


def test_on_paper_it_is_light_and_every_chart_fits(started: Any, sample: Path) -> None:
    """Also where it is still being drawn, as on a machine that is busy."""
    with shown(started, sample, SCREENS["dark"]) as page:
        page.evaluate(PRINTED_WHILE_IT_IS_DRAWN)
        fills = page.evaluate(
            "() => [...document.querySelectorAll('.chart svg text')].map((one) => one.getAttribute('fill'))"
        )
        widths = page.evaluate(
            "() => [...document.querySelectorAll('.chart svg')].map((one) => one.viewBox.baseVal.width)"
        )
    assert "#f0f5f7" not in fills, "the ink of the dark page"
    assert max(widths) <= 960


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a company with long names and large amounts."""
    folder, long = tmp_path_factory.mktemp("large"), f"'{'x' * 70}'"
    marts = write_marts(
        folder / "marts.duckdb",
        f"update marts.dim_plans set plan_name = {long}, product = {long} where plan_id = 'Team'",
        "update marts.mart_revenue_periods set mrr_closing = 123456789012.34, arr = 1481481468148.08"
        " where period_start = '2026-06-01'",
        f"update marts.dim_customers set customer_id = {long} where customer_id = 'cus_1'",
        f"update marts.mart_risk_list set customer_id = {long}, mrr_at_stake = 99999999.99,"
        f" reasons = {long} where customer_id = 'cus_1'",
        f"update marts.alert_incidents set incident_id = {long}, detail = {long}",
        f"update marts.mart_revenue_periods set member = {long} where member = 'DE'",
    )
    return build(marts, folder / "report" / "index.html", Heading("x" * 80))


@pytest.mark.parametrize("width", [390, 1000, 1300])
def test_long_names_and_large_amounts_stay_in_their_place(
    started: Any, large: Path, width: int
) -> None:
    with shown(started, large, Screen(width)) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [390, 1280])
def test_long_names_stay_in_their_place_on_the_page_of_one_customer(
    started: Any, whole_sample: WholeRun, tmp_path: Path, width: int
) -> None:
    with duckdb.connect(str(whole_sample.paths.marts_db), read_only=True) as con:
        life = customer_life(con, "cus_000219")
    long = dict.fromkeys(life.attributes, "x" * 128)
    file = tmp_path / "customer.html"
    file.write_text(life_page(replace(life, attributes=long)), encoding="utf-8")
    page = started.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    over = page.evaluate("""() => [...document.querySelectorAll("dd, td")]
        .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent)""")
    narrow = page.evaluate(IN_NARROW_COLUMNS)
    page.close()
    assert (wide, over, narrow) == (width, [], [])


@pytest.mark.parametrize("page_of", ["small", "sample"])
def test_on_a_phone_nothing_is_cut_off(
    started: Any, page_of: str, request: pytest.FixtureRequest
) -> None:
    with shown(started, request.getfixturevalue(page_of), SCREENS["phone"]) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wide = page.evaluate(TOO_WIDE)
        wide += page.evaluate(CUT_OFF_IN_A_CHART)
        scrolls = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (wide, scrolls) == ([], 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_checked_can_be_read_on_a_phone(
    started: Any, whole_sample: WholeRun, scheme: str
) -> None:
    """Whole sentences, never a column of broken words, and nothing to push aside."""
    from axe_playwright_python.sync_playwright import Axe

    docs = whole_sample.paths.root / "data_docs"
    kinds = [sorted(docs.glob(f"{kind}/**/*.html")) for kind in ("validations", "expectations")]
    for file in [docs / "index.html", *(pages[0] for pages in kinds)]:
        page = started.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == 390, file
        assert page.evaluate(IN_NARROW_COLUMNS) == [], file
        found = Axe().run(page).response["violations"]
        serious = {one["id"] for one in found if one["impact"] in ("serious", "critical")}
        assert serious == set(), file
        page.close()


def test_what_the_script_writes_is_what_was_written(started: Any, sample: Path) -> None:
    with shown(started, sample, SCREENS["light"]) as page:
        before = page.evaluate(WRITTEN)
        page.evaluate("document.getElementById('choice').dispatchEvent(new Event('change'))")
        page.wait_for_selector("html[data-drawn=yes]")
        after = page.evaluate(WRITTEN)
    assert len(before) > 30
    assert after == before


def test_a_segment_and_a_quarter_show_what_the_mart_says(
    started: Any, sample: Path, whole_sample: WholeRun
) -> None:
    with duckdb.connect(str(whole_sample.paths.marts_db), read_only=True) as con:
        row = con.execute(
            "select mrr_closing, customers_closing, churn_rate from mart_revenue_periods where grain = 'quarter'"
            " and period_start = '2026-07-01' and dimension = 'country' and member = 'US'"
        ).fetchone()
    assert row is not None
    with shown(started, sample, SCREENS["light"]) as page:
        page.select_option("#segment", label="US")
        page.select_option("#period", "2026-Q3")
        page.wait_for_selector("html[data-drawn=yes]")
        seen = [
            page.text_content(f"#{metric} [data-value]")
            for metric in ("mrr_closing", "customers_closing", "churn_rate")
        ]
        address = page.url
    assert seen == [f"{row[0]:,.0f}", f"{row[1]:,}", f"{row[2] * 100:.2f} %"]
    assert address.endswith("?segment=country%3DUS&period=2026-Q3")


def test_the_lists_follow_the_segment(started: Any, sample: Path, whole_sample: WholeRun) -> None:
    with duckdb.connect(str(whole_sample.paths.marts_db), read_only=True) as con:
        american = {
            row[0]
            for row in con.execute(
                "select customer_id from dim_customers where country = 'US'"
            ).fetchall()
        }
        listed = customer_list(con, "risk").rows
    of_them = [str(row[0]) for row in listed if row[0] in american]
    with shown(started, sample, SCREENS["light"], query="?segment=country%3DUS") as page:
        names = page.locator("[aria-labelledby=list-risk] tbody th").all_text_contents()
        stake = page.text_content("[aria-labelledby=list-risk] .stake")
    assert len(of_them) < len(listed)
    assert (names, stake.split(",")[0]) == (of_them[:6], f"{len(of_them)} customers")


def test_an_address_shows_what_it_was_copied_from(started: Any, sample: Path) -> None:
    with shown(
        started, sample, SCREENS["light"], query="?segment=country%3DUS&period=2026-03#churn"
    ) as page:
        assert page.text_content("h1 [data-now]") == "Mar 2026"
        assert page.text_content("[data-of-segment]") == "Shown: US."
        assert page.evaluate("document.querySelector(':target').id") == "churn"


@pytest.mark.parametrize("screen", SCREENS)
def test_it_looks_as_it_did(started: Any, small: Path, screen: str, tmp_path: Path) -> None:
    """A picture that changed for a reason is kept anew: it lies in the folder that the failure names."""
    now = tmp_path / f"{screen}.png"
    with shown(started, small, SCREENS[screen], scale=0.5) as page:
        page.screenshot(path=str(now), full_page=True)
    made_small(now)
    kept = KEPT / now.name
    assert kept.exists(), f"keep {now} as {kept}"
    assert difference(kept, now) < 0.03, f"{now} against {kept}"
