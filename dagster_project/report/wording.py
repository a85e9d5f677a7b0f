"""How a figure is written on the page: by the unit that the catalogue of metrics gives it.

The page's script does the same (``templates/figures.js``), so that a choice of the reader changes figures, not form.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from dagster_project.metrics import CATALOGUE, Unit

NONE = "–"
MINUS = "−"
_MOVED = "movements_"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHORT_FROM = 1000  # from here on cents are left out where there is no room for them


def label_of(metric: str, grain: str = "month") -> str:
    """Return what the catalogue calls a metric, with a capital; NDR and GRR with the time they look over."""
    if metric.startswith(_MOVED):
        return metric.removeprefix(_MOVED).capitalize()
    label = CATALOGUE[metric].label
    if metric in ("ndr", "grr"):
        label = f"{label} over one {grain}"
    return label[0].upper() + label[1:]


def unit_of(metric: str) -> Unit:
    """Return the unit of a metric; movements are money, and no metric of their own."""
    return Unit.MONEY if metric.startswith(_MOVED) else CATALOGUE[metric].unit


def rounded(value: float, places: int, *, comma: bool = True) -> str:
    """Return a number with so many places, a half away from 0, as browsers round."""
    # Adding 0 makes of a zero below zero a plain one.
    number = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0
    return f"{number:,f}" if comma else f"{number:f}"


def exact(value: float | None, unit: Unit) -> str:
    """Return a value as tables show it: money to the cent, rates to a hundredth of a percent."""
    if value is None:
        return NONE
    match unit:
        case Unit.MONEY:
            text = rounded(value, 2)
        case Unit.SHARE | Unit.RATIO:
            text = f"{rounded(value * 100, 2, comma=False)} %"
        case Unit.DAYS:
            text = rounded(value, 1)
        case _:
            text = rounded(value, 0)
    return text.replace("-", MINUS)


def brief(value: float | None, unit: Unit) -> str:
    """Return a value as a headline shows it."""
    if value is None:
        return NONE
    if unit is Unit.MONEY and abs(value) >= _SHORT_FROM:
        return rounded(value, 0).replace("-", MINUS)
    if unit in (Unit.SHARE, Unit.RATIO):
        places = 2 if abs(value) < 0.1 else 1
        return f"{rounded(value * 100, places, comma=False)} %".replace("-", MINUS)
    return exact(value, unit)


def change(old: float | None, new: float | None, unit: Unit) -> str:
    """Return how a value moved: points of a rate, percent of money, else the difference; empty where unknown."""
    if old is None or new is None:
        return ""
    match unit:
        case Unit.SHARE | Unit.RATIO:
            text = f"{_signed((new - old) * 100, 2, comma=False)} pp"
        case Unit.MONEY if old > 0 and new >= 0:
            text = f"{_signed((new - old) / old * 100, 1, comma=False)} %"
        case Unit.MONEY:
            text = _signed(new - old, 0)
        case Unit.DAYS:
            text = _signed(new - old, 1)
        case _:
            text = _signed(new - old, 0)
    return text.replace("-", MINUS)


def _signed(value: float, places: int, *, comma: bool = True) -> str:
    text = rounded(value, places, comma=comma)
    return text if text.startswith("-") else f"+{text}"


def period_label(start: date, grain: str) -> str:
    """Return ``2026-03``, ``2026-Q1`` or ``2026``, as commands and red lines call it."""
    if grain == "year":
        return f"{start:%Y}"
    if grain == "quarter":
        return f"{start:%Y}-Q{(start.month + 2) // 3}"
    return f"{start:%Y-%m}"


def spoken(label: str) -> str:
    """Return a period as a person says it: ``Mar 2026``, ``Q1 2026``, ``2026``."""
    year, _, part = label.partition("-")
    if not part:
        return year
    return f"{part if part.startswith('Q') else _MONTHS[int(part) - 1]} {year}"
