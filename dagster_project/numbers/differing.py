"""Which customers two publications tell otherwise: the one comparison that every kind of number uses."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb


def differing_states(
    con: duckdb.DuckDBPyConnection,
    earlier: str,
    later: str,
    states: Sequence[str],
    parameters: Mapping[str, Any],
) -> list[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    """Return the customers of whom a state differs, in order of id: id, states before, states after.

    :param earlier, later: queries of one row per customer, with ``customer_id`` and the states; who is in one of them
        alone has no states in the other.
    :param states: columns of both.
    :param parameters: of both queries.
    """
    rows = con.execute(
        f"""
        with b as ({earlier}), a as ({later})
        select
            customer_id,
            {", ".join(f"b.{name}" for name in states)}, {", ".join(f"a.{name}" for name in states)}
        from b full join a using (customer_id)
        where {" or ".join(f"b.{name} is distinct from a.{name}" for name in states)}
        order by customer_id
        """,  # noqa: S608 - own queries and columns
        dict(parameters),
    ).fetchall()
    end = 1 + len(states)
    return [(row[0], row[1:end], row[end:]) for row in rows]
