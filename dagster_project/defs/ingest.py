"""Stage 1: exports become raw tables. One asset per raw table, one step per source."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from dagster_project.defs import freshness
from dagster_project.defs.check_evaluations import as_result
from dagster_project.defs.resources import Warehouse
from dagster_project.defs.table_metadata import table_metadata
from dagster_project.exports import FileLoad, LoadReport, ensure_raw_tables, load_source
from dagster_project.exports.addresses import without_secrets
from dagster_project.exports.contract import SOURCES, TABLES
from dagster_project.runs import StageReport
from dagster_project.warehouse.connection import open_warehouse

FILES_ACCEPTED = "files_accepted"
# Metadata of the check: why each file was refused.
REFUSALS = "refusals"
# Metadata of an asset: the folder in which no file lies.
NO_FILES_IN = "no_files_in"
# Loading streams; what does not fit spills to disk.
MEMORY_LIMIT = "1200MB"


def _raw_asset(table: str, description: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=["raw", table],
        group_name=f"ingest_{TABLES[table].source}",
        owners=["team:data-engineering"],
        kinds={"python", "duckdb"},
        description=description,
        tags={"stage": "ingest"},
    )


def _accepted(table: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=FILES_ACCEPTED,
        asset=["raw", table],
        blocking=True,
        description=f"No file that feeds {table} was refused.",
    )


def _warnings_of(files: list[FileLoad]) -> list[str]:
    return [f"{file.file_name}: {warning}" for file in files for warning in file.warnings]


def _files_table(files: list[FileLoad]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "file": file.file_name,
                    "outcome": file.outcome,
                    "rows_read": file.rows_read,
                    "rows_loaded": file.rows_loaded,
                    "rows_unchanged": file.rows_unchanged,
                    "rows_quarantined": file.rows_quarantined,
                    "rows_for_others": file.rows_for_others,
                    "message": file.message,
                }
            )
            for file in files
        ],
        dg.TableSchema(
            [
                dg.TableColumn("file", "string"),
                dg.TableColumn("outcome", "string"),
                *(dg.TableColumn(f"rows_{what}", "int") for what in ("read", "loaded")),
                *(dg.TableColumn(f"rows_{what}", "int") for what in ("unchanged", "quarantined")),
                dg.TableColumn("rows_for_others", "int"),
                dg.TableColumn("message", "string"),
            ]
        ),
    )


def _note(report: StageReport, table: str, files: list[FileLoad], shape: Mapping[str, Any]) -> None:
    """Hand over what the files brought a table."""
    refused = [file.message or file.file_name for file in files if file.outcome == "refused"]
    report.made(f"raw/{table}", shape)
    report.rows_loaded[table] = sum(file.rows_loaded for file in files)
    report.rows_quarantined[table] = sum(file.rows_quarantined for file in files)
    report.file_warnings += _warnings_of(files)
    report.refused_files += refused
    if refused:
        report.tables_refused.append(f"raw/{table}")
    else:
        report.checks_passed += 1


def _result(
    table: str, files: list[FileLoad], metadata: Mapping[str, Any], *, stops: bool
) -> dg.MaterializeResult[None]:
    """Return what the UI shows of a table: its files, and whether they were accepted."""
    refused = [file.message or file.file_name for file in files if file.outcome == "refused"]
    warnings = _warnings_of(files)
    return dg.MaterializeResult(
        asset_key=["raw", table],
        metadata={
            **metadata,
            "files": _files_table(files),
            **({"file_warnings": warnings} if warnings else {}),
            "rows_loaded": sum(file.rows_loaded for file in files),
            "rows_quarantined": sum(file.rows_quarantined for file in files),
        },
        check_results=[
            dg.AssetCheckResult(
                asset_key=["raw", table],
                check_name=FILES_ACCEPTED,
                passed=not refused,
                severity=dg.AssetCheckSeverity.ERROR
                if refused and stops
                else dg.AssetCheckSeverity.WARN,
                metadata={REFUSALS: dg.MetadataValue.json(refused)},
            )
        ],
    )


def _source_assets(source: str, descriptions: Mapping[str, str]) -> dg.AssetsDefinition:
    tables = [name for name, table in TABLES.items() if table.source == source]

    @dg.multi_asset(
        name=f"ingest_{source}",
        specs=[_raw_asset(table, descriptions[table]) for table in tables],
        check_specs=[*(_accepted(table) for table in tables), freshness.spec(source)],
        can_subset=True,
    )
    def ingest(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        settings = warehouse.settings
        given = settings.sources.named().get(source)
        loaded = LoadReport(source, "none", ())
        with warehouse.stage(context, f"ingest_{source}") as report:
            with open_warehouse(warehouse.paths, memory_limit=MEMORY_LIMIT) as con:
                ensure_raw_tables(con)
                if given is not None:
                    loaded = load_source(
                        con,
                        source=source,
                        format=given.format,
                        path=given.path,
                        settings=settings,
                        clock=warehouse.clock,
                    )
                    if loaded.found_nothing:
                        report.empty_folders.append(without_secrets(given.path))
                        context.log.warning(f"no files in {without_secrets(given.path)}")
                selected = [key.path[-1] for key in context.selected_asset_keys]
                shape = {table: table_metadata(con, "raw", table) for table in selected}
                fresh = list(freshness.evaluations(con, settings, warehouse.clock, [source]))
            report.unrecognised_files += loaded.unrecognised
            seen = {
                **({NO_FILES_IN: ", ".join(report.empty_folders)} if report.empty_folders else {}),
                **({"unrecognised_files": list(names)} if (names := loaded.unrecognised) else {}),
            }
            files = {
                table: [one for one in loaded.files if (one.table or tables[0]) == table]
                for table in tables
                if table in selected
            }
            for table, brought in files.items():
                _note(report, table, brought, shape[table])
            for table, brought in files.items():
                yield _result(
                    table,
                    brought,
                    {**shape[table], **seen},
                    stops=not settings.ingest.publish_when_refused,
                )
            for one in fresh:
                if one.asset_key.path[-1] in files:
                    yield as_result(one)

    return ingest


def definitions(descriptions: Mapping[str, str]) -> dg.Definitions:
    """Return the raw assets of every source.

    :param descriptions: what one row of each raw table is; dbt's sources say it.
    """
    return dg.Definitions(assets=[_source_assets(source, descriptions) for source in SOURCES])
