"""Who belongs to a segment: a condition on customers, for one dimension or several that are crossed."""

from dataclasses import dataclass
from datetime import date

import duckdb

from dagster_project.config import DIMENSIONS
from dagster_project.red_lines.evaluation import Segment
from dagster_project.warehouse.introspection import columns_of, has_table
from dagster_project.warehouse.quoting import quote_identifier


@dataclass(frozen=True)
class Members:
    """A condition on a column ``customer_id``, and its parameters."""

    condition: str
    parameters: tuple[object, ...] = ()


def parts_of(segment: Segment) -> tuple[tuple[str, str], ...]:
    """Return dimension and member of each part of a segment; none of the whole business.

    The member of a crossing is that of its parts with a plus between; a plus within one is doubled
    (``dbt/macros/members.sql``).
    """
    if segment.dimension == "all":
        return ()
    if "+" not in segment.dimension:
        return ((segment.dimension, segment.member),)
    members = [part.replace(" ++ ", " + ") for part in segment.member.split(" + ")]
    return tuple(zip(segment.dimension.split("+"), members, strict=False))


def members_of(con: duckdb.DuckDBPyConnection, segment: Segment, opening: date) -> Members | None:
    """Return who belongs to a segment; None where that is not known.

    :param opening: the first day of the period: a customer's plan is the one of the day before.
    """
    conditions, parameters = ["true"], []
    for dimension, member in parts_of(segment):
        if dimension == "plan" and has_table(con, "intermediate", "int_customer_plan_days"):
            conditions.append(
                "customer_id in (select customer_id from intermediate.int_customer_plan_days "
                "where plan_id = ? and valid_from < ? and (valid_to is null or valid_to >= ?))"
            )
            parameters += [member, opening, opening]
        elif dimension in DIMENSIONS and dimension in columns_of(con, "marts", "dim_customers"):
            conditions.append(
                "customer_id in (select customer_id from marts.dim_customers "  # noqa: S608 - a quoted dimension from the known list
                f"where coalesce({quote_identifier(dimension)}, '(none)') = ?)"
            )
            parameters.append(member)
        else:
            return None
    return Members(" and ".join(conditions), tuple(parameters))
