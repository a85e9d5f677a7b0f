"""The wheel in an empty environment, ``ebbline init``, ``ebbline run``: on every Python that is promised.

Needs the three Pythons and a package index.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.locations import PROJECT_ROOT

UV = Path(sys.executable).with_name("uv")


def _ran(*command: str | Path, cwd: Path, **environment: str) -> str:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("EBBLINE_")}
    ran = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _interpreter(version: str) -> str:
    """Return a Python of this version: one that the shell would find, else one of pyenv."""
    name = f"python{version}"
    if subprocess.run([name, "-c", ""], capture_output=True, check=False).returncode == 0:
        return name
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = sorted((pyenv / "versions").glob(f"{version}.*/bin/{name}"))
    assert found, f"Python {version} is not installed"
    return str(found[-1])


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_it_begins_and_publishes(python: str, tmp_path: Path) -> None:
    wheels, home = tmp_path / "wheels", tmp_path / "home"
    _ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels, cwd=PROJECT_ROOT)
    _ran(UV, "venv", "--quiet", "--python", _interpreter(python), "env", cwd=tmp_path)
    (wheel,) = wheels.glob("*.whl")
    environment = tmp_path / "env"
    _ran(UV, "pip", "install", "--quiet", wheel, cwd=tmp_path, VIRTUAL_ENV=str(environment))
    home.mkdir()
    ebbline = environment / "bin" / "ebbline"
    _ran(ebbline, "init", "company", cwd=tmp_path, HOME=str(home))
    said = _ran(
        *(ebbline, "run", "--config", "example/ebbline.yml"),
        cwd=tmp_path / "company",
        HOME=str(home),
    )
    assert "publication 1 is out" in said
    assert (tmp_path / "company/example/warehouse/marts.duckdb").exists()
