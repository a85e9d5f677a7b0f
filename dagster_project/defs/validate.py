"""Stages 2 and 4: each expectation is a check on the asset it guards; a critical one stops the run.

The suites are read as files here, so that listing the graph does not import Great Expectations.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import dagster as dg

from dagster_project.defs.resources import Warehouse
from dagster_project.quality import CheckResult, CheckSpec, list_checks, validate
from dagster_project.runs import FailedCheck
from dagster_project.warehouse.first_rows import as_text

Stage = Literal["raw", "marts"]


def _check_spec(spec: CheckSpec) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=spec.name,
        asset=[spec.stage, spec.table],
        blocking=spec.severity == "critical",
        description=spec.description,
        metadata={"suite": spec.suite, "severity": spec.severity},
    )


def _check_result(result: CheckResult) -> dg.AssetCheckResult:
    critical = result.spec.severity == "critical"
    metadata: dict[str, dg.MetadataValue] = {
        "suite": dg.MetadataValue.text(result.spec.suite),
        "expectation": dg.MetadataValue.text(result.spec.name),
        "observed": dg.MetadataValue.text(str(result.observed)),
        "message": dg.MetadataValue.text(result.message),
        "failing_rows": dg.MetadataValue.json(as_text(result.failing_rows)),
    }
    if result.docs_page is not None:
        metadata["data_docs"] = dg.MetadataValue.path(str(result.docs_page))
    return dg.AssetCheckResult(
        asset_key=[result.spec.stage, result.spec.table],
        check_name=result.spec.name,
        passed=result.passed,
        severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def _failed(result: CheckResult) -> FailedCheck:
    return FailedCheck(
        asset=f"{result.spec.stage}/{result.spec.table}",
        check=result.spec.name,
        critical=result.spec.severity == "critical",
        suite=result.spec.suite,
        message=result.message,
        observed=str(result.observed),
        failing_rows=tuple(as_text(result.failing_rows)),
        docs_page="" if result.docs_page is None else str(result.docs_page),
    )


def _stage_checks(stage: Stage, specs: Sequence[CheckSpec]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"validate_{stage}", specs=[_check_spec(spec) for spec in specs], can_subset=True
    )
    def checks(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        chosen = {(key.asset_key.path[-1], key.name) for key in context.selected_asset_check_keys}
        with warehouse.stage(context, f"validate_{stage}") as report:
            validated = validate(warehouse.paths, stage, tables={table for table, _ in chosen})
            results = [
                one for one in validated.results if (one.spec.table, one.spec.name) in chosen
            ]
            report.failed_checks += [_failed(one) for one in results if not one.passed]
            report.checks_passed += sum(one.passed for one in results)
            yield from map(_check_result, results)

    return checks


def definitions() -> dg.Definitions:
    """Return the checks of both stages."""
    specs = list_checks()
    stages: tuple[Stage, ...] = get_args(Stage)
    return dg.Definitions(
        asset_checks=[
            _stage_checks(stage, [spec for spec in specs if spec.stage == stage])
            for stage in stages
        ]
    )
