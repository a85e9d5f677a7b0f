"""dbt on Spark: what was loaded goes there as Parquet, models are built there, and the warehouse sees what was built.

Everything lies in ``spark/`` of the warehouse folder: ``raw/`` and ``building/`` while Spark builds, ``tables/`` for
what was built. Marts, which are small, are copied into the warehouse; of the rest it has views, for what later stages
ask. Spark itself is configured as Spark always is (``SPARK_CONF_DIR``): cores, memory, which cluster.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.errors import SettingsError
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.introspection import kinds_of
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.quoting import quote_identifier, quote_path
from dagster_project.warehouse.transaction import transaction

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from pyspark.sql import SparkSession
    from pyspark.sql.types import DataType

NO_TYPE = '"null"'
"""DuckDB's type of what is NULL in every row; Spark writes no such column into files."""

_AS_DUCKDB = {
    "string": "varchar",
    "boolean": "boolean",
    "int": "integer",
    "bigint": "bigint",
    "double": "double",
    "date": "date",
    "timestamp": "timestamptz",
    "timestamp_ntz": "timestamp",
    "void": NO_TYPE,
}

# Instants are of UTC and written as other readers know them; a progress bar would stand among dbt's events.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@dataclass(frozen=True)
class Places:
    """The folders that Spark reads and writes."""

    root: Path

    @property
    def raw(self) -> Path:
        """What was loaded."""
        return self.root / "raw"

    @property
    def building(self) -> Path:
        """What this run builds."""
        return self.root / "building"

    @property
    def tables(self) -> Path:
        """What the last run that ended well built."""
        return self.root / "tables"


def require_engine(engine: str) -> None:
    """Check that the engine of the settings can be started here; starts nothing.

    :raises SettingsError: it is Spark, and PySpark or Java is not installed.
    """
    if engine != "spark":
        return
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    packages = {"PySpark": "pyspark", "dbt-spark": "dbt.adapters.spark"}
    missing = [name for name, package in packages.items() if find_spec(package) is None]
    missing += [] if java else ["Java 17"]
    if missing:
        raise SettingsError(
            f"`engine: spark` needs {', '.join(missing)}, which this machine does not have",
            where="engine",
            fix="`pip install 'ebbline[spark]'`; on Debian `apt-get install openjdk-17-jre-headless`",
        )


def build_on_spark(
    paths: WarehousePaths, manifest: "Manifest", build: Callable[[], int], *, of_all: bool
) -> int:
    """Have dbt build where it finds what its models read, and bring back what it built if that ended well.

    :param manifest: the parsed project; it names the sources and the models.
    :param build: runs dbt; its exit code, 0 where it ended well.
    :param of_all: whether all models are built; else those that are not come from the run before.
    :return: what ``build`` returned.
    """
    places = Places(paths.root / "spark")
    shutil.rmtree(places.building, ignore_errors=True)  # of a run that did not end well
    sources = [source.name for source in manifest.sources.values() if source.schema == "raw"]
    _write_raw(paths, places.raw, sources)
    session = _session(places.building)
    try:
        _register(session, {("raw", file.stem): file for file in places.raw.glob("*.parquet")})
        if not of_all:
            _register(session, tables_in(places.tables))
        if code := build():
            return code
        columns = {
            (schema, name): _columns(session, f"{schema}.{name}")
            for schema, name in tables_in(places.building)
        }
    finally:
        session.stop()
        shutil.rmtree(places.raw, ignore_errors=True)
    _keep(places, of_all=of_all)
    _show(paths, places, columns)
    return 0


def _session(tables: Path) -> "SparkSession":
    from pyspark.sql import SparkSession

    # Who gives Spark a cluster says in SPARK_LOCAL_IP too by which address it reaches this machine.
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("ebbline")
    for key, value in {**_SETTINGS, "spark.sql.warehouse.dir": str(tables)}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _write_raw(paths: WarehousePaths, folder: Path, names: Iterable[str]) -> None:
    """Write the raw tables, each into a file of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open_warehouse(paths, read_only=True) as con:
        for name in names:
            table, file = f"raw.{quote_identifier(name)}", folder / f"{name}.parquet"
            con.execute(f"copy {table} to {quote_path(file)} (format parquet)")


def _keep(places: Places, *, of_all: bool) -> None:
    """Put what was built in the place of what was built before."""
    if of_all:
        shutil.rmtree(places.tables, ignore_errors=True)
    for (schema, name), built in tables_in(places.building).items():
        before = _folder(places.tables, schema, name)
        before.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(before, ignore_errors=True)
        built.rename(before)
    shutil.rmtree(places.building, ignore_errors=True)


def _folder(tables: Path, schema: str, name: str) -> Path:
    """Return where Spark puts a table."""
    return tables / f"{schema}.db" / name


def tables_in(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the folder of each of Spark's tables, by schema and name."""
    return {
        (table.parent.name.removesuffix(".db"), table.name): table
        for table in sorted(folder.glob("*.db/*"))
        if table.is_dir()
    }


def _register(session: "SparkSession", tables: Mapping[tuple[str, str], Path]) -> None:
    """Make tables of files; Spark never changes nor removes those files."""
    for (schema, name), place in tables.items():
        session.sql(f"create database if not exists `{schema}`")
        session.catalog.createTable(f"{schema}.{name}", path=str(place), source="parquet")


def _columns(session: "SparkSession", table: str) -> dict[str, str]:
    """Return the columns of a table with what DuckDB calls their types."""
    return {column.name: as_duckdb(column.dataType) for column in session.table(table).schema}


def _show(
    paths: WarehousePaths, places: Places, built: Mapping[tuple[str, str], Mapping[str, str]]
) -> None:
    """Have the warehouse hold what was built, all of it or nothing.

    :param built: the columns of each table with their types.
    """
    with open_warehouse(paths) as con, transaction(con):
        there = kinds_of(con)
        for (schema, name), columns in built.items():
            relation = f"{quote_identifier(schema)}.{quote_identifier(name)}"
            con.execute(f"create schema if not exists {quote_identifier(schema)}")
            if (schema, name) in there:
                con.execute(f"drop {there[schema, name]} {relation}")
            kind = "table" if schema == "marts" else "view"
            rows = _rows(_folder(places.tables, schema, name), columns)
            con.execute(f"create {kind} {relation} as {rows}")


def _rows(folder: Path, columns: Mapping[str, str]) -> str:
    """Return a query of what Spark wrote of a table, with DuckDB's types."""
    typed = ", ".join(
        f"cast({'null' if kind == NO_TYPE else quote_identifier(name)} as {kind}) as {quote_identifier(name)}"
        for name, kind in columns.items()
    )
    return f"select {typed} from read_parquet({quote_path(folder / '*.parquet')})"  # noqa: S608 - quoted names


def as_duckdb(kind: "DataType") -> str:
    """Return what DuckDB calls a type of Spark.

    :raises KeyError: no model has a column of that type.
    """
    name = kind.simpleString()
    if name.startswith("decimal"):
        return name
    return _AS_DUCKDB[name]
