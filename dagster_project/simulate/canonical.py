"""The company as the canonical tables of the contract (docs: Inputs).

Belongs here: canonical column names and types. Does not belong here: vendor shapes, files,
mistakes. Every function gives one Arrow table; money in major units, instants in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.simulate import catalog, ledger, support
from dagster_project.simulate.calendar import Bools, Ints
from dagster_project.simulate.columns import (
    dates,
    flags,
    hundredths,
    ids,
    instants,
    money,
    nothing,
    quantities,
    scores,
    units,
    words,
)
from dagster_project.simulate.company import (
    Company,
    customer_ids,
    invoice_ids,
    line_ids,
    payment_ids,
    subscription_ids,
)
from dagster_project.simulate.ledger import NEVER, Pieces

KINDS: Final = ("recurring", "recurring", "one_off")
PAYMENT_STATUSES: Final = ("succeeded", "failed", "refunded", "disputed")


def _numbers(size: int) -> Ints:
    return np.arange(size, dtype=np.int64)


def names(company: Company) -> tuple[pa.Array, pa.Array]:
    """Company name and mail address of every customer."""
    digits = ids("", _numbers(len(company.customers)) + 1, 6)
    return (
        pc.binary_join_element_wise("Company ", digits, ""),
        pc.binary_join_element_wise(
            pc.binary_join_element_wise("billing@c", digits, ""), "example.com", "."
        ),
    )


def customers(company: Company) -> pa.Table:
    """One row per customer."""
    c = company.customers
    name, email = names(company)
    return pa.table(
        {
            "customer_id": customer_ids(_numbers(len(c))),
            "created_at": instants(c.created_second),
            "name": name,
            "email": email,
            "country": words([row[0] for row in catalog.COUNTRIES], c.country),
            "region": words([row[1] for row in catalog.COUNTRIES], c.country),
            "industry": words(catalog.INDUSTRIES, c.industry),
            "company_size": words(catalog.COMPANY_SIZES, c.company_size),
            "segment": words(catalog.SEGMENTS, c.segment),
            "acquisition_channel": words(catalog.CHANNELS, c.channel),
            "acquisition_campaign": words(catalog.CAMPAIGNS, c.campaign),
            "account_owner": words(catalog.OWNERS, c.owner),
        }
    )


def plans(company: Company) -> pa.Table:
    """One row per price."""
    del company
    product_names = {product.product_id: product.name for product in catalog.PRODUCTS}
    rows = catalog.PRICES
    return pa.table(
        {
            "plan_id": pa.array([p.price_id for p in rows]),
            "product": pa.array([product_names.get(p.product_id, "Onboarding") for p in rows]),
            "plan_name": pa.array([p.nickname for p in rows]),
            "unit_amount": units(catalog.UNIT_CENTS),
            "currency": pa.array([catalog.CURRENCIES[p.currency] for p in rows]),
            "interval": pa.array(
                [{1: "month", 12: "year", None: None}[p.months] for p in rows], pa.string()
            ),
            "interval_count": pa.array([1 if p.months else None for p in rows], pa.int32()),
            "tier": pa.array([p.tier for p in rows], pa.int32()),
        }
    )


def subscriptions(company: Company) -> pa.Table:
    """One row per subscription."""
    s = company.billing.subscriptions
    reason = pc.coalesce(
        words(catalog.FEEDBACK, s.feedback),
        words((*([""] * ledger.PAYMENT_FAILED), "payment_failed"), np.where(s.why == 2, 2, -1)),
    )
    trial = s.trial_end >= 0
    return pa.table(
        {
            "subscription_id": subscription_ids(_numbers(len(s))),
            "customer_id": customer_ids(s.customer),
            "status": words(ledger.SUBSCRIPTION_STATUSES, s.status),
            "started_at": instants(s.started),
            "trial_start_at": instants(np.where(trial, s.started, -1)),
            "trial_end_at": instants(s.trial_end),
            "cancel_requested_at": instants(s.request),
            "cancel_at_period_end": flags(s.at_period_end == 1),
            "ended_at": instants(s.ended),
            "cancellation_reason": reason,
            "cancellation_comment": comments(company),
        }
    )


def comments(company: Company) -> pa.Array:
    """What customers wrote when they cancelled: one in three says something."""
    s = company.billing.subscriptions
    spoke = (s.feedback >= 0) & ((_numbers(len(s)) * 7919 + s.customer) % 3 == 0)
    return words(catalog.COMMENTS, np.where(spoke, s.feedback, -1))


def merged_pieces(company: Company) -> tuple[Pieces, Bools]:
    """Pieces in order, neighbours of equal plan, seats and value made one; and which of them have
    an end.
    """
    pieces = company.billing.pieces
    pieces = ledger.take(pieces, np.flatnonzero(pieces.to_day > pieces.from_day))
    pieces = ledger.take(pieces, np.lexsort((pieces.from_second, pieces.subscription)))
    same = np.zeros(len(pieces), dtype=np.bool_)
    for column in ("subscription", "price", "quantity", "discount", "full_cents"):
        values = getattr(pieces, column)
        new = values[1:] == values[:-1]
        same[1:] = new if column == "subscription" else same[1:] & new
    same[1:] &= pieces.from_second[1:] == pieces.to_second[:-1]
    first = np.flatnonzero(~same)
    last = np.append(first[1:] - 1, len(pieces) - 1) if len(first) else first
    heads, tails = ledger.take(pieces, first), ledger.take(pieces, last)
    merged = Pieces(
        **{
            **{name: getattr(heads, name) for name in Pieces.__dataclass_fields__},
            "to_second": tails.to_second,
            "to_day": tails.to_day,
        }
    )
    # the last piece of a subscription that goes on is open
    final = np.ones(len(merged), dtype=np.bool_)
    final[:-1] = merged.subscription[1:] != merged.subscription[:-1]
    goes_on = company.billing.subscriptions.end_day[merged.subscription] == NEVER
    return merged, ~(final & goes_on)


def subscription_periods(company: Company) -> pa.Table:
    """Recurring shape 1: the monthly value itself, in the customer's currency."""
    pieces, ends = merged_pieces(company)
    s = company.billing.subscriptions
    customer = s.customer[pieces.subscription]
    months = catalog.PRICE_MONTHS[pieces.price]
    return pa.table(
        {
            "subscription_id": subscription_ids(pieces.subscription),
            "customer_id": customer_ids(customer),
            "plan_id": words(catalog.PRICE_IDS, pieces.price),
            "quantity": quantities(pieces.quantity),
            "mrr": money(ledger.round_ratio(pieces.full_cents, months)),
            "currency": words(catalog.CURRENCIES, company.customers.currency[customer]),
            "valid_from_on": dates(pieces.from_day),
            "valid_to_on": dates(pieces.to_day, ends),
        }
    )


def subscription_items(company: Company) -> pa.Table:
    """Recurring shape 2: price, quantity and discount over time; trials have no item."""
    pieces, ends = merged_pieces(company)
    s = company.billing.subscriptions
    trial_end = s.trial_end[pieces.subscription]
    paid = (trial_end < 0) | (pieces.from_second >= trial_end)
    pieces, ends = ledger.take(pieces, np.flatnonzero(paid)), ends[paid]
    customer = s.customer[pieces.subscription]
    months = catalog.PRICE_MONTHS[pieces.price]
    return pa.table(
        {
            "item_id": ids("si_", pieces.subscription + 1, 7),
            "subscription_id": subscription_ids(pieces.subscription),
            "customer_id": customer_ids(customer),
            "plan_id": words(catalog.PRICE_IDS, pieces.price),
            "quantity": quantities(pieces.quantity),
            "unit_amount": units(catalog.UNIT_CENTS[pieces.price]),
            "currency": words(catalog.CURRENCIES, company.customers.currency[customer]),
            "interval": words(("month", "year"), (months == 12).astype(np.int64)),
            "interval_count": pa.array(np.ones(len(pieces), dtype=np.int32)),
            "discount": hundredths(pieces.discount),
            "valid_from_at": instants(pieces.from_second),
            "valid_to_at": instants(np.where(ends, pieces.to_second, -1)),
        }
    )


def invoice_lines(company: Company) -> pa.Table:
    """Recurring shape 3: what was invoiced, net of discount."""
    lines, invoices = company.billing.lines, company.billing.invoices
    customer = invoices.customer[lines.invoice]
    return pa.table(
        {
            "line_id": line_ids(_numbers(len(lines))),
            "invoice_id": invoice_ids(lines.invoice),
            "invoice_status": words(ledger.INVOICE_STATUSES, invoices.status[lines.invoice]),
            "customer_id": customer_ids(customer),
            "subscription_id": subscription_ids(lines.subscription),
            "plan_id": words(catalog.PRICE_IDS, lines.price),
            "kind": words(KINDS, lines.kind),
            "quantity": quantities(lines.quantity),
            "amount": money(lines.gross_cents - lines.discount_cents),
            "currency": words(catalog.CURRENCIES, company.customers.currency[customer]),
            "period_start_at": instants(lines.start),
            "period_end_at": instants(lines.end),
            "is_proration": flags(lines.kind == ledger.LINE_PRORATION),
            "issued_at": instants(invoices.issued[lines.invoice]),
            "paid_at": instants(invoices.paid[lines.invoice]),
        }
    )


def payments(company: Company) -> pa.Table:
    """One row per attempt to collect an invoice."""
    p, invoices = company.payments, company.billing.invoices
    customer = invoices.customer[p.invoice]
    status = np.where(p.disputed, 3, np.where(p.refunded_cents == p.amount_cents, 2, 0))
    return pa.table(
        {
            "payment_id": payment_ids(_numbers(len(p))),
            "customer_id": customer_ids(customer),
            "invoice_id": invoice_ids(p.invoice),
            "status": words(PAYMENT_STATUSES, np.where(p.failure >= 0, 1, status)),
            "failure_code": words(catalog.FAILURE_CODES, p.failure),
            "amount": money(p.amount_cents),
            "refunded_amount": money(p.refunded_cents),
            "currency": words(catalog.CURRENCIES, company.customers.currency[customer]),
            "attempted_at": instants(p.attempted),
        }
    )


def orders(company: Company) -> pa.Table:
    """One row per order line."""
    o = company.orders
    return pa.table(
        {
            "order_id": ids("ord_", o.order + 1, 7),
            "line_id": ids("", o.line, 1),
            "customer_id": customer_ids(o.customer),
            "ordered_at": instants(o.ordered),
            "status": words(catalog.ORDER_STATUSES, o.status),
            "product_id": words([row[0] for row in catalog.GOODS], o.good),
            "product_name": words([row[1] for row in catalog.GOODS], o.good),
            "product_category": words([row[2] for row in catalog.GOODS], o.good),
            "quantity": quantities(o.quantity),
            "amount": money(o.amount_cents),
            "currency": words(catalog.CURRENCIES, company.customers.currency[o.customer]),
            "campaign": words(catalog.CAMPAIGNS, o.campaign),
        }
    )


def tickets(company: Company) -> pa.Table:
    """One row per ticket."""
    t = company.support.tickets
    replied = np.where(t.reply_minutes >= 0, t.created + t.reply_minutes * 60, -1)
    return pa.table(
        {
            "ticket_id": ids("", _numbers(len(t)) + 1001, 1),
            "customer_id": customer_ids(t.customer),
            "created_at": instants(t.created),
            "first_response_at": instants(replied),
            "solved_at": instants(t.solved),
            "status": words(support.TICKET_STATUSES, t.status),
            "channel": words(support.TICKET_CHANNELS, t.channel),
            "priority": words(support.TICKET_PRIORITIES, t.priority),
            "category": words(support.TICKET_TYPES, t.kind),
            "is_complaint": flags(t.complaint),
            "reopens": pa.array(t.reopens.astype(np.int32)),
        }
    )


def ratings(company: Company) -> pa.Table:
    """Satisfaction with tickets and net promoter answers."""
    return pa.concat_tables([ticket_ratings(company), surveys(company)])


def ticket_ratings(company: Company) -> pa.Table:
    """One row per rated ticket: 1 good, 0 bad."""
    r, t = company.support.ratings, company.support.tickets
    return pa.table(
        {
            "rating_id": ids("", _numbers(len(r)) + 5001, 1),
            "customer_id": customer_ids(t.customer[r.ticket]),
            "ticket_id": ids("", r.ticket + 1001, 1),
            "kind": pa.array(["csat"] * len(r), pa.string()),
            "score": scores(r.good.astype(np.int64)),
            "scale_max": scores(np.ones(len(r), dtype=np.int64)),
            "rated_at": instants(r.rated),
            "comment": words(("Slow and no help",), np.where(r.good, -1, 0)),
        }
    )


def surveys(company: Company) -> pa.Table:
    """One row per net promoter answer, 0 to 10."""
    v = company.support.surveys
    return pa.table(
        {
            "rating_id": ids("nps_", _numbers(len(v)) + 1, 6),
            "customer_id": customer_ids(v.customer),
            "ticket_id": nothing(len(v)),
            "kind": pa.array(["nps"] * len(v), pa.string()),
            "score": scores(v.score),
            "scale_max": scores(np.full(len(v), 10, dtype=np.int64)),
            "rated_at": instants(v.rated),
            "comment": nothing(len(v)),
        }
    )


def contacts(company: Company) -> pa.Table:
    """One row per call or mail."""
    c = company.support.contacts
    return pa.table(
        {
            "contact_id": ids("con_", _numbers(len(c)) + 1, 6),
            "customer_id": customer_ids(c.customer),
            "contacted_at": instants(c.contacted),
            "channel": words(support.CONTACT_CHANNELS, c.channel),
            "direction": words(("outbound", "inbound"), c.inbound.astype(np.int64)),
            "campaign": words(catalog.CAMPAIGNS, c.campaign),
        }
    )


BILLING_TABLES: Final[dict[str, Callable[[Company], pa.Table]]] = {
    "customers": customers,
    "plans": plans,
    "subscriptions": subscriptions,
    "subscription_periods": subscription_periods,
    "subscription_items": subscription_items,
    "invoice_lines": invoice_lines,
    "payments": payments,
    "orders": orders,
}
SUPPORT_TABLES: Final[dict[str, Callable[[Company], pa.Table]]] = {
    "tickets": tickets,
    "ratings": ratings,
    "contacts": contacts,
}
SHAPES: Final = ("subscription_periods", "subscription_items", "invoice_lines")
