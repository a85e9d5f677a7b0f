"""Stage 3: dbt turns raw tables into marts. Every model is an asset, every dbt test an asset check.

dbt is a process of its own and takes DuckDB's one write lock, so no connection is open while it runs: its events go
on while it does, row counts and the rows behind a test that failed follow once it has ended.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.absent import absent

# Dagster imports dbt where there is one, to choose models by it, and needs none of it here: two seconds.
with absent("dbt"):
    from dagster_dbt import (
        DagsterDbtTranslator,
        DagsterDbtTranslatorSettings,
        DbtCliResource,
        dbt_assets,
    )

from dagster_project.config import Environment, Settings
from dagster_project.defs.dbt_events import DbtEvents
from dagster_project.defs.resources import Warehouse
from dagster_project.engines.dbt_process import parent_named
from dagster_project.engines.spark import require_engine
from dagster_project.errors import EbblineError, InputRefusedError, ValidationRefusedError
from dagster_project.exports.coverage import read_coverage, refuse_unknown_past
from dagster_project.exports.ledger import some_file_was_loaded
from dagster_project.exports.recurring import recurring_shape
from dagster_project.locations import DBT_PROJECT
from dagster_project.quality.currencies import refuse_unknown_currencies
from dagster_project.runs import StageReport
from dagster_project.transform.named_tests import with_short_names, without_tests
from dagster_project.transform.project import current_manifest, dbt_command, project_digest
from dagster_project.transform.results import failed_tests
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.leftovers import drop_leftovers
from dagster_project.warehouse.publication import pending_change
from dagster_project.warehouse.publication_ledger import next_id, recover

# Who answers for a layer; marts go by the folder they lie in.
OWNERS = {
    "sources": "team:data-engineering",
    "staging": "team:data-engineering",
    "intermediate": "team:data-engineering",
    "seeds": "team:data-engineering",
    "customers": "team:finance-data",
    "revenue": "team:finance-data",
    "reconciliation": "team:finance-data",
    "retention": "team:finance-data",
    "purchases": "team:growth",
    "experience": "team:customer-success",
    "risk": "team:customer-success",
}

# What the suites ask of every mart as well, with the last word before publication: keys, and customers that are known.
ASKED_BY_SUITES = tuple(
    f"*.marts.*.{test}_*" for test in ("one_row_per", "primary_key", "relationships")
)


# What Dagster writes before dbt's own words, after the whole command.
_ERRORS = "Errors parsed from dbt logs:"


class Translator(DagsterDbtTranslator):
    """Names, groups and owners of dbt nodes in the asset graph."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(
                enable_asset_checks=True, enable_source_tests_as_checks=True
            )
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return ``[schema, name]``: what the table is called in the warehouse."""
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the layer, and for marts the folder."""
        layer, *folders = dbt_resource_props["fqn"][1:-1] or ["seeds"]
        return "_".join([layer, *folders[:1]])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Return who answers for the model."""
        layer, *folders = dbt_resource_props["fqn"][1:-1] or ["seeds"]
        return [OWNERS[folders[0] if layer == "marts" and folders else layer]]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's own description; the UI has a link to the SQL."""
        description: str = dbt_resource_props["description"]
        return description

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the stage, so that a stage can be selected as ``tag:stage=transform``."""
        return {"stage": "transform"}


class _Dbt(DbtCliResource):
    """dbt as a process of its own, and nothing of it in this one.

    Dagster makes an adapter beside it, to ask for the columns of tables, and parses all macros of dbt for it. Columns
    are read from the warehouse here, all at once.
    """

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        """Make none."""


def _nothing_loaded(settings: Settings) -> InputRefusedError:
    return InputRefusedError(
        "no export has been loaded yet; a company of nobody is not published",
        evidence=[f"{name}: {source.path}" for name, source in settings.sources.named().items()],
        fix="put the files into these folders or correct the paths under sources in the settings; "
        "`ebbline formats` lists the files of every format",
    )


def _why_built_anew(warehouse: Warehouse, digest: str, built_by: Path) -> str:
    """Return why incremental models keep nothing tonight; empty where they do.

    :param built_by: holds the digest of the project that the last whole run was built by; none after one that died.
    """
    if warehouse.settings.engine == "spark":
        return "since Spark keeps nothing from one run to the next"
    if warehouse.full_refresh:
        return "as --full-refresh asks"
    if warehouse.settings.as_of is not None:
        return "since a past state is built from nothing"
    if not built_by.exists():
        return "since no whole run ended here before"
    if built_by.read_text(encoding="utf-8") != digest:
        return "since the models are others than those of the last run"
    return ""


def _refusal(
    run_results: Path, error: Exception | None, manifest: Mapping[str, Any]
) -> EbblineError:
    """Return what stopped dbt: tests that found rows, or an error of its own."""
    names = {unique_id: node["name"] for unique_id, node in manifest["nodes"].items()}
    tests = failed_tests(run_results, names)
    if not tests:
        said = str(error)
        return EbblineError(
            "dbt did not finish",
            evidence=(said.partition(_ERRORS)[2].strip() or said).splitlines()[:40],
            fix="logs/run.log in the warehouse folder holds all that it said",
        )
    return ValidationRefusedError(
        "dbt tests failed; nothing is published",
        where=str(run_results),
        evidence=tests,
        fix="the compiled SQL of each test, beside that file, selects the offending rows",
    )


def definitions() -> dg.Definitions:
    """Return the dbt models as assets and the dbt tests as checks."""
    parsed = json.loads(current_manifest().read_text(encoding="utf-8"))
    manifest = with_short_names(without_tests(parsed, ASKED_BY_SUITES))
    nodes = {
        (node["schema"], node["name"]): node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=Translator(),
        name="dbt_build",
    )
    def dbt_build(
        context: dg.AssetExecutionContext, warehouse: Warehouse, dbt: DbtCliResource
    ) -> Iterator[Any]:
        with warehouse.stage(context, "transform") as report:
            yield from build(context, warehouse, dbt, report)

    def build(
        context: dg.AssetExecutionContext,
        warehouse: Warehouse,
        dbt: DbtCliResource,
        report: StageReport,
    ) -> Iterator[Any]:
        settings, paths = warehouse.settings, warehouse.paths
        require_engine(settings.engine)
        with open_warehouse(paths) as con:
            if not some_file_was_loaded(con):
                raise _nothing_loaded(settings)
            refuse_unknown_past(con, settings)
            shape = recurring_shape(con, settings)
            refuse_unknown_currencies(con, settings, shape)
            coverage = read_coverage(con, settings, warehouse.clock)
            recover(con, paths)
            publication_id = next_id(con)
            if warehouse.only_if_changed and not pending_change(
                con, settings=settings, coverage=coverage
            ):
                context.log.info("inputs, settings and code are those of the last publication")
                return
            if dropped := drop_leftovers(con, nodes.keys()):
                context.log.info(
                    f"dropped, since no model makes them any more: {', '.join(dropped)}"
                )
        os.environ["EBBLINE_WAREHOUSE_DB"] = str(paths.warehouse_db)
        os.environ["EBBLINE_DBT_TARGET"] = settings.engine
        if (memory := Environment().dbt_memory_limit) is not None:
            os.environ["EBBLINE_DBT_MEMORY_LIMIT"] = f"{int(memory)}B"  # as DuckDB reads it
        variables = json.dumps(
            settings.dbt_vars(warehouse.clock, shape, until=coverage.until, covered=coverage.behind)
        )
        # What a model keeps was made by the SQL of its day, from models that were built with it; the stamp says by
        # which. Neither holds after a run of some models alone, nor after one that died: then all are built anew.
        digest, built_by = project_digest(), paths.dbt_target / "project.sha256"
        why_anew = _why_built_anew(warehouse, digest, built_by)
        report.models_built = (
            f"models: all built anew, {why_anew}"
            if why_anew
            else "models: incremental ones kept what earlier runs computed, and computed what changed since"
        )
        built_by.unlink(missing_ok=True)
        run_results = paths.dbt_target / "run" / "run_results.json"
        run_results.unlink(missing_ok=True)
        with parent_named():
            invocation = dbt.cli(
                # Unit tests speak of the models, not of tonight's data: `make test` runs them.
                [
                    "build",
                    *("--exclude-resource-type", "unit_test"),
                    *("--exclude", " ".join(f"fqn:{names}" for names in ASKED_BY_SUITES)),
                    *("--vars", variables),
                    *(("--full-refresh",) if why_anew else ()),
                ],
                context=context,
                target_path=run_results.parent,
                raise_on_error=False,
            )
        stream = DbtEvents(
            report, nodes, dict(context.assets_def.keys_by_output_name), publication_id
        )
        yield from stream.live(invocation.stream())
        is_built = invocation.is_successful()
        is_there = is_built or settings.engine == "duckdb"
        yield from stream.afterwards(paths, run_results, is_there=is_there)
        if not is_built:
            raise _refusal(run_results, invocation.get_error(), manifest)
        # What Spark built is no ground for DuckDB's next night. The keys of context.assets_def are those selected.
        of_all = set(context.selected_asset_keys) == set(dbt_build.keys)
        if of_all and settings.engine == "duckdb":
            built_by.write_text(digest, encoding="utf-8")

    dbt_cli = _Dbt(
        project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=dbt_command()
    )
    return dg.Definitions(assets=[dbt_build], resources={"dbt": dbt_cli})
