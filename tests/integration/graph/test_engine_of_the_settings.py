"""An engine that cannot be started is told with what it needs, from the UI too."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs import transform
from dagster_project.defs.resources import Warehouse


def test_models_on_spark_without_java_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "ebbline.yml"
    settings.write_text("sources: {billing: {path: billing}}\nwarehouse: w\nengine: spark\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    definitions = transform.definitions()
    (models,) = (one for one in definitions.assets or () if isinstance(one, dg.AssetsDefinition))
    result = dg.materialize(
        [models],
        resources={**(definitions.resources or {}), "warehouse": Warehouse(config=str(settings))},
        selection=[dg.AssetKey(["marts", "dim_plans"])],
        raise_on_error=False,
    )
    failure = result.failure_data_for_node("dbt_build")
    assert failure is not None
    said = str(failure.error)
    assert "`engine: spark` needs Java 17" in said
    assert "apt-get install openjdk-17-jre-headless" in said
