"""What ``explain`` answers: a number's customers, and the rows that show what each adds.

Values only; nothing is read or computed but sums of the parts.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dagster_project.numbers.metric_value import ZERO, MetricValue
from dagster_project.numbers.question import MetricQuestion


@dataclass(frozen=True)
class SourceRow:
    """Where a number comes from.

    :ivar table: raw table.
    :ivar key: key of the row in it.
    :ivar file: export file, relative to the folder of its source.
    :ivar row: line in the file, counted from 1; None where the format has no lines.
    """

    table: str
    key: str | None
    file: str | None
    row: int | None

    def __str__(self) -> str:
        place = self.file or "unknown file"
        return place if self.row is None else f"{place}:{self.row}"


@dataclass(frozen=True)
class Movement:
    """A change of a customer's MRR; amounts in the reporting currency a month."""

    movement_on: date
    movement_type: str
    amount: Decimal
    mrr_before: Decimal
    mrr_after: Decimal
    subscription_id: str | None
    plan_id: str | None
    source: SourceRow


@dataclass(frozen=True)
class PurchaseLine:
    """A line of a purchase; the amount in the reporting currency.

    :ivar purchase_number: 1 = the customer's first purchase.
    :ivar in_period: False for a purchase that only shows that the customer had bought before.
    """

    purchased_on: date
    purchase_id: str
    purchase_number: int
    document_id: str
    product_id: str | None
    amount: Decimal
    in_period: bool
    source: SourceRow


@dataclass(frozen=True)
class Contribution:
    """What one customer adds to a figure, and what shows it.

    :ivar status: new, reactivated, retained or lost; None for purchases.
    :ivar opening, closing: MRR at both ends; None for purchases.
    :ivar reason: why a lost customer left.
    :ivar contradiction: what the rows say otherwise; empty where they agree with the part.
    """

    customer_id: str
    numerator: Decimal
    denominator: Decimal
    status: str | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    reason: str | None = None
    movements: tuple[Movement, ...] = ()
    purchases: tuple[PurchaseLine, ...] = ()
    contradiction: str = ""


@dataclass(frozen=True)
class Explained:
    """A number, followed down.

    :ivar formula: how the value is made, in the words of METRICS.md.
    :ivar recomputed: the same figure, made again of the listed parts.
    :ivar customers: those who add something, the greatest part first.
    :ivar factors: the figures that a figure is made of which is no sum of customers (``ltv``).
    """

    question: MetricQuestion
    publication_id: int
    until: date
    formula: str
    published: MetricValue
    recomputed: MetricValue
    customers: tuple[Contribution, ...] = ()
    factors: tuple["Explained", ...] = ()

    @property
    def discrepancies(self) -> tuple[str, ...]:
        """Return what does not add up, the parts' own included; empty where everything does."""
        found = []
        for name in ("numerator", "denominator"):
            published, sum_ = getattr(self.published, name), getattr(self.recomputed, name)
            # No customer at all is published as NULL, and listed as nothing.
            if (published or ZERO) != (sum_ or ZERO):
                found.append(f"{self.question}: {name} is {published}, the parts make {sum_}")
        if self.published.value != self.recomputed.value:
            found.append(
                f"{self.question}: published {self.published.value},"
                f" the parts make {self.recomputed.value}"
            )
        found += [
            f"{self.question}: {part.customer_id}: {part.contradiction}"
            for part in self.customers
            if part.contradiction
        ]
        return (*found, *(line for factor in self.factors for line in factor.discrepancies))
