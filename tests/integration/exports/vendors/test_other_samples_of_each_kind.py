"""Each kind of trouble of ``tests/cases`` in other vendors, shapes and values: one warehouse, built once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
import yaml

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import ensure_raw_tables, load_source
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_process import dbt
from tests.integration.exports.vendors.add_on_samples import ADD_ONS
from tests.integration.exports.vendors.billing_samples import VENDORS
from tests.integration.exports.vendors.canonical_samples import INVOICES, WOO
from tests.integration.exports.vendors.credit_note_samples import CREDIT_NOTES
from tests.integration.exports.vendors.interval_and_beginning_samples import (
    INTERVALS_AND_BEGINNINGS,
)
from tests.integration.exports.vendors.lost_and_held_samples import LOST_AND_HELD
from tests.integration.exports.vendors.month_end_and_unpaid_samples import (
    MONTH_ENDS_AND_UNPAID,
)
from tests.integration.exports.vendors.other_forms_samples import (
    ABROAD_AND_CHARGED_BACK,
    OTHER_FORMS,
    PAID_ABROAD,
)
from tests.integration.exports.vendors.price_and_period_samples import PRICES_AND_PERIODS
from tests.integration.exports.vendors.sample import Sample
from tests.integration.exports.vendors.shop_and_desk_samples import DESKS, SHOPS
from tests.integration.exports.vendors.unusual_samples import UNUSUAL
from tests.shared import SharedFolder

BILLING = (
    *VENDORS,
    *CREDIT_NOTES,
    *PRICES_AND_PERIODS,
    *MONTH_ENDS_AND_UNPAID,
    *UNUSUAL,
    *INTERVALS_AND_BEGINNINGS,
    *OTHER_FORMS,
    *LOST_AND_HELD,
    *ADD_ONS,
    *INVOICES,
)
CLOCK = FixedClock(datetime(2026, 7, 1, tzinfo=UTC))
MODELS = (
    "fct_mrr_movements",
    "fct_purchase_lines",
    "int_tickets",
    "int_ratings",
    "int_payments",
    "int_collected_revenue",
)
Discounts = Literal["as_billed", "lasting_only"]
Ask = Callable[..., list[tuple[object, ...]]]
MOVEMENTS = """
    select customer_id, movement_on::varchar, movement_type, amount::varchar
    from marts.fct_mrr_movements where list_contains($customers, customer_id) order by all
"""


def _settings(folder: Path, discounts: Discounts) -> Settings:
    rates = {"EUR": 1, "JPY": "0.0065", "KWD": "3.25", "KRW": "0.001"}
    return Settings.model_validate(
        {
            "sources": {"billing": {"path": "unused", "format": "stripe"}},
            "warehouse": str(folder),
            "calendar": {"until": "2026-06-30"},
            "billing": {"discounts": discounts},
            "currency": {"reporting": "USD", "rates": rates},
            "ingest": {"max_quarantined_share": 0},
        }
    )


def _build(folder: Path, discounts: Discounts, *models: str) -> None:
    paths = WarehousePaths(folder)
    done = dbt(
        "run",
        *("--select", *(f"+{model}" for model in models)),
        warehouse_db=paths.warehouse_db,
        target=paths.dbt_target,
        variables=_settings(folder, discounts).dbt_vars(CLOCK, "invoice_lines"),
    )
    assert done.code == 0, done.output


def _make(folder: Path) -> None:
    settings = _settings(folder, "as_billed")
    with open_warehouse(WarehousePaths(folder)) as con:
        ensure_raw_tables(con)
        for number, sample in enumerate((*BILLING, *SHOPS, ABROAD_AND_CHARGED_BACK, WOO, *DESKS)):
            landing = folder / "landing" / str(number)
            landing.mkdir(parents=True)
            for name, text in sample.files.items():
                (landing / name).write_bytes(text.encode() if isinstance(text, str) else text)
            report = load_source(
                con,
                source=sample.source,
                format=sample.format,
                path=landing,
                settings=settings,
                clock=CLOCK,
            )
            assert not report.refused, (sample.name, report.refused)
            assert not report.unrecognised, (sample.name, report.unrecognised)
    _build(folder, "as_billed", *MODELS)


def _make_lasting(folder: Path, made: Path) -> None:
    shutil.copytree(made, folder, dirs_exist_ok=True)
    with open_warehouse(WarehousePaths(folder)) as con:
        # Without orders, paid invoices are purchases.
        con.execute("delete from raw.orders")
    _build(folder, "lasting_only", "fct_mrr_movements", "fct_purchase_lines", "int_periods")


@contextmanager
def _asking(folder: Path) -> Iterator[Ask]:
    with open_warehouse(WarehousePaths(folder), read_only=True) as con:

        def answer(sql: str, **values: object) -> list[tuple[object, ...]]:
            return con.execute(sql, values).fetchall()

        yield answer


@pytest.fixture(scope="module")
def made(shared: SharedFolder) -> Path:
    """The warehouse of all samples."""
    return shared.made("samples", _make)


@pytest.fixture(scope="module")
def ask(made: Path) -> Iterator[Ask]:
    """Ask the warehouse of all samples."""
    with _asking(made) as answer:
        yield answer


@pytest.fixture(scope="module")
def ask_lasting(shared: SharedFolder, made: Path) -> Iterator[Ask]:
    """Ask the same warehouse as it is where only lasting discounts count."""
    with _asking(shared.made("samples-lasting", lambda it: _make_lasting(it, made))) as answer:
        yield answer


def _moving(*, by_lasting: bool = False) -> list[Sample]:
    return [one for one in BILLING if one.lasting or (one.movements and not by_lasting)]


@pytest.mark.parametrize("sample", _moving(), ids=lambda sample: sample.name)
def test_a_company_is_worth_what_was_worked_out_by_hand(sample: Sample, ask: Ask) -> None:
    customers = list({customer for customer, *_ in sample.movements})

    assert ask(MOVEMENTS, customers=customers) == list(sample.movements)


@pytest.mark.parametrize("sample", _moving(by_lasting=True), ids=lambda sample: sample.name)
def test_where_only_lasting_discounts_count_a_coupon_says_how_long_it_lasts(
    sample: Sample, ask_lasting: Ask
) -> None:
    customers = list({customer for customer, *_ in sample.movements})

    assert ask_lasting(MOVEMENTS, customers=customers) == list(sample.lasting or ())


@pytest.mark.parametrize("sample", LOST_AND_HELD, ids=lambda sample: sample.name)
def test_what_was_collected_is_less_what_was_lost_held_or_paid_back(
    sample: Sample, ask: Ask
) -> None:
    found = ask(
        "select customer_id, sum(amount)::varchar from intermediate.int_collected_revenue "
        "where list_contains($customers, customer_id) group by 1",
        customers=list(sample.collected),
    )

    nothing = {customer: left for customer, left in sample.collected.items() if left == "0.00"}
    assert {**nothing, **{str(customer): left for customer, left in found}} == sample.collected


def test_what_is_paid_back_leaves_on_its_own_day(ask: Ask) -> None:
    found = ask(
        "select collected_on::varchar, amount::varchar from intermediate.int_collected_revenue "
        "where customer_id = 'cus_ve1' order by 1"
    )

    assert found == [("2026-01-10", "100.00"), ("2026-03-10", "-20.00"), ("2026-03-11", "-15.00")]


def test_a_payment_is_of_the_invoice_that_its_intent_or_itself_is_listed_under(ask: Ask) -> None:
    found = ask(
        "select payment_id, invoice_id from intermediate.int_payments "
        "where customer_id = 'cus_sd1' order by 1"
    )

    assert found == [("ch_sd1", "in_sd1"), ("ch_sd2", "in_sd1"), ("ch_sd3", "in_sd2")]


@pytest.mark.parametrize("customer", ["mc1", "md1"])
def test_what_is_never_paid_ends_for_want_of_payment_and_is_no_purchase(
    customer: str, ask: Ask, ask_lasting: Ask
) -> None:
    reasons = ask(
        "select distinct end_reason from intermediate.int_recurring_periods "
        "where customer_id = $customer and valid_to = date '2026-05-01'",
        customer=customer,
    )
    purchases = ask_lasting(
        "select count(distinct document_id) from marts.fct_purchase_lines where customer_id = $customer",
        customer=customer,
    )

    assert (reasons, purchases) == ([("dunning",)], [(3,)])


@pytest.mark.parametrize(
    ("orders", "paid"),
    [
        ("gid://shopify/Order/6", {"61": "108.00", "62": "0.00", "63": "60.00"}),
        ("710", {"7101": "54.00", "7102": "80.00"}),
        ("91", PAID_ABROAD),
        ("#81", {"#8101": "25.00", "#8102": "10.00", "#8103": "10.00"}),
        (
            "woo-",
            dict.fromkeys(
                (
                    *("woo-completed", "woo-processing"),
                    *("woo-Awaiting Fulfillment", "woo-partially refunded"),
                ),
                "10.00",
            ),
        ),
    ],
    ids=[
        "a bulk query",
        "by GraphQL",
        "abroad and charged back",
        "owed in part",
        "the states of other shops",
    ],
)
def test_an_order_is_worth_what_was_paid_for_it(
    orders: str, paid: dict[str, str], ask: Ask
) -> None:
    found = ask(
        "select split_part(document_id, 'Order/', -1), sum(amount)::varchar from marts.fct_purchase_lines "
        "where starts_with(document_id, $orders) group by 1",
        orders=orders,
    )

    assert dict(found) == paid  # type: ignore[arg-type]


def test_a_telephone_number_is_one_customer_however_it_is_spaced(ask: Ask) -> None:
    found = ask(
        "select distinct customer_id from marts.fct_purchase_lines where document_id in ('#8102', '#8103')"
    )

    assert found == [("+491701234567",)]


def test_complaints_and_first_answers_may_lie_in_tables_of_their_own(ask: Ask) -> None:
    found = ask(
        "select ticket_id, customer_id, is_complaint, "
        "strftime(first_response_at at time zone 'UTC', '%H:%M') "
        "from intermediate.int_tickets where ticket_id in ('501', '502', '601', '602') order by 1"
    )

    assert found == [
        ("501", "cus_sa1", True, "10:30"),
        ("502", "cus_sa1", False, None),
        ("601", "se1", False, "09:30"),
        ("602", "sf1", True, None),
    ]


def test_tickets_and_ratings_by_airbyte_belong_to_the_customer_of_their_organisation(
    ask: Ask,
) -> None:
    found = ask("""
        select tickets.customer_id, count(*), count(*) filter (is_complaint), sum(score)::int
        from intermediate.int_tickets as tickets left join intermediate.int_ratings using (ticket_id)
        where ticket_id in ('701', '702', '711', '712') group by 1 order by 1
    """)

    assert found == [("se1", 2, 1, 6), ("sf1", 2, 1, 1)]


@pytest.mark.parametrize(
    ("table", "check"),
    [
        ("fct_mrr_movements", "invoice_lines_of_the_exports_are_all_counted"),
        ("fct_mrr_movements", "paid_recurring_lines_count"),
        ("fct_purchase_lines", "lines_are_those_of_the_exports"),
        ("fct_purchase_lines", "paid_invoices_of_the_exports_are_all_here"),
    ],
)
def test_validation_refuses_no_company_for_discounts_meters_or_minor_units(
    table: str, check: str, ask_lasting: Ask
) -> None:
    suite = yaml.safe_load(Path(f"expectations/marts/{table}.yml").read_text())

    assert ask_lasting(suite["checks"][check]["sql"].replace("{batch}", f"marts.{table}")) == []
