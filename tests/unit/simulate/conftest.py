"""Fixtures of the simulator's tests: a small company, and the committed sample."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dagster_project.simulate.calendar import Window
from dagster_project.simulate.company import Company, draw_company

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


@pytest.fixture(scope="session")
def company() -> Company:
    """The company of the committed sample."""
    return draw_company(460, Window.ending(date(2026, 10, 31), 30), 20261031)


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of the committed sample."""
    return SAMPLE


@pytest.fixture(scope="session")
def sample_truth() -> dict[str, Any]:
    """truth.json of the committed sample."""
    truth: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return truth
