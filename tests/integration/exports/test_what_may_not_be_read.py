"""What may not be read is refused by name; it is never taken for something that is not there."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dagster_project.errors import InputRefusedError
from dagster_project.exports.landing import LandingFile, LocalLanding

NOBODY = 65534
CUSTOMER = "customer_id,created_at\nc1,2025-01-01\n"


@contextmanager
def without_root() -> Iterator[None]:
    """Be somebody whom permissions bind, where the tests run as root."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter, unlike those that pytest makes."""
    folder = Path(tempfile.mkdtemp(prefix="ebbline-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_may_not_be_listed_is_refused(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir()
    (closed / "customers.csv").write_text("customer_id,created_at\n")
    closed.chmod(0o000)
    with without_root(), pytest.raises(InputRefusedError, match="cannot be read: Perm") as refused:
        LocalLanding(open_folder).files()
    closed.chmod(0o755)
    assert refused.value.where == str(closed)


def test_a_file_that_may_not_be_read_is_refused_under_its_own_name(open_folder: Path) -> None:
    file = open_folder / "plans.csv"
    file.write_text("plan_id\n")
    file.chmod(0o000)
    landed = LandingFile("plans.csv", str(file), 8)
    with (
        without_root(),
        pytest.raises(InputRefusedError, match=r"plans\.csv: the file cannot be read: Permission"),
        LocalLanding(open_folder).at_hand(landed),
    ):
        pass


def test_a_path_that_is_no_folder_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMER)
    with pytest.raises(InputRefusedError, match="the landing path is not a folder"):
        LocalLanding(file).files()


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="the landing folder does not exist"):
        LocalLanding(tmp_path / "nowhere").files()
