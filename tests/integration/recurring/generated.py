"""Generated subscriptions written as a vendor writes them, through dbt, beside what they were truly worth."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from dagster_project.clock import FixedClock
from dagster_project.config import load_settings
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build
from tests.reference.daily import lives
from tests.reference.rows import Terms
from tests.reference.vendor_billing import chargebee, recurly, stripe
from tests.reference.vendor_billing.lives import Company, Manner, companies

UNTIL = date(2026, 6, 30)
CLOCK = FixedClock(datetime(2026, 7, 1, tzinfo=UTC))
Movement = tuple[str, str, str, int]

EXPORTS: dict[str, tuple[str, Manner, Callable[[Company, Path], None]]] = {
    "stripe, discounts in the line": (
        "stripe",
        stripe.MANNER,
        lambda company, folder: stripe.write(company, folder, discounts_apart=False),
    ),
    "stripe, discounts apart": (
        "stripe",
        stripe.MANNER,
        lambda company, folder: stripe.write(company, folder, discounts_apart=True),
    ),
    "chargebee": ("chargebee", chargebee.MANNER, chargebee.write),
    "recurly": ("recurly", recurly.MANNER, recurly.write),
}


def differences(root: Path, export: str, seeds: Iterable[int], customers: int) -> list[str]:
    """Return every movement that dbt has and the truth has not, or the other way, in words."""
    form, manner, write = EXPORTS[export]
    company = companies(seeds, customers, manner, UNTIL)
    write(company, root / "billing")
    right, found = truth(company), _built(root, form)
    return [
        f"{'missing' if movement in right else 'wrong'}: {movement}"
        for movement in sorted(right ^ found)
    ]


def truth(company: Company) -> set[Movement]:
    """Return the movements of what was truly sold."""
    pieces = [piece for one in company.subscriptions for piece in one.pieces]
    return {
        (move.customer_id, move.on.isoformat(), move.kind, move.cents)
        for life in lives(pieces, (), Terms(until=UNTIL)).values()
        for move in life.movements
    }


def _built(root: Path, form: str) -> set[Movement]:
    (root / "ebbline.yml").write_text(
        f"sources: {{billing: {{format: {form}, path: billing}}}}\nwarehouse: wh\n"
        f"calendar: {{timezone: UTC, until: {UNTIL}}}\n"
    )
    settings = load_settings(root / "ebbline.yml")
    paths = WarehousePaths(settings.warehouse)
    load_and_build(paths, settings, CLOCK, ("fct_mrr_movements",))
    with open_warehouse(paths, read_only=True) as con:
        rows = con.execute("""
            select customer_id, movement_on::varchar, movement_type, (amount * 100)::bigint
            from marts.fct_mrr_movements
        """).fetchall()
    return {(row[0], row[1], row[2], row[3]) for row in rows}
