"""A small company with billing alone, run once, for all tests that need a whole run of their own.

One red line of it is always crossed, and nobody listens where alerts are sent: what its run leaves is for the tests
that go on from a copy.
"""

from datetime import date
from pathlib import Path

import yaml

from dagster_project import simulate
from tests.end_to_end.command import Ebbline
from tests.sample import WholeRun, run_once
from tests.shared import SharedFolder

NOBODY = "json://127.0.0.1:1/nobody"


def settings(alerts: str = NOBODY, **more: object) -> str:
    """Return the settings as YAML; ``alerts`` is where they are sent."""
    document = {
        "sources": {source: {"path": source} for source in ("billing", "support", "usage")},
        "warehouse": "warehouse",
        "calendar": {"timezone": "UTC", "until": date(2026, 10, 31)},
        "currency": {"reporting": "USD", "rates": {"EUR": 1.08, "GBP": 1.27}},
        "red_lines": [
            {
                "name": "any_revenue",
                "description": "There is revenue.",
                "metric": "mrr_closing",
                "when": "above",
                "line": 0,
                "severity": "page",
            }
        ],
        "notify": [{"url": alerts}],
        **more,
    }
    return yaml.safe_dump(document)


def small_company_run(shared: SharedFolder, ebbline: Ebbline) -> WholeRun:
    """Return its first run, by this command. Only to be read."""

    def make(root: Path) -> None:
        simulate.run(12, 4, 7, "canonical", root, end=date(2026, 10, 31), flawed=False)
        for source in ("support", "usage"):
            for file in (root / source).iterdir():
                file.unlink()
        run_once(root, settings(), ebbline)

    return WholeRun(shared.made("small-company", make))
