"""Subscriptions as a billing system runs them, and what they are truly worth while it bills them.

Prices per unit, in tiers and in packages; seats, discounts, changes in mid-cycle, other intervals with and without
proration, ends, refunds and unpaid invoices. How a vendor rounds is a :class:`Manner`; how it writes files belongs in
the modules beside this one. Nothing here reads ebbline.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

from tests.reference.days import add_months, business_date
from tests.reference.recurring import Piece, round_half_away

DUNNING = timedelta(days=30)
DISCOUNTS = (0, 0, 0, 10, 15, 25, 33)


@dataclass(frozen=True)
class Price:
    """A price of a product: per unit, or in tiers or packages, where no unit has one price."""

    price_id: str
    product: str
    months: int
    pricing: str
    cents: int

    def gross(self, quantity: int) -> int:
        """Return what an interval costs before discount."""
        if self.pricing == "tiered":
            return self.cents * min(quantity, 3) + (self.cents * 7 // 10) * max(quantity - 3, 0)
        if self.pricing == "package":
            return self.cents * -(-quantity // 5)
        return self.cents * quantity


@dataclass(frozen=True)
class Manner:
    """How a vendor bills.

    :param by_day: parts of an interval are counted in days, not in seconds.
    :param credits_with_discount: a credit repeats the discount, rounded on its own.
    :param tells_prices: its export has the price of a unit.
    """

    by_day: bool
    credits_with_discount: bool
    tells_prices: bool


@dataclass(frozen=True)
class Line:
    """A line of an invoice; ``gross`` and ``discount`` in cents, both negative in a credit."""

    price: Price
    quantity: int
    gross: int
    discount: int
    start: datetime
    end: datetime
    is_part: bool = False


@dataclass(frozen=True)
class Invoice:
    """An invoice; ``refunded`` is money that was given back for it."""

    invoice_id: str
    status: str
    issued: datetime
    lines: tuple[Line, ...]
    refunded: int = 0


@dataclass
class Subscription:
    """A subscription, its invoices and, as pieces, the truth."""

    subscription_id: str
    customer_id: str
    started: datetime
    invoices: list[Invoice] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    ended: datetime | None = None
    asked: datetime | None = None
    at_period_end: bool = False


@dataclass(frozen=True)
class Company:
    """What a billing system knows of one company."""

    prices: tuple[Price, ...]
    subscriptions: tuple[Subscription, ...]
    manner: Manner

    @property
    def customers(self) -> list[str]:
        """The customers, each once."""
        return sorted({one.customer_id for one in self.subscriptions})


def company(seed: int, customers: int, manner: Manner, until: date) -> Company:
    """Return a company of so many customers; equal arguments, equal company. Ids begin with the seed."""
    rng = Random(f"{manner}-{seed}")
    prices = tuple(_prices(rng, f"k{seed}"))
    found = []
    for number in range(customers):
        customer = f"k{seed}-c{number:04}"
        for nth in range(rng.choice((1, 1, 1, 1, 2))):
            found.append(_Run(rng, manner, prices, f"{customer}-s{nth}", customer, until).run())
    return Company(prices, tuple(found), manner)


def companies(seeds: Iterable[int], customers: int, manner: Manner, until: date) -> Company:
    """Return the companies of several seeds as one: an export and a run are dearer than rows."""
    found = [company(seed, customers, manner, until) for seed in seeds]
    return Company(
        tuple(price for one in found for price in one.prices),
        tuple(subscription for one in found for subscription in one.subscriptions),
        manner,
    )


def _prices(rng: Random, name: str) -> Iterator[Price]:
    for product in (f"{name}-desk", f"{name}-studio", f"{name}-vault"):
        pricing = rng.choice(("per_unit", "per_unit", "tiered", "package"))
        monthly = rng.choice((900, 1500, 1900, 4990, 10000, 12900))
        for months, factor in ((1, 1), (3, 3), (12, 10)):
            yield Price(f"{product}-{months}", product, months, pricing, monthly * factor)
        yield Price(f"{product}-plus-1", product, 1, pricing, monthly * 2)
        yield Price(f"{product}-plus-12", product, 12, pricing, monthly * 20)


class _Run:
    """One subscription while it runs."""

    def __init__(
        self,
        rng: Random,
        manner: Manner,
        prices: tuple[Price, ...],
        name: str,
        customer: str,
        until: date,
    ) -> None:
        self.rng, self.manner, self.prices = rng, manner, prices
        self.last = datetime(until.year, until.month, until.day, tzinfo=UTC)
        start = self.last - timedelta(days=rng.randint(40, 900))
        if not manner.by_day:
            start += timedelta(seconds=rng.randrange(86_400))
        self.told = Subscription(name, customer, start)
        self.price = rng.choice(prices)
        self.quantity = rng.randint(1, 12)
        self.percent = rng.choice(DISCOUNTS)
        self.anchor, self.number, self.is_over = start, 0, False

    def run(self) -> Subscription:
        """Bill interval after interval until the end, or past the last day."""
        while not self.is_over and self._boundary(0) <= self.last:
            self._bill()
        return self.told

    def _boundary(self, ahead: int) -> datetime:
        day = add_months(self.anchor.date(), self.price.months * (self.number + ahead))
        return self.anchor.replace(year=day.year, month=day.month, day=day.day)

    def _bill(self) -> None:
        begin, end = self._boundary(0), self._boundary(1)
        self.number += 1
        chance = self.rng.random()
        if chance < 0.02 and self.number > 1:
            self._stay_unpaid(begin, end)
            return
        refunded = self._due if chance > 0.97 else 0
        self._invoice([self._full(begin, end)], begin, refunded=refunded)
        if chance < 0.05:
            self._serve(begin, end)
            self._end(end, asked=self._moment(begin, end), at_period_end=True)
        elif chance < 0.08:
            self._leave_at_once(begin, end)
        elif chance < 0.13:
            self._change_interval(begin, end, is_prorated=self.rng.random() < 0.5)
        else:
            self._change_inside(begin, end)

    @property
    def _due(self) -> int:
        gross = self.price.gross(self.quantity)
        return gross - round_half_away(Fraction(gross * self.percent, 100))

    def _full(self, begin: datetime, end: datetime) -> Line:
        gross = self.price.gross(self.quantity)
        return Line(self.price, self.quantity, gross, gross - self._due, begin, end)

    def _moment(self, begin: datetime, end: datetime) -> datetime:
        if self.manner.by_day:
            return begin + timedelta(days=self.rng.randint(1, (end - begin).days - 1))
        seconds = round((end - begin).total_seconds())
        return begin + timedelta(seconds=self.rng.randint(86_400, seconds - 86_400))

    def _part(self, line: Line, since: datetime, begin: datetime, end: datetime) -> Line:
        """The part of a full line from ``since`` to its end, as a debit."""
        share = Fraction(round((end - since).total_seconds()), round((end - begin).total_seconds()))
        gross = round_half_away(line.gross * share)
        discount = round_half_away(Fraction(gross * self.percent, 100))
        return replace(line, gross=gross, discount=discount, start=since, end=end, is_part=True)

    def _credit(self, since: datetime, begin: datetime, end: datetime) -> Line:
        full = self._full(begin, end)
        part = self._part(full, since, begin, end)
        if self.manner.credits_with_discount:
            return replace(part, gross=-part.gross, discount=-part.discount)
        net = round_half_away(
            self._due
            * Fraction(round((end - since).total_seconds()), round((end - begin).total_seconds()))
        )
        return replace(part, gross=-net, discount=0)

    def _invoice(
        self, lines: list[Line], issued: datetime, *, status: str = "paid", refunded: int = 0
    ) -> None:
        name = f"{self.told.subscription_id}-in{len(self.told.invoices)}"
        self.told.invoices.append(Invoice(name, status, issued, tuple(lines), refunded))

    def _serve(self, start: datetime, end: datetime, ended_by: str = "") -> None:
        first, after = business_date(start, "UTC"), business_date(end, "UTC")
        if first < after:
            worth = Fraction(self._due, self.price.months)
            told = self.told
            self.told.pieces.append(
                Piece(
                    *(told.customer_id, told.subscription_id, self.price.price_id, worth, "USD"),
                    *(first, after, ended_by),
                )
            )

    def _end(self, ended: datetime, *, asked: datetime, at_period_end: bool) -> None:
        self.is_over = True
        self.told.ended, self.told.asked, self.told.at_period_end = ended, asked, at_period_end

    def _stay_unpaid(self, begin: datetime, end: datetime) -> None:
        self.is_over = True
        status = self.rng.choice(("open", "uncollectible"))
        self._invoice([self._full(begin, end)], begin, status=status)
        patience = datetime(begin.year, begin.month, begin.day, tzinfo=UTC) + DUNNING
        self._serve(begin, min(end, patience), "unpaid")

    def _leave_at_once(self, begin: datetime, end: datetime) -> None:
        left = self._moment(begin, end)
        if self.rng.random() < 0.6:
            self._invoice([self._credit(left, begin, end)], left)
        self._serve(begin, left)
        self._end(left, asked=left, at_period_end=False)

    def _change_interval(self, begin: datetime, end: datetime, *, is_prorated: bool) -> None:
        others = [
            price
            for price in self.prices
            if price.product == self.price.product and price.months != self.price.months
        ]
        changed = self._moment(begin, end)
        self._serve(begin, changed)
        lines = [self._credit(changed, begin, end)] if is_prorated else []
        self.price, self.anchor, self.number = self.rng.choice(others), changed, 1
        lines.append(self._full(changed, self._boundary(0)))
        self._invoice(lines, changed)
        self._serve(changed, self._boundary(0))

    def _change_inside(self, begin: datetime, end: datetime) -> None:
        """Change price or seats up to twice; what no full line follows must have a price that is told."""
        since, changes = begin, 0
        while self.rng.random() < 0.15 and changes < 2 and (end - since).days > 4:
            if changes and not (self.manner.tells_prices and self.price.pricing == "per_unit"):
                break
            changed = self._moment(since, end)
            credit = self._credit(changed, begin, end)
            self._serve(since, changed)
            self._choose_another()
            debit = self._part(self._full(begin, end), changed, begin, end)
            self._invoice([credit, debit], changed)
            since, changes = changed, changes + 1
        self._serve(since, end)

    def _choose_another(self) -> None:
        alike = [
            price
            for price in self.prices
            if price.months == self.price.months and price != self.price
        ]
        if alike and self.rng.random() < 0.5:
            self.price = self.rng.choice(alike)
        else:
            self.quantity += self.rng.choice((-1, 1, 2, 5)) if self.quantity > 1 else 3
