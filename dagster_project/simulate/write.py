"""Which files a simulation leaves: vendor-shaped or canonical exports, truth.json, ebbline.yml.

Belongs here: file names and what goes into each. Does not belong here: how a value is drawn,
counted or encoded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_project.simulate import canonical, catalog, ledger, stripe, usage, zendesk
from dagster_project.simulate.blemishes import Split, broken_rows, choose, split
from dagster_project.simulate.calendar import DAY, Ints, day_from_number
from dagster_project.simulate.causes import Told
from dagster_project.simulate.company import Company
from dagster_project.simulate.files import write_csv, write_lines, write_parquet
from dagster_project.simulate.truth import count_truth

SORTED_EVENTS_LIMIT: Final = 2_000_000
"""Up to this many events the usage export is in order of time and split by quarter."""

BROKEN_STRIPE: Final[dict[str, tuple[str, ...]]] = {
    "customers": (",,lost@example.com,No id,2025-03-04 09:12,usd,false,,,,,,,,",),
    "invoices": ("in_{n},cus_000001,,manual,usd,2025-03-04 09:12:00,payed,100,100,1,100,,,",),
    "invoice_line_items": (
        "il_{n},in_0000001,invoice_item,,price_onboarding_usd,usd,1,n/a,0,false,,",
        ",in_0000001,invoice_item,,price_onboarding_usd,usd,1,1500,0,false,,",
    ),
    "charges": (
        "ch_{n},2025-13-45 10:00:00,cus_000001,in_0000001,usd,100,0,succeeded,true,false,,",
    ),
}
BROKEN_ORDERS: Final = (
    "ord_{n},1,cus_000001,2025-03-04T09:12:00Z,completed,sku_cable,Cable,parts,1,abc,USD,",
)
BROKEN_TICKETS: Final = (
    '{{"external_id":"cus_000001","created_at":"2025-03-04T09:12:00Z","status":"open"}}',
)
BROKEN_EVENTS: Final = ('{{"type":"track","messageId":"msg_{n}","userId":"usr_0000',)


def write_company(
    company: Company,
    out: Path,
    *,
    vendor: bool,
    parquet: bool,
    shapes: Sequence[str],
    events: int,
    flawed: bool,
) -> None:
    """Write all exports, truth.json and ebbline.yml below `out`.

    :param vendor: Stripe, Zendesk and Segment shapes; otherwise the canonical tables.
    :param parquet: canonical tables as Parquet.
    :param shapes: recurring shapes of the canonical form.
    :param events: about how many usage events.
    :param flawed: late, corrected and broken rows (never in Parquet).
    """
    if vendor:
        _write_stripe(company, out / "billing", flawed)
        _write_zendesk(company, out / "support", flawed)
        _write_segment(company, out / "usage", events, flawed)
    else:
        _write_canonical(company, out, parquet, shapes, events)
    _write_truth(company, out / "truth.json", Told.TERMS if vendor else _told_by(shapes))
    _write_settings(company, out / "ebbline.yml", vendor)


# -- Stripe ----------------------------------------------------------------------------------------


def _write_stripe(company: Company, folder: Path, flawed: bool) -> None:
    splits = _stripe_splits(company) if flawed else {}
    exported = company.window.until + timedelta(days=1)
    corrected = company.window.until + timedelta(days=3)
    for name, build in stripe.TABLES.items():
        instant = stripe.DASHBOARD_INSTANT if name == "customers" else stripe.SIGMA_INSTANT
        parts = splits.pop(name, None) or Split(build(company), None)
        broken = _broken(company, parts.first.num_rows, BROKEN_STRIPE.get(name, ()), flawed)
        first = f"{name}-{exported}.csv" if parts.later is not None else f"{name}.csv"
        write_csv(parts.first, folder / first, instant=instant, broken=broken)
        if parts.later is not None:
            write_csv(parts.later, folder / f"{name}-{corrected}.csv", instant=instant)
    orders = canonical.orders(company)
    write_csv(
        orders,
        folder / "orders.csv",
        broken=_broken(company, orders.num_rows, BROKEN_ORDERS, flawed),
    )


def _stripe_splits(company: Company) -> dict[str, Split]:
    """Invoices paid late and filled-in attributes are corrected in a later file; the newest
    invoices come late.
    """
    rng = np.random.default_rng([company.seed, 100])
    invoices = company.billing.invoices
    lines = company.billing.lines
    subscriptions = company.billing.subscriptions
    size = len(invoices)
    newest = np.arange(max(0, size - min(12, size // 50)), size, dtype=np.int64)
    overdue = np.flatnonzero(
        (invoices.status == ledger.PAID)
        & (invoices.total_cents > 0)
        & (invoices.issued < company.window.end_second - 45 * DAY)
        & (invoices.reason != ledger.UPDATE)
    )
    overdue = choose(rng, overdue, min(200, max(1, size // 400)))
    unnamed = choose(
        rng, np.flatnonzero(company.customers.country >= 0), min(100, len(company.customers) // 100)
    )
    unexplained = choose(
        rng, np.flatnonzero(subscriptions.feedback >= 0), min(100, len(subscriptions) // 100)
    )
    nobody: Ints = np.empty(0, dtype=np.int64)
    return {
        "customers": split(
            stripe.customers(company),
            late=nobody,
            corrected=unnamed,
            before={"country (metadata)": None, "region (metadata)": None},
        ),
        "subscriptions": split(
            stripe.subscriptions(company),
            late=nobody,
            corrected=unexplained,
            before={"cancellation_details_feedback": None},
        ),
        "invoices": split(
            stripe.invoices(company),
            late=newest,
            corrected=overdue,
            before={"status": "open", "amount_paid": 0, "status_transitions_paid_at": None},
        ),
        "invoice_line_items": split(
            stripe.invoice_line_items(company),
            late=np.flatnonzero(np.isin(lines.invoice, newest)),
            corrected=nobody,
            before={},
        ),
    }


def _broken(
    company: Company, rows: int, patterns: Sequence[str], flawed: bool
) -> list[tuple[int, str]]:
    return broken_rows(company.seed, rows, patterns) if flawed else []


# -- Zendesk and Segment ---------------------------------------------------------------------------


def _write_zendesk(company: Company, folder: Path, flawed: bool) -> None:
    broken = _broken(company, len(company.support.tickets), BROKEN_TICKETS, flawed)
    write_lines(
        map(zendesk.as_line, zendesk.tickets(company)), folder / "tickets.jsonl", broken=broken
    )
    write_lines(
        map(zendesk.as_line, zendesk.ticket_metrics(company)), folder / "ticket_metrics.jsonl"
    )
    write_lines(
        map(zendesk.as_line, zendesk.satisfaction_ratings(company)),
        folder / "satisfaction_ratings.jsonl",
    )
    write_csv(canonical.surveys(company), folder / "ratings.csv")
    write_csv(canonical.contacts(company), folder / "contacts.csv")


def _write_segment(company: Company, folder: Path, wanted: int, flawed: bool) -> None:
    spans = usage.spans(company)
    strength = usage.intensity(spans, wanted)
    with usage.connect(threads=2) as con:
        write_lines(
            _identify_lines(usage.identities(con, spans).to_arrow_table()),
            folder / "identifies.jsonl",
        )
        if wanted > SORTED_EVENTS_LIMIT:
            for number, chunk in enumerate(usage.chunks(spans), start=1):
                found = usage.events(con, company, chunk, strength).to_arrow_table()
                write_lines(_track_lines(found), folder / f"events-{number:04d}.jsonl.gz")
            return
        found = usage.events(con, company, spans, strength).to_arrow_table()
    found = found.sort_by([("occurred_at", "ascending"), ("event_id", "ascending")])
    year, quarter = pc.year(found["occurred_at"]), pc.quarter(found["occurred_at"])
    period = pc.add(pc.multiply(year, 4), pc.subtract(quarter, 1)).to_numpy()
    for number in np.unique(period):
        part = found.filter(pa.array(period == number))
        # the newest file is left as plain text, for people to look at; only it has broken lines
        newest = number == period[-1]
        ending = "jsonl" if newest else "jsonl.gz"
        write_lines(
            _track_lines(part),
            folder / f"events-{number // 4}-q{number % 4 + 1}.{ending}",
            broken=_broken(company, part.num_rows, BROKEN_EVENTS, flawed and bool(newest)),
        )


def _track_lines(events: pa.Table) -> Iterator[str]:
    moments = pc.strftime(
        events["occurred_at"].cast(pa.timestamp("s", tz="UTC")), "%Y-%m-%dT%H:%M:%SZ"
    )
    columns = (
        events["event_id"],
        events["user_id"],
        events["event_name"],
        moments,
        events["feature"],
    )
    text = pc.binary_join_element_wise(
        '{"type":"track","messageId":"',
        columns[0],
        '","userId":"',
        columns[1],
        '","event":"',
        columns[2],
        '","timestamp":"',
        columns[3],
        '","properties":{"feature":"',
        columns[4],
        '"}}',
        "",
    )
    for chunk in text.chunks:
        yield from chunk.to_pylist()


def _identify_lines(users: pa.Table) -> Iterator[str]:
    moments = pc.strftime(
        users["occurred_at"].cast(pa.timestamp("s", tz="UTC")), "%Y-%m-%dT%H:%M:%SZ"
    )
    for row, moment in zip(users.to_pylist(), moments.to_pylist(), strict=True):
        yield zendesk.as_line(
            {
                "type": "identify",
                "messageId": row["event_id"],
                "userId": row["user_id"],
                "timestamp": moment,
                "traits": {"customer_id": row["customer_id"], "email": row["email"]},
            }
        )


# -- canonical -------------------------------------------------------------------------------------


def _write_canonical(
    company: Company, out: Path, parquet: bool, shapes: Sequence[str], wanted: int
) -> None:
    for source, tables in (
        ("billing", canonical.BILLING_TABLES),
        ("support", canonical.SUPPORT_TABLES),
    ):
        for name, build in tables.items():
            if name in canonical.SHAPES and name not in shapes:
                continue
            _write_table(build(company), out / source / name, parquet)
    spans = usage.spans(company)
    strength = usage.intensity(spans, wanted)
    folder = out / "usage"
    folder.mkdir(parents=True, exist_ok=True)
    with usage.connect(threads=2) as con:
        for number, chunk in enumerate(usage.chunks(spans), start=1):
            found = usage.events(con, company, chunk, strength)
            if parquet:
                found.write_parquet(
                    str(folder / f"events-{number:04d}.parquet"), compression="zstd"
                )
            else:
                table = found.to_arrow_table().sort_by(
                    [("occurred_at", "ascending"), ("event_id", "ascending")]
                )
                write_csv(table, folder / f"events-{number:04d}.csv")


def _write_table(table: pa.Table, stem: Path, parquet: bool) -> None:
    if parquet:
        write_parquet(table, stem.with_suffix(".parquet"))
    else:
        write_csv(table, stem.with_suffix(".csv"))


# -- truth and settings ----------------------------------------------------------------------------


def _told_by(shapes: Sequence[str]) -> Told:
    """What the recurring shape tells that the pipeline takes of these."""
    if "subscription_periods" in shapes:
        return Told.NOTHING
    return Told.TERMS if "subscription_items" in shapes else Told.AMOUNTS


def _write_truth(company: Company, path: Path, told: Told) -> None:
    rates = {code: str(float(rate)) for code, rate in catalog.RATES.items() if code != "USD"}
    settings: dict[str, Any] = {
        "customers": len(company.customers),
        "months": company.window.months,
        "seed": company.seed,
        "until": company.window.until.isoformat(),
        "timezone": "UTC",
        "reporting_currency": "USD",
        "currency_rates": rates,
        "dunning_days": ledger.DUNNING_DAYS,
        "churn_recognition": "period_end",
        "bridge_gap_days": 0,
        "same_day_orders_are_one": True,
    }
    truth = count_truth(
        company.customers, company.billing, company.orders, company.window, settings, told
    )
    lines = ["{", f'"settings":{_compact(truth["settings"])},']
    for key in ("periods", "repeat"):
        rows = ",\n".join(_compact(row) for row in truth[key])
        lines.append(f'"{key}":[\n{rows}\n]' + ("," if key == "periods" else ""))
    lines.append("}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _write_settings(company: Company, path: Path, vendor: bool) -> None:
    billing_format, support_format, usage_format = (
        ("stripe", "zendesk", "segment") if vendor else ("canonical",) * 3
    )
    rates = ", ".join(
        f"{code}: {float(rate)}" for code, rate in catalog.RATES.items() if code != "USD"
    )
    path.write_text(
        "# Settings for the simulated exports beside this file.\n"
        "sources:\n"
        f"  billing: {{format: {billing_format}, path: billing}}\n"
        f"  support: {{format: {support_format}, path: support}}\n"
        f"  usage: {{format: {usage_format}, path: usage}}\n"
        "warehouse: warehouse\n"
        "calendar:\n"
        "  timezone: UTC\n"
        f"  until: {day_from_number(company.window.until_day).isoformat()}\n"
        "currency:\n"
        "  reporting: USD\n"
        f"  rates: {{{rates}}}\n",
        encoding="utf-8",
    )
