"""The page as a file: complete, self-contained, safe, and there even without data."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import vl_convert

from dagster_project.errors import EbblineError
from dagster_project.report import Heading, build
from tests.unit.report.pages import Page, opened

Published = Callable[..., Path]
CHARTS = {
    *("movements", "waterfall", "retention", "churn", "flow", "lifetime", "per-customer"),
    *("cohorts-logo", "cohorts-revenue", "moves", "products", "reasons", "repeat"),
}


@pytest.fixture
def page(report_file: Path) -> Page:
    return opened(report_file)


def test_nothing_on_the_page_points_elsewhere(page: Page) -> None:
    assert [r for r in page.references if not r.startswith("#")] == []


def test_the_style_fetches_nothing(page: Page) -> None:
    assert [word for word in ("url(", "@import") if word in page.styles] == []


def test_a_policy_forbids_every_request(report_file: Path) -> None:
    text = report_file.read_text(encoding="utf-8")
    assert "Content-Security-Policy\" content=\"default-src 'none';" in text


def test_the_chart_library_is_on_the_page_once(report_file: Path) -> None:
    text = report_file.read_text(encoding="utf-8")
    assert text.count("window.vegaEmbed=") == 1


def test_every_chart_has_a_place_and_a_document(page: Page) -> None:
    places = {
        str(one["id"]).removeprefix("chart-")
        for one in page.named("div")
        if one.get("role") == "img" and one.get("id")
    }
    assert set(page.told["charts"]) == CHARTS
    assert places >= CHARTS


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_vega_draws_the_chart(page: Page, name: str) -> None:
    assert "<svg" in vl_convert.vegalite_to_svg(json.dumps(page.chart(name)))


def test_the_waterfall_leads_from_the_opening_of_a_year_ago_to_the_closing(page: Page) -> None:
    svg = vl_convert.vegalite_to_svg(json.dumps(page.chart("waterfall")))
    year = page.rows()[-12:]
    ends = (year[0]["mrr_opening"], year[-1]["mrr_closing"])
    assert [f"{end / 1000:.3g}k" for end in ends if f">{end / 1000:.3g}k<" not in svg] == []


def test_the_header_says_which_numbers_these_are(page: Page) -> None:
    shown = " | ".join(page.text)
    expected = (
        "Publication | 7",
        "Built | 2026-07-01 03:12 UTC",
        "Complete months | 2024-01 to 2026-06",
        "Currency | EUR",
        "Time zone | Europe/Berlin",
        "Checks passed | 311 of 312",
    )
    assert [fact for fact in expected if fact not in shown] == []


def test_a_crossed_line_is_the_first_thing_said(page: Page) -> None:
    assert "1 red line is crossed." in page.text[:8]


def test_every_red_line_is_listed_crossed_first(page: Page) -> None:
    assert [t for t in page.text if t in ("Crossed", "Held", "Unknown")] == [
        "Crossed",
        "Held",
        "Held",
        "Held",
    ]


def test_the_running_month_is_named_and_left_out(page: Page) -> None:
    assert "Jul 2026 is still running and left out" in page.words
    assert "2026-07" not in page.told["periods"]["labels"]["month"]


def test_every_chart_has_its_figures_as_a_table(page: Page) -> None:
    assert sum(text.startswith("Figures: ") for text in page.text) == len(CHARTS)


def test_the_figures_are_exact(page: Page) -> None:
    # June 2026: opening, new, reactivation, expansion, contraction, churn, closing
    start = page.text.index("Figures: MRR movements")
    june = page.text.index("2026-06", start)
    assert page.text[june + 1 : june + 8] == [
        "63,606.00",
        "2,940.00",
        "100.00",
        "1,270.00",
        "−381.00",
        "−500.00",
        "67,035.00",
    ]


def test_what_a_customer_typed_stays_text(published: Published, tmp_path: Path) -> None:
    changes = (
        "update marts.dim_plans set product = '</script><b>' where plan_id = 'Team'",
        "update marts.mart_cancellation_reasons set reason = '<img src=x onerror=alert(1)>'",
        "update marts.mart_risk_list set reasons = '<img src=y>'",
    )
    page = opened(build(published(*changes), tmp_path / "index.html"))
    assert (len(page.scripts), list(page.named("img"))) == (3, [])


def test_an_unknown_red_line_is_not_shown_as_held(published: Published, tmp_path: Path) -> None:
    change = "update marts.red_line_status set breached = null where rule = 'churn_above'"
    page = opened(build(published(change), tmp_path / "index.html"))
    assert "Unknown" in page.text


def test_the_headline_says_of_unknown_lines_that_they_are_unknown(
    published: Published, tmp_path: Path
) -> None:
    change = "update marts.red_line_status set breached = null"
    page = opened(build(published(change), tmp_path / "index.html"))
    assert "4 red lines are unknown." in page.text
    assert "Nothing is wrong" not in page.words


def test_the_data_docs_are_linked_where_they_are(published: Published, tmp_path: Path) -> None:
    (tmp_path / "data_docs").mkdir()
    (tmp_path / "data_docs" / "index.html").touch()
    page = opened(build(published(), tmp_path / "report" / "index.html"))
    assert [r for r in page.references if not r.startswith("#")] == ["../data_docs/index.html"]


def test_an_empty_publication_says_so(published: Published, tmp_path: Path) -> None:
    tables = (
        "mart_revenue_periods",
        "mart_cohorts",
        "mart_repeat_rate",
        "red_line_status",
        "alert_incidents",
        "mart_plan_changes",
        "mart_cancellation_reasons",
    )
    file = published(*(f"delete from marts.{table}" for table in tables))
    assert "No data to show yet" in opened(build(file, tmp_path / "index.html")).text


def test_a_publication_without_a_mart_has_no_panel_of_it(
    published: Published, tmp_path: Path
) -> None:
    file = published("drop table marts.mart_cohorts", "drop table marts.mart_plan_changes")
    page = opened(build(file, tmp_path / "index.html"))
    assert set(page.told["charts"]) == CHARTS - {"cohorts-logo", "cohorts-revenue", "products"}
    assert "Cohorts" not in page.text


RATES = ("churn_rate", "retention_rate", "ndr", "grr", "ndr_12m", "grr_12m", "arpa", "ltv")


@pytest.fixture
def with_a_gap(published: Published, tmp_path: Path) -> Page:
    """A report of a month in the middle, March 2026, that has no rate and no value of a customer."""
    nothing = ", ".join(f"{column} = null" for column in RATES)
    change = f"update marts.mart_revenue_periods set {nothing} where period_start = '2026-03-01'"
    return opened(build(published(change), tmp_path / "index.html"))


def test_a_month_without_a_value_is_a_gap_in_the_chart_and_no_zero(with_a_gap: Page) -> None:
    months = {row["label"]: row for row in with_a_gap.rows()}
    assert {months["2026-03"][rate] for rate in RATES} == {None}
    assert None not in {months["2026-04"][rate] for rate in RATES}
    assert "invalid" not in json.dumps(with_a_gap.told["charts"]), (
        "Vega-Lite leaves a gap where nobody asks for more"
    )


def test_a_month_without_a_value_is_a_dash_in_the_tables_and_no_zero(
    with_a_gap: Page, page: Page
) -> None:
    gained = Counter(with_a_gap.text) - Counter(page.text)
    assert set(gained) == {"–"}, "what is on the page that was not there"
    assert gained["–"] >= len(RATES)


def test_one_month_alone_is_a_report(published: Published, tmp_path: Path) -> None:
    change = "delete from marts.mart_revenue_periods where period_start <> date '2026-06-01'"
    page = opened(build(published(change), tmp_path / "index.html"))
    assert "nothing to compare with" in page.text


def test_no_publication_is_an_error_and_leaves_no_page(tmp_path: Path) -> None:
    out = tmp_path / "report" / "index.html"
    with pytest.raises(EbblineError):
        build(tmp_path / "marts.duckdb", out)
    assert not out.exists()


def test_a_new_report_replaces_the_old_one_whole(published: Published, tmp_path: Path) -> None:
    out = tmp_path / "index.html"
    build(published(), out)
    with out.open(encoding="utf-8") as reader:  # somebody has the old page open
        before = out.read_text(encoding="utf-8")
        (tmp_path / "marts.duckdb").unlink()
        build(published("update marts.publication set id = 8"), out, Heading("Another"))
        still_seen = reader.read()
    assert (still_seen == before, [p.name for p in tmp_path.glob("*.tmp")]) == (True, [])


def test_reading_leaves_the_published_file_as_it_is(published: Published, tmp_path: Path) -> None:
    file = published()
    before = file.read_bytes()
    build(file, tmp_path / "index.html")
    assert file.read_bytes() == before


def test_the_red_lines_in_force_are_replayed_with_what_came_of_them(
    published: Published, tmp_path: Path
) -> None:
    changes = (
        "create table marts.mart_churn_periods as select * from marts.mart_revenue_periods",
        "update marts.publication set settings = "
        """'{"red_lines": [{"rule": "churn_above", "line": 0.08}]}'::json""",
    )
    page = opened(build(published(*changes), tmp_path / "index.html"))
    told = page.words[page.words.index("How the red lines have done") :]
    assert "churn rate above 8 % today's figures 3 6 3 0.0 0 3" in told, told[300:1500]
    assert "happiness falling" not in told  # of which this publication has no figure


def test_a_direction_mark_of_an_export_is_seen_and_not_obeyed(
    published: Published, tmp_path: Path
) -> None:
    change = "update marts.mart_risk_list set reasons = 'no' || chr(8238) || chr(27) || 'use'"
    out = build(published(change), tmp_path / "index.html")
    text = out.read_text(encoding="utf-8")
    assert ("no\ufffd\ufffduse" in text, "\u202e" in text, "\x1b" in text) == (True, False, False)
