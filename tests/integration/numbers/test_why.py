"""Why a number changed, and the past as it was: on real exports and real models.

Publication 1 is of 4 April; 2 of 21 April, after rows came late, were corrected or moved; 3
rebuilds what was known on 10 April; 4 has two settings changed; 5 is of 3 May, after the first orders
came, so that invoices are no purchases any more.
"""

import re
import shutil
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from dagster_project.errors import EbblineError
from dagster_project.numbers.diff import both_attached, diff
from dagster_project.numbers.purchases import PURCHASE_FORMULAS
from dagster_project.numbers.question import MetricQuestion
from dagster_project.numbers.recurring import RECURRING_FORMULAS
from dagster_project.numbers.why.attribution import ROUNDING
from dagster_project.numbers.why.decomposition import LIFETIME
from dagster_project.numbers.why.difference import CustomerDifference, difference_of
from dagster_project.numbers.why.value_history import ValueHistory, why
from dagster_project.period import Period
from dagster_project.screens.why import why_lines
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file
from tests.integration.numbers.adding_up import assert_adds_up, changed_cells, some_of_each_metric
from tests.integration.warehouse.small_company import run_at, settings_file, write_billing

CUSTOMERS = "customer_id,created_at,country"
INVOICES = "line_id,invoice_id,invoice_status,customer_id,kind,amount,currency,issued_at,paid_at"
PAYMENTS = "payment_id,customer_id,invoice_id,status,amount,refunded_amount,currency,attempted_at"
ORDERS = "order_id,line_id,customer_id,ordered_at,amount,currency"
PERIODS = "subscription_id,customer_id,plan_id,mrr,currency,valid_from_on,valid_to_on"

# Nobody here pays less, has another currency, or fails to pay; the sample has such customers.
NEVER_DIFFER = {
    "downgrades", "mrr_contraction", "fx", "customers_lost_involuntary", "mrr_churn_involuntary",
}  # fmt: skip


def _invoice(invoice: str, customer: str, amount: str, day: str) -> str:
    paid = f"{day}T12:00:00Z"
    return f"{invoice}-1,{invoice},paid,{customer},one_off,{amount},USD,{paid},{paid}"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    """Ten customers at 100.00 a month, and what happened to them afterwards."""
    root = tmp_path_factory.mktemp("company")
    landing = root / "landing"
    settings_file(root)
    write_billing(
        landing,
        "customers-2026-04-01.csv",
        [CUSTOMERS]
        + [f"c{i},2025-01-01T00:00:00Z,{'DE' if i <= 5 else 'US'}" for i in range(1, 11)],
    )
    write_billing(
        landing,
        "subscription_periods-2026-04-01.csv",
        [
            PERIODS,
            "s1,c1,basic,100.00,USD,2025-01-01,2026-03-10",
            *(f"s{i},c{i},basic,100.00,USD,2025-0{i}-15," for i in range(2, 10)),
            "s10,c10,basic,100.00,USD,2025-01-10,2026-02-27",
            "s10,c10,basic,100.00,USD,2026-03-03,",
        ],
    )
    write_billing(
        landing,
        "invoice_lines-2026-04-01.csv",
        [
            INVOICES,
            _invoice("i1", "c1", "40.00", "2026-01-10"),
            _invoice("i2", "c1", "40.00", "2026-03-05"),
            _invoice("i3", "c2", "60.00", "2026-03-06"),
            _invoice("i4", "c3", "70.00", "2026-02-06"),
            _invoice("i5", "c3", "70.00", "2026-03-08"),
            _invoice("i6", "c6", "90.00", "2026-03-09"),
        ],
    )
    write_billing(
        landing,
        "payments-2026-04-01.csv",
        [PAYMENTS, "p5,c3,i5,succeeded,70.00,0.00,USD,2026-03-08T12:00:00Z"],
    )
    run_at(root, date(2026, 4, 4))
    write_billing(
        landing,
        "subscription_periods-2026-04-20.csv",
        [
            PERIODS,
            "s2,c2,basic,100.00,USD,2025-02-15,2026-03-15",
            "s3,c3,basic,100.00,USD,2025-03-15,2026-03-01",
            "s3b,c3,pro,150.00,USD,2026-03-01,",
            "s11,c11,basic,80.00,USD,2026-02-01,",
            "s12,c12,basic,70.00,USD,2026-04-01,",
        ],
    )
    write_billing(
        landing,
        "customers-2026-04-20.csv",
        [
            CUSTOMERS,
            "c6,2025-01-01T00:00:00Z,DE",
            "c11,2026-02-01T00:00:00Z,DE",
            "c12,2026-04-01T00:00:00Z,DE",
        ],
    )
    write_billing(
        landing,
        "invoice_lines-2026-04-20.csv",
        [
            INVOICES,
            _invoice("i3", "c2", "65.00", "2026-03-06"),
            _invoice("i7", "c4", "10.00", "2026-02-11"),
            _invoice("i8", "c4", "20.00", "2026-03-11"),
        ],
    )
    write_billing(
        landing,
        "payments-2026-04-20.csv",
        [PAYMENTS, "p5,c3,i5,refunded,70.00,70.00,USD,2026-03-08T12:00:00Z"],
    )
    run_at(root, date(2026, 4, 21))
    run_at(root, date(2026, 4, 30), as_of=date(2026, 4, 10))
    settings_file(root, bridge_gap_days=10, gross_margin=0.8)
    run_at(root, date(2026, 5, 1))
    write_billing(
        landing, "orders-2026-05-02.csv", [ORDERS, "o1,1,c7,2026-03-20T12:00:00Z,30.00,USD"]
    )
    run_at(root, date(2026, 5, 3))
    return WarehousePaths(root / "warehouse")


def _told(customers: Sequence[CustomerDifference]) -> dict[str, tuple[str, Fraction | None]]:
    return {one.customer_id: (one.cause, one.effect) for one in customers}


def _shown(
    company: WarehousePaths, metric: str, period: str, *, earlier: int, later: int
) -> list[str]:
    found = why(company, metric, period, earlier=earlier, later=later)
    return [line for line, _ in why_lines(found)]


def test_a_churn_rate_that_rose_is_explained_by_a_corrected_and_a_late_customer(
    company: WarehousePaths,
) -> None:
    found = why(company, "churn_rate", "2026-03", earlier=1, later=2)
    difference = found.difference
    assert difference is not None
    # 1 of 9 lost, then 2 of 10: c10 was away at the end of February.
    assert (difference.before.value, difference.after.value) == (1 / 9, 2 / 10)
    assert _told(difference.customers) == {
        "c2": ("corrected", Fraction(1, 10)),
        "c11": ("late", Fraction(-1, 90)),
    }
    assert not any(difference.left_over)
    assert not (difference.settings_changed or difference.code_changed or difference.shared_rows)


def test_the_rows_behind_a_difference_are_named_with_file_line_and_change(
    company: WarehousePaths,
) -> None:
    difference = why(company, "mrr_closing", "2026-03", earlier=1, later=2).difference
    assert difference is not None
    rows = {one.customer_id: [str(row) for row in one.rows] for one in difference.customers}
    assert rows["c2"] == [
        "corrected subscription_periods s2/basic/2025-02-15 from "
        "subscription_periods-2026-04-20.csv:2 (valid_to_on None -> 2026-03-15)"
    ]
    assert rows["c11"] == [
        "late customers c11 from customers-2026-04-20.csv:3",
        "late subscription_periods s11/basic/2026-02-01 from subscription_periods-2026-04-20.csv:5",
    ]
    assert sorted(rows) == ["c11", "c2", "c3"], "c12 came, but has no effect in March"


def test_a_customer_whose_country_was_corrected_leaves_one_segment_and_enters_another(
    company: WarehousePaths,
) -> None:
    for member, effect in (("US", -100), ("DE", 100)):
        difference = why(
            company, "mrr_opening", "2026-01", f"country={member}", earlier=1, later=2
        ).difference
        assert difference is not None
        assert _told(difference.customers) == {"c6": ("corrected", Fraction(effect))}


def test_a_changed_setting_is_named_with_the_customers_it_moved(company: WarehousePaths) -> None:
    found = why(company, "churn_rate", "2026-02")
    difference = found.difference
    assert difference is not None
    assert (difference.earlier.id, difference.later.id) == (2, 4)
    assert [(one.name, one.before, one.after) for one in difference.settings_changed] == [
        ("billing.bridge_gap_days", 0, 10),
        ("billing.gross_margin", "1.0", "0.8"),
    ]
    assert _told(difference.customers) == {"c10": ("settings", Fraction(-1, 10))}
    assert [version.publication_id for version in found.versions] == [1, 4]


def test_a_purchase_figure_is_explained_by_a_late_a_corrected_and_a_refunded_purchase(
    company: WarehousePaths,
) -> None:
    difference = why(company, "purchase_amount", "2026-03", earlier=1, later=2).difference
    assert difference is not None
    assert (difference.before.value, difference.after.value) == (260.0, 215.0)
    assert _told(difference.customers) == {
        "c2": ("corrected", Fraction(5)),
        "c3": ("corrected", Fraction(-70)),
        "c4": ("late", Fraction(20)),
    }
    rows = {one.customer_id: [str(row) for row in one.rows] for one in difference.customers}
    assert rows["c3"] == [
        "corrected payments p5 from payments-2026-04-20.csv:2"
        " (status succeeded -> refunded, refunded_amount 0.00 -> 70.00)"
    ]
    assert rows["c2"] == [
        "corrected invoice_lines i3/i3-1 from invoice_lines-2026-04-20.csv:2 (amount 60.00 -> 65.00)"
    ]


def test_a_repeat_rate_names_who_became_a_repeat_customer_and_who_is_none_any_more(
    company: WarehousePaths,
) -> None:
    difference = why(company, "repeat_customer_rate", "2026-03", earlier=1, later=2).difference
    assert difference is not None
    # c1 and c3 of c1, c2, c3, c6; then c1 and c4 of these and c4
    assert (difference.before.value, difference.after.value) == (2 / 4, 2 / 5)
    assert _told(difference.customers) == {
        "c3": ("corrected", Fraction(-1, 5)),
        "c4": ("late", Fraction(1, 10)),
    }


def test_orders_that_came_made_invoices_no_purchases(company: WarehousePaths) -> None:
    difference = why(company, "buyers", "2026-03", earlier=4, later=5).difference
    assert difference is not None
    assert difference.notes == ("counted from orders, no longer from invoice_lines",)
    causes = {one.customer_id: one.cause for one in difference.customers}
    assert causes == {
        **dict.fromkeys(("c1", "c2", "c4", "c6"), "source table"),
        "c7": "late",
    }


def test_a_lifetime_value_is_shared_out_over_customers_and_the_rounding(
    company: WarehousePaths,
) -> None:
    difference = why(company, "ltv", "2026-03", earlier=1, later=2).difference
    assert difference is not None
    told = _told(difference.customers)
    # c2 was lost; c11 is one more at 80.00; c3 pays 150.00 now
    assert {customer: cause for customer, (cause, _) in told.items()} == {
        "c2": "corrected",
        "c3": "several rows",
        "c11": "late",
    }
    assert {rest.name for rest in difference.rests} == {ROUNDING}
    changes = {one.customer_id: one.changes for one in difference.customers}
    assert {name: change for name, change in changes["c2"].items() if change} == {
        "mrr_closing": -100,
        "customers_closing": -1,
        "customers_lost 2026-03": 1,
    }


def test_another_gross_margin_is_a_part_of_a_lifetime_value_of_its_own(
    company: WarehousePaths,
) -> None:
    difference = why(company, "ltv", "2026-03", earlier=2, later=4).difference
    assert difference is not None
    assert [rest.name for rest in difference.rests if rest.name != ROUNDING] == [
        "setting billing.gross_margin 1.0 -> 0.8"
    ]
    assert {one.cause for one in difference.customers} == {"settings"}


def test_without_a_lifetime_value_on_one_side_the_sums_are_told_and_no_effect(
    company: WarehousePaths,
) -> None:
    difference = why(company, "ltv", "2026-02", earlier=2, later=4).difference
    assert difference is not None
    assert (difference.before.value is None, difference.after.value) == (False, None)
    (customer,) = difference.customers
    assert (customer.customer_id, customer.effect) == ("c10", None)
    assert customer.changes["customers_lost 2026-02"] == -1
    lost = {one.name: one for one in difference.components}["customers_lost 2026-02"]
    assert [lost.before, lost.after, lost.left_over] == [1, 0, 0]
    assert difference.rests == ()


def test_a_publication_of_older_code_that_does_not_tell_its_buyers_is_named(
    company: WarehousePaths, tmp_path: Path
) -> None:
    older = tmp_path / "older.duckdb"
    shutil.copy(publication_file(company, 1), older)
    with duckdb.connect(older) as con:
        con.execute("drop table older.main.fct_purchase_lines")
        con.execute("alter table older.main.fct_mrr_movements drop column source_table")
    with (
        both_attached(older, publication_file(company, 2)) as con,
        open_warehouse(company, read_only=True) as warehouse,
    ):
        march = Period("month", date(2026, 3, 1))
        march_amount = MetricQuestion("purchase_amount", march)
        bought = difference_of(con, warehouse, march_amount)
        lost = difference_of(con, warehouse, MetricQuestion("churn_rate", march))
    assert bought.notes == (
        "publication 1 was made by older code, without fct_purchase_lines.customer_id:"
        " its customers cannot be told",
    )
    assert [bought.customers, [int(amount) for amount in bought.left_over]] == [(), [-45, 0]]
    assert (lost.notes, set(_told(lost.customers))) == ((), {"c2", "c11"})
    told = why_lines(ValueHistory(march_amount, (), bought))
    assert [line for line, _ in told][-1] == "  left over: numerator -45.00"


def test_the_screen_tells_sums_parts_rests_and_that_they_add_up(company: WarehousePaths) -> None:
    lines = _shown(company, "arpa", "2026-03", earlier=1, later=2)
    assert [line for line in lines if not line.startswith("    ")] == [
        "arpa, 2026-03",
        "  publication 1, 2026-04-04 03:00 UTC: 100",
        "  publication 2, 2026-04-21 03:00 UTC: 103.33",
        "",
        "publication 1 -> 2: 100 -> 103.33",
        "  numerator: 900 -> 930",
        "  denominator: 9 -> 9",
        "  corrected: 1 customer, numerator -100.00, denominator -1, effect 0",
        "  late: 1 customer, numerator +80.00, denominator +1, effect -2.22222",
        "  several rows: 1 customer, numerator +50.00, effect 5.55556",
        "  rounding to the cent: effect -0.00333333",
        "  c3, numerator +50.00, effect 5.55556 (several rows)",
        "  c11, numerator +80.00, denominator +1, effect -2.22222 (late)",
        "  c2, numerator -100.00, denominator -1, effect 0 (corrected)",
        "  the parts add up to the difference exactly",
    ]


def test_the_screen_says_where_no_part_has_an_effect(company: WarehousePaths) -> None:
    lines = _shown(company, "ltv", "2026-02", earlier=2, later=4)
    assert "  customers_lost 2026-02: 1 -> 0" in lines
    assert lines[-1] == (
        "  every sum adds up; without a value in one of the two no part has an effect"
    )


@pytest.fixture
def of_each() -> int:
    """How many cells of each metric; ``tests/deep`` has all."""
    return 2


@pytest.mark.parametrize(("earlier", "later"), [(1, 2), (2, 4), (4, 5)])
def test_the_differences_of_every_metric_add_up_exactly(
    company: WarehousePaths, earlier: int, later: int, of_each: int
) -> None:
    files = publication_file(company, earlier), publication_file(company, later)
    with both_attached(*files) as con, open_warehouse(company, read_only=True) as warehouse:
        changed = some_of_each_metric(con, of_each)
        assert len(changed) > 20
        for question in changed:
            assert_adds_up(question, difference_of(con, warehouse, question))


def test_the_small_company_has_every_metric_and_some_difference_of_each(
    company: WarehousePaths,
) -> None:
    """A new metric without a way to take it apart fails above; one that never differs would not."""
    differing: set[str] = set()
    for earlier, later in ((1, 2), (2, 4), (4, 5)):
        files = publication_file(company, earlier), publication_file(company, later)
        with both_attached(*files) as con:
            differing |= {question.metric for question in changed_cells(con)}
            published = {
                name
                for (name,) in con.execute(
                    "select distinct metric from later.marts.metrics"
                ).fetchall()
            }
    assert published == {*RECURRING_FORMULAS, *PURCHASE_FORMULAS, LIFETIME}
    assert published - differing == NEVER_DIFFER


def test_the_past_is_rebuilt_as_it_was_published(company: WarehousePaths) -> None:
    found = diff(company, 1, 3)
    assert [mart.mart for mart in found.marts if not mart.is_equal] == []
    assert found.metrics_changed == 0
    assert (found.earlier.as_of, found.later.as_of) == (None, date(2026, 4, 10))
    assert found.earlier.input_fingerprint == found.later.input_fingerprint


def test_a_rebuild_of_the_past_leaves_the_history_alone(company: WarehousePaths) -> None:
    with open_warehouse(company, read_only=True) as con:
        written = con.execute("select distinct publication_id from ops.metric_versions").fetchall()
    assert sorted(written) == [(1,), (2,), (4,), (5,)]


def test_a_number_that_never_changed_has_a_history_of_one(company: WarehousePaths) -> None:
    found = why(company, "customers_new", "2025-05")
    assert (len(found.versions), found.difference) == (1, None)
    assert found.note == "it was published once and never changed"


def test_a_metric_that_does_not_exist_is_answered_with_those_that_do(
    company: WarehousePaths,
) -> None:
    with pytest.raises(EbblineError, match="no metric is called 'churn'") as refused:
        why(company, "churn", "2026-03")
    assert "churn_rate" in refused.value.fix


def test_a_period_that_was_never_published_is_refused(company: WarehousePaths) -> None:
    with pytest.raises(EbblineError, match="churn_rate is not published for 1999-01") as refused:
        why(company, "churn_rate", "1999-01")
    assert re.fullmatch(r"known: 2025-01 to 20\d\d-\d\d \(\d+ months\)", refused.value.fix)
    assert "all=all" not in str(refused.value)


@pytest.mark.parametrize(
    ("segment", "said", "known"),
    [
        ("country=D", "country has no member 'D'", "did you mean 'DE'? known: DE, US"),
        (
            "contry=DE",
            "no dimension is called 'contry'",
            "did you mean 'country'? known: country, ",
        ),
    ],
)
def test_a_segment_that_does_not_exist_is_answered_with_the_likeliest_and_those_that_do(
    company: WarehousePaths, segment: str, said: str, known: str
) -> None:
    with pytest.raises(EbblineError) as refused:
        why(company, "churn_rate", "2026-03", segment)
    assert (refused.value.what, refused.value.fix.startswith(known)) == (said, True)
