"""Generated subscriptions written as a vendor writes them, through dbt, beside what they were truly worth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from dagster_project.clock import FixedClock
from dagster_project.config import Settings, load_settings
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build
from tests.reference.vendor_billing import canonical, chargebee, recurly, stripe
from tests.reference.vendor_billing.company import Company, Manner
from tests.reference.vendor_billing.lives import companies
from tests.reference.vendor_billing.worth import Told, movements

UNTIL = date(2026, 6, 30)
CLOCK = FixedClock(datetime(2026, 7, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Export:
    """A vendor's way to bill and to write.

    :param lasting_only: discounts of limited duration are left out.
    :param tax_inside: prices include the tax.
    """

    form: str
    manner: Manner
    write: Callable[[Company, Path], None]
    lasting_only: bool = False
    tax_inside: bool = False


EXPORTS = {
    "stripe, discounts in the line": Export(
        "stripe", stripe.MANNER, partial(stripe.write, discounts_apart=False)
    ),
    "stripe, discounts apart": Export(
        "stripe", stripe.MANNER, partial(stripe.write, discounts_apart=True)
    ),
    "chargebee": Export("chargebee", chargebee.MANNER, chargebee.write),
    "chargebee, ends at the last second": Export(
        "chargebee", chargebee.MANNER, partial(chargebee.write, before=timedelta(seconds=1))
    ),
    "chargebee, ends on the last day": Export(
        "chargebee", chargebee.MANNER, partial(chargebee.write, before=timedelta(days=1))
    ),
    "recurly": Export("recurly", recurly.MANNER, recurly.write),
    "canonical": Export("canonical", canonical.MANNER, canonical.write),
    "canonical, lasting discounts only": Export(
        "canonical", canonical.MANNER, canonical.write, lasting_only=True
    ),
    "canonical, taxes inside": Export(
        "canonical", canonical.MANNER, partial(canonical.write, tax_inside=True), tax_inside=True
    ),
    "canonical, taxes inside, lasting discounts only": Export(
        "canonical",
        canonical.MANNER,
        partial(canonical.write, tax_inside=True),
        lasting_only=True,
        tax_inside=True,
    ),
}

OF_EACH_VENDOR = (
    "stripe, discounts apart",
    "chargebee, ends at the last second",
    "recurly",
    "canonical, lasting discounts only",
)
"""What the first tier can afford."""


@dataclass(frozen=True)
class Found:
    """What dbt made of a company.

    :param differences: every movement that dbt has and the truth has not, or the other way, in words.
    :param alarms: every guard that finds something, in words.
    """

    differences: list[str]
    alarms: list[str]


def built(root: Path, name: str, seeds: Iterable[int], customers: int) -> Found:
    """Write the companies of some seeds as one export and build movements and guards of it."""
    export = EXPORTS[name]
    company = companies(seeds, customers, export.manner, UNTIL)
    export.write(company, root / "billing")
    right = truth(company, lasting_only=export.lasting_only, tax_inside=export.tax_inside)
    found, alarms = _built(root, export)
    return Found(
        [
            f"{'missing' if movement in right else 'wrong'}: {movement}"
            for movement in sorted(right ^ found)
        ],
        alarms,
    )


def truth(company: Company, *, lasting_only: bool, tax_inside: bool = False) -> set[Told]:
    """Return the movements of what was truly sold."""
    pieces = [
        piece
        for one in company.subscriptions
        for piece in one.pieces(lasting_only=lasting_only, tax_inside=tax_inside)
    ]
    return movements(pieces, UNTIL)


def written_settings(root: Path, form: str, *, lasting_only: bool = False) -> Settings:
    """Write the settings of an export in ``root/billing``."""
    discounts = "lasting_only" if lasting_only else "as_billed"
    (root / "ebbline.yml").write_text(
        f"sources: {{billing: {{format: {form}, path: billing}}}}\nwarehouse: wh\n"
        f"calendar: {{timezone: UTC, until: {UNTIL}}}\nbilling: {{discounts: {discounts}}}\n"
    )
    return load_settings(root / "ebbline.yml")


def _built(root: Path, export: Export) -> tuple[set[Told], list[str]]:
    settings = written_settings(root, export.form, lasting_only=export.lasting_only)
    paths = WarehousePaths(settings.warehouse)
    load_and_build(paths, settings, CLOCK, ("fct_mrr_movements", "mart_reconciliation"))
    with open_warehouse(paths, read_only=True) as con:
        rows = con.execute("""
            select customer_id, movement_on::varchar, movement_type, (amount * 100)::bigint
            from marts.fct_mrr_movements
        """).fetchall()
        alarms = con.execute("""
            select guard || ': ' || concat_ws('; ', rows_differing, detail, examples)
            from marts.mart_reconciliation where rows_differing > 0
        """).fetchall()
    return {(row[0], row[1], row[2], row[3]) for row in rows}, [alarm for (alarm,) in alarms]
