"""How the marts round money, in exact arithmetic."""

from decimal import Decimal
from fractions import Fraction


def to_the_cent(amount: Fraction) -> Decimal:
    """Return an amount rounded to the cent, half away from zero, as the marts round."""
    cents = (2 * abs(amount.numerator) * 100 + amount.denominator) // (2 * amount.denominator)
    return Decimal(cents if amount >= 0 else -cents) / 100
