"""What ``ebbline run`` says where the vendor and what was understood do not agree: one block, a line per guard.

The figures are those of ``mart_reconciliation``: of the checks that failed, and of the publication that this run made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dagster_project.runs import FailedCheck, RunOutcome
from dagster_project.screens import Line
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.serving import open_marts

TABLE = "mart_reconciliation"
_STYLES = {"refused": "red", "warned": "yellow"}
# Said, and no alarm.
_SAID = ("tolerated", "cannot be reconciled")
_COLUMNS = (
    "guard",
    "status",
    "finding",
    "unit",
    "rows_checked",
    "rows_differing",
    "amount_checked",
    "amount_differing",
    "mrr_effect",
    "mrr_effect_month",
    "detail",
    "examples",
    "what_to_do",
)


@dataclass(frozen=True)
class GuardRow:
    """One row of ``mart_reconciliation``, as text: so it comes from a failed check and from a publication alike."""

    values: Mapping[str, str | None]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column) or ""

    @property
    def what(self) -> str:
        """How many differ, and how much."""
        differing, checked = int(self["rows_differing"]), int(self["rows_checked"])
        many = (
            f"all {checked:,} {self['unit']}"
            if differing == checked
            else f"{differing:,} of {checked:,} {self['unit']} ({differing / checked:.1%})"
        )
        return f"{many} {self['finding']}{self._money}"

    @property
    def _money(self) -> str:
        if not self["amount_checked"]:
            return ""
        differing, checked = Decimal(self["amount_differing"]), Decimal(self["amount_checked"])
        share = f" ({differing / checked:.1%})" if checked else ""
        return f", {differing:,.2f} of {checked:,.2f}{share}"

    @property
    def effect(self) -> str:
        """What it does to MRR."""
        if not self["mrr_effect"]:
            return "its effect on MRR is not known"
        amount = Decimal(self["mrr_effect"])
        if amount == 0:
            return "MRR is not touched"
        month = self["mrr_effect_month"][:7]
        if self["guard"] == "money_back":
            return f"MRR goes on: it would be {amount:,.2f} less at the end of {month}"
        which = "high" if amount > 0 else "low"
        return f"MRR is {abs(amount):,.2f} too {which} at the end of {month}"


def is_of_a_guard(check: FailedCheck) -> bool:
    """Tell whether a failed check is a guard's judgement, which the block says in words."""
    return check.asset.endswith(f"/{TABLE}") and any("what_to_do" in r for r in check.failing_rows)


def reconciliation_lines(outcome: RunOutcome, paths: WarehousePaths) -> Iterator[Line]:
    """Yield the block; nothing where every guard is clean."""
    rows = [
        GuardRow(row)
        for check in outcome.failed_checks
        if is_of_a_guard(check)
        for row in check.failing_rows
    ]
    if outcome.publication_id is not None:
        rows += _published(paths)
    if rows:
        yield "reconciliation (what the vendor says against what was understood):", None
    for row in rows:
        yield from _guard_lines(row)


def _guard_lines(row: GuardRow) -> Iterator[Line]:
    style = _STYLES.get(row["status"])
    if row["status"] == "cannot be reconciled":
        yield (
            f"  {row['guard']} cannot be reconciled: the export has no totals to compare with",
            style,
        )
        return
    yield f"  {row['status']}: {row.what}; {row.effect}", style
    if row["status"] not in _STYLES:
        return
    if row["detail"]:
        yield f"    {row['detail']}", None
    yield f"    for example {row['examples']}", None
    yield f"    to do: {row['what_to_do']}", None


def _published(paths: WarehousePaths) -> list[GuardRow]:
    with open_marts(paths.marts_db) as con:
        found = con.execute(
            f"select {', '.join(_COLUMNS)} from marts.{TABLE} where status in ? order by guard",  # noqa: S608
            [list(_SAID)],
        ).fetchall()
    return [GuardRow(_as_text(row)) for row in found]


def _as_text(row: tuple[Any, ...]) -> dict[str, str | None]:
    return {
        column: None if value is None else str(value)
        for column, value in zip(_COLUMNS, row, strict=True)
    }
