"""What dbt's contracts promise of the marts, read from the YAML beside the models."""

from pathlib import Path

import yaml

from dagster_project.transform.project import DBT_PROJECT

MARTS = DBT_PROJECT / "models" / "marts"

# dbt's names of types that DuckDB calls otherwise.
_SQL_NAMES = {"string": "varchar"}


def mart_contracts(folder: Path = MARTS) -> dict[str, dict[str, str]]:
    """Return the columns of every mart with their DuckDB types, in the order of the contract."""
    return {
        model["name"]: {
            column["name"]: _SQL_NAMES.get(column["data_type"], column["data_type"]).upper()
            for column in model["columns"]
        }
        for file in sorted(folder.rglob("*.yml"))
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ())
    }
