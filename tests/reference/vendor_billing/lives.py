"""Subscriptions as a billing system runs them, and what they are truly worth while it bills them.

Prices per unit, in tiers and in packages, that rise for all on one day; several products, seats, discounts for ever
and for some intervals, trials, changes in mid-cycle, other intervals with and without proration, pauses, ends,
refunds, credits that waive, invoices that are void and written anew, unpaid ones and metered use beside. What is
drawn must be told by some row: the rate of a part is, by a price or by the full line after it. How a vendor rounds is
a :class:`Manner`; how it writes files belongs in the modules beside this one. Nothing here reads ebbline.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

from tests.reference.days import add_months, business_date
from tests.reference.recurring import round_half_away
from tests.reference.vendor_billing.company import (
    Company,
    Discount,
    Invoice,
    Line,
    Manner,
    Price,
    PriceList,
    Service,
    Subscription,
)

DUNNING = timedelta(days=30)
TRIAL = timedelta(days=14)
PERCENTS = (0, 0, 0, 10, 15, 25, 33)
INTERVALS = (None, None, None, 1, 3)
TAXES = (0, 0, 10, 19)


def company(seed: int, customers: int, manner: Manner, until: date) -> Company:
    """Return a company of so many customers; equal arguments, equal company. Ids begin with the seed."""
    rng = Random(f"{manner}-{seed}")
    last = datetime(until.year, until.month, until.day, tzinfo=UTC)
    raised_at = rng.choice((None, last - timedelta(days=rng.randint(100, 500))))
    prices = PriceList(tuple(_prices(rng, f"k{seed}")), raised_at, manner.raises_in_place)
    found = []
    for number in range(customers):
        customer = f"k{seed}-c{number:04}"
        for nth in range(rng.choice((1, 1, 1, 1, 2))):
            found.append(_Run(rng, manner, prices, f"{customer}-s{nth}", customer, last).run())
    return Company(prices.told, tuple(found))


def companies(seeds: Iterable[int], customers: int, manner: Manner, until: date) -> Company:
    """Return the companies of several seeds as one: an export and a run are dearer than rows."""
    found = [company(seed, customers, manner, until) for seed in seeds]
    return Company(
        tuple(price for one in found for price in one.prices),
        tuple(subscription for one in found for subscription in one.subscriptions),
    )


def _prices(rng: Random, name: str) -> Iterator[Price]:
    for product in (f"{name}-desk", f"{name}-studio", f"{name}-vault"):
        pricing = rng.choice(("per_unit", "per_unit", "tiered", "package"))
        monthly = rng.choice((900, 1500, 1900, 4990, 10000, 12900))
        for months, factor in ((1, 1), (3, 3), (12, 10)):
            yield Price(f"{product}-{months}", product, months, pricing, monthly * factor)
        yield Price(f"{product}-plus-1", product, 1, pricing, monthly * 2)
        yield Price(f"{product}-plus-12", product, 12, pricing, monthly * 20)


@dataclass
class _Item:
    """A price that a subscription has, what a whole interval of it costs now, and since when that is served.

    ``is_open``: only the next full line will tell what it costs.
    """

    price: Price
    quantity: int
    since: datetime
    terms: Line
    is_open: bool = False


class _Run:
    """One subscription while it runs."""

    def __init__(
        self,
        rng: Random,
        manner: Manner,
        prices: PriceList,
        name: str,
        customer: str,
        last: datetime,
    ) -> None:
        self.rng, self.manner, self.prices, self.last = rng, manner, prices, last
        start = last - timedelta(days=rng.randint(40, 900))
        if not manner.by_day:
            start += timedelta(seconds=rng.randrange(86_400))
        self.told = Subscription(name, customer, start)
        self.discount = Discount(rng.choice(PERCENTS), rng.choice(INTERVALS))
        self.tax_percent, self.is_metered = rng.choice(TAXES), rng.random() < 0.15
        self.told.tax_percent = self.tax_percent
        self.anchor, self.number, self.billed, self.is_over = start, 0, 0, False
        self.months = rng.choice((1, 1, 3, 12))
        self.items: list[_Item] = []
        for _ in range(rng.choice((1, 1, 1, 2))):
            self._take(self._free_price(), rng.randint(1, 12), start, start)

    def run(self) -> Subscription:
        """Bill interval after interval until the end, or past the last day."""
        if self.rng.random() < 0.15:
            self._try()
        while not self.is_over and self._boundary(0) <= self.last:
            self._bill()
        return self.told

    def _boundary(self, ahead: int) -> datetime:
        day = add_months(self.anchor.date(), self.months * (self.number + ahead))
        return self.anchor.replace(year=day.year, month=day.month, day=day.day)

    def _try(self) -> None:
        """Begin with a free trial; some leave when it ends."""
        start, self.anchor = self.anchor, self.anchor + TRIAL
        self.told.trial_end = self.anchor
        if self.manner.bills_nothing:
            free = [
                replace(self._full(item, start, self.anchor), gross=0, discount=0)
                for item in self.items
            ]
            self._invoice(free, start)
        if self.rng.random() < 0.2:
            self._end(self.anchor, asked=self.anchor, at_period_end=False)

    def _bill(self) -> None:
        begin, end = self._boundary(0), self._boundary(1)
        self.number += 1
        chance = self.rng.random()
        if chance < 0.015 and self.number > 1 and not any(item.is_open for item in self.items):
            self._pause()
            return
        self.billed += 1
        for item in self.items:
            item.since, item.terms, item.is_open = begin, self._full(item, begin, end), False
        if chance < 0.035 and self.number > 1:
            self._stay_unpaid(begin, end)
            return
        self._invoice_interval(begin)
        if chance < 0.065:
            self._serve_all(end)
            self._end(end, asked=self._moment(begin, end), at_period_end=True)
        elif chance < 0.095:
            self._leave_at_once(begin, end)
        elif chance < 0.145:
            self._change_interval(begin, end, is_prorated=self.rng.random() < 0.5)
        else:
            self._change_inside(begin, end)
            if not self.is_over:
                self._serve_all(end)

    def _invoice_interval(self, begin: datetime) -> None:
        """Bill all items, now and then in a second try, or with money given back."""
        lines, chance = [item.terms for item in self.items], self.rng.random()
        used = self.rng.randint(1, 9999) if self.is_metered else 0
        if chance < 0.02:
            self._invoice(lines, begin, status="void")
        issued = begin + timedelta(days=1) if chance < 0.02 else begin
        bill = Invoice("", "paid", issued, tuple(lines), self.tax_percent, used)
        self._issue(
            replace(
                bill,
                refunded=bill.total() if chance > 0.97 else 0,
                waived=bill.total() // 20 if 0.94 < chance < 0.96 else 0,
            )
        )

    def _off(self, gross: int) -> int:
        intervals = self.discount.intervals
        return self.discount.off(gross) if intervals is None or self.billed <= intervals else 0

    def _full(
        self, item: _Item, begin: datetime, end: datetime, at: datetime | None = None
    ) -> Line:
        price = self.prices.at(item.price, at or begin)
        gross = price.gross(item.quantity)
        off, duration = self._off(gross), self.discount.duration
        return Line(price, item.quantity, gross, off, begin, end, duration=duration)

    def _moment(self, begin: datetime, end: datetime) -> datetime:
        if self.manner.by_day:
            return begin + timedelta(days=self.rng.randint(1, (end - begin).days - 1))
        seconds = round((end - begin).total_seconds())
        return begin + timedelta(seconds=self.rng.randint(86_400, seconds - 86_400))

    def _part(self, full: Line, since: datetime) -> Line:
        """The part of a full line from ``since`` to its end, as a debit."""
        gross = round_half_away(full.gross * _share(full, since))
        off = self._off(gross)
        return replace(full, gross=gross, discount=off, start=since, is_part=True)

    def _credit(self, full: Line, since: datetime) -> Line:
        part = self._part(full, since)
        if self.manner.credits_with_discount:
            return replace(part, gross=-part.gross, discount=-part.discount)
        return replace(part, gross=-round_half_away(full.net * _share(full, since)), discount=0)

    def _invoice(self, lines: list[Line], issued: datetime, *, status: str = "paid") -> None:
        if lines:
            self._issue(Invoice("", status, issued, tuple(lines), self.tax_percent))

    def _issue(self, invoice: Invoice) -> None:
        name = f"{self.told.subscription_id}-in{len(self.told.invoices)}"
        self.told.invoices.append(replace(invoice, invoice_id=name))

    def _serve(self, item: _Item, end: datetime, ended_by: str = "") -> None:
        first, after = business_date(item.since, "UTC"), business_date(end, "UTC")
        terms = item.terms
        lasting = terms.net if terms.duration == "forever" else terms.gross
        if first < after:
            self.told.services.append(
                Service(terms.price, terms.net, lasting, first, after, ended_by)
            )
        item.since = end

    def _serve_all(self, end: datetime, ended_by: str = "") -> None:
        for item in self.items:
            self._serve(item, end, ended_by)

    def _end(self, ended: datetime, *, asked: datetime, at_period_end: bool) -> None:
        self.is_over = True
        self.told.ended, self.told.asked, self.told.at_period_end = ended, asked, at_period_end

    def _pause(self) -> None:
        intervals = self.rng.randint(1, 2)
        for ahead in range(intervals if self.manner.bills_nothing else 0):
            begin, end = self._boundary(ahead - 1), self._boundary(ahead)
            self._invoice(
                [self._full(item, begin, end) for item in self.items], begin, status="void"
            )
        self.number += intervals - 1

    def _stay_unpaid(self, begin: datetime, end: datetime) -> None:
        self.is_over = True
        status = self.rng.choice(("open", "uncollectible"))
        self._invoice([item.terms for item in self.items], begin, status=status)
        patience = datetime(begin.year, begin.month, begin.day, tzinfo=UTC) + DUNNING
        self._serve_all(min(end, patience), "unpaid")

    def _leave_at_once(self, begin: datetime, end: datetime) -> None:
        left, chance = self._moment(begin, end), self.rng.random()
        if chance < 0.1 and self.manner.takes_back_whole:
            self._invoice([self._credit(item.terms, begin) for item in self.items], left)
        else:
            if chance < 0.6:
                self._invoice([self._credit(item.terms, left) for item in self.items], left)
            self._serve_all(left)
        self._end(left, asked=left, at_period_end=False)

    def _change_interval(self, begin: datetime, end: datetime, *, is_prorated: bool) -> None:
        changed = self._moment(begin, end)
        self._serve_all(changed)
        lines = [self._credit(item.terms, changed) for item in self.items] if is_prorated else []
        self.months = self.rng.choice([months for months in (1, 3, 12) if months != self.months])
        self.anchor, self.number, self.billed = changed, 1, self.billed + 1
        for item in self.items:
            item.price = self.rng.choice(self._alike(product=item.price.product))
            item.terms = self._full(item, changed, self._boundary(0))
        self._invoice([*lines, *(item.terms for item in self.items)], changed)
        self._serve_all(self._boundary(0))

    def _change_inside(self, begin: datetime, end: datetime) -> None:
        """Change up to two things; what no full line follows must have a price that is told."""
        since, changes = begin, 0
        while self.rng.random() < 0.15 and changes < 2 and (end - since).days > 4:
            since, changes = self._moment(since, end), changes + 1
            chance = self.rng.random()
            if chance < 0.2 and len(self.items) < 3:
                self._add(since, begin, end)
            elif chance < 0.35 and len(self.items) > 1:
                self._remove(since)
            else:
                self._change(since, begin, end)

    def _add(self, since: datetime, begin: datetime, end: datetime) -> None:
        price = self._free_price()
        if self._is_told(price, since, end):
            item = self._take(price, self.rng.randint(1, 5), since, begin, end)
            self._invoice([self._part(item.terms, since)], since)

    def _remove(self, since: datetime) -> None:
        item = self.rng.choice(self.items)
        if not item.is_open:
            self._invoice([self._credit(item.terms, since)], since)
            self._serve(item, since)
            self.items.remove(item)

    def _change(self, since: datetime, begin: datetime, end: datetime) -> None:
        item = self.rng.choice(self.items)
        price, quantity = self._another(item)
        if item.is_open or not self._is_told(price, since, end):
            return
        credit = self._credit(item.terms, since)
        self._serve(item, since)
        item.price, item.quantity = price, quantity
        self._settle(item, since, begin, end)
        self._invoice([credit, self._part(item.terms, since)], since)

    def _take(
        self,
        price: Price,
        quantity: int,
        since: datetime,
        begin: datetime,
        end: datetime | None = None,
    ) -> _Item:
        """Add an item."""
        none = Line(price, quantity, 0, 0, begin, begin)
        item = _Item(price, quantity, since, none)
        if end is not None:
            self._settle(item, since, begin, end)
        self.items.append(item)
        return item

    def _settle(self, item: _Item, since: datetime, begin: datetime, end: datetime) -> None:
        """What an item costs from an instant inside the interval on."""
        item.terms = self._full(item, begin, end, at=since)
        item.is_open = not self._is_told_by_price(item.price, since)

    def _is_told(self, price: Price, since: datetime, end: datetime) -> bool:
        """Whether some row will tell what a whole interval costs."""
        is_followed = end <= self.last and not self.prices.is_raised_between(since, end)
        return is_followed or self._is_told_by_price(price, since)

    def _is_told_by_price(self, price: Price, since: datetime) -> bool:
        is_per_unit = self.manner.tells_prices and price.pricing == "per_unit"
        return is_per_unit and self.prices.stands(price, since)

    def _alike(self, product: str | None = None) -> list[Price]:
        """Prices of the same interval, of one product or of all."""
        return [
            price
            for price in self.prices.prices
            if price.months == self.months and product in (None, price.product)
        ]

    def _free_price(self) -> Price:
        """A price of a product that the subscription has not."""
        taken = {item.price.product for item in self.items}
        return self.rng.choice([price for price in self._alike() if price.product not in taken])

    def _another(self, item: _Item) -> tuple[Price, int]:
        """Another price, or as many seats more or less."""
        others = {one.price.product for one in self.items if one is not item}
        alike = [p for p in self._alike() if p != item.price and p.product not in others]
        if alike and self.rng.random() < 0.5:
            return self.rng.choice(alike), item.quantity
        more = self.rng.choice((-1, 1, 2, 5)) if item.quantity > 1 else 3
        return item.price, item.quantity + more


def _share(full: Line, since: datetime) -> Fraction:
    """The share of an interval from ``since`` to its end."""
    whole = round((full.end - full.start).total_seconds())
    return Fraction(round((full.end - since).total_seconds()), whole)
