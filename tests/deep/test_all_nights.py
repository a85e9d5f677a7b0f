"""All nights, one after another, each held against a rebuild; every recurring shape.

What is kept from one night to the next is what building everything again would make of all that was ever loaded.
"""

from datetime import date

import pytest

from tests.integration.nights.company import Company
from tests.integration.nights.kinds import (
    Night,
    after_the_move,
    an_alias,
    erased_and_back,
    late_billing,
    month_end,
    nothing,
    other_settings,
    with_dated_rates,
)

NIGHTS: dict[str, tuple[Night, ...]] = {
    "invoice_lines": (
        nothing, month_end, late_billing, after_the_move, an_alias, erased_and_back, other_settings, with_dated_rates,
    ),
    "subscription_items": (late_billing, after_the_move),
    "subscription_periods": (late_billing, after_the_move),
}  # fmt: skip


@pytest.fixture(scope="module", params=NIGHTS)
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company of which a year has been delivered and built."""
    made = Company(tmp_path_factory.mktemp("company"), request.param)
    made.deliver(date(2025, 7, 11))
    made.build()
    return made


def test_every_night_ends_like_a_rebuild(company: Company) -> None:
    found = {}
    for night in NIGHTS[company.settings["recurring_from"]]:
        company.build(**(night(company) or {}))
        found[night.__name__] = company.differences_from_a_rebuild()
    assert found == {night: {} for night in found}
