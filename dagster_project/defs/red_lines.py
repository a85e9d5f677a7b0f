"""Stage 5: red lines, evaluated on the validated marts before anything is published."""

from collections.abc import Iterator

import dagster as dg

from dagster_project import red_lines
from dagster_project.defs import incident_checks
from dagster_project.defs.check_evaluations import as_result
from dagster_project.defs.incident_checks import INCIDENTS
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.table_metadata import table_metadata
from dagster_project.exports.coverage import read_coverage
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.publication_ledger import next_id, recover

STATUS = dg.AssetKey(["marts", "red_line_status"])
RESTATEMENTS = dg.AssetKey(["marts", "restatements"])
READS = (
    dg.AssetKey(["marts", "mart_churn_periods"]),
    dg.AssetKey(["marts", "mart_revenue_periods"]),
    dg.AssetKey(["marts", "mart_support_periods"]),
    dg.AssetKey(["marts", "mart_health_periods"]),
    dg.AssetKey(["marts", "metrics"]),
)


@dg.multi_asset(
    name="red_lines",
    specs=[
        dg.AssetSpec(
            key,
            deps=READS,
            group_name="red_lines",
            owners=["team:on-call"],
            kinds={"python", "duckdb"},
            description=description,
            tags={"stage": "red_lines"},
        )
        for key, description in (
            (
                STATUS,
                "One row per red line, complete period and segment: its value, the line, and whether it is crossed.",
            ),
            (
                INCIDENTS,
                "One row per incident: a red line that is crossed, from the period that opened it "
                "to the one that resolved it.",
            ),
            (
                RESTATEMENTS,
                "One row per restated value and publication: a headline number of a finished "
                "period that was published with another value, before and after.",
            ),
        )
    ],
    check_specs=incident_checks.specs(),
)
def evaluate_red_lines(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Evaluate every rule and write what on-call and readers see of it."""
    settings, clock = warehouse.settings, warehouse.clock
    with warehouse.stage(context, "red_lines") as report, open_warehouse(warehouse.paths) as con:
        rules = red_lines.load_rules(settings)
        coverage = read_coverage(con, settings, clock)
        statuses = red_lines.evaluate(
            con, rules, clock=clock, until=coverage.until, behind=coverage.behind
        )
        # The past that --as-of rebuilds is shown, but nobody is called out of bed for it.
        recover(con, warehouse.paths)
        publication_id, speak = next_id(con), settings.as_of is None
        red_lines.record(
            con, statuses, clock, rules=rules, publication_id=str(publication_id), speak=speak
        )
        red_lines.record_restatements(
            con, settings, clock, publication_id=publication_id, speak=speak
        )
        for key in (STATUS, INCIDENTS, RESTATEMENTS):
            found = table_metadata(con, "marts", key.path[-1])
            report.made(key.to_user_string(), found)
            yield dg.MaterializeResult(asset_key=key, metadata=found)
        yield from map(as_result, incident_checks.evaluations(con))


def definitions() -> dg.Definitions:
    """Return the red-line assets."""
    return dg.Definitions(assets=[evaluate_red_lines])
