"""A company of the largest values that ingest accepts, and the rows it is made of."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from dagster_project.config import (
    Calendar,
    CurrencySettings,
    Ingest,
    RecurringShape,
    Settings,
    Source,
    Sources,
)
from dagster_project.exports.loader import load_source
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_process import DbtRun, dbt
from tests.integration.metrics.dbt_run import CLOCK, Marts

MONEY = "99999999999.99"
PRICE = "99999999999.999999"
QUANTITY = "999999999999.999999"
FIRST, LAST = "1900-01-01", "9999-12-31"
FIRST_INSTANT, LAST_INSTANT = f"{FIRST}T00:00:00Z", f"{LAST}T23:59:59.999999Z"
# Of at most 100,000: the rest is room for the other amounts.
RATE = Decimal("99000")
UNTIL = date(2026, 10, 31)
Row = Mapping[str, str]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Company:
    """A folder with a company's billing export, and the settings that read it."""

    root: Path
    settings: Settings
    shape: RecurringShape

    def load(self) -> list[tuple[str, str]]:
        """Load the export; return table and reason of every row in quarantine."""
        with open_warehouse(WarehousePaths(self.settings.warehouse)) as con:
            report = load_source(
                con,
                source="billing",
                format="canonical",
                path=self.settings.sources.billing.path,
                settings=self.settings,
                clock=CLOCK,
            )
            assert not report.refused, report.refused
            return con.execute(
                "select table_name, reason from raw.quarantine order by all"
            ).fetchall()

    def build(self, *more: str) -> tuple[DbtRun, Marts]:
        """Build everything, as a run does."""
        paths = WarehousePaths(self.settings.warehouse)
        ran = dbt(
            "build",
            *("--exclude-resource-type", "unit_test"),
            *more,
            warehouse_db=paths.warehouse_db,
            target=paths.dbt_target,
            variables=self.settings.dbt_vars(CLOCK, self.shape),
        )
        return ran, Marts(paths)


def company_of(root: Path, shape: RecurringShape, tables: Tables) -> Company:
    folder = root / "billing"
    folder.mkdir()
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    settings = Settings(
        sources=Sources(billing=Source(path=str(folder))),
        warehouse=root / "warehouse",
        calendar=Calendar(until=UNTIL, timezone="Pacific/Auckland"),
        currency=CurrencySettings(rates={"EUR": RATE, "GBP": Decimal("1.123456789")}),
        ingest=Ingest(max_quarantined_share=1),
    )
    return Company(root, settings, shape)


def line(number: int, amount: str, **more: str) -> Row:
    return {
        "line_id": f"l{number}",
        "invoice_id": f"i{number}",
        "invoice_status": "paid",
        "customer_id": "c1",
        "subscription_id": "s1",
        "kind": "recurring",
        "amount": amount,
        "currency": "USD",
        "period_start_at": "2026-01-01",
        "period_end_at": "2026-02-01",
        "issued_at": "2026-01-01",
        **more,
    }


def item(number: int, price: str, quantity: str, **more: str) -> Row:
    return {
        "item_id": f"i{number}",
        "subscription_id": "s1",
        "customer_id": "c1",
        "plan_id": "p1",
        "unit_amount": price,
        "quantity": quantity,
        "currency": "USD",
        "interval": "month",
        "valid_from_at": "2026-01-01",
        **more,
    }


def period(number: int, mrr: str, **more: str) -> Row:
    return {
        "subscription_id": f"s{number}",
        "customer_id": "c1",
        "plan_id": "p1",
        "mrr": mrr,
        "currency": "USD",
        "valid_from_on": FIRST,
        "valid_to_on": LAST,
        **more,
    }


def largest() -> Tables:
    """One of each: at the bound, at both ends of the calendar, and at the highest rate."""
    return {
        "customers": [
            {"customer_id": "c1", "created_at": FIRST_INSTANT},
            {"customer_id": "c2", "created_at": LAST_INSTANT},
        ],
        "plans": [
            {"plan_id": "p1", "unit_amount": PRICE, "currency": "USD", "interval": "month", "interval_count": "1"},
            {"plan_id": "p2", "unit_amount": f"-{PRICE}", "interval": "year", "interval_count": "36525"},
            {"plan_id": "p3", "unit_amount": PRICE, "interval": "day", "interval_count": "36525"},
        ],
        "subscriptions": [
            {
                "subscription_id": "s1",
                "customer_id": "c1",
                "started_at": FIRST_INSTANT,
                "trial_start_at": FIRST_INSTANT,
                "trial_end_at": "1900-01-02",
            },
            {
                "subscription_id": "s2",
                "customer_id": "c2",
                "started_at": LAST_INSTANT,
                "cancel_requested_at": LAST_INSTANT,
                "ended_at": LAST_INSTANT,
            },
        ],
        "subscription_periods": [
            period(1, MONEY, currency="EUR"),
            period(2, f"-{MONEY}", customer_id="c2", currency="GBP"),
            period(3, MONEY, valid_from_on=LAST, valid_to_on=""),
        ],
        "subscription_items": [
            item(1, MONEY, "1", currency="EUR"),
            item(2, "0.000001", QUANTITY, discount="0.33333333"),
            item(3, MONEY, "0.012345", discount="0.12345678", interval="day", interval_count="36525"),
            item(4, "1", "1", valid_from_at=LAST_INSTANT),
        ],
        "invoice_lines": [
            line(1, MONEY, currency="EUR"),
            line(2, f"-{MONEY}", quantity=f"-{QUANTITY}", customer_id="c2", subscription_id="s2"),
            line(3, MONEY, quantity=QUANTITY, plan_id="p1"),
            line(4, MONEY, quantity=QUANTITY, plan_id="p1", is_proration="true", period_start_at="2026-01-10"),
            line(5, f"-{MONEY}", plan_id="p1", is_proration="true", period_start_at="2026-01-20"),
            line(6, MONEY, quantity="0.000001", plan_id="p2", currency="GBP", is_proration="true"),
            line(7, MONEY, period_start_at=FIRST_INSTANT, period_end_at=LAST_INSTANT),
            line(8, MONEY, plan_id="p3", is_proration="true", period_start_at=FIRST_INSTANT),
            line(9, MONEY, invoice_status="open", issued_at=LAST_INSTANT, period_end_at=LAST_INSTANT),
        ],
        "payments": [
            {
                "payment_id": f"y{number}",
                "customer_id": "c1",
                "status": "succeeded",
                "amount": amount,
                "refunded_amount": refunded,
                "currency": currency,
                "attempted_at": at,
            }
            for number, (amount, refunded, currency, at) in enumerate(
                [
                    (MONEY, "0", "EUR", "2026-01-01"),
                    (f"-{MONEY}", MONEY, "USD", FIRST_INSTANT),
                    (MONEY, f"-{MONEY}", "USD", LAST_INSTANT),
                ]
            )
        ],
        "orders": [
            {
                "order_id": f"o{number}",
                "customer_id": "c1",
                "ordered_at": at,
                "product_id": "p1",
                "quantity": QUANTITY,
                "amount": MONEY,
                "currency": currency,
            }
            for number, (currency, at) in enumerate(
                [("EUR", "2026-01-01"), ("USD", FIRST_INSTANT), ("USD", LAST_INSTANT)]
            )
        ],
    }  # fmt: skip


def assert_the_largest_build(root: Path, shape: RecurringShape) -> None:
    """Load and build the company from one recurring shape, all models and tests, as a run does."""
    company = company_of(root, shape, largest())
    assert company.load() == []
    ran, marts = company.build()
    assert ran.code == 0, ran.output[-6000:]
    (closing,) = marts.query(
        "select max(mrr_closing) from marts.mart_revenue_periods where dimension = 'all'"
    )[0]
    assert closing >= Decimal(MONEY) * RATE
