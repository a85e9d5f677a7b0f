"""Half the sample company moves from Stripe to Chargebee in mid-history: the numbers must not notice.

From a day on, each of their subscriptions ends in Stripe at its next renewal, and Chargebee opens and
bills another one, for another customer id. Only ``customer_aliases`` says that the customers are the
same; some by way of a third id.
"""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dagster_project.config import Calendar, CurrencySettings, Settings, Source, Sources
from dagster_project.exports import load_source
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.metrics.dbt_run import CLOCK, Marts, run_dbt

SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "billing"
MOVED_AT = datetime(2025, 9, 10, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
MODELS = ("fct_mrr_movements", "fct_customer_months", "mart_churn_periods", "mart_repeat_rate")
STATUS = {
    "paid": "paid",
    "open": "payment_due",
    "void": "voided",
    "uncollectible": "not_paid",
    "draft": "pending",
}
Row = dict[str, str]


@dataclass(frozen=True)
class Worlds:
    """The same company without and with the move."""

    stayed: Marts
    moved: Marts


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    stayed, moved = tmp_path_factory.mktemp("stayed"), tmp_path_factory.mktemp("moved")
    settings = _settings("stripe", SAMPLE, stayed)
    before = run_dbt(_load(settings), settings, "invoice_lines", MODELS)
    _write_the_move(moved / "stripe", moved / "chargebee")
    _load(_settings("stripe", moved / "stripe", moved))
    settings = _settings("chargebee", moved / "chargebee", moved)
    return Worlds(before, run_dbt(_load(settings), settings, "invoice_lines", MODELS))


def test_a_move_is_no_movement_of_recurring_revenue(worlds: Worlds) -> None:
    query = (
        "select customer_id, movement_on, movement_type, amount, mrr_before, mrr_after "
        "from marts.fct_mrr_movements order by all"
    )

    assert worlds.moved.query(query) == worlds.stayed.query(query)


def test_a_move_makes_no_new_and_no_lost_customer(worlds: Worlds) -> None:
    query = (
        "select customer_id, month, mrr_opening, mrr_closing, status "
        "from marts.fct_customer_months order by all"
    )

    assert worlds.moved.query(query) == worlds.stayed.query(query)


def test_churn_of_every_period_is_the_same(worlds: Worlds) -> None:
    query = "select * from marts.mart_churn_periods where dimension = 'all' order by all"

    assert worlds.moved.query(query) == worlds.stayed.query(query)


def test_a_buyer_who_buys_under_the_new_id_comes_back(worlds: Worlds) -> None:
    query = "select * from marts.mart_repeat_rate where dimension = 'all' order by all"

    assert worlds.moved.query(query) == worlds.stayed.query(query)


def test_the_move_is_one(worlds: Worlds) -> None:
    """Half of those who paid before the move are billed by the other vendor after it."""
    found = worlds.moved.query(
        "select count(distinct customer_id) filter (customer_id like 'cb-%'), "
        "count(distinct customer_id) filter (customer_id not like 'cb-%') "
        "from raw.invoices where issued_at >= ?",
        [MOVED_AT],
    )

    assert found[0][0] > 50 and found[0][1] > 50


def _settings(format_name: str, folder: Path, root: Path) -> Settings:
    return Settings(
        sources=Sources(billing=Source(format=format_name, path=str(folder))),
        warehouse=root / "warehouse",
        calendar=Calendar(timezone="UTC", until=date(2026, 10, 31)),
        currency=CurrencySettings(
            reporting="USD", rates={"EUR": Decimal("1.08"), "GBP": Decimal("1.27")}
        ),
    )


def _load(settings: Settings) -> WarehousePaths:
    """Load one landing folder; the sample has a few charges that belong in quarantine."""
    paths = WarehousePaths(settings.warehouse)
    billing = settings.sources.billing
    assert billing is not None
    with open_warehouse(paths) as con:
        report = load_source(
            con,
            source="billing",
            format=billing.format,
            path=billing.path,
            settings=settings,
            clock=CLOCK,
        )
    assert not report.refused and not report.unrecognised, report
    return paths


def _moves(customer_id: str) -> bool:
    return customer_id[-1:] in {"0", "2", "4", "6", "8"}


def _new(identifier: str) -> str:
    return f"cb-{identifier}"


def _write_the_move(stripe: Path, chargebee: Path) -> None:
    stripe.mkdir()
    chargebee.mkdir()
    for name in ("prices.csv", "products.csv"):
        (stripe / name).write_bytes((SAMPLE / name).read_bytes())
    customers, subscriptions = _newest("customers"), _newest("subscriptions")
    invoices, lines = _newest("invoices"), _newest("invoice_line_items")
    cuts = _cuts(invoices)
    moved = {
        row["id"]
        for row in invoices
        if _moves(row["customer_id"])
        and _instant(row["date"])
        >= (cuts.get(row["subscription_id"], NEVER) if row["subscription_id"] else MOVED_AT)
    }
    _keep(stripe / "customers.csv", customers, lambda _: True)
    _keep(stripe / "invoices.csv", invoices, lambda row: row["id"] not in moved)
    _keep(stripe / "invoice_line_items.csv", lines, lambda row: row["invoice_id"] not in moved)
    charges = _newest("charges")
    # The sample has charges at impossible times, which stay where they are: in quarantine.
    billed = [row for row in charges if row["invoice_id"] in moved and "-13-" not in row["created"]]
    _keep(stripe / "charges.csv", charges, lambda row: row not in billed)
    orders = _read(SAMPLE / "orders.csv")
    _keep(stripe / "orders.csv", orders, lambda row: not _later_order(row))
    later = [
        {**row, "customer_id": _new(row["customer_id"])} for row in orders if _later_order(row)
    ]
    _keep(chargebee / "orders.csv", later, lambda _: True)
    ended, opened = [], []
    for row in subscriptions:
        cut = cuts.get(row["id"])
        if cut is None or not _moves(row["customer_id"]):
            ended.append(row)
        elif _instant(row["start_date"]) < cut:
            at = f"{cut:%Y-%m-%d %H:%M:%S}"
            ended.append({**row, "status": "canceled", "canceled_at": at, "ended_at": at})
            opened.append(_subscription(row, cut))
        else:
            opened.append(_subscription(row, _instant(row["start_date"])))
    _keep(stripe / "subscriptions.csv", ended, lambda _: True)
    _lines(chargebee / "subscriptions.jsonl", opened)
    _lines(
        chargebee / "customers.jsonl",
        [
            {"id": _new(row["id"]), "created_at": MOVED_AT.timestamp(), "email": row["Email"]}
            for row in customers
            if _moves(row["id"])
        ],
    )
    of_invoice: dict[str, list[Row]] = {}
    for line in lines:
        of_invoice.setdefault(line["invoice_id"], []).append(line)
    _lines(
        chargebee / "invoices.jsonl",
        [_invoice(row, of_invoice.get(row["id"], [])) for row in invoices if row["id"] in moved],
    )
    _lines(
        chargebee / "transactions.jsonl",
        [_transaction(row) for row in billed],
    )
    aliases = []
    for position, row in enumerate(row for row in customers if _moves(row["id"])):
        # Every third was merged inside Chargebee first.
        steps = [
            _new(row["id"]),
            *([f"cb-merged-{row['id']}"] if position % 3 == 0 else []),
            row["id"],
        ]
        aliases += [
            {"customer_id": one, "same_as_customer_id": other} for one, other in pairwise(steps)
        ]
    _keep(chargebee / "customer_aliases.csv", aliases, lambda _: True)


def _later_order(row: Row) -> bool:
    return _moves(row["customer_id"]) and datetime.fromisoformat(row["ordered_at"]) >= MOVED_AT


def _cuts(invoices: list[Row]) -> dict[str, datetime]:
    """From when on each subscription is billed by the new vendor: its first renewal after the move."""
    cuts: dict[str, datetime] = {}
    for row in invoices:
        at = _instant(row["date"])
        begins = row["billing_reason"] in ("subscription_cycle", "subscription_create")
        if begins and row["subscription_id"] and at >= MOVED_AT:
            known = cuts.get(row["subscription_id"], at)
            cuts[row["subscription_id"]] = min(known, at)
    return cuts


def _subscription(row: Row, started: datetime) -> dict[str, Any]:
    ended = row["ended_at"]
    status = "cancelled" if ended else "non_renewing" if row["canceled_at"] else "active"
    reason = row["cancellation_details_feedback"] or row["cancellation_details_reason"]
    return {
        "id": _new(row["id"]),
        "customer_id": _new(row["customer_id"]),
        "status": status,
        "started_at": started.timestamp(),
        "trial_start": _epoch(row["trial_start"]),
        "trial_end": _epoch(row["trial_end"]),
        "cancel_schedule_created_at": _epoch(row["canceled_at"]),
        "cancelled_at": _epoch(ended),
        "cancel_reason": reason or None,
    }


def _invoice(row: Row, lines: list[Row]) -> dict[str, Any]:
    return {
        "id": _new(row["id"]),
        "customer_id": _new(row["customer_id"]),
        "status": STATUS[row["status"]],
        "currency_code": row["currency"].upper(),
        "date": _epoch(row["date"]),
        "paid_at": _epoch(row["status_transitions_paid_at"]),
        "line_items": [
            {
                "id": _new(line["id"]),
                "subscription_id": _new(line["subscription"]) if line["subscription"] else None,
                "entity_type": "plan_item_price"
                if line["source_type"] == "subscription" or line["proration"] == "true"
                else "adhoc",
                "entity_id": line["price_id"] or None,
                "quantity": line["quantity"] or None,
                "amount": int(line["amount"]),
                "discount_amount": int(line["total_discount"] or 0),
                "date_from": _epoch(line["period_start"]),
                "date_to": _epoch(line["period_end"]),
                "is_prorated": line["proration"] == "true",
            }
            for line in lines
        ],
    }


def _transaction(row: Row) -> dict[str, Any]:
    return {
        "id": _new(row["id"]),
        "customer_id": _new(row["customer_id"]),
        "linked_invoices": [{"invoice_id": _new(row["invoice_id"])}],
        "type": "refund" if row["refunded"] == "true" else "payment",
        "status": "failure" if row["status"] == "failed" else "success",
        "error_code": row["failure_code"] or None,
        "amount": int(row["amount"]),
        "currency_code": row["currency"].upper(),
        "date": _epoch(row["created"]),
    }


def _newest(name: str) -> list[Row]:
    """The newest version of every row, as the sample's later files correct its earlier ones."""
    rows: dict[str, Row] = {}
    for file in sorted(SAMPLE.glob(f"{name}*.csv")):
        rows.update({row["id"]: row for row in _read(file)})
    return list(rows.values())


def _read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _keep(file: Path, rows: Iterable[Row], which: Callable[[Row], bool]) -> None:
    rows = list(rows)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if which(row))


def _lines(file: Path, records: Iterable[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _epoch(text: str) -> int | None:
    return int(_instant(text).timestamp()) if text else None
