"""dbt never outlives its parent, not even one that died before dbt's first line ran."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from dagster_project.engines.dbt_process import parent_named

DBT = Path(sys.executable).with_name("ebbline-dbt")


def test_a_dbt_whose_parent_is_already_gone_does_nothing() -> None:
    other = {**os.environ, "EBBLINE_DBT_PARENT": "1"}
    ended = subprocess.run([DBT, "--version"], env=other, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, b"")


def test_a_dbt_whose_parent_lives_runs() -> None:
    with parent_named():
        ended = subprocess.run([DBT, "--help"], capture_output=True, check=False)
    assert ended.returncode == 0


def test_the_version_is_told_without_asking_a_server_for_a_newer_one() -> None:
    ended = subprocess.run([DBT, "--version"], capture_output=True, check=True, text=True)
    assert ended.stdout == f"installed: {version('dbt-core')}\n"


def test_the_parent_is_named_to_dbt_only() -> None:
    before = dict(os.environ)
    with parent_named():
        pass
    assert dict(os.environ) == before
