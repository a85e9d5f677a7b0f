"""Stage 6: the validated marts become one new read-only file, swapped in by rename."""

from typing import Any

import dagster as dg

from dagster_project.defs.red_lines import INCIDENTS, RESTATEMENTS, STATUS
from dagster_project.defs.resources import Warehouse
from dagster_project.warehouse.publication import publish

PUBLICATION = dg.AssetKey(["publication"])


def _validation_summary(context: dg.AssetExecutionContext) -> dict[str, Any]:
    """Return what the checks of this run said: how many passed, and which did not."""
    records = context.instance.all_logs(
        context.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    evaluations = [
        record.dagster_event.asset_check_evaluation_data
        for record in records
        if record.dagster_event is not None
    ]
    return {
        "checks": len(evaluations),
        "passed": sum(evaluation.passed for evaluation in evaluations),
        "warnings": sorted(
            f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}"
            for evaluation in evaluations
            if not evaluation.passed
        ),
    }


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
        published = publish(
            warehouse.paths,
            settings=settings,
            clock=warehouse.clock,
            validation_summary=_validation_summary(context),
            keep=settings.publish.keep,
        )
        return dg.MaterializeResult(
            metadata={
                "publication_id": published.id,
                "marts": dg.MetadataValue.path(str(warehouse.paths.marts_db)),
                "dagster/row_count": 1,
                "tables": dg.MetadataValue.json(dict(published.row_counts)),
            }
        )

    return dg.Definitions(assets=[publication])
