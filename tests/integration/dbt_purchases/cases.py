"""A case of ``tests/cases`` (exports of a small company and its settings), loaded and built by the real dbt project."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build
from tests.integration.dbt_purchases.hand_loaded import Warehouse

CASES = Path(__file__).resolve().parents[2] / "cases"
CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))


def built_case(name: str, folder: Path, *models: str) -> Warehouse:
    """Load the exports of a case into a warehouse in ``folder`` and build ``models`` and all they need.

    :param name: a folder in ``tests/cases``, such as ``audit/05``.
    """
    case = CASES / name
    given: dict[str, Any] = yaml.safe_load((case / "ebbline.yml").read_text(encoding="utf-8"))
    for source in given["sources"].values():
        source["path"] = str(case / source["path"])
    settings = Settings.model_validate({**given, "warehouse": str(folder)})
    paths = WarehousePaths(folder)
    load_and_build(paths, settings, CLOCK, models)
    return Warehouse.of(paths.warehouse_db)
