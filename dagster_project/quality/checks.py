"""One check of a table, as a value: what it is called, how grave it is, and what Great Expectations is asked.

The forms in which a suite may ask for a check stand here, each with the arguments of GX that it becomes. Which checks
every table has is ``standard``'s business, what a suite file looks like ``suites``'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Stage = Literal["raw", "marts"]
Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class CheckSpec:
    """One check, as it is listed before anything runs.

    :param suite: name of the suite, ``<stage>__<table>``.
    :param stage: the schema that is checked: ``raw`` before the transformation, ``marts`` after it.
    :param table: the table it guards, without schema.
    :param name: a claim in snake case, unique within its suite.
    :param severity: ``critical`` blocks the publication, ``warning`` informs.
    :param description: one sentence for a person.
    """

    suite: str
    stage: Stage
    table: str
    name: str
    severity: Severity
    description: str


@dataclass(frozen=True)
class Question:
    """What GX is asked.

    :param expectation_type: the GX type, such as ``expect_column_values_to_be_in_set``.
    :param kwargs: its GX arguments.
    :param needs: tables (``schema.table``) without which there is nothing to compare with.
    """

    expectation_type: str
    kwargs: Mapping[str, Any]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A check of no particular table: what it claims, how grave a breach is, and what GX is asked."""

    name: str
    severity: Severity
    description: str
    question: Question


def no_rows(sql: str, needs: Sequence[str] = ()) -> Question:
    """Ask for the rows that break a claim; ``{batch}`` in the SQL is the table."""
    query = sql.strip()
    return Question("unexpected_rows_expectation", {"unexpected_rows_query": query}, tuple(needs))


def accepted_values(column: str, values: Sequence[object]) -> Question:
    """Ask whether a column holds only these values; NULL breaks nothing."""
    return Question(
        "expect_column_values_to_be_in_set", {"column": column, "value_set": list(values)}
    )


def between(column: str, low: float | None = None, high: float | None = None) -> Question:
    """Ask whether a column stays within bounds, both included; NULL breaks nothing."""
    limits = {"min_value": low, "max_value": high}
    given = {name: value for name, value in limits.items() if value is not None}
    return Question("expect_column_values_to_be_between", {"column": column, **given})


def has_columns(columns: Sequence[str]) -> Question:
    """Ask whether a table has these columns; others may stand beside them."""
    return Question(
        "expect_table_columns_to_match_set", {"column_set": list(columns), "exact_match": False}
    )


def references(
    column: str, table: str, to: str, *, shown: Sequence[str], where_exported: bool
) -> Question:
    """Ask for values of a column that another table lacks.

    :param table: the other table, ``schema.table``.
    :param to: its column.
    :param shown: the columns by which a person finds the row.
    :param where_exported: breaks nothing while the other table is empty.
    """
    listed = ", ".join(dict.fromkeys([*shown, column]))
    # Names of columns and tables come from a committed suite or the contract, never from data.
    only = f"\n  and exists (select 1 from {table})" if where_exported else ""  # noqa: S608
    sql = f"""\
select {listed}
from {{batch}}
where {column} is not null
  and {column} not in (select {to} from {table} where {to} is not null){only}"""  # noqa: S608
    return no_rows(sql, () if table.startswith("raw.") else (table,))


def agrees_with(mart: str, metrics: Sequence[str]) -> Question:
    """Ask for figures of a period mart that a table of metrics, one a row, lacks or has otherwise.

    :param mart: ``schema.table``.
    :param metrics: its columns that are metrics.
    """
    cell = ("grain", "period_start", "dimension", "member")
    wide = ", ".join(f"cast({name} as double) as {name}" for name in metrics)
    same = " and ".join(f"here.{name} = wanted.{name}" for name in ("metric", *cell))
    # Names of columns and tables come from a committed suite and dbt's YAML, never from data.
    sql = f"""\
with wide as (
    select {", ".join(cell)}, {wide}
    from {mart}
),

wanted as (
    select * from wide unpivot include nulls (expected for metric in ({", ".join(metrics)}))
)

select wanted.metric, {", ".join(f"wanted.{name}" for name in cell)}, here.value, wanted.expected
from wanted
left join {{batch}} as here on {same}
where here.metric is null
  or (here.value is null) <> (wanted.expected is null)
  or abs(here.value - wanted.expected) > 1e-9 * greatest(1, abs(wanted.expected))"""  # noqa: S608
    return no_rows(sql, (mart,))
