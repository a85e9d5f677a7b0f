"""Everything the reference says about one company's books, in one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tests.reference.cohorts import CohortCell, revenue_cohorts
from tests.reference.daily import Life, Movement, lives
from tests.reference.figures import Key, Table, figures, first_activity
from tests.reference.purchases import Buyers, purchases, repeat_cohorts, repeat_rates
from tests.reference.recurring import Piece, pieces
from tests.reference.rows import Books, Terms


@dataclass(frozen=True)
class Company:
    """What METRICS.md makes of the books under the terms."""

    books: Books
    terms: Terms
    pieces: tuple[Piece, ...]
    lives: Mapping[str, Life]
    table: Table
    cohorts: Mapping[tuple[date, int], CohortCell]
    purchases: Mapping[str, list[date]]
    repeat_rates: Mapping[Key, Buyers]
    repeat_cohorts: Mapping[tuple[date, int], tuple[int, int]]

    @property
    def movements(self) -> list[Movement]:
        """All movements, by customer and day."""
        found = [movement for life in self.lives.values() for movement in life.movements]
        return sorted(found, key=lambda move: (move.customer_id, move.on, move.kind))


def company(books: Books, terms: Terms) -> Company:
    """Calculate everything from the rows."""
    found_pieces = pieces(books, terms)
    found = lives(found_pieces, books.subscriptions, terms)
    bought = purchases(books, terms)
    first = first_activity(
        found.values(), [day for days in bought.values() for day in days], terms.until
    )
    table = figures(books, terms, found, first)
    return Company(
        books,
        terms,
        found_pieces,
        found,
        table,
        revenue_cohorts(found, terms.until),
        bought,
        repeat_rates(books, terms, bought, table.periods),
        repeat_cohorts(bought, terms.until),
    )
