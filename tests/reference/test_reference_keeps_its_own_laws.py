"""The reference itself, on histories that Hypothesis draws: what METRICS.md says must always hold.

A reference that broke these could not judge anybody. No dbt here: hundreds of histories in seconds.
"""

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference.company import Company, company
from tests.reference.daily import lives
from tests.reference.days import DAY
from tests.reference.figures import Figures
from tests.reference.histories import Making
from tests.reference.rows import Books, Terms
from tests.reference.strategies import histories, makings
from tests.reference.transformations import moved_to_another_system, scaled, shuffled
from tests.reference.vendor_billing import canonical
from tests.reference.vendor_billing.lives import companies
from tests.reference.vendor_billing.worth import movements

SHAPES = ("subscription_periods", "subscription_items", "invoice_lines")
many = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _seen(books: Books, making: Making, shape: str = "subscription_items") -> Company:
    terms = Terms(
        until=making.until,
        timezone=making.timezone,
        dunning_days=making.dunning_days,
        recurring_from=shape,
        dimensions=("plan", "country"),
    )
    return company(books, terms)


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Books, Making]:
    """Draw a history and how it was made."""
    making = draw(makings())
    return draw(histories("h0000", making)), making


@many
@given(drawn())
def test_movements_up_to_any_day_sum_to_the_mrr_of_that_day(one: tuple[Books, Making]) -> None:
    for life in _seen(*one).lives.values():
        total = 0
        for move in life.movements:
            assert total == move.before
            total += move.cents
            assert total == move.after == life.on(move.on)


@many
@given(drawn())
def test_three_shapes_tell_the_same_movements(one: tuple[Books, Making]) -> None:
    told = [
        [(m.customer_id, m.on, m.kind, m.cents) for m in _seen(*one, shape).movements]
        for shape in SHAPES
    ]
    assert told[0] == told[1]
    assert told[1] == told[2]


@many
@given(drawn())
def test_every_row_adds_up_and_members_sum_to_the_whole(one: tuple[Books, Making]) -> None:
    table = _seen(*one).table
    for row in table.rows.values():
        came = row.mrr_new + row.mrr_reactivation + row.mrr_expansion + row.transfer_in + row.fx
        went = row.mrr_contraction + row.mrr_churn + row.transfer_out
        assert row.mrr_opening + came - went == row.mrr_closing
        if row.customers_opening:
            assert row.churn_rate is not None
            assert row.retention_rate is not None
            assert row.churn_rate + row.retention_rate == 1
    for (grain, start, dimension, _), whole in table.rows.items():
        if dimension != "all":
            continue
        for other in ("plan", "country"):
            members = [row for key, row in table.rows.items() if key[:3] == (grain, start, other)]
            assert sum(row.mrr_closing for row in members) == whole.mrr_closing
            assert sum(row.mrr_churn for row in members) == whole.mrr_churn
            assert sum(row.transfer_in - row.transfer_out for row in members) == 0


@many
@given(drawn())
def test_longer_periods_chain_their_months(one: tuple[Books, Making]) -> None:
    table = _seen(*one).table
    months = [period for period in table.periods if period.grain == "month"]
    for longer in (period for period in table.periods if period.grain != "month"):
        inside = [month for month in months if longer.start <= month.start < longer.end]
        whole, first, last = (
            table.rows.get((period.grain, period.start, "all", "all"), Figures())
            for period in (longer, inside[0], inside[-1])
        )
        assert whole.mrr_opening == first.mrr_opening
        assert whole.mrr_closing == last.mrr_closing


@many
@given(drawn(), st.integers(0, 100))
def test_order_of_rows_changes_nothing(one: tuple[Books, Making], seed: int) -> None:
    books, making = one
    assert _seen(shuffled(books, seed), making).movements == _seen(books, making).movements


@many
@given(drawn())
def test_a_move_to_another_system_changes_nothing(one: tuple[Books, Making]) -> None:
    books, making = one
    moved = _seen(moved_to_another_system(books), making)
    assert [replace(move, involuntary=False) for move in moved.movements] == [
        replace(move, involuntary=False) for move in _seen(books, making).movements
    ]


@many
@given(drawn(), st.integers(2, 9))
def test_scaled_prices_scale_the_money(one: tuple[Books, Making], factor: int) -> None:
    books, making = one
    before = _seen(books, making, "subscription_periods").movements
    after = _seen(scaled(books, factor), making, "subscription_periods").movements
    assert [(move.on, move.kind, move.cents * factor) for move in before] == [
        (move.on, move.kind, move.cents) for move in after
    ]


@many
@given(drawn())
def test_nothing_moves_after_the_last_day(one: tuple[Books, Making]) -> None:
    books, making = one
    assert all(move.on < making.until + DAY for move in _seen(books, making).movements)


def test_movements_at_change_points_are_those_of_every_day() -> None:
    until = date(2026, 6, 30)
    sold = companies((1,), 40, canonical.MANNER, until).subscriptions
    pieces = [piece for one in sold for piece in one.pieces()]
    day_by_day = {
        (move.customer_id, move.on.isoformat(), move.kind, move.cents)
        for life in lives(pieces, (), Terms(until=until)).values()
        for move in life.movements
    }
    assert movements(pieces, until) == day_by_day
