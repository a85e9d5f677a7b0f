"""Stage 6: the validated marts become one new read-only file, swapped in by rename."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from dagster_project.defs.incident_checks import INCIDENTS
from dagster_project.defs.ingest import FILES_ACCEPTED
from dagster_project.defs.red_lines import RESTATEMENTS, STATUS
from dagster_project.defs.resources import Warehouse
from dagster_project.exports.coverage import coverage_of
from dagster_project.runs import RunReports, StageReport
from dagster_project.warehouse.publication import publish

PUBLICATION = dg.AssetKey(["publication"])


def _validation_summary(reports: Iterable[StageReport]) -> dict[str, Any]:
    """Return what the checks of this run said: how many passed, and which did not."""
    passed, failed = 0, []
    for report in reports:
        passed += report.checks_passed
        failed += [f"{check.asset}: {check.check}" for check in report.failed_checks]
        failed += [f"{asset}: {FILES_ACCEPTED}" for asset in report.tables_refused]
    return {"checks": passed + len(failed), "passed": passed, "warnings": sorted(failed)}


def definitions(marts: list[dg.AssetKey]) -> dg.Definitions:
    """Return the publication asset; it depends on every mart, so no mart can be missing from it."""

    @dg.asset(
        key=PUBLICATION,
        deps=[*marts, STATUS, INCIDENTS, RESTATEMENTS],
        group_name="publication",
        owners=["team:data-engineering"],
        kinds={"python", "duckdb"},
        description="One row per publication: the read-only file marts.duckdb that readers see, "
        "with its settings, inputs, code version, row counts and validation result.",
        tags={"stage": "publish"},
    )
    def publication(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> dg.MaterializeResult[None]:
        settings = warehouse.settings
        reports = RunReports(warehouse.paths, context.run.run_id).read()
        with warehouse.stage(context, "publish") as report:
            published = publish(
                warehouse.paths,
                settings=settings,
                clock=warehouse.clock,
                coverage=coverage_of(warehouse.paths, settings, warehouse.clock),
                validation_summary=_validation_summary(reports),
                keep=settings.publish.keep,
            )
            report.publication_id = published.id
            metadata: dict[str, Any] = {
                "publication_id": published.id,
                "marts": dg.MetadataValue.path(str(warehouse.paths.marts_db)),
                "dagster/row_count": 1,
                "tables": dg.MetadataValue.json(dict(published.row_counts)),
            }
            report.made(PUBLICATION.to_user_string(), metadata)
            return dg.MaterializeResult(metadata=metadata)

    return dg.Definitions(assets=[publication])
