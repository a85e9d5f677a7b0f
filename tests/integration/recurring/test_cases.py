"""Small exports with what is right: what an auditor worked by hand, and what vendors write (``tests/cases``).

Cases with the same settings are loaded as one company and built once.
"""

import csv
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import load_settings
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build
from tests.integration.recurring import other_companies as other

CASES = Path(__file__).parents[2] / "cases"
CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
Told = list[tuple[str, str, str, str]]
"""customer, day, type, amount"""


@dataclass(frozen=True)
class Company:
    """Some cases in one warehouse."""

    paths: WarehousePaths

    def movements(self, customers: Iterable[str], until: str = "9999-12-31") -> Told:
        """Return the movements of these customers up to a day."""
        sql = """
            select customer_id, movement_on::varchar, movement_type, amount::varchar
            from marts.fct_mrr_movements where list_contains($customers, customer_id) and movement_on <= $until::date
            order by customer_id, movement_on, movement_type
        """
        return self.rows(sql, {"customers": list(customers), "until": until})

    def rows(self, sql: str, parameters: dict[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with open_warehouse(self.paths, read_only=True) as con:
            return con.execute(sql, parameters or {}).fetchall()


def build(
    root: Path,
    cases: tuple[str, ...],
    *,
    models: tuple[str, ...] = (),
    settings: str = "",
    beside: dict[str, str] | None = None,
) -> Company:
    """Load the billing files of ``cases`` into one warehouse and build movements.

    :param settings: lines of ``ebbline.yml`` that replace those of the first case.
    :param beside: further files, by name.
    """
    landing = root / "billing"
    landing.mkdir(parents=True)
    for number, case in enumerate(cases):
        for file in sorted((CASES / case).rglob("*.csv")):
            shutil.copy(file, landing / f"{file.stem}-{number}.csv")
    for name, text in (beside or {}).items():
        (landing / name).write_text(text)
    written = (CASES / cases[0] / "ebbline.yml").read_text().replace("landing/billing", "billing")
    (root / "ebbline.yml").write_text(settings or written)
    found = load_settings(root / "ebbline.yml")
    paths = WarehousePaths(found.warehouse)
    load_and_build(paths, found, CLOCK, ("fct_mrr_movements", *models))
    return Company(paths)


def customers(case: str) -> list[str]:
    """Return the customers of a case."""
    file = next((CASES / case).rglob("customers.csv"))
    with file.open() as lines:
        return [next(iter(row.values())) for row in csv.DictReader(lines)]


def told(text: str) -> Told:
    """Read movements written one a line: customer day type amount."""
    rows = [line.split() for line in text.strip().splitlines()]
    return sorted((customer, day, kind, amount) for customer, day, kind, amount in rows)


def table_settings(form: str, until: str, rest: str = "") -> str:
    """Return an ``ebbline.yml`` for cases that share a form."""
    return (
        f"sources: {{billing: {{format: {form}, path: billing}}}}\nwarehouse: wh\n"
        f"calendar: {{timezone: UTC, until: {until}}}\n{rest}"
    )


@pytest.fixture(scope="module")
def invoices(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Canonical invoice lines."""
    return build(
        tmp_path_factory.mktemp("invoices"),
        ("audit/02", "audit/11", "field/11-inclusive-period-ends"),
        models=("int_lost_customers",),
        settings=table_settings("canonical", "2026-06-30", "currency: {rates: {EUR: 1}}\n"),
        beside=other.invoice_files(),
    )


@pytest.fixture(scope="module")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Stripe's tables."""
    return build(
        tmp_path_factory.mktemp("stripe"),
        (
            "field/01-stripe-metered",
            "field/02-stripe-no-total-discount",
            "field/12-once-coupon",
            "field/18-currencies",
            "field/20-line-ids-repeat",
            "field/21-interval-change-no-proration",
            "audit/08",
        ),
        settings=table_settings(
            "stripe", "2026-06-30", "currency: {rates: {JPY: 0.0065, KWD: 3.25, ISK: 0.0072}}\n"
        ),
    )


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Subscription items in every state."""
    return build(
        tmp_path_factory.mktemp("items"),
        ("audit/03",),
        models=("mart_reconciliation",),
        beside=other.item_files(),
    )


def test_companies_told_in_invoice_lines_move_as_an_auditor_says(invoices: Company) -> None:
    right = told("""
        A2_ctrl 2023-01-01 new 100.00
        A2_ctrl 2024-01-31 churn -100.00
        A_adv_open 2023-01-01 new 100.00
        A_adv_open 2024-01-31 churn -100.00
        B2_open 2024-01-01 new 100.00
        B2_open 2024-03-31 churn -100.00
        B_uncoll 2024-01-01 new 100.00
        B_uncoll 2024-03-31 churn -100.00
        C2_lastday_noplan 2024-01-01 new 100.00
        C_lastday 2024-01-01 new 100.00
        D2_flagged 2024-01-04 new 100.00
        D3_unflagged_2d 2023-12-30 new 100.00
        D_unflagged 2024-01-04 new 100.00
        E_early 2023-01-01 new 100.00
        F_annual_up 2023-01-01 new 100.00
        F_annual_up 2023-07-01 expansion 100.00
        G_twice 2024-01-01 new 100.00
        H_coupon 2024-01-01 new 50.00
        H_coupon 2024-04-01 expansion 50.00
        I_coupon_up 2024-01-01 new 50.00
        I_coupon_up 2024-01-16 expansion 50.00
        J_seats 2024-01-01 new 30.00
        J_seats 2024-01-11 expansion 20.00
        L_reissued 2024-01-01 new 100.00
        N_down 2024-01-01 new 200.00
        N_down 2024-01-16 contraction -100.00
        O_endnow 2024-01-01 new 100.00
        O_endnow 2024-01-15 churn -100.00
        P_asked_unpaid 2024-01-01 new 100.00
        P_asked_unpaid 2024-03-31 churn -100.00
        Q_quarter 2024-01-01 new 100.00
        R_weekly 2024-01-01 new 43.33
        S_4weekly 2024-01-01 new 43.33
        T_30day 2024-01-01 new 30.42
        U_3years 2023-01-01 new 100.00
        W_1day 2024-01-31 new 100.00
        X_custom 2024-01-15 new 87.50
        Y_creditnote 2023-01-01 new 100.00
        Y_creditnote 2024-01-01 churn -100.00
    """)
    assert invoices.movements(customers("audit/02"), until="2024-06-30") == right


def test_other_companies_told_in_invoice_lines_move_as_was_worked_out_by_hand(
    invoices: Company,
) -> None:
    right = told(other.MOVEMENTS_OF_LINES)
    assert invoices.movements({row[0] for row in right}, until="2026-06-29") == right


def test_what_ends_unpaid_is_involuntary_however_it_was_written_off(invoices: Company) -> None:
    found = invoices.rows("""
        select customer_id, is_involuntary from intermediate.int_lost_customers
        where customer_id in ('A_adv_open', 'A2_ctrl', 'B_uncoll', 'B2_open', 'Y_creditnote')
        and grain = 'month' and period_start < '2024-07-01'
        order by customer_id
    """)
    involuntary = {"A2_ctrl", "A_adv_open", "B2_open", "B_uncoll"}
    assert dict(found) == {name: name in involuntary for name in [*involuntary, "Y_creditnote"]}


def test_discounted_prorations_make_no_cents(invoices: Company) -> None:
    right = json.loads((CASES / "audit/11/expected.json").read_text())
    found = invoices.movements(customers("audit/11"), until="2025-03-31")
    assert found == sorted(tuple(row) for row in right)


def test_an_end_may_be_the_last_moment_or_the_last_day(invoices: Company) -> None:
    right = told("""
        lago 2026-01-01 new 50.00
        day 2026-01-01 new 50.00
        half 2026-01-01 new 50.00
        noplan 2026-01-01 new 50.00
    """)
    assert invoices.movements(customers("field/11-inclusive-period-ends")) == right


def test_metered_use_is_told_by_the_price(stripe: Company) -> None:
    right = told("cus_m1 2026-01-01 new 50.00 \n cus_m2 2026-01-01 new 50.00")
    assert stripe.movements(customers("field/01-stripe-metered")) == right
    assert stripe.movements(["c1"], until="2024-04-30") == told("c1 2024-01-01 new 50.00")


def test_discounts_in_a_table_of_their_own_are_taken_off(stripe: Company) -> None:
    right = told("""
        cus_d1 2026-01-01 new 80.00
        cus_d2 2026-04-01 new 100.00
        cus_d3 2026-01-01 new 100.00
    """)
    assert stripe.movements(customers("field/02-stripe-no-total-discount")) == right


def test_a_coupon_for_once_counts_as_billed_by_default(stripe: Company) -> None:
    right = told("""
        cus_o1 2026-01-01 new 1.00
        cus_o1 2026-02-01 expansion 14.00
        cus_o2 2026-01-01 new 1.00
        cus_o2 2026-02-01 expansion 14.00
        cus_o3 2026-01-01 new 15.00
    """)
    assert stripe.movements(customers("field/12-once-coupon")) == right


def test_minor_units_are_those_of_the_currency(stripe: Company) -> None:
    right = told("""
        cus_c1 2026-01-01 new 65.00
        cus_c2 2026-01-01 new 65.00
        cus_c3 2026-01-01 new 36.00
    """)
    assert stripe.movements(customers("field/18-currencies")) == right


def test_the_id_of_a_line_may_repeat_on_other_invoices(stripe: Company) -> None:
    right = told("cus_r1 2026-01-01 new 100.00 \n cus_r2 2026-01-01 new 100.00")
    assert stripe.movements(customers("field/20-line-ids-repeat")) == right


def test_another_interval_replaces_what_was_not_prorated(stripe: Company) -> None:
    right = told("cus_i1 2026-01-05 new 100.00 \n cus_i1 2026-02-20 contraction -20.00")
    assert stripe.movements(customers("field/21-interval-change-no-proration")) == right


def test_items_are_rounded_once_and_end_with_their_state(items: Company) -> None:
    right = told("""
        A_3x100y 2024-01-01 new 25.00
        B2_qty12 2024-01-01 new 10.00
        B_12x10y 2024-01-01 new 10.00
        C_overlap 2024-01-01 new 10.00
        C_overlap 2024-03-01 expansion 10.00
        D_trial 2024-01-15 new 10.00
        G_unpaid 2024-01-01 new 10.00
        G_unpaid 2024-01-31 churn -10.00
        H_listprice 2024-01-01 new 10.00
    """)
    assert items.movements(customers("audit/03")) == right


def test_other_items_are_rounded_once_and_end_with_their_state(items: Company) -> None:
    right = told(other.MOVEMENTS_OF_ITEMS)
    nothing = {"p-expired", "p-coming", "p-future", "p-trial"}
    assert items.movements({row[0] for row in right} | nothing) == right


def test_a_state_that_is_not_known_is_named_with_how_many_are_in_it(items: Company) -> None:
    found = items.rows(
        "select status, rows_differing, examples from marts.mart_reconciliation where guard = 'states'"
    )
    assert found == [("warned", 1, "hibernating: 1 (s-p-odd)")]


def test_an_unpaid_subscription_leaves_against_its_will(items: Company) -> None:
    found = items.rows("""
        select distinct customer_id from intermediate.int_recurring_periods
        where customer_id in ('G_unpaid', 'p-owes') and end_reason = 'dunning'
    """)
    assert sorted(found) == [("G_unpaid",), ("p-owes",)]


def test_a_coupon_that_ends_is_left_out_where_only_lasting_discounts_count(
    tmp_path: Path,
) -> None:
    lasting = build(
        tmp_path,
        ("field/12-once-coupon",),
        settings=table_settings("stripe", "2026-06-30", "billing: {discounts: lasting_only}\n"),
    )
    right = told("""
        cus_o1 2026-01-01 new 15.00
        cus_o2 2026-01-01 new 15.00
        cus_o3 2026-01-01 new 15.00
    """)
    assert lasting.movements(customers("field/12-once-coupon")) == right


def test_requests_and_gaps_end_what_they_should(tmp_path: Path) -> None:
    right = told("""
        A_sameday 2024-01-10 new 100.00
        A_sameday 2024-02-10 churn -100.00
        B_later 2024-01-10 new 100.00
        B_later 2024-02-20 churn -100.00
        C_resub 2024-01-10 new 100.00
        C_resub 2024-03-20 churn -100.00
        C_resub 2024-06-01 reactivation 100.00
        D_gap5 2024-01-10 new 100.00
        D_gap5 2024-03-15 expansion 50.00
        E_gap6 2024-01-10 new 100.00
        E_gap6 2024-03-10 churn -100.00
        E_gap6 2024-03-16 reactivation 150.00
        F_credit 2024-01-10 new 100.00
        F_credit 2024-03-10 churn -100.00
    """)
    company = build(tmp_path, ("audit/13",), beside=other.requested_files())
    assert company.movements(customers("audit/13")) == right
    right = told(other.MOVEMENTS_OF_REQUESTED)
    assert company.movements({row[0] for row in right}) == right


def test_exchange_rates_enter_no_number_but_fx(tmp_path: Path) -> None:
    dated = "USD: {2023-01-01: 177, 2024-01-01: 808}, EUR: {2023-01-01: 200, 2023-06-15: 250}"
    rates = f"{{{dated}, GBP: 1000}}"
    company = build(
        tmp_path,
        ("audit/04",),
        models=("mart_revenue_periods",),
        settings=table_settings(
            "canonical", "2024-03-31", f"currency: {{reporting: ARS, rates: {rates}}}\n"
        ),
        beside=other.exchanged_files(),
    )
    found = company.rows("""
        select member, round(ndr_12m, 9), round(grr_12m, 9), mrr_expansion + mrr_contraction, fx::varchar
        from marts.mart_revenue_periods
        where grain = 'year' and period_start = '2024-01-01' and dimension = 'country' and length(member) = 2
        order by member
    """)
    assert found == [
        ("AR", 0.5, 0.5, 0, "31550.00"),
        ("BR", 1.0, 1.0, 0, "0.00"),
        ("CL", 1.1, 1.0, 0, "69410.00"),
    ]
    found = company.rows("""
        select member, ndr, grr, mrr_opening::varchar, mrr_expansion::varchar, mrr_contraction::varchar, fx::varchar,
            mrr_closing::varchar
        from marts.mart_revenue_periods
        where grain = 'quarter' and period_start = '2023-04-01' and dimension = 'country' and member = 'F-STILL'
        or grain = 'month' and period_start in ('2023-06-01', '2023-09-01') and member in ('F-HALVES', 'F-MORE')
        order by member, period_start
    """)
    assert found == [
        ("F-HALVES", 0.5, 0.5, "16000.00", "0.00", "8000.00", "2000.00", "10000.00"),
        ("F-HALVES", 1.0, 1.0, "10000.00", "0.00", "0.00", "0.00", "10000.00"),
        ("F-MORE", 1.0, 1.0, "40000.00", "0.00", "0.00", "10000.00", "50000.00"),
        ("F-MORE", 1.5, 1.0, "50000.00", "25000.00", "0.00", "0.00", "75000.00"),
        ("F-STILL", 1.0, 1.0, "100000.00", "0.00", "0.00", "0.00", "100000.00"),
    ]


def test_month_ends_leap_days_and_changes_of_the_clock_move_nothing(tmp_path: Path) -> None:
    company = build(tmp_path, ("field/17-month-ends-leap-days",))
    found = company.rows("""
        select date_trunc('month', movement_on)::date::varchar, movement_type, sum(amount)::varchar
        from marts.fct_mrr_movements group by all order by all
    """)
    assert found == [("2024-01-01", "new", "120.00"), ("2024-02-01", "new", "100.00")]


def test_a_period_with_another_beginning_in_a_later_export_is_the_same_period(
    tmp_path: Path,
) -> None:
    company = build(tmp_path, ("audit/10",), beside=other.corrected_files())
    assert company.movements(("c1", "c2")) == told("""
        c1 2024-01-15 new 100.00
        c2 2024-02-10 new 50.00
    """)
    assert company.movements(other.CORRECTED) == told(other.MOVEMENTS_OF_CORRECTED)
