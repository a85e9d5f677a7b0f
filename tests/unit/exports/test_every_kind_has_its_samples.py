"""Every kind of trouble in ``tests/cases``: the case itself as a test, and two further samples of our own or more.

The table says where, and the tests that it is there. A sample of our own differs from the case in vendor or form.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
CASES = "integration/recurring/test_cases.py"
FIGURES = "integration/exports/vendors/test_the_right_figures.py"
NEWEST = "integration/exports/test_newest_is_newest.py"
WRITTEN = "integration/exports/test_how_values_are_written.py"
RATES = "integration/reconciliation/test_currencies_without_a_rate.py"
COMPANIES = "integration/recurring/other_companies.py"
DESK = "integration/dbt_purchases/test_support_and_use_worked_by_hand.py"
SAMPLES = "integration/exports/vendors"
UNIT_TESTS = "../dbt/models"


@dataclass(frozen=True)
class Kind:
    """A case, the test that gives its right figure, and further samples: words of a sample, or a test and its place."""

    case: str
    test: tuple[str, str]
    others: tuple[str | tuple[str, str], ...]


KINDS = (
    Kind(
        "field/01-stripe-metered",
        (CASES, "test_metered_use_is_told_by_the_price"),
        (
            "metered by a plan of before there were prices",
            "metered by the price that the line holds, without an export of prices (Stripe API)",
            "prices in tiers that are metered, as only their item says (Chargebee)",
            "an add-on that is billed by use, as only the add-ons say, and one of each month beside a year",
        ),
    ),
    Kind(
        "field/02-stripe-no-total-discount",
        (CASES, "test_discounts_in_a_table_of_their_own_are_taken_off"),
        (
            "discounts in a list beside the lines, which say nothing of it (Chargebee)",
            "lines that are numbered from 1 on each invoice, with two discounts in a table of their own (Paddle)",
            "a coupon of a year that still runs, beside one for ever (Sigma)",
        ),
    ),
    Kind(
        "field/05-stripe-fivetran-shape",
        (FIGURES, "test_the_cases_of_the_field_come_out_right"),
        (
            "what was left of a month with a discount, by a line that names no other (Fivetran)",
            "lines, an invoice and a price that a connector marks as gone (Stripe by Fivetran)",
            "refunds of March in a table of their own, one of which failed (Stripe by Fivetran)",
        ),
    ),
    Kind(
        "field/06-vendor-headers",
        (
            "integration/exports/test_vendor_headers.py",
            "test_every_row_of_a_known_header_is_taken",
        ),
        (
            "Airbyte's typed tables as CSV, whose columns hold objects (Stripe)",
            "a plan changed twice within one month, in Parquet with instants, decimals and booleans (Data Pipeline)",
            "the result of a bulk query: a discount of the whole order, a gift, a refund, an expired order (Shopify)",
        ),
    ),
    Kind(
        "field/07-shopify-order-discounts",
        (FIGURES, "test_an_order_is_worth_what_was_paid_for_it"),
        (
            "the tables of Fivetran's GraphQL connector (Shopify)",
            "an order that is paid in part, one of a telephone number in two spellings",
            "a refund in the buyer's currency, chargebacks, an inquiry, an order to try the shop (Shopify API)",
        ),
    ),
    Kind(
        "field/09-zone-abbreviations",
        (WRITTEN, "test_british_summer_time_is_the_instant_it_is_in_london"),
        (
            (WRITTEN, "test_an_abbreviation_with_several_meanings_names_the_option"),
            "instants whose zone is a name that means one thing, and a space before the offset",
            "a month and then a year, by adjustments in Pacific time (Recurly)",
        ),
    ),
    Kind(
        "field/10-recurly-history-newest-first",
        (NEWEST, "test_of_a_history_table_the_latest_version_holds_whichever_line_comes_first"),
        (
            (NEWEST, "test_what_a_connector_writes_is_a_version_where_a_vendor_gives_none"),
            "two versions of each invoice, wrapped, the newer on the earlier line (Chargebee by Airbyte)",
        ),
    ),
    Kind(
        "field/11-inclusive-period-ends",
        (CASES, "test_an_end_may_be_the_last_moment_or_the_last_day"),
        (
            "quarters and years whose last day is their end (Zuora), weeks that end with a millisecond (Lago)",
            "periods whose end is their last day (Chargebee's interface)",
            "14.00 off once, and periods that end with a last second (Recurly by Fivetran)",
        ),
    ),
    Kind(
        "field/12-once-coupon",
        (CASES, "test_a_coupon_for_once_counts_as_billed_by_default"),
        (
            "a coupon for once that stands inside the invoice, in a currency without cents (API)",
            "coupons that adjustments name by their code: for once, for ever, for three months",
            "coupons that only their invoices name: for two months, for ever, for half a year that still runs",
        ),
    ),
    Kind(
        "field/16-zendesk-organisation-ids",
        (
            FIGURES,
            "test_a_ticket_belongs_to_the_customer_of_its_organisation_and_another_systems_key_is_none",
        ),
        (
            "tags and comments in tables of their own, requesters known by their address alone (Zendesk by Fivetran)",
            "the company of a contact and the parts of a conversation in tables of their own (Intercom by Fivetran)",
            "contacts that are known by their company alone, tags that are objects (Intercom by Airbyte)",
        ),
    ),
    Kind(
        "field/17-month-ends-leap-days",
        (CASES, "test_month_ends_leap_days_and_changes_of_the_clock_move_nothing"),
        (
            "months of a 31st and of a 30th, a quarter of a 30 November, years of a 29 February (Chargebee tables)",
            "the last evening of each month in Pacific time, the next day here, over a change of the clock (Recurly)",
            "quarters, half a year, weeks and days, dinars of thousandths, yen and won: an invoice a line (Stripe API)",
        ),
    ),
    Kind(
        "field/18-currencies",
        (CASES, "test_minor_units_are_those_of_the_currency"),
        (
            "lines whose currency, with other minor units, stands in their invoice (Chargebee tables)",
            "quarters, half a year, weeks and days, dinars of thousandths, yen and won: an invoice a line (Stripe API)",
        ),
    ),
    Kind(
        "field/20-line-ids-repeat",
        (CASES, "test_the_id_of_a_line_may_repeat_on_other_invoices"),
        (
            "lines that are numbered from 1 on each invoice, with two discounts in a table of their own (Paddle)",
            "119.00 with 19 % of tax in it, 10 % off, lines of one id, credit notes for money",
            "subscriptions that are numbered from 1 for each customer",
        ),
    ),
    Kind(
        "field/21-interval-change-no-proration",
        (CASES, "test_another_interval_replaces_what_was_not_prorated"),
        (
            "a month and then a year of the same product, nothing given back (Chargebee tables)",
            "a month and then a year, by adjustments in Pacific time (Recurly)",
            "a month of one product and then a year of another, nothing given back, by one item (Stripe by Fivetran)",
            "a plan of another product in the middle of a month, nothing given back",
            "a month and then a year, nothing given back, by another item and without an export of prices (Sigma)",
        ),
    ),
    Kind(
        "field/22-stripe-dashboard-invoices",
        (FIGURES, "test_the_cases_of_the_field_come_out_right"),
        (
            "an invoice of the Dashboard that was written off, one that was void and billed again (Stripe)",
            "a year that was never paid (Chargebee tables)",
            "a year that was never paid (Recurly)",
        ),
    ),
    Kind(
        "field/25-unknown-currency",
        (RATES, "test_the_refusal_names_currency_rows_amount_and_the_line_to_add"),
        (
            (RATES, "test_a_vendors_currency_without_a_rate_is_named_with_what_was_billed_in_it"),
            (RATES, "test_each_table_that_holds_the_currency_is_named"),
            (RATES, "test_minor_units_are_named_as_what_they_are_worth"),
        ),
    ),
    Kind(
        "audit/02",
        (CASES, "test_companies_told_in_invoice_lines_move_as_an_auditor_says"),
        (
            (CASES, "test_other_companies_told_in_invoice_lines_move_as_was_worked_out_by_hand"),
            "a plan changed twice within one month, in Parquet with instants, decimals and booleans (Data Pipeline)",
            "a trial and a free plan before the first that is paid, a pause whose invoices are void, "
            "a beginning set two months back",
        ),
    ),
    Kind(
        "audit/03",
        (CASES, "test_items_are_rounded_once_and_end_with_their_state"),
        (
            (CASES, "test_other_items_are_rounded_once_and_end_with_their_state"),
            (COMPANIES, "ITEMS"),
        ),
    ),
    Kind(
        "audit/04",
        (CASES, "test_exchange_rates_enter_no_number_but_fx"),
        (
            (COMPANIES, "exchanged_files"),
            (UNIT_TESTS, "exchange_rates_are_in_no_other_number"),
        ),
    ),
    Kind(
        "audit/05",
        (DESK, "test_requests_wait_for_an_answer_however_old_they_are"),
        (
            (UNIT_TESTS, "a_request_waits_once_it_has_been_open_for_two_days"),
            (UNIT_TESTS, "two_minutes_divide_and_only_observed_customers_count"),
            (UNIT_TESTS, "satisfied_are_the_two_best_marks_of_five_on_any_scale"),
            (UNIT_TESTS, "happiness_is_a_level_and_falls_with_everybodys_use"),
        ),
    ),
    Kind(
        "audit/08",
        (CASES, "test_metered_use_is_told_by_the_price"),
        (
            "metered by the price that the line holds, without an export of prices (Stripe API)",
            "prices in tiers that are metered, as only their item says (Chargebee)",
        ),
    ),
    Kind(
        "audit/10",
        (CASES, "test_a_period_with_another_beginning_in_a_later_export_is_the_same_period"),
        (
            (COMPANIES, "corrected_files"),
            (UNIT_TESTS, "a_later_export_says_a_period_anew"),
            (
                NEWEST,
                "test_an_item_that_begins_later_in_a_later_export_is_corrected_where_that_is_said",
            ),
        ),
    ),
    Kind(
        "audit/11",
        (CASES, "test_discounted_prorations_make_no_cents"),
        (
            "15 % off, amounts and discounts rounded apart, a credit note and what was left of the month",
            "two seats more with 10 % off, in the middle of a month (Recurly by Fivetran)",
            "119.00 with 19 % of tax in it, 10 % off, the rest of a month given back (Stripe API since 2025-03)",
        ),
    ),
    Kind(
        "audit/13",
        (CASES, "test_requests_and_gaps_end_what_they_should"),
        (
            (COMPANIES, "requested_files"),
            (UNIT_TESTS, "churn_may_be_recognised_on_the_day_the_end_is_asked_for"),
            (UNIT_TESTS, "a_gap_of_at_most_the_days_set_is_bridged"),
        ),
    ),
)


def _text(place: str) -> str:
    """Return the text of a file, or of all models' descriptions and all samples."""
    path = TESTS / place
    files = [path] if path.is_file() else [*path.rglob("*.yml"), *path.glob("*_samples.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_case_stands_in_the_table() -> None:
    cases = {
        f"{folder.parent.name}/{folder.name}"
        for folder in (TESTS / "cases").glob("*/*")
        if folder.is_dir()
    }

    assert {kind.case for kind in KINDS} == cases


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.case)
def test_a_case_is_a_test_and_has_two_further_samples(kind: Kind) -> None:
    file, function = kind.test
    named = [
        word in (samples if isinstance(other, str) else _text(other[0]))
        for samples in (re.sub(r'"\s*"', "", _text(SAMPLES)),)
        for other in kind.others
        for word in (other if isinstance(other, str) else other[1],)
    ]

    assert f"def {function}(" in _text(file)
    assert kind.case.rsplit("/", maxsplit=1)[-1] in _text(file)
    assert len(kind.others) >= 2 and all(named), list(zip(kind.others, named, strict=True))
