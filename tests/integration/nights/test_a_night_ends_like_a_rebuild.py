"""What is kept from one night to the next is what building everything again would make of all that was ever loaded.

The kinds of night that forget different things, in one company; all nights and shapes are in ``tests/deep``. What a
night forgot is told without building all again: a row planted in every kept table is gone.
"""

from datetime import date
from pathlib import Path

import pytest

from tests.integration.nights.company import Company
from tests.integration.nights.kinds import (
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
    tables = same.plant()
    same.deliver(date(2025, 7, 12))
    same.build()
    assert len(tables) > 15
    assert same.planted() == tables


def test_nights_with_late_rows_of_every_kind_end_like_a_rebuild(
    company: Company, tmp_path: Path
) -> None:
    same = company.copied_to(tmp_path / "warehouse.duckdb")
    for night in (late_billing, after_the_move, late_everything_else, month_end):
        night(same)
        same.build()
    assert same.differences_from_a_rebuild() == {}


def test_nights_that_turn_all_days_round_keep_nothing_and_end_like_a_rebuild(
    company: Company, tmp_path: Path
) -> None:
    same = company.copied_to(tmp_path / "warehouse.duckdb")
    for night in (an_alias, other_settings):
        tables = same.plant()
        same.build(**(night(same) or {}))
        assert len(tables) > 15
        assert same.planted() == [], f"kept through {night.__name__}"
    with_dated_rates(same)
    same.build()
    assert same.differences_from_a_rebuild() == {}


def test_a_night_after_rows_were_taken_out_ends_like_a_rebuild(
    company: Company, tmp_path: Path
) -> None:
    same = company.copied_to(tmp_path / "warehouse.duckdb")
    erased_and_back(same)
    same.build()
    assert same.differences_from_a_rebuild() == {}
