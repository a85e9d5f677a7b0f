"""The largest values that ingest accepts go through every mart; larger ones never reach dbt."""

from pathlib import Path

from tests.integration.metrics.largest_values import (
    Tables,
    assert_the_largest_build,
    company_of,
    item,
    line,
    period,
)


def test_the_largest_values_that_are_accepted_build(tmp_path: Path) -> None:
    """From invoice lines, where they are multiplied most; the other shapes are in ``tests/deep``."""
    assert_the_largest_build(tmp_path, "invoice_lines")


# One step beyond, or further.
TOO_LARGE: Tables = {
    "plans": [
        {"plan_id": "p1", "unit_amount": "100000000000"},
        {"plan_id": "p2", "unit_amount": "1", "interval": "month", "interval_count": "-36526"},
        {"plan_id": "p3", "unit_amount": "1", "interval": "month", "interval_count": "2147483647"},
    ],
    "subscription_periods": [
        period(1, "100000000000.00"),
        period(2, "-100000000000"),
        period(3, "1", valid_from_on="0001-01-01"),
        period(4, "1", valid_from_on="0044-03-15 (BC)"),
        period(5, "1", valid_to_on="infinity"),
        period(6, "1", valid_to_on="10000-01-01"),
    ],
    "subscription_items": [
        item(1, "1", "1000000000000"),
        item(2, "-1e11", "1"),
        item(3, "1", "1", discount="1.00000001"),
        item(4, "1", "1", valid_from_at="-infinity"),
    ],
    "invoice_lines": [
        line(1, "9999999999999999"),
        line(2, "1" * 16),
        line(3, "9" * 40),
        line(4, "1e11"),
        line(5, "1", issued_at="0001-01-01"),
        line(6, "1", issued_at="10000-01-01T00:00:00Z"),
    ],
    "orders": [
        {"order_id": "o1", "customer_id": "c1", "ordered_at": "2026-01-01", "amount": amount, "currency": "USD"}
        for amount in ("99999999999.995", "-99999999999.995")
    ],
}  # fmt: skip
# The table and the beginning of the reason of each, in order.
REASONS = (
    *[("invoice_lines", "amount is too large")] * 4,
    *[("invoice_lines", "issued_at lies outside the years")] * 2,
    *[("orders", "amount is too large")] * 2,
    *[("plans", "interval_count is too large")] * 2,
    ("plans", "unit_amount is too large"),
    ("subscription_items", "discount is not"),
    ("subscription_items", "quantity is too large"),
    ("subscription_items", "unit_amount is too large"),
    ("subscription_items", "valid_from_at lies outside the years"),
    *[("subscription_periods", "mrr is too large")] * 2,
    *[("subscription_periods", "valid_from_on")] * 2,
    *[("subscription_periods", "valid_to_on")] * 2,
)


def test_larger_ones_are_quarantined_with_the_reason(tmp_path: Path) -> None:
    found = company_of(tmp_path, "invoice_lines", TOO_LARGE).load()
    assert len(found) == len(REASONS)
    for (table, reason), (known, words) in zip(found, REASONS, strict=True):
        assert table == known
        assert reason.startswith(words), reason
