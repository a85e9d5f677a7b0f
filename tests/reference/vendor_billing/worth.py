"""Movements of pieces in one currency: what ``tests.reference.daily`` finds day by day, at change points.

Thousands of customers are worth the shorter way; that both agree is a test of the reference.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from tests.reference.daily import kind_of
from tests.reference.recurring import Piece, round_half_away

Told = tuple[str, str, str, int]
"""customer, day, type, cents"""


def movements(pieces: Iterable[Piece], until: date) -> set[Told]:
    """Return the movements up to the last day covered."""
    by_customer: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_customer[piece.customer_id].append(piece)
    return {
        told for name, owned in by_customer.items() for told in _of_customer(name, owned, until)
    }


def worth_on(owned: Iterable[Piece], day: date) -> int:
    """Return the whole cents of a day, rounded once for each plan."""
    exact: dict[str, Fraction] = defaultdict(Fraction)
    for piece in owned:
        if piece.valid_from <= day and (piece.valid_to is None or day < piece.valid_to):
            exact[piece.plan_id or ""] += piece.cents
    return sum(round_half_away(cents) for cents in exact.values())


def _of_customer(name: str, owned: list[Piece], until: date) -> Iterable[Told]:
    days = {piece.valid_from for piece in owned} | {piece.valid_to or date.max for piece in owned}
    before, ever = 0, False
    for day in sorted(day for day in days if day <= until):
        after = max(worth_on(owned, day), 0)
        if kind := kind_of(before, after, ever=ever):
            yield name, day.isoformat(), kind, after - before
        before, ever = after, ever or after > 0
