"""The digest of the dbt project: what changes it, and what does not."""

from pathlib import Path

import pytest

from dagster_project.transform.project import project_digest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.sql").write_text("select 1", encoding="utf-8")
    return tmp_path


def test_a_changed_model_changes_it(project: Path) -> None:
    before = project_digest(project)
    (project / "models" / "m.sql").write_text("select 2", encoding="utf-8")
    assert project_digest(project) != before


def test_a_renamed_model_changes_it(project: Path) -> None:
    before = project_digest(project)
    (project / "models" / "m.sql").rename(project / "models" / "n.sql")
    assert project_digest(project) != before


def test_what_dbt_builds_does_not_change_it(project: Path) -> None:
    before = project_digest(project)
    # dbt names a folder of compiled tests after the YAML file they stand in.
    (project / "models" / "m.yml").mkdir()
    (project / "target").mkdir()
    (project / "target" / "compiled.sql").write_text("select 3", encoding="utf-8")
    assert project_digest(project) == before
