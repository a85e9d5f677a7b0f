"""Section 2 of METRICS.md by brute force: each customer's MRR on each day, and the movement from
day to day.

One dictionary entry per customer and day. Period figures belong in ``figures``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache

from tests.reference.days import DAY, business_date, each_day
from tests.reference.recurring import Piece, round_half_away
from tests.reference.rows import Subscription, Terms

INVOLUNTARY_REASON = "payment_failed"


@dataclass(frozen=True)
class Movement:
    """One change of one customer's MRR on one day; ``cents`` is signed."""

    customer_id: str
    on: date
    kind: str
    cents: int
    before: int
    after: int
    involuntary: bool = False


@dataclass
class Life:
    """What one customer was worth, day by day (whole cents of the reporting currency).

    ``mrr``, ``plan`` and ``held`` hold only days with a positive sum; ``held`` is what it is made of.
    """

    customer_id: str
    mrr: dict[date, int] = field(default_factory=dict)
    plan: dict[date, str] = field(default_factory=dict)
    held: dict[date, list[Piece]] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)

    def on(self, day: date) -> int:
        """Return the MRR at the end of ``day``."""
        return self.mrr.get(day, 0)

    def plan_on(self, day: date) -> str:
        """Return the plan with most MRR at the end of ``day``."""
        return self.plan.get(day, "(none)")

    def active_before(self, day: date) -> bool:
        """Whether the customer paid on any earlier day."""
        return any(earlier < day for earlier in self.mrr)


def rate_on(currency: str, day: date, terms: Terms) -> Fraction:
    """Return the units of the reporting currency that one unit of ``currency`` was worth on
    ``day``.
    """
    if currency == terms.reporting:
        return Fraction(1)
    rates = terms.rates[currency]
    if not isinstance(rates, dict):
        return Fraction(rates)
    begun = [start for start in rates if start <= day]
    return Fraction(rates[max(begun) if begun else min(rates)])


def lives(
    found: Iterable[Piece], subscriptions: Iterable[Subscription], terms: Terms
) -> dict[str, Life]:
    """Return the life of every customer that has a piece."""
    ends = {row.subscription_id: row for row in subscriptions}
    by_customer: dict[str, list[Piece]] = defaultdict(list)
    for piece in found:
        by_customer[piece.customer_id].append(piece)
    return {
        customer: _life(customer, owned, ends, terms) for customer, owned in by_customer.items()
    }


def _by_plan(held: list[Piece], day: date, terms: Terms) -> Mapping[str, int]:
    """Whole cents by plan at the rates of ``day``: rounded once, not per piece."""
    return _rounded(
        tuple(
            (piece.plan_id or "(none)", piece.cents, rate_on(piece.currency, day, terms))
            for piece in held
        )
    )


@lru_cache(maxsize=4096)
def _rounded(shares: tuple[tuple[str, Fraction, Fraction], ...]) -> Mapping[str, int]:
    """The same of plans, cents and rates, which stay what they were for most of a life."""
    exact: dict[str, Fraction] = defaultdict(Fraction)
    for plan, cents, rate in shares:
        exact[plan] += cents * rate
    return {plan: round_half_away(cents) for plan, cents in exact.items()}


def _worth(held: list[Piece], day: date, terms: Terms) -> int:
    return sum(_by_plan(held, day, terms).values())


def _life(customer: str, owned: list[Piece], ends: dict[str, Subscription], terms: Terms) -> Life:
    first = min(piece.valid_from for piece in owned)
    # A gap that lies across the last day is known to be a gap only from what comes after it.
    end = terms.until + DAY * (1 + terms.bridge_gap_days + 1)
    cover: dict[date, list[Piece]] = defaultdict(list)
    for piece in owned:
        for day in each_day(piece.valid_from, min(piece.valid_to or end, end)):
            cover[day].append(piece)
    total = {day: _worth(cover[day], day, terms) for day in each_day(first, end)}
    _bridge(cover, total, first, end, terms)

    life = Life(customer)
    before, ever = 0, False
    held: list[Piece] = []
    for day in each_day(first, terms.until + DAY):
        after = max(total[day], 0)
        # Both ends at the rates of the day before; the difference is fx.
        at_old_rates = _worth(cover[day], day - DAY, terms) if before and after else after
        real = at_old_rates if at_old_rates > 0 else after
        kind = kind_of(before, real, ever=ever)
        if kind:
            unpaid = kind == "churn" and _is_involuntary(held, day, ends, terms)
            life.movements.append(
                Movement(customer, day, kind, real - before, before, real, involuntary=unpaid)
            )
        if after != real:
            life.movements.append(Movement(customer, day, "fx", after - real, real, after))
        if after > 0:
            life.mrr[day] = after
            life.plan[day] = _main_plan(cover[day], day, terms)
            life.held[day] = cover[day]
            ever = True
        before, held = after, cover[day] if after else []
    return life


def fx_between(life: Life, first: date, last: date, terms: Terms) -> int:
    """Return what exchange rates did to the customer between the ends of two days on both of which
    they paid: what they have at the later, at its rates and at those of the earlier.
    """
    held = life.held[last]
    return _worth(held, last, terms) - _worth(held, first, terms)


def _bridge(
    cover: dict[date, list[Piece]], total: dict[date, int], first: date, end: date, terms: Terms
) -> None:
    """Fill gaps of at most ``bridge_gap_days`` between two days with MRR with what held before the
    gap.
    """
    last_active: date | None = None
    for day in each_day(first, end):
        if total[day] <= 0:
            continue
        if last_active is not None and 1 < (day - last_active).days <= terms.bridge_gap_days + 1:
            for missing in each_day(last_active + DAY, day):
                cover[missing] = cover[last_active]
                total[missing] = _worth(cover[missing], missing, terms)
        last_active = day


def _is_involuntary(
    held: list[Piece], day: date, ends: dict[str, Subscription], terms: Terms
) -> bool:
    """Whether something unpaid ended that day, or what was worth most ended for want of payment."""
    ended = [piece for piece in held if piece.valid_to == day]
    if any(piece.ended_by == "unpaid" for piece in ended):
        return True
    worth: dict[str, int] = defaultdict(int)
    for piece in ended:
        worth[piece.subscription_id or ""] += round_half_away(
            piece.cents * rate_on(piece.currency, day, terms)
        )
    main = min(worth, key=lambda one: (-worth[one], one), default="")
    subscription = ends.get(main)
    if subscription is None or subscription.cancellation_reason != INVOLUNTARY_REASON:
        return False
    # A reason given later explains a later end: this was a pause.
    given_at = subscription.cancel_requested_at or subscription.ended_at
    return given_at is None or business_date(given_at, terms.timezone) <= day


def kind_of(before: int, after: int, *, ever: bool) -> str:
    """Return the type of a change, empty where nothing changed; ``ever``: active once before."""
    if before == after:
        return ""
    if before == 0:
        return "reactivation" if ever else "new"
    if after == 0:
        return "churn"
    return "expansion" if after > before else "contraction"


def _main_plan(covering: list[Piece], day: date, terms: Terms) -> str:
    worth = _by_plan(covering, day, terms)
    return min(worth, key=lambda plan: (-worth[plan], plan))
