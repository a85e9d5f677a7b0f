"""Cycles in ``customer_aliases``: an export that makes one is refused. Resolving aliases is dbt's work."""

import duckdb

from dagster_project.errors import InputRefusedError
from dagster_project.exports.contract import NEWEST_FIRST

_SHOWN = 20
_CYCLES = f"""
with recursive newest as (
    select customer_id, same_as_customer_id, _deleted from raw.customer_aliases
    qualify row_number() over (partition by customer_id order by {NEWEST_FIRST}) = 1
),
edges as (select customer_id, same_as_customer_id from newest where not _deleted),
reached as (
    select customer_id as start, same_as_customer_id as customer_id from edges
    union
    select r.start, e.same_as_customer_id from reached r join edges e on e.customer_id = r.customer_id
)
select start from reached where start = customer_id order by start limit ?
"""


def refuse_cycles(con: duckdb.DuckDBPyConnection, file_name: str) -> None:
    """Raise where following aliases leads back to where one began.

    :param file_name: the file just loaded, whose transaction the caller rolls back.
    :raises InputRefusedError: with the ids of the customers in a cycle.
    """
    found = [customer for (customer,) in con.execute(_CYCLES, [_SHOWN]).fetchall()]
    if found:
        raise InputRefusedError(
            f"these customers are aliases of each other in a circle: {', '.join(found)}",
            where=file_name,
            fix="let one of them be the surviving id and remove its own alias row",
        )
