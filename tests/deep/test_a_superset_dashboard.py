"""The dashboard of ``bi/superset`` in a real Superset: imported, read, and read again after a publication.

Superset is an application with an environment of its own: ``make superset`` puts it into ``.superset``. Without it
these fail and say so. Their siblings of the first tier: ``tests/unit/bi/test_superset_export.py`` and
``tests/integration/warehouse/test_readers_of_the_file.py``.
"""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project.errors import EbblineError
from dagster_project.locations import PROJECT_ROOT
from tests.sample import WholeRun

EXPORT = PROJECT_ROOT / "bi" / "superset"
SESSION = PROJECT_ROOT / "tests" / "superset" / "session.py"
_CONFIG = """
SECRET_KEY = "only-for-this-test-only-for-this-test-only"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db?check_same_thread=false"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
PREVENT_UNSAFE_DB_CONNECTIONS = False
"""
_ADMIN = "--username admin --password admin --firstname a --lastname b --email a@example.com"


def superset() -> Path:
    """Return the folder with Superset's programs.

    :raises EbblineError: it is not there, and how to get it.
    """
    found = Path(os.environ.get("TESTS_SUPERSET", PROJECT_ROOT / ".superset")) / "bin"
    if not (found / "superset").exists():
        raise EbblineError(
            "this needs Apache Superset, and it is not installed",
            where=str(found),
            fix="make superset",
        )
    return found


@pytest.fixture(scope="module")
def seen(whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every chart shows of the sample, and after a publication with twice the MRR."""
    programs, folder = superset(), tmp_path_factory.mktemp("superset")
    marts, following = folder / "marts.duckdb", folder / "next.duckdb"
    for copy in (marts, following):
        shutil.copyfile(whole_sample.paths.marts_db, copy)
    with duckdb.connect(str(following)) as con:
        con.execute("update mart_revenue_periods set mrr_closing = 2 * mrr_closing")
    config = folder / "superset_config.py"
    config.write_text(_CONFIG.format(folder=folder))
    environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(config), "FLASK_APP": "superset"}
    for command in ("db upgrade", "init", f"fab create-admin {_ADMIN}"):
        subprocess.run(
            [programs / "superset", *command.split()],
            env=environment, check=True, capture_output=True, timeout=900,
        )  # fmt: skip
    ended = subprocess.run(
        [programs / "python", SESSION, _packed(folder, marts), marts, following],
        env=environment, check=False, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    answer: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return answer


def _packed(folder: Path, marts: Path) -> Path:
    """Pack the export, with the address of these marts."""
    packed = folder / "retention.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(EXPORT.rglob("*.yaml")):
            text = file.read_text(encoding="utf-8")
            text = text.replace("/srv/ebbline/data/warehouse/marts.duckdb", str(marts))
            archive.writestr(f"superset/{file.relative_to(EXPORT)}", text)
    return packed


def test_the_dashboard_is_imported(seen: dict[str, Any]) -> None:
    assert seen["dashboards"] == ["Retention"]


def test_every_chart_stands_once_and_under_its_own_title(seen: dict[str, Any]) -> None:
    assert len(seen["placed"]) == 5
    assert [title for title, chart in seen["placed"] if title != chart] == []


def test_every_chart_has_rows(seen: dict[str, Any]) -> None:
    assert {name: len(rows) > 5 for name, rows in seen["before"].items()} == {
        "MRR at the end of each month": True,
        "MRR movements": True,
        "Churn rate": True,
        "NDR and GRR over 12 months": True,
        "By country": True,
    }


def test_a_chart_shows_what_the_mart_says(seen: dict[str, Any], whole_sample: WholeRun) -> None:
    with duckdb.connect(str(whole_sample.paths.marts_db), read_only=True) as con:
        true = con.execute(
            "select mrr_closing::double, churn_rate from mart_revenue_periods where grain = 'month'"
            " and dimension = 'all' and is_complete order by period_start"
        ).fetchall()
    mrr = [row["MRR"] for row in _by_month(seen["before"]["MRR at the end of each month"])]
    churn = [row["Churn rate"] for row in _by_month(seen["before"]["Churn rate"])]
    assert mrr == [row[0] for row in true]
    assert churn == pytest.approx([row[1] for row in true], nan_ok=True)


def test_a_publication_is_seen_without_a_restart(seen: dict[str, Any]) -> None:
    before, after = (
        [row["MRR"] for row in _by_month(seen[when]["MRR at the end of each month"])]
        for when in ("before", "after")
    )
    assert after == [2 * mrr for mrr in before]


def _by_month(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["month"]))
