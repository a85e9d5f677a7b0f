"""A run that is killed with signal 9 at chosen steps and started again; at random moments: ``tests/deep``."""

import shutil
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dagster_project.warehouse.paths import WarehousePaths
from tests.end_to_end.killed_runs import WarmRuns, end_state, is_there, kill, look, no_orphan_of
from tests.end_to_end.small_company import settings
from tests.end_to_end.warm_runs import Order
from tests.sample import RUN_AT, WholeRun
from tests.webhook import receiving

KILLED = -9
# What is left to do once the marts are built and validated.
REST = (
    *(("marts", table) for table in ("red_line_status", "alert_incidents", "restatements")),
    ("publication",),
    ("notifications",),
    ("report",),
)


@pytest.fixture
def not_yet_run(small_company: WholeRun, tmp_path: Path) -> WholeRun:
    """The small company before its first run."""
    company = small_company.copied_to(tmp_path / "company")
    shutil.rmtree(company.paths.root)
    return company


def _of(company: WholeRun) -> Order:
    return Order(str(company.config), str(company.paths.root), now=RUN_AT)


def _dies_in_dbt(warm_runs: WarmRuns, company: WholeRun, *, whole_group: bool) -> None:
    """Start a run, and kill it once dbt has begun with its models; a dbt as users start it, where it is left alone."""
    log = company.paths.logs / "run.log"
    log.unlink(missing_ok=True)
    run = warm_runs.start(replace(_of(company), forks_dbt=whole_group))
    while not log.exists() or "START sql table model" not in log.read_text(errors="replace"):
        assert is_there(run), f"the run never came to dbt's models\n{warm_runs.said()}"
        time.sleep(0.05)
    kill(run, whole_group=whole_group)
    assert warm_runs.ended() == KILLED
    no_orphan_of(run)


def _dies_at(warm_runs: WarmRuns, order: Order) -> None:
    run = warm_runs.start(order)
    ended = warm_runs.ended()
    assert ended == KILLED, f"the run never came to {order.die_at}\n{warm_runs.said()}"
    no_orphan_of(run)


def test_kills_in_validation_and_in_dbt_end_where_an_undisturbed_run_ends(
    warm_runs: WarmRuns, not_yet_run: WholeRun, small_company: WholeRun
) -> None:
    company = not_yet_run
    _dies_at(
        warm_runs,
        replace(_of(company), die_at=("open", "validations/raw__")),
    )
    _dies_in_dbt(warm_runs, company, whole_group=True)
    _dies_in_dbt(warm_runs, company, whole_group=False)
    assert look(company.paths) == 0, "nothing was published"

    warm_runs.start(_of(company))
    assert warm_runs.ended() == 0, warm_runs.said()
    assert look(company.paths) == 1
    one, other = end_state(company.paths), end_state(small_company.paths)
    assert one.keys() == other.keys()
    assert [table for table in one if one[table] != other[table]] == []


def test_after_kills_in_publication_delivery_and_report_the_next_run_does_what_is_left(
    warm_runs: WarmRuns, small_company: WholeRun, tmp_path: Path
) -> None:
    company = small_company.copied_to(tmp_path / "company")
    paths: WarehousePaths = company.paths
    with receiving() as hook:
        company.config.write_text(settings(hook.url), encoding="utf-8")
        port = str(urlsplit(hook.url).port)
        seen = [look(paths, validated=False)]
        for die_at, after in (
            (("os.rename", "/publications/"), False),
            (("os.rename", paths.marts_db.name), False),
            (("os.rename", paths.marts_db.name), True),
            (("socket.connect", port), False),
            (("os.rename", "index.html"), False),
        ):
            _dies_at(
                warm_runs,
                replace(_of(company), assets=REST, die_at=die_at, after=after),
            )
            seen.append(look(paths, validated=False))
            assert seen == sorted(seen), f"readers were taken back by a kill at {die_at}"
        paths.report.unlink()
        warm_runs.start(_of(company))
        assert warm_runs.ended() == 0, warm_runs.said()
    assert paths.report.exists()
    assert "any_revenue" in {message["alert"].get("rule") for message in hook.received}
    assert look(paths, validated=False) >= seen[-1] > 1
