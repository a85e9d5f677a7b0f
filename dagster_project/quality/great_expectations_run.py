"""Where ebbline meets Great Expectations: a context, one checkpoint, its Data Docs.

Importing this module imports GX, which takes seconds; only ``validation`` does so, and only inside
a validation. What GX answers is turned into ebbline's own values here and goes no further.
"""

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from dagster_project.absent import absent, hollow

_OTHER_DATASOURCES = {
    "pandas_datasource": ("PandasDatasource", "_PandasDatasource"),
    "pandas_file_path_datasource": ("_PandasFilePathDatasource",),
    "pandas_filesystem_datasource": ("PandasFilesystemDatasource",),
    "pandas_dbfs_datasource": ("PandasDBFSDatasource",),
    "pandas_s3_datasource": ("PandasS3Datasource",),
    "pandas_google_cloud_storage_datasource": ("PandasGoogleCloudStorageDatasource",),
    "pandas_azure_blob_storage_datasource": ("PandasAzureBlobStorageDatasource",),
    "fabric": ("FabricPowerBIDatasource",),
    "spark_datasource": ("SparkDatasource", "_SparkDatasource", "SparkConfig"),
    "spark_file_path_datasource": ("_SparkFilePathDatasource",),
    "spark_filesystem_datasource": ("SparkFilesystemDatasource",),
    "spark_dbfs_datasource": ("SparkDBFSDatasource",),
    "spark_s3_datasource": ("SparkS3Datasource",),
    "spark_google_cloud_storage_datasource": ("SparkGoogleCloudStorageDatasource",),
    "spark_azure_blob_storage_datasource": ("SparkAzureBlobStorageDatasource",),
}
# Before the import: GX reads it once, when it is loaded.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
# GX imports PySpark where it is installed (as it is for our tests), which takes seconds and, in a process
# that Dagster spawned, ends it: PySpark takes the missing `__main__.__file__` for a doctest run. GX is made
# to do without, and without boto3 and SciPy, a fifth of the import: it asks S3 and Kolmogorov only where told to.
# The same goes for its datasources that are no database, each some models of pydantic.
with ExitStack() as without:
    for package in ("pyspark", "boto3", "botocore"):
        without.enter_context(absent(package))
    without.enter_context(hollow("scipy", "stats"))
    for kind, classes in _OTHER_DATASOURCES.items():
        without.enter_context(hollow(f"great_expectations.datasource.fluent.{kind}", *classes))
    import great_expectations as gx
    from great_expectations.data_context.data_context.file_data_context import FileDataContext
    from great_expectations.data_context.types.resource_identifiers import (
        ValidationResultIdentifier,
    )

from dagster_project.plural import counted
from dagster_project.quality import dialect, lighter_gx
from dagster_project.quality.checks import Stage
from dagster_project.quality.results import CheckpointRun, Outcome
from dagster_project.quality.suites import SuiteError
from dagster_project.warehouse.paths import WarehousePaths

lighter_gx.lighten()


def run_checkpoint(folder: Path, stage: Stage, paths: WarehousePaths) -> CheckpointRun:
    """Run one checkpoint of a context and build its pages of Data Docs.

    :param folder: of the context; GX may write into it.
    :param stage: name of the checkpoint.
    :param paths: whose database is read and under which Data Docs are built.
    """
    context = open_context(folder, paths)
    try:
        result = context.checkpoints.get(stage).run()
    finally:
        dialect.close_connections()
    outcomes = {
        (str(suite_result.suite_name), _name(expectation)): _outcome(expectation)
        for suite_result in result.run_results.values()
        for expectation in suite_result.results
    }
    index, pages = _build_docs(context, list(result.run_results))
    return CheckpointRun(outcomes, index, pages)


def open_context(folder: Path, paths: WarehousePaths) -> FileDataContext:
    """Open a context folder with the places of one warehouse.

    :raises SuiteError: no context is there; GX would silently make an empty one.
    """
    if not (folder / "great_expectations.yml").is_file():
        raise SuiteError("no Great Expectations context is here", where=str(folder))
    dialect.register()
    context = gx.get_context(
        mode="file",
        context_root_dir=folder,
        runtime_environment={
            "EBBLINE_WAREHOUSE_DB": str(paths.warehouse_db.resolve()),
            "EBBLINE_DATA_DOCS": str(paths.data_docs.resolve()),
            "EBBLINE_VALIDATION_RESULTS": str((paths.root / "quality" / "results").resolve()),
        },
    )
    assert isinstance(context, FileDataContext)
    return context


def _name(expectation: Any) -> str:
    return str(expectation.expectation_config.meta["name"])


def _outcome(expectation: Any) -> Outcome:
    info = expectation.exception_info or {}
    # One exception per metric, or one for the expectation as a whole.
    raised = [info] if "raised_exception" in info else list(info.values())
    errors = [e["exception_message"] for e in raised if e.get("raised_exception")]
    if errors:
        return Outcome(False, f"could not be evaluated: {errors[0].strip().splitlines()[0]}")
    return Outcome(bool(expectation.success), _observed(expectation.result))


def _observed(result: dict[str, Any]) -> str:
    missing = result.get("details", {}).get("mismatched", {}).get("missing")
    if missing:
        return f"missing columns: {', '.join(missing)}"
    if "unexpected_count" in result:
        broken, looked_at = result["unexpected_count"], result["element_count"]
        if broken is None:  # GX counts nothing in an empty column
            return "no value to look at"
        return f"broken by {broken:,} of {counted(looked_at, 'row')}"
    observed = result.get("observed_value")
    if isinstance(observed, list):
        return counted(len(observed), "column")
    return counted(observed, "row") if isinstance(observed, int) else str(observed)


def _build_docs(
    context: FileDataContext, runs: list[ValidationResultIdentifier]
) -> tuple[Path, dict[str, Path]]:
    identifiers: list[Any] = [*runs, *(run.expectation_suite_identifier for run in runs)]
    context.build_data_docs(resource_identifiers=identifiers)
    # GX's own question for a page makes the whole site anew for each.
    (site,) = map(
        context._load_site_builder_from_site_config,
        (context.variables.data_docs_sites or {}).values(),
    )
    index = _path(site.get_resource_url(only_if_exists=True))
    # Fonts and images that GX puts beside its own pages; ours use none of them.
    shutil.rmtree(index.parent / "static", ignore_errors=True)
    pages = {
        run.expectation_suite_identifier.name: _path(site.get_resource_url(run)) for run in runs
    }
    return index, pages


def _path(url: str | None) -> Path:
    return Path(unquote(urlparse(str(url)).path))
