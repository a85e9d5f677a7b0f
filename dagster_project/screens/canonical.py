"""The canonical tables as a page, made of the contract: columns, keys, ends and examples, for whoever writes them."""

from collections.abc import Iterator

from dagster_project.exports.contract import SOURCES, Column, Kind, Table, tables_of

_INTRODUCTION = """\
# Canonical tables

Made by `ebbline formats canonical > docs/canonical.md` from the contract; do not edit it.

What every export is turned into. Who has none of the [vendors](vendors.md) writes these files: one for each table,
named after it, into the folder of its source (`data/landing/billing/customers.csv`, `orders-2026-11-01.csv`); CSV,
JSON Lines or Parquet. **Needed are `customers` and one of `subscription_periods`, `subscription_items`,
`invoice_lines` or `orders`.** Everything else adds what it says.

- `*` after a column: the file must have it, and a row without it is put aside. Any other column may be left out or
  empty, and columns that are not listed are kept beside.
- Key: the same key in a later file is a newer version of that row, a correction, not a second row. `updated_at` tells
  the newest where a table has it; else the date in the name of the file (`orders-2026-11-01.csv`), else its time.
- Periods run from their first day **up to, and not including, the day of their end** (`valid_to_on`, `valid_to_at`,
  `period_end_at`): a year that begins on 2026-01-01 ends on 2027-01-01. Where your ends are the last day, say
  `ends: inclusive` under the source. An empty end is still running.
- An instant without a zone is in the configured one. Money is in units of its currency with a point (`1234.50`), not
  in cents.
- Whoever has no date of sign-up writes that of the first order or subscription as `created_at`.
"""
_KINDS = {
    Kind.TEXT: "text",
    Kind.INSTANT: "instant",
    Kind.DATE: "date",
    Kind.MONEY: "money",
    Kind.PRICE: "money, up to six decimals",
    Kind.QUANTITY: "number",
    Kind.FRACTION: "fraction, 0 to 1",
    Kind.SCORE: "number",
    Kind.INTEGER: "whole number",
    Kind.BOOLEAN: "true or false",
}
_EXAMPLES = {
    Kind.INSTANT: "2026-03-01T09:30:00Z",
    Kind.DATE: "2026-03-01",
    Kind.MONEY: "49.00",
    Kind.PRICE: "49.00",
    Kind.QUANTITY: "1",
    Kind.FRACTION: "0.1",
    Kind.SCORE: "4",
    Kind.INTEGER: "1",
    Kind.BOOLEAN: "false",
}
_WORDS = {
    **{"currency": "EUR", "country": "DE", "region": "Europe", "email": "ada@example.com"},
    **{"name": "Ada", "industry": "retail", "company_size": "11-50", "segment": "smb"},
    **{"acquisition_channel": "organic", "acquisition_campaign": "spring", "campaign": "spring"},
    **{"account_owner": "Kim", "product": "Pro", "plan_name": "Pro monthly", "status": "active"},
    **{"product_name": "Lamp", "product_category": "home", "cancellation_reason": "too_expensive"},
    **{"cancellation_comment": "", "failure_code": "", "channel": "email", "priority": "normal"},
    **{"category": "question", "direction": "outbound", "event_name": "report_opened"},
    **{"same_as_customer_id": "customer_2", "interval": "month", "invoice_status": "paid"},
    **{"feature": "reports", "comment": "", "reason": "", "is_complaint": "false"},
}
# Ends follow their beginnings.
_ENDS = ("valid_to_on", "valid_to_at", "period_end_at", "trial_end_at")
_RUNNING = ("ended_at", "cancel_requested_at", "trial_start_at", "trial_end_at", "updated_at")


def canonical_page() -> Iterator[str]:
    """Yield the lines of the page, as Markdown."""
    yield from _INTRODUCTION.splitlines()
    for source in SOURCES:
        yield ""
        yield f"# {source.capitalize()}"
        for table in tables_of(source):
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"## `{table.name}`"
    yield ""
    if table.companion_of:
        yield f"Completes `{table.companion_of}` ([ingest.md](ingest.md#tables-that-complete-others))."
        yield ""
    yield f"Key: {', '.join(f'`{column}`' for column in table.key)}."
    yield ""
    yield "| column | holds | example |"
    yield "|---|---|---|"
    for column in table.columns:
        yield f"| {_name(column)} | {_held(column)} | {_cell(_example(column))} |"
    if not table.companion_of:
        shown = [c for c in table.columns if c.name not in _RUNNING or c.required]
        yield ""
        yield "```csv"
        yield ",".join(column.name for column in shown)
        yield ",".join(_example(column) for column in shown)
        yield "```"


def _name(column: Column) -> str:
    return f"`{column.name}`{' *' if column.required else ''}"


def _held(column: Column) -> str:
    return " / ".join(f"`{value}`" for value in column.allowed) or _KINDS[column.kind]


def _cell(example: str) -> str:
    return f"`{example}`" if example else ""


def _example(column: Column) -> str:
    """Return a value that the loader takes."""
    if column.name in _RUNNING and not column.required:
        return ""
    if column.name in _WORDS and (not column.allowed or _WORDS[column.name] in column.allowed):
        return _WORDS[column.name]
    if column.allowed:
        return column.allowed[0]
    if column.name in _ENDS:
        return _EXAMPLES[column.kind].replace("2026", "2027")
    if column.name.endswith("_id"):
        return f"{column.name.removesuffix('_id')}_1"
    return _EXAMPLES.get(column.kind, "")
