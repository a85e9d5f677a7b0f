"""Child process: build some models of the dbt project in a local Spark session.

``python dbt_on_spark.py INPUTS OUTPUTS VARS SELECTION TARGET ...``: every ``INPUTS/<schema>/<table>.parquet`` becomes a
table, the models that dbt's arguments (a JSON list) select are built on them, and the targets are written to
``OUTPUTS/<table>``. A process of its own, because a Spark session is one per process.
"""

import json
import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from dagster_project.transform.lighter_dbt import make_dbt_lighter

PROJECT = Path(__file__).resolve().parents[3] / "dbt"


def main(
    inputs: Path, outputs: Path, variables: str, selection: list[str], targets: list[str]
) -> int:
    """Build the targets and return dbt's exit code."""
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.catalogImplementation", "in-memory")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        # Compiling Java for every plan takes most of the time of small tables.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.warehouse.dir", str(outputs / "spark-warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    for schema in sorted(folder for folder in inputs.iterdir() if folder.is_dir()):
        session.sql(f"create database if not exists `{schema.name}`")
        for file in sorted(schema.glob("*.parquet")):
            session.read.parquet(str(file)).write.saveAsTable(f"`{schema.name}`.`{file.stem}`")
    os.environ["EBBLINE_DBT_TARGET"] = "spark"
    make_dbt_lighter()
    result = dbtRunner().invoke(
        [
            "build",
            *("--resource-type", "model", "--resource-type", "seed"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--target-path", str(outputs / "target"), "--log-path", str(outputs / "logs")),
            *selection,
            *("--vars", variables),
        ]
    )
    if not result.success:
        return 1
    for target in targets:
        session.table(f"marts.{target}").coalesce(1).write.parquet(str(outputs / target))
    return 0


if __name__ == "__main__":
    _, inputs, outputs, variables, selection, *targets = sys.argv
    sys.exit(main(Path(inputs), Path(outputs), variables, json.loads(selection), targets))
