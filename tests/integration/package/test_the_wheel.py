"""The wheel holds all that a run reads, and an installed ebbline works without the checkout.

Installing it into empty environments of three Pythons is ``tests/deep/test_an_installed_ebbline.py``.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dagster_project.locations import DBT_PROJECT, EXPECTATIONS, PROJECT_ROOT

BUILT = ("target", "logs")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel would put into site-packages."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=PROJECT_ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


def _files(folder: Path) -> list[str]:
    return sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file()
        and file.relative_to(folder).parts[0] not in BUILT
        and not file.name.startswith(".")
        and "__pycache__" not in file.parts
    )


def _python(installation: Path, code: str, folder: Path) -> str:
    """Run code as the installed package would, away from the checkout."""
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(installation)!r}); {code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_it_holds_the_dbt_project(installation: Path) -> None:
    assert _files(installation / "dagster_project/_project/dbt") == _files(DBT_PROJECT)


def test_it_holds_the_suites(installation: Path) -> None:
    held = _files(installation / "dagster_project/_project/expectations")
    assert held == _files(EXPECTATIONS)


def test_it_holds_every_file_of_the_package(installation: Path) -> None:
    held = [
        name
        for name in _files(installation / "dagster_project")
        if not name.startswith("_project/")
    ]
    assert held == _files(PROJECT_ROOT / "dagster_project")


def test_its_code_version_is_that_of_the_checkout(installation: Path, tmp_path: Path) -> None:
    ask = (
        "from dagster_project.warehouse.code_version import code_version;"
        "print(code_version().fingerprint)"
    )
    assert _python(installation, ask, tmp_path) == _python(PROJECT_ROOT, ask, tmp_path)


def test_nothing_is_written_into_it(installation: Path, tmp_path: Path) -> None:
    before = _files(installation)
    ask = (
        "from dagster_project.transform.project import current_manifest;"
        "from dagster_project.quality import list_checks;"
        "print(len(list_checks()), current_manifest())"
    )
    _python(installation, ask, tmp_path)
    assert _files(installation) == before
