"""Comparing a publication with ``truth.json``, figure by figure."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from dagster_project.warehouse.serving import open_marts

KEY = ("grain", "period_start", "dimension", "member")
MARTS = {"periods": "mart_revenue_periods", "repeat": "mart_repeat_rate"}
NOT_COMPARED = {"period_end"}


def disagreements(truth: dict[str, Any], marts: Path) -> list[str]:
    """Return one line per figure of ``truth`` that the published mart does not show exactly.

    Money is compared as decimals, rates to twelve digits.
    """
    found = []
    with open_marts(marts) as con:
        for part, mart in MARTS.items():
            columns = [name for name in truth[part][0] if name not in (*KEY, *NOT_COMPARED)]
            selected = ", ".join((*KEY, *columns))
            shown = {
                (grain, str(start), dimension, member): dict(zip(columns, values, strict=True))
                for grain, start, dimension, member, *values in con.execute(
                    f"select {selected} from {mart}"
                ).fetchall()
            }
            for row in truth[part]:
                key = tuple(row[name] for name in KEY)
                figures = shown.get(key)
                if figures is None:
                    found.append(f"{mart} {key}: missing")
                    continue
                found += [
                    f"{mart} {key} {name}: truth {row[name]}, mart {figures[name]}"
                    for name in columns
                    if not _same(row[name], figures[name])
                ]
    return found


def _same(expected: Any, shown: Any) -> bool:
    if expected is None or shown is None:
        return expected is None and shown is None
    if isinstance(shown, Decimal):
        return Decimal(str(expected)) == shown
    if isinstance(shown, float):
        return abs(float(expected) - shown) < 1e-12
    return bool(expected == shown)
