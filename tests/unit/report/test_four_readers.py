"""What happened, what is wrong, what to do, what lies behind: in this order, and for the business that it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.config import load_settings
from dagster_project.errors import SettingsError
from dagster_project.report import Heading, build, captions, heading_of
from tests.unit.report.pages import Page, opened

Published = Callable[..., Path]
PLAN = Heading("Tidewater", {"mrr_closing": {"2026-06": 70_000.0}, "churn_rate": {"2026": 0.02}})
NO_MRR = (
    "delete from marts.mart_revenue_periods",
    *(
        f"drop table marts.mart_{mart}"
        for mart in ("cohorts", "plan_changes", "cancellation_reasons")
    ),
    """create table marts.mart_purchase_periods as
       select grain, period_start, is_complete, dimension, member, buyers + 7 as purchases,
           (buyers * 12.5)::decimal(18, 2) as purchase_amount, 0.4 as repeat_revenue_share,
           61.5 as average_days_between
       from marts.mart_repeat_rate""",
    """create table marts.mart_cohorts as
       select 'orders' as kind, date '2026-01-01' as cohort_month, a as age_months, 50 as cohort_customers,
           if(a = 0, 50, 5) as active_customers, 0::decimal(18, 2) as cohort_mrr, 0::decimal(18, 2) as mrr
       from range(5) as ages (a)""",
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page of the company with its name and its plan."""
    from tests.unit.report.conftest import write_marts

    folder = tmp_path_factory.mktemp("readers")
    return opened(build(write_marts(folder / "marts.duckdb"), folder / "index.html", PLAN))


@pytest.fixture
def shop(published: Published, tmp_path: Path) -> Page:
    """The page of a shop: purchases, and no MRR."""
    return opened(build(published(*NO_MRR), tmp_path / "shop.html"))


def test_the_four_stand_in_their_order(page: Page) -> None:
    ids = [str(one.get("id")) for one in page.named("h2")]
    assert ids == ["happened", "wrong", "to-do", "behind"]


def test_a_headline_stands_beside_the_month_the_year_and_the_plan_before_it(page: Page) -> None:
    start = page.text.index("MRR at closing")
    assert page.text[start + 2 : start + 10] == [
        *("67,035", "EUR", "▲ +5.4 %", "on May 2026", "▲ +100.5 %", "on Jun 2025"),
        *("▼ −4.2 %", "against the plan of 70,000"),
    ]


@pytest.mark.parametrize("label", ["ARR", "Net new MRR", "NDR over 12 months"])
def test_what_a_board_asks_first_is_a_headline(page: Page, label: str) -> None:
    assert label in page.text[: page.text.index("What is wrong", 60)]


def test_ndr_of_one_month_says_that_it_is_of_one_month(page: Page) -> None:
    assert "NDR over one month" in page.text


def test_the_company_has_one_name(page: Page) -> None:
    assert "Tidewater: retention," in page.text
    assert page.words.count("Tidewater") == 2, "in the title of the window and on the page"


def test_a_plan_for_what_is_no_metric_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text("sources: {billing: {path: x}}\nplan: {mrr_closng: {2026-10: 1}}\n")
    with pytest.raises(SettingsError, match="mrr_closing"):
        heading_of(load_settings(file))


def test_a_plan_changes_no_number(tmp_path: Path) -> None:
    file = tmp_path / "ebbline.yml"
    file.write_text("sources: {billing: {path: x}}\n")
    without = load_settings(file).fingerprint()
    file.write_text(
        "company: A\nplan: {arr: {2026: 1, 2026-Q1: 2}}\nsources: {billing: {path: x}}\n"
    )
    assert load_settings(file).fingerprint() == without


def test_a_stale_source_is_wrong(published: Published, tmp_path: Path) -> None:
    change = "update marts.source_coverage set is_stale = true where source = 'support'"
    page = opened(build(published(change), tmp_path / "index.html"))
    assert "support is stale" in page.words
    assert "▲ stale" in page.text


@pytest.mark.parametrize(("until", "state"), [("yesterday", "fresh"), ("2026-06-30", "finished")])
def test_a_finished_data_set_is_not_called_fresh(
    published: Published, tmp_path: Path, until: str, state: str
) -> None:
    change = f"""update marts.publication
        set settings = json_merge_patch(settings, '{{"calendar": {{"until": "{until}"}}}}')"""
    text = opened(build(published(change), tmp_path / "index.html")).text
    start = text.index("How far the exports go")
    assert text[start + 4 : start + 7] == ["billing", "2026-06-30", state]


def test_paper_shows_the_first_of_many_incidents_and_how_many_more_there_are(
    published: Published, tmp_path: Path
) -> None:
    change = """insert into marts.alert_incidents by name
        select * exclude (n) replace (n::varchar as incident_id) from marts.alert_incidents, range(13) as more (n)"""
    page = opened(build(published(change), tmp_path / "index.html"))
    assert sum("data-beyond" in row for row in page.named("tr")) == 4
    assert "And 4 more on the page itself." in page.text
    assert "[data-beyond] { display: none" in page.styles.partition("@media print")[2]


def test_a_restated_number_is_shown_as_it_was_and_is(published: Published, tmp_path: Path) -> None:
    change = (
        "insert into marts.restatements values"
        " (7, 'churn_rate', 'month', '2026-03-01', 'all', 'all', 0.04, 0.06, 0.5),"
        " (6, 'arpa', 'month', '2026-03-01', 'all', 'all', 1, 2, 1)"
    )
    page = opened(build(published(change), tmp_path / "index.html"))
    start = page.text.index("Restated numbers")
    row = page.text.index("Mar 2026", start)
    assert page.text[row - 1 : row + 3] == ["Churn rate", "Mar 2026", "4.00 %", "6.00 %"]
    assert "1 number was restated" in page.words, "those of earlier publications are told already"


def test_where_nothing_is_wrong_that_is_said(published: Published, tmp_path: Path) -> None:
    page = opened(
        build(published("update marts.red_line_status set breached = false"), tmp_path / "i.html")
    )
    assert "Nothing is wrong: 4 red lines held." in page.text


def test_who_is_about_to_leave_stands_with_reason_stake_and_next_step(page: Page) -> None:
    start = page.text.index("About to leave")
    assert "2 customers, 590.00 EUR MRR at stake" in page.text[start : start + 4]
    first = page.text.index("cus_1", start)
    assert page.text[first + 1 : first + 5] == [
        *("500.00", "20", "no use for 31 days", "call and ask what has changed"),
    ]


@pytest.mark.parametrize(
    ("member", "stake", "customers"),
    [
        ("all", "2 customers, 590.00 EUR MRR at stake", ["cus_1", "cus_2"]),
        ("DE", "1 customer, 500.00 EUR MRR at stake", ["cus_1"]),
        ("<b>FR</b>", "1 customer, 90.00 EUR MRR at stake", ["cus_2"]),
        ("Team", "1 customer, 90.00 EUR MRR at stake", ["cus_2"]),  # the plan that it has now
    ],
)
def test_a_list_of_a_segment_is_there_for_the_filter(
    page: Page, member: str, stake: str, customers: list[str]
) -> None:
    segments = [segment[1] for segment in page.told["periods"]["segments"]]
    said, rows = page.told["work"]["risk"][segments.index(member)]
    assert (said, [row[0] for row in rows]) == (stake, customers)


def test_a_list_with_nobody_of_a_segment_on_it_has_nothing_there(page: Page) -> None:
    segments = [segment[1] for segment in page.told["periods"]["segments"]]
    assert page.told["work"]["risk"][segments.index("Business")] is None


def test_a_list_with_nobody_on_it_is_not_shown(page: Page) -> None:
    assert "Waiting for an answer" not in page.text


def test_a_dimension_with_one_member_divides_nothing(page: Page) -> None:
    offered = {segment[0] for segment in page.told["periods"]["segments"]}
    assert offered == {"all", "plan", "country"}


def test_cohorts_of_a_segment_are_there_for_the_filter(page: Page) -> None:
    segments = [segment[1] for segment in page.told["periods"]["segments"]]
    assert len(page.told["cohorts"]["logo"][segments.index("DE")]) == 6


def test_a_triangle_has_the_size_of_each_cohort_and_the_average_of_all(page: Page) -> None:
    start = page.text.index("Figures: Customers left, by cohort")
    oldest = page.text.index("2024-07", start)
    assert page.text[oldest + 1 : oldest + 7] == ["12", "100 %", "100 %", "92 %", "83 %", "67 %"]
    assert "Average" in page.text[oldest:]


def test_a_business_without_mrr_speaks_of_purchases(shop: Page) -> None:
    headlines = [str(one["data-metric"]) for one in shop.named("div") if one.get("data-metric")]
    assert headlines == [
        *("purchase_amount", "buyers", "repeat_customer_rate", "returning_rate", "purchases"),
        *("repeat_revenue_share", "average_days_between", "buyers_to_date"),
    ]


def test_a_business_without_mrr_has_no_panel_of_recurring_revenue(shop: Page) -> None:
    assert set(shop.told["charts"]) == {"bought", "repeat", "cohorts-orders"}


def test_damage_to_a_business_without_mrr_is_that_to_its_purchases() -> None:
    assert "worst fifth by the fall of purchases." in captions.replayed(has_recurring=False)
    assert "MRR" not in captions.replayed(has_recurring=False)


def test_an_hour_of_days_is_written_as_days(shop: Page) -> None:
    start = shop.text.index("Days between purchases")
    assert shop.text[start + 2 : start + 4] == ["61.5", "days"]
