"""The company as Stripe writes it: Sigma / Data Pipeline tables, and the Dashboard's customers
export.

Belongs here: Stripe's column names and conventions (minor units, lower-case currencies, gross line
amounts with the discount beside them). Does not belong here: canonical names, files, mistakes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.simulate import canonical, catalog, ledger
from dagster_project.simulate.calendar import Ints
from dagster_project.simulate.columns import flags, instants, integers, words
from dagster_project.simulate.company import (
    Company,
    customer_ids,
    invoice_ids,
    line_ids,
    payment_ids,
    subscription_ids,
)

CREATED: Final = "Created (UTC)"
SIGMA_INSTANT: Final = "%Y-%m-%d %H:%M:%S"
DASHBOARD_INSTANT: Final = "%Y-%m-%d %H:%M"
METADATA: Final = (
    "country",
    "region",
    "industry",
    "company_size",
    "segment",
    "acquisition_channel",
    "acquisition_campaign",
    "account_owner",
)
_CODES: Final = tuple(code.lower() for code in catalog.CURRENCIES)


def _numbers(size: int) -> Ints:
    return np.arange(size, dtype=np.int64)


def customers(company: Company) -> pa.Table:
    """The Dashboard's customers export: metadata become columns, instants are to the minute."""
    plain = canonical.customers(company)
    c = company.customers
    columns = {
        "id": plain["customer_id"],
        "Description": pa.nulls(len(c), pa.string()),
        "Email": plain["email"],
        "Name": plain["name"],
        CREATED: plain["created_at"],
        "Currency": words(_CODES, c.currency),
        "Delinquent": flags(np.zeros(len(c), dtype=np.bool_)),
    }
    return pa.table({**columns, **{f"{key} (metadata)": plain[key] for key in METADATA}})


def products(company: Company) -> pa.Table:
    """One row per product."""
    rows = [(p.product_id, p.name) for p in catalog.PRODUCTS] + [("prod_onboarding", "Onboarding")]
    size = len(rows)
    begin = np.full(size, company.window.start_day * 86_400 - 86_400, dtype=np.int64)
    return pa.table(
        {
            "id": pa.array([row[0] for row in rows]),
            "active": flags(np.ones(size, dtype=np.bool_)),
            "created": instants(begin),
            "name": pa.array([row[1] for row in rows]),
            "description": pa.nulls(size, pa.string()),
        }
    )


def prices(company: Company) -> pa.Table:
    """One row per price, unit amounts in minor units."""
    rows = catalog.PRICES
    size = len(rows)
    begin = np.full(size, company.window.start_day * 86_400 - 86_400, dtype=np.int64)
    return pa.table(
        {
            "id": pa.array([p.price_id for p in rows]),
            "product_id": pa.array([p.product_id for p in rows]),
            "nickname": pa.array([p.nickname for p in rows]),
            "active": flags(np.ones(size, dtype=np.bool_)),
            "created": instants(begin),
            "currency": pa.array([_CODES[p.currency] for p in rows]),
            "type": pa.array(["recurring" if p.months else "one_time" for p in rows]),
            "unit_amount": pa.array([p.unit_cents for p in rows], pa.int64()),
            "recurring_interval": pa.array(
                [{1: "month", 12: "year", None: None}[p.months] for p in rows], pa.string()
            ),
            "recurring_interval_count": pa.array([1 if p.months else None for p in rows]),
            "recurring_usage_type": pa.array(["licensed" if p.months else None for p in rows]),
            "billing_scheme": pa.array(["per_unit"] * size),
            "tier (metadata)": pa.array([p.tier for p in rows], pa.int64()),
        }
    )


def subscriptions(company: Company) -> pa.Table:
    """One row per subscription, canceled ones included."""
    s = company.billing.subscriptions
    trial = s.trial_end >= 0
    reasons = ("", "cancellation_requested", "payment_failed")
    return pa.table(
        {
            "id": subscription_ids(_numbers(len(s))),
            "customer_id": customer_ids(s.customer),
            "status": words(ledger.SUBSCRIPTION_STATUSES, s.status),
            "created": instants(s.started),
            "start_date": instants(s.started),
            "current_period_start": instants(s.period_start),
            "current_period_end": instants(s.period_end),
            "trial_start": instants(np.where(trial, s.started, -1)),
            "trial_end": instants(s.trial_end),
            "cancel_at_period_end": flags(s.at_period_end == 1),
            "canceled_at": instants(s.request),
            "ended_at": instants(s.ended),
            "cancellation_details_reason": words(
                reasons, np.where(s.why == ledger.NO_END, -1, s.why)
            ),
            "cancellation_details_feedback": words(catalog.FEEDBACK, s.feedback),
            "cancellation_details_comment": canonical.comments(company),
            "discount_coupon_id": words(
                [f"off_{percent}" for percent in range(101)],
                np.where(s.discount > 0, s.discount, -1),
            ),
            "price_id": words(catalog.PRICE_IDS, s.price),
            "quantity": integers(s.quantity),
        }
    )


def invoices(company: Company) -> pa.Table:
    """One row per invoice, drafts and voided ones included."""
    i = company.billing.invoices
    paid = i.status == ledger.PAID
    due = np.maximum(i.total_cents, 0)
    return pa.table(
        {
            "id": invoice_ids(_numbers(len(i))),
            "customer_id": customer_ids(i.customer),
            "subscription_id": subscription_ids(i.subscription),
            "billing_reason": words(ledger.BILLING_REASONS, i.reason),
            "currency": words(_CODES, company.customers.currency[i.customer]),
            "date": instants(i.issued),
            "status": words(ledger.INVOICE_STATUSES, i.status),
            "amount_due": integers(due),
            "amount_paid": integers(np.where(paid, due, 0)),
            "attempt_count": integers(_attempts(company)),
            "total": integers(i.total_cents),
            "status_transitions_paid_at": instants(i.paid),
            "status_transitions_voided_at": instants(
                np.where(i.status == ledger.VOID, i.closed, -1)
            ),
            "status_transitions_marked_uncollectible_at": instants(
                np.where(i.status == ledger.UNCOLLECTIBLE, i.closed, -1)
            ),
        }
    )


def _attempts(company: Company) -> Ints:
    invoices_ = company.billing.invoices
    return np.bincount(company.payments.invoice, minlength=len(invoices_)).astype(np.int64)


def invoice_line_items(company: Company) -> pa.Table:
    """One row per line: `amount` before discount, `total_discount` beside it."""
    lines = company.billing.lines
    customer = company.billing.invoices.customer[lines.invoice]
    return pa.table(
        {
            "id": line_ids(_numbers(len(lines))),
            "invoice_id": invoice_ids(lines.invoice),
            "source_type": words(
                ("subscription", "invoice_item"), (lines.kind != ledger.LINE_FULL).astype(np.int64)
            ),
            "subscription": subscription_ids(lines.subscription),
            "price_id": words(catalog.PRICE_IDS, lines.price),
            "currency": words(_CODES, company.customers.currency[customer]),
            "quantity": integers(lines.quantity),
            "amount": integers(lines.gross_cents),
            "total_discount": integers(lines.discount_cents),
            "proration": flags(lines.kind == ledger.LINE_PRORATION),
            "period_start": instants(lines.start),
            "period_end": instants(lines.end),
        }
    )


def charges(company: Company) -> pa.Table:
    """One row per attempt to charge."""
    p, i = company.payments, company.billing.invoices
    customer = i.customer[p.invoice]
    failed = p.failure >= 0
    return pa.table(
        {
            "id": payment_ids(_numbers(len(p))),
            "created": instants(p.attempted),
            "customer_id": customer_ids(customer),
            "invoice_id": invoice_ids(p.invoice),
            "currency": words(_CODES, company.customers.currency[customer]),
            "amount": integers(p.amount_cents),
            "amount_refunded": integers(p.refunded_cents),
            "status": words(("succeeded", "failed"), failed.astype(np.int64)),
            "paid": flags(~failed),
            "refunded": flags((p.refunded_cents == p.amount_cents) & ~failed),
            "dispute_id": pc.if_else(
                flags(p.disputed),
                pc.replace_substring(payment_ids(_numbers(len(p))), "ch_", "dp_"),
                pa.scalar(None, pa.string()),
            ),
            "failure_code": words(catalog.FAILURE_CODES, p.failure),
        }
    )


TABLES: Final[dict[str, Callable[[Company], pa.Table]]] = {
    "customers": customers,
    "products": products,
    "prices": prices,
    "subscriptions": subscriptions,
    "invoices": invoices,
    "invoice_line_items": invoice_line_items,
    "charges": charges,
}
