"""Why a customer's MRR changed between two days (section 3 of METRICS.md), by what was held on each.

Amounts are fractions of a cent at the rates of the first day. Who counts as an upgrade or a downgrade
is told here; the sums of periods belong in ``figures``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.reference.daily import Life, rate_on
from tests.reference.recurring import Piece, round_half_away
from tests.reference.rows import Terms

NOT_COUNTED = {"commitment", "discount"}
ROUNDING = 2


@dataclass(frozen=True)
class Offer:
    """What is held of one plan at one interval: units, list price and what is paid, a month."""

    quantity: Fraction = Fraction(0)
    listed: Fraction = Fraction(0)
    paid: Fraction = Fraction(0)

    def __add__(self, other: "Offer") -> "Offer":
        return Offer(
            self.quantity + other.quantity, self.listed + other.listed, self.paid + other.paid
        )


Contract = tuple[str, str]
"""Subscription and product."""
Offers = dict[tuple[str, Fraction], Offer]
Held = dict[Contract, Offers]


def _held(found: Iterable[Piece], day: date, terms: Terms) -> Held:
    contracts: Held = defaultdict(lambda: defaultdict(Offer))
    for piece in found:
        rate = rate_on(piece.currency, day, terms)
        sign = -1 if piece.cents < 0 else 1
        listed = piece.cents if piece.listed is None else piece.listed
        contract = (piece.subscription_id or "(none)", piece.product or piece.plan_id or "(none)")
        offer = (piece.plan_id or "(none)", piece.months)
        contracts[contract][offer] += Offer(
            sign * piece.quantity, listed * rate, piece.cents * rate
        )
    kept = {
        contract: {key: offer for key, offer in offers.items() if abs(offer.paid) * 2 > 1}
        for contract, offers in contracts.items()
    }
    return {contract: offers for contract, offers in kept.items() if offers}


def causes(life: Life, first: date, last: date, terms: Terms) -> set[str]:
    """Return the causes of the change from the end of ``first`` to that of ``last``."""
    effects: dict[str, Fraction] = defaultdict(Fraction)
    for cause, effect in _effects(
        _held(life.held[first], first, terms), _held(life.held[last], first, terms)
    ):
        effects[cause] += effect
    cents = {cause: round_half_away(effect) for cause, effect in effects.items()}
    if not cents:
        return {"price"}
    largest = min(cents, key=lambda cause: (-abs(cents[cause]), cause))
    return {largest} | {cause for cause in cents if abs(cents[cause]) > ROUNDING}


def is_counted(life: Life, first: date, last: date, terms: Terms) -> bool:
    """Whether a customer whose MRR changed is an upgrade or a downgrade."""
    if terms.recurring_from == "subscription_periods":
        return True
    return not causes(life, first, last, terms) <= NOT_COUNTED


def _effects(before: Held, after: Held) -> Iterator[tuple[str, Fraction]]:
    for contract in before.keys() & after.keys():
        yield from _of_one_product(before[contract], after[contract])
    gone = {contract: before[contract] for contract in before.keys() - after.keys()}
    come = {contract: after[contract] for contract in after.keys() - before.keys()}
    # The same product on another subscription is the same contract.
    for product in {name for _, name in gone} & {name for _, name in come}:
        yield from _of_one_product(_take(gone, product), _take(come, product))
    # Another product on the same subscription, or else on any, is another plan.
    exchanged = {name for name, _ in gone} & {name for name, _ in come}
    other_gone = {one for one in gone if one[0] not in exchanged}
    other_come = {one for one in come if one[0] not in exchanged}
    for side, sign in ((gone, -1), (come, 1)):
        for one, offers in side.items():
            is_plan = one[0] in exchanged or bool(other_gone and other_come)
            paid = sum((offer.paid for offer in offers.values()), Fraction(0))
            yield "plan" if is_plan else "add_on", sign * paid


def _take(side: Held, product: str) -> Offers:
    """Remove the contracts of a product and return what they hold together."""
    together: Offers = defaultdict(Offer)
    for contract in [one for one in side if one[1] == product]:
        for key, offer in side.pop(contract).items():
            together[key] += offer
    return together


def _of_one_product(before: Offers, after: Offers) -> Iterator[tuple[str, Fraction]]:
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    old, new = sum(before.values(), Offer()), sum(after.values(), Offer())
    if bool(gone) != bool(come):
        yield "add_on", new.paid - old.paid
        return
    name = "price"
    if gone:
        other_interval = min(months for _, months in gone) != min(months for _, months in come)
        name = "commitment" if other_interval else "plan"
    if min(old.quantity, new.quantity, old.listed, new.listed) <= 0:
        yield name, new.paid - old.paid
        return
    at_new_rate = old.paid * (new.listed / new.quantity) / (old.listed / old.quantity)
    at_new_quantity = at_new_rate * new.quantity / old.quantity
    yield name, at_new_rate - old.paid
    yield "quantity", at_new_quantity - at_new_rate
    yield "discount", new.paid - at_new_quantity
