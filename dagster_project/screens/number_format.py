"""How a figure is written on the screen."""

from decimal import Decimal
from fractions import Fraction


def written(value: float | Decimal | Fraction | None) -> str:
    """Return a figure as text: whole numbers plain, money to the cent, rates to six digits."""
    if value is None:
        return "none"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return f"{int(value):,}"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    number = float(value)
    return f"{int(number):,}" if number.is_integer() else f"{number:,.6g}"
