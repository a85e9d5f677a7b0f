"""Stage 1: exports become raw tables. One asset per raw table, one step per source."""

from collections.abc import Iterator, Mapping

import dagster as dg

from dagster_project.defs.resources import Warehouse
from dagster_project.defs.table_metadata import table_metadata
from dagster_project.exports import FileLoad, LoadReport, ensure_raw_tables, load_source
from dagster_project.exports.addresses import without_secrets
from dagster_project.exports.contract import TABLES
from dagster_project.warehouse.connection import open_warehouse

FILES_ACCEPTED = "files_accepted"
# Metadata: on the check, why each file was refused; on an asset, the folder in which no file lies.
REFUSALS = "refusals"
NO_FILES_IN = "no_files_in"
# Metadata on an asset: what its files lack, and columns that nothing reads and that may matter.
FILE_WARNINGS = "file_warnings"
# Loading streams; what does not fit spills to disk.
MEMORY_LIMIT = "1200MB"
SOURCES = ("billing", "support", "usage")


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


def _told(files: list[FileLoad]) -> dict[str, list[str]]:
    told = [f"{file.file_name}: {warning}" for file in files for warning in file.warnings]
    return {FILE_WARNINGS: told} if told else {}


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


def _source_assets(source: str, descriptions: Mapping[str, str]) -> dg.AssetsDefinition:
    tables = [name for name, table in TABLES.items() if table.source == source]

    @dg.multi_asset(
        name=f"ingest_{source}",
        specs=[_raw_asset(table, descriptions[table]) for table in tables],
        check_specs=[_accepted(table) for table in tables],
        can_subset=True,
    )
    def ingest(
        context: dg.AssetExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.MaterializeResult[None]]:
        settings = warehouse.settings
        given = settings.sources.named().get(source)
        report = LoadReport(source, "none", ())
        with open_warehouse(warehouse.paths, memory_limit=MEMORY_LIMIT) as con:
            ensure_raw_tables(con)
            if given is not None:
                report = load_source(
                    con,
                    source=source,
                    format=given.format,
                    path=given.path,
                    settings=settings,
                    clock=warehouse.clock,
                )
            nothing_in = (
                without_secrets(given.path) if given is not None and report.found_nothing else None
            )
            if nothing_in is not None:
                context.log.warning(f"no files in {nothing_in}")
            selected = [key.path[-1] for key in context.selected_asset_keys]
            shape = {table: table_metadata(con, "raw", table) for table in selected}
        for table in (name for name in tables if name in selected):
            files = [file for file in report.files if (file.table or tables[0]) == table]
            refused = [file for file in files if file.outcome == "refused"]
            stops = bool(refused) and not settings.ingest.publish_when_refused
            yield dg.MaterializeResult(
                asset_key=["raw", table],
                metadata={
                    **shape[table],
                    "files": _files_table(files),
                    **(
                        {"unrecognised_files": list(report.unrecognised)}
                        if report.unrecognised
                        else {}
                    ),
                    **_told(files),
                    **({NO_FILES_IN: nothing_in} if nothing_in is not None else {}),
                    "rows_loaded": sum(file.rows_loaded for file in files),
                    "rows_quarantined": sum(file.rows_quarantined for file in files),
                },
                check_results=[
                    dg.AssetCheckResult(
                        asset_key=["raw", table],
                        check_name=FILES_ACCEPTED,
                        passed=not refused,
                        severity=dg.AssetCheckSeverity.ERROR
                        if stops
                        else dg.AssetCheckSeverity.WARN,
                        metadata={
                            REFUSALS: dg.MetadataValue.json(
                                [file.message or file.file_name for file in refused]
                            )
                        },
                    )
                ],
            )

    return ingest


def definitions(descriptions: Mapping[str, str]) -> dg.Definitions:
    """Return the raw assets of every source.

    :param descriptions: what one row of each raw table is; dbt's sources say it.
    """
    return dg.Definitions(assets=[_source_assets(source, descriptions) for source in SOURCES])
