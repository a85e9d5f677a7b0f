"""The SQL that reads customers at both ends of a span from a publication, also from one of older code."""

import duckdb

from dagster_project.warehouse.introspection import has_column
from dagster_project.warehouse.quoting import quote_identifier


def states_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for the states of all customers of a publication, those of ``$member`` only."""
    return f"""
        select
            customer_id, opening, closing, fx, status, is_involuntary, is_counted,
            member_opening = $member as in_opening,
            member_closing = $member as in_closing
        from ({spans_sql(con, database, dimension)})
        where member_opening = $member or member_closing = $member
    """  # noqa: S608


def spans_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for all customers of a publication active at one end of the span."""
    return f"""
        with

        worth as (
            select
                customer_id,
                coalesce(sum(amount) filter (movement_on < ${database}_opening), 0) as opening,
                coalesce(sum(amount) filter (movement_on < ${database}_closing), 0) as closing,
                coalesce(
                    sum(amount) filter (
                        movement_type = 'fx'
                        and movement_on >= ${database}_opening
                        and movement_on < ${database}_closing
                    ), 0
                ) as moved_by_rates,
                min(movement_on) filter (movement_type = 'new') as first_active_on
            from {database}.marts.fct_mrr_movements
            group by customer_id
            having opening > 0 or closing > 0
        ),

        membership as ({_membership_sql(con, database, dimension)}),

        rates as ({_rates_sql(con, database)}),

        lost as ({_lost_sql(con, database)}),

        causes as ({_causes_sql(con, database)})

        select
            customer_id, opening, closing,
            case when opening > 0 and closing > 0 then coalesce(rates.fx, 0) else 0 end as fx,
            case
                when opening > 0 and closing > 0 then 'retained'
                when opening > 0 then 'lost'
                when first_active_on < ${database}_opening then 'reactivated'
                else 'new'
            end as status,
            member_opening,
            member_closing,
            lost.is_involuntary,
            lost.reason,
            coalesce(causes.is_counted, true) as is_counted
        from worth
        inner join membership using (customer_id)
        left join rates using (customer_id)
        left join lost using (customer_id)
        left join causes using (customer_id)
    """  # noqa: S608


def _membership_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for the member of the dimension that each customer is at both ends."""
    if dimension == "plan":
        return f"""
            select
                customer_id,
                coalesce(opening_plan, closing_plan) as member_opening,
                coalesce(closing_plan, opening_plan) as member_closing
            from (
                select
                    customer_id,
                    {_plan_on(database, "opening")} as opening_plan,
                    {_plan_on(database, "closing")} as closing_plan
                from worth
            )
        """  # noqa: S608
    if dimension == "all":
        return "select customer_id, 'all' as member_opening, 'all' as member_closing from worth"
    if "+" in dimension:
        return _crossed_sql(con, database, dimension.split("+"))
    return f"""
        select
            customer_id,
            coalesce({attribute_sql(con, database, dimension)}, '(none)') as member_opening,
            member_opening as member_closing
        from worth left join {database}.marts.dim_customers using (customer_id)
    """  # noqa: S608


def _crossed_sql(con: duckdb.DuckDBPyConnection, database: str, parts: list[str]) -> str:
    """Return SQL for the member of several dimensions at once, as dbt calls it (``dbt/macros/members.sql``)."""
    joined, members = "", []
    for end in ("opening", "closing"):
        named = [
            f"part_{place}.member_{end}" if part == "plan" else f"part_{place}.member_opening"
            for place, part in enumerate(parts)
        ]
        members.append(f"{crossed_member_sql(named)} as member_{end}")
    for place, part in enumerate(parts):
        joined += f" inner join ({_membership_sql(con, database, part)}) as part_{place} using (customer_id)"
    return f"select customer_id, {', '.join(members)} from worth{joined}"  # noqa: S608


def crossed_member_sql(members: list[str]) -> str:
    """Return SQL for one member made of those of several dimensions; a plus within one is doubled."""
    return " || ' + ' || ".join(f"replace({member}, ' + ', ' ++ ')" for member in members)


def attribute_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for an attribute of ``dim_customers``; null where the publication has none such."""
    if has_column(con, "marts", "dim_customers", dimension, database=database):
        return quote_identifier(dimension)
    return "null"


def _rates_sql(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return SQL for what exchange rates did; older publications have only the movements to say it."""
    if not has_column(con, "marts", "fct_span_fx", "fx", database=database):
        return "select customer_id, moved_by_rates as fx from worth"
    return f"""
        select customer_id, fx from {database}.marts.fct_span_fx
        where opening_on = ${database}_opening and closing_on = ${database}_closing
    """  # noqa: S608


def _causes_sql(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return SQL for who counts as an upgrade or a downgrade; in older publications everybody did."""
    if not has_column(con, "marts", "fct_span_causes", "is_counted", database=database):
        return "select customer_id, true as is_counted from worth"
    return f"""
        select distinct customer_id, is_counted from {database}.marts.fct_span_causes
        where opening_on = ${database}_opening and closing_on = ${database}_closing
    """  # noqa: S608


def _lost_sql(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return SQL for the reasons of lost customers; older publications do not have them."""
    columns = "customer_id, is_involuntary, reason"
    if not has_column(con, "marts", "fct_lost_customers", "is_involuntary", database=database):
        return f"""
            select customer_id, null::boolean as is_involuntary, null::varchar as reason
            from worth where ${database}_grain::varchar is null and false
        """  # noqa: S608
    return f"""
        select {columns} from {database}.marts.fct_lost_customers
        where grain = ${database}_grain and period_start = ${database}_opening
    """  # noqa: S608


def _plan_on(database: str, end: str) -> str:
    """Return SQL for a customer's plan at the end of the day before ``opening`` or ``closing``."""
    return f"""
        case when worth.{end} > 0 then coalesce((
            select any_value(plan_days.plan_id)
            from {database}.marts.customer_plan_days as plan_days
            where
                plan_days.customer_id = worth.customer_id
                and plan_days.valid_from < ${database}_{end}
                and coalesce(plan_days.valid_to, date '9999-12-31') >= ${database}_{end}
        ), '(none)') end
    """  # noqa: S608
