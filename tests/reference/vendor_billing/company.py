"""What a billing system knows of a company: prices, subscriptions, invoices; and, as services, the truth.

Amounts are whole cents. How a subscription runs belongs in ``lives``, how a vendor writes files in the modules beside.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction

from tests.reference.recurring import Piece, round_half_away


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
    :param raises_in_place: a price that rises keeps its id; else it is another price.
    :param bills_nothing: trials have invoices over nothing, and pauses void ones.
    :param takes_back_whole: a credit may take back a whole interval from its beginning.
    """

    by_day: bool
    credits_with_discount: bool
    tells_prices: bool
    raises_in_place: bool
    bills_nothing: bool
    takes_back_whole: bool


def without_tax(cents: int, percent: int) -> int:
    """Return what is left of an amount that includes a tax."""
    return cents - round_half_away(Fraction(cents * percent, 100 + percent))


@dataclass(frozen=True)
class Discount:
    """A share taken off, in percent, for so many intervals; ``None``: for ever."""

    percent: int
    intervals: int | None = None

    def off(self, gross: int) -> int:
        """Return what is taken off an amount, rounded as billed."""
        return round_half_away(Fraction(gross * self.percent, 100))

    @property
    def duration(self) -> str:
        """Once, repeating or forever."""
        return {None: "forever", 1: "once"}.get(self.intervals, "repeating")


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
    duration: str = "forever"

    @property
    def net(self) -> int:
        """What is billed without tax."""
        return self.gross - self.discount


@dataclass(frozen=True)
class Invoice:
    """An invoice.

    ``used`` is metered use that is billed beside, ``refunded`` money that was given back for it, ``waived`` a credit
    that takes no service back.
    """

    invoice_id: str
    status: str
    issued: datetime
    lines: tuple[Line, ...]
    tax_percent: int = 0
    used: int = 0
    refunded: int = 0
    waived: int = 0

    def tax(self, amount: int) -> int:
        """Return the tax on an amount, on top of it."""
        return round_half_away(Fraction(amount * self.tax_percent, 100))

    def total(self, *, debits: bool = True, credits: bool = True) -> int:
        """Return what the lines come to with their tax; without those that take back, or with them alone."""
        lines = [line for line in self.lines if (credits if line.gross < 0 else debits)]
        used = self.used if debits else 0
        return sum(line.net + self.tax(line.net) for line in lines) + used + self.tax(used)


@dataclass(frozen=True)
class Service:
    """What was truly served on ``[first, after)``: a price and what an interval of it costs.

    ``lasting`` is what it costs less the discounts that do not end by themselves.
    """

    price: Price
    billed: int
    lasting: int
    first: date
    after: date
    ended_by: str = ""


@dataclass
class Subscription:
    """A subscription, its invoices and what was served."""

    subscription_id: str
    customer_id: str
    started: datetime
    invoices: list[Invoice] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    trial_end: datetime | None = None
    ended: datetime | None = None
    asked: datetime | None = None
    at_period_end: bool = False
    tax_percent: int = 0

    def pieces(self, *, lasting_only: bool = False, tax_inside: bool = False) -> list[Piece]:
        """Return what the subscription was worth a month; ``tax_inside``: its prices include the tax."""
        percent = self.tax_percent if tax_inside else 0
        return [
            Piece(
                customer_id=self.customer_id,
                subscription_id=self.subscription_id,
                plan_id=one.price.price_id,
                cents=Fraction(
                    without_tax(one.lasting if lasting_only else one.billed, percent),
                    one.price.months,
                ),
                currency="USD",
                valid_from=one.first,
                valid_to=one.after,
                ended_by=one.ended_by,
            )
            for one in self.services
        ]


@dataclass(frozen=True)
class Company:
    """What a billing system knows of one company."""

    prices: tuple[Price, ...]
    subscriptions: tuple[Subscription, ...]

    @property
    def customers(self) -> list[str]:
        """The customers, each once."""
        return sorted({one.customer_id for one in self.subscriptions})

    @property
    def bills(self) -> list[tuple[Subscription, Invoice]]:
        """Every invoice with its subscription."""
        return [(one, invoice) for one in self.subscriptions for invoice in one.invoices]


@dataclass(frozen=True)
class PriceList:
    """The prices of a company, all of which may rise on one day."""

    prices: tuple[Price, ...]
    raised_at: datetime | None
    in_place: bool

    def at(self, price: Price, instant: datetime) -> Price:
        """Return what a price is from an instant on."""
        is_raised = self.raised_at is not None and instant >= self.raised_at
        return self._raised(price) if is_raised else price

    def stands(self, price: Price, instant: datetime) -> bool:
        """Whether the price that held at an instant is still told at the end."""
        return self.raised_at is None or not self.in_place or instant >= self.raised_at

    def is_raised_between(self, after: datetime, until: datetime) -> bool:
        """Whether prices rise after one instant, and by the other."""
        return self.raised_at is not None and after < self.raised_at <= until

    @property
    def told(self) -> tuple[Price, ...]:
        """The prices as an export of today has them."""
        if self.raised_at is None:
            return self.prices
        raised = tuple(self._raised(price) for price in self.prices)
        return raised if self.in_place else (*self.prices, *raised)

    def _raised(self, price: Price) -> Price:
        name = price.price_id if self.in_place else f"{price.price_id}-raised"
        return replace(price, price_id=name, cents=price.cents * 11 // 10)
