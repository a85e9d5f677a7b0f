"""What is kept from one night to the next is what building everything again would make of all that was ever loaded.

The kinds of night that forget different things, in one company; all nights and shapes are in ``tests/deep``.
"""

from datetime import date
from pathlib import Path

import pytest

from tests.integration.nights.company import Company
from tests.integration.nights.kinds import (
    Night,
    after_the_move,
    an_alias,
    erased_and_back,
    late_billing,
    late_everything_else,
    month_end,
    other_settings,
    with_dated_rates,
)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company of which a year has been delivered and built."""
    made = Company(tmp_path_factory.mktemp("company"), "invoice_lines")
    made.deliver(date(2025, 7, 11))
    made.build()
    return made


def test_a_night_leaves_alone_what_its_day_cannot_change(company: Company, tmp_path: Path) -> None:
    same = company.copied_to(tmp_path / "warehouse.duckdb")
    kept = same.kept_tables_with_customers()
    for table, first in kept:
        same.execute(
            f"update {table} set customer_id = 'planted'"
            f" where rowid = (select rowid from {table} order by {first}, customer_id limit 1)"
        )
    same.deliver(date(2025, 7, 12))
    same.build()
    found = {
        table: same.rows(f"select count(*) from {table} where customer_id = 'planted'")[0][0]
        for table, _ in kept
    }
    assert len(found) > 15
    assert found == dict.fromkeys(found, 1)


@pytest.mark.parametrize(
    "nights",
    [
        (late_billing, after_the_move, late_everything_else),
        (month_end, an_alias),
        (erased_and_back,),
        (other_settings, with_dated_rates),
    ],
    ids=lambda nights: ", ".join(night.__name__ for night in nights),
)
def test_nights_end_like_a_rebuild(
    company: Company, tmp_path: Path, nights: tuple[Night, ...]
) -> None:
    same = company.copied_to(tmp_path / "warehouse.duckdb")
    for night in nights:
        same.build(**(night(same) or {}))
    assert same.differences_from_a_rebuild() == {}
