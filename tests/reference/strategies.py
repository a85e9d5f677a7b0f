"""Hypothesis strategies: random histories that shrink by drawing smaller choices."""

from datetime import date

from hypothesis import strategies as st

from tests.reference.histories import Making, random_history
from tests.reference.rows import Books

ZONES = ("UTC", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "Australia/Lord_Howe")


@st.composite
def makings(draw: st.DrawFn) -> Making:
    """Draw how histories are made: zone, last day, dunning."""
    return Making(
        timezone=draw(st.sampled_from(ZONES)),
        until=draw(st.dates(date(2024, 6, 1), date(2025, 6, 30))),
        dunning_days=draw(st.sampled_from((0, 7, 30, 60))),
        currencies=("USD",),
        uneven_prices=draw(st.booleans()),
    )


def histories(name: str, making: Making) -> st.SearchStrategy[Books]:
    """Return a strategy for one history called ``name``."""
    return st.builds(
        lambda rng: random_history(rng, name, making), st.randoms(use_true_random=False)
    )
