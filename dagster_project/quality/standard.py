"""The checks that every table has, made from its contract: nobody writes them, and none can be forgotten.

A suite that gives a check of the same name replaces it; one that lists the name under ``without``, with the reason,
leaves it out. What is particular to one table stands in ``expectations/``.
"""

from collections.abc import Iterator

from dagster_project.quality.checks import (
    Check,
    Stage,
    accepted_values,
    has_columns,
    no_rows,
    references,
)
from dagster_project.quality.contracts import TableContract

GRAINS = ("month", "quarter", "year")


def standard_checks(stage: Stage, table: str, contract: TableContract) -> tuple[Check, ...]:
    """Return the checks of a table that follow from its contract.

    :param table: its name without schema.
    """
    own = _of_raw(table, contract) if stage == "raw" else _of_mart(table, contract)
    return (*_columns_and_types(stage, table, contract), *own)


def _columns_and_types(stage: Stage, table: str, contract: TableContract) -> Iterator[Check]:
    yield Check(
        "columns_are_those_of_the_contract",
        "critical",
        "The table has every column of the contract; others may stand beside them.",
        has_columns([*contract.columns, *contract.also]),
    )
    values = ", ".join(f"('{name}', '{kind}')" for name, kind in contract.columns.items())
    yield Check(
        "types_are_those_of_the_contract",
        "critical",
        "Every column has the type of the contract: money is exact, counts are whole, "
        "days are dates, instants know their zone.",
        no_rows(f"""
with expected (column_name, data_type) as (values {values}),

actual as (
    select name as column_name, type as data_type
    from pragma_table_info('{stage}.{table}')
)

select expected.column_name, expected.data_type as expected_type, actual.data_type as actual_type
from expected
join actual on actual.column_name = expected.column_name
where actual.data_type <> expected.data_type and (select count(*) from {{batch}}) >= 0"""),
    )


def _of_raw(table: str, contract: TableContract) -> Iterator[Check]:
    key = ", ".join(contract.key)
    shown = list(dict.fromkeys([*contract.key, *contract.required]))
    never_empty = [*contract.required, "_load_id", "_loaded_at", "_deleted"]
    yield Check(
        "required_values_are_given",
        "critical",
        "Every row has its key, its required values and its lineage; ingest quarantines rows that lack one.",
        no_rows(f"""
select {", ".join(shown)}, _load_id, _source_file, _source_row
from {{batch}}
where {" or ".join(f"{column} is null" for column in never_empty)}"""),
    )
    yield Check(
        "versions_of_a_key_are_ordered",
        "critical",
        "No two versions of one key come from the same line of the same load, "
        "so it is always known which is the newest.",
        no_rows(f"""
select {key}, _load_id, _source_row, count(*) as versions
from {{batch}}
where _source_row is not null
group by all
having count(*) > 1"""),
    )
    yield Check(
        "rows_read_are_accounted_for",
        "critical",
        "For every file, rows read = loaded + unchanged + quarantined.",
        no_rows(
            f"""
select load_id, file_name, rows_read, rows_loaded, rows_unchanged, rows_quarantined
from raw.loads
where table_name = '{table}'
  and rows_read <> rows_loaded + rows_unchanged + rows_quarantined
  and exists (select 1 from {{batch}})""",
            ["raw.loads"],
        ),
    )
    yield Check(
        "rows_loaded_are_here",
        "critical",
        "The table holds exactly the rows that its loads say they brought, "
        "beside the marks of what vanished from a full dump.",
        no_rows(
            f"""
with here as (
    select count(*) as row_count from {{batch}} where not (_deleted and _source_row is null)
),

ledger as (
    select coalesce(sum(rows_loaded), 0) as row_count from raw.loads where table_name = '{table}'
)

select here.row_count as rows_here, ledger.row_count as rows_of_loads
from here, ledger
where here.row_count <> ledger.row_count""",
            ["raw.loads"],
        ),
    )
    for column, values in contract.allowed.items():
        yield Check(
            f"{column}_is_of_the_contract",
            "critical",
            f"{column} is one of: {', '.join(values)}.",
            accepted_values(column, values),
        )
    yield Check(
        "growth_since_the_last_publication_is_plausible",
        "warning",
        "What was loaded since the last publication is not more than all "
        "that had been loaded before (from 1,000 rows on).",
        no_rows(
            """
with last as (select highest_load_id from ops.publications order by id desc limit 1),

sizes as (
    select
        count(*) filter (_load_id <= highest_load_id) as rows_before,
        count(*) filter (_load_id > highest_load_id) as rows_since
    from {batch}, last
)

select rows_before, rows_since
from sizes
where rows_before >= 1000 and rows_since > rows_before""",
            ["ops.publications"],
        ),
    )
    if "customer_id" in contract.columns:
        yield Check(
            "customers_are_known",
            "warning",
            "A customer named here is a customer of the exports. "
            "Figures count the row all the same; its attributes are (none).",
            no_rows(f"""
select {", ".join(dict.fromkeys([*contract.key, "customer_id"]))}
from {{batch}}
where customer_id is not null
  and customer_id not in (
      select customer_id from raw.customers where customer_id is not null
      union all
      select customer_id from raw.customer_aliases where customer_id is not null
  )"""),
        )


def _of_mart(table: str, contract: TableContract) -> Iterator[Check]:
    key = contract.key
    yield Check(
        "one_row_per_key",
        "critical",
        f"There is one row per {', '.join(key)}, and no part of it is missing.",
        no_rows(f"""
select {", ".join(key)}, count(*) as row_count
from {{batch}}
group by all
having count(*) > 1 or {" or ".join(f"{column} is null" for column in key)}"""),
    )
    columns = contract.columns.keys()
    if "grain" in columns:
        yield Check(
            "grain_is_known",
            "critical",
            "The grain is month, quarter or year.",
            accepted_values("grain", GRAINS),
        )
    if columns >= {"grain", "period_start", "period_end", "is_complete", "covered_until"}:
        yield Check(
            "periods_are_those_of_the_calendar",
            "critical",
            "Every period is one that the calendar has, with its end. It is over where it is covered until its "
            "last day, and never before the calendar says so: a source that is behind closes no period.",
            no_rows(_PERIODS, ["intermediate.int_periods"]),
        )
    if columns >= {"dimension", "member"}:
        yield Check(
            "segments_are_known",
            "critical",
            "Every dimension and member is one of dim_segments.",
            no_rows(_SEGMENTS, ["marts.dim_segments"]),
        )
    if "customer_id" in columns:
        yield Check(
            "customers_are_known",
            "critical",
            "Every customer named here is in dim_customers.",
            references(
                "customer_id",
                "marts.dim_customers",
                "customer_id",
                shown=key,
                where_exported=False,
            ),
        )
    yield Check(
        "row_count_is_near_the_last_publication",
        "warning",
        "The number of rows is between half and twice that of the last publication (from 100 rows on).",
        no_rows(
            _since_the_last(
                table,
                "last.row_count >= 100\n  and (2 * here.row_count < last.row_count"
                " or here.row_count > 2 * last.row_count)",
            ),
            ["ops.publications"],
        ),
    )


def not_emptied(table: str) -> Check:
    """Return the check of a table that readers must not find empty once it was published with rows."""
    return Check(
        "not_emptied_since_the_last_publication",
        "critical",
        "A table that was published with rows is not empty now.",
        no_rows(
            _since_the_last(table, "last.row_count > 0 and here.row_count = 0"),
            ["ops.publications"],
        ),
    )


def _since_the_last(table: str, condition: str) -> str:
    return f"""
with last as (
    select cast(row_counts ->> '{table}' as bigint) as row_count
    from ops.publications
    where as_of is null
    order by id desc
    limit 1
),

here as (select count(*) as row_count from {{batch}})

select last.row_count as rows_published, here.row_count as rows_now
from last, here
where {condition}"""


_PERIODS = """
with rows_here as (select * from {batch})

select grain, period_start, count(*) as row_count
from rows_here as here
where not exists (
    select 1
    from intermediate.int_periods as periods
    where periods.grain = here.grain
      and periods.period_start = here.period_start
      and periods.period_end = here.period_end
      and here.covered_until <= periods.covered_until
      and here.is_complete = (here.covered_until = here.period_end - 1)
)
group by all"""

_SEGMENTS = """
with rows_here as (select * from {batch})

select dimension, member, count(*) as row_count
from rows_here as here
where not exists (
    select 1
    from marts.dim_segments as segments
    where segments.dimension = here.dimension and segments.member = here.member
)
group by all"""
