"""The nights after a first run: what it left is sent, a refused file, a day that is rebuilt, and the way back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pytest

from dagster_project.defs.graph import build_definitions
from dagster_project.defs.resources import Warehouse
from dagster_project.errors import ExitCode
from dagster_project.pipeline import JOB, run_pipeline
from dagster_project.runs import RunOutcome
from dagster_project.screens.run import outcome_lines
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.introspection import kinds_of
from dagster_project.warehouse.publication import publication_file
from dagster_project.warehouse.serving import open_marts
from tests.end_to_end.command import Ebbline, Ended
from tests.end_to_end.small_company import settings
from tests.sample import WholeRun
from tests.webhook import Webhook, receiving


@pytest.fixture(scope="module")
def hook() -> Iterator[Webhook]:
    with receiving() as hook:
        yield hook


@dataclass(frozen=True)
class Night:
    """A run from a copy of the warehouse, how it ended and what was sent meanwhile."""

    company: WholeRun
    ended: Ended
    messages: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def quiet_night(
    small_company: WholeRun,
    ebbline: Ebbline,
    hook: Webhook,
    tmp_path_factory: pytest.TempPathFactory,
) -> Night:
    """A run of the same exports, with somebody who listens."""
    company = small_company.copied_to(tmp_path_factory.mktemp("quiet"))
    company.config.write_text(settings(hook.url, heartbeat=f"{hook.web}/quiet"), encoding="utf-8")
    before = len(hook.received)
    return Night(company, ebbline("run", "--config", company.config), hook.received[before:])


def _with_a_broken_file(company: WholeRun) -> None:
    """Put a file into the landing folder that is not what its name says."""
    (company.root / "billing" / "customers-2026-11-05.csv").write_text("name\nAnn\n")


@pytest.fixture(scope="module")
def refused(
    small_company: WholeRun,
    ebbline: Ebbline,
    hook: Webhook,
    tmp_path_factory: pytest.TempPathFactory,
) -> Night:
    """A run in which one file is refused."""
    company = small_company.copied_to(tmp_path_factory.mktemp("refused"))
    company.config.write_text(settings(heartbeat=f"{hook.web}/refused"), encoding="utf-8")
    _with_a_broken_file(company)
    return Night(company, ebbline("run", "--config", company.config))


@dataclass(frozen=True)
class Rebuilt:
    """A run as of a day before the newest file came, with a refused file that stops nothing."""

    company: WholeRun
    outcome: RunOutcome
    messages: list[dict[str, Any]]

    @property
    def screen(self) -> str:
        return "\n".join(text for text, _ in outcome_lines(self.outcome, self.company.paths))


AS_OF, NEXT_DAY = "2026-11-04", "2026-11-05T03:00:00+00:00"


@pytest.fixture(scope="module")
def rebuilt(
    small_company: WholeRun, hook: Webhook, tmp_path_factory: pytest.TempPathFactory
) -> Rebuilt:
    company = small_company.copied_to(tmp_path_factory.mktemp("rebuilt"))
    company.config.write_text(
        settings(hook.url, ingest={"publish_when_refused": True}), encoding="utf-8"
    )
    _with_a_broken_file(company)
    customers = next((company.root / "billing").glob("customers.csv"))
    header, first, *_ = customers.read_text(encoding="utf-8").splitlines()
    moved = dict(zip(header.split(","), first.split(","), strict=True)) | {"country": "NZ"}
    (company.root / "billing" / "customers-2026-11-06.csv").write_text(
        header + "\n" + ",".join(moved.values()) + "\n", encoding="utf-8"
    )
    with open_warehouse(company.paths) as con:
        con.execute("create table marts.mart_of_last_year as select 1 as customers")
        con.execute("create view intermediate.int_of_last_year as select 1 as customers")
    before = len(hook.received)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EBBLINE_NOW", NEXT_DAY)
        outcome = run_pipeline(
            Warehouse(config=str(company.config), as_of=AS_OF, only_if_changed=True)
        )
    return Rebuilt(company, outcome, hook.received[before:])


def test_a_company_with_billing_alone_is_published(small_company: WholeRun) -> None:
    assert small_company.ended.code == 0, small_company.ended.screen
    assert "publication 1 is out" in small_company.ended.screen


@pytest.mark.parametrize("source", ["support", "usage"])
def test_every_run_says_which_folders_are_empty(
    small_company: WholeRun, quiet_night: Night, source: str
) -> None:
    runs = (small_company.root, small_company.ended), (quiet_night.company.root, quiet_night.ended)
    assert [f"no files in {root / source}" in ended.screen for root, ended in runs] == [True, True]
    assert f"no files in {small_company.root / 'billing'}" not in small_company.ended.screen


def test_the_first_run_says_what_it_could_not_deliver(small_company: WholeRun) -> None:
    assert "json://127.0.0.1:1" in small_company.ended.screen


def test_a_night_that_changes_nothing_sends_what_an_earlier_run_could_not(
    quiet_night: Night,
) -> None:
    assert quiet_night.ended.code == 0, quiet_night.ended.screen
    assert "nothing changed" in quiet_night.ended.screen
    told = [one for one in quiet_night.messages if one["alert"].get("rule") == "any_revenue"]
    assert [one["publication_id"] for one in told] == ["1"], quiet_night.ended.screen


def test_a_refused_file_ends_the_run_with_3_and_names_the_file(refused: Night) -> None:
    assert refused.ended.code == 3, refused.ended.screen
    assert "refused: customers-2026-11-05.csv" in refused.ended.screen


def test_only_a_good_run_sends_the_heartbeat(
    quiet_night: Night, refused: Night, hook: Webhook
) -> None:
    assert quiet_night.ended.code == 0 != refused.ended.code
    assert hook.fetched == ["/quiet"]


def test_a_refused_file_leaves_readers_what_they_had(
    refused: Night, small_company: WholeRun
) -> None:
    assert "nothing was published" in refused.ended.screen
    files = refused.company.paths.marts_db, small_company.paths.marts_db
    assert files[0].read_bytes() == files[1].read_bytes()


def test_with_publish_when_refused_the_rest_is_published_and_the_run_ends_with_3(
    rebuilt: Rebuilt,
) -> None:
    assert rebuilt.outcome.exit_code is ExitCode.INPUT_REFUSED, rebuilt.outcome.errors
    assert rebuilt.outcome.publication_id == 2
    assert "customers-2026-11-05.csv" in rebuilt.screen


def test_every_asset_but_a_view_tells_how_many_rows_it_has(rebuilt: Rebuilt) -> None:
    assets = {spec.key.to_user_string() for spec in build_definitions().resolve_all_asset_specs()}
    with open_warehouse(rebuilt.company.paths, read_only=True) as con:
        views = con.execute("select schema_name || '/' || view_name from duckdb_views()").fetchall()
    of_tables = assets - {name for (name,) in views}
    assert len(of_tables) > 100
    assert sorted(of_tables - set(rebuilt.outcome.rows_of_assets)) == []


def test_what_no_model_makes_any_more_is_neither_kept_nor_published(rebuilt: Rebuilt) -> None:
    with open_warehouse(rebuilt.company.paths, read_only=True) as con:
        there = kinds_of(con)
    with open_marts(rebuilt.company.paths.marts_db) as con:
        published = kinds_of(con)
    assert [name for _, name in (*there, *published) if name.endswith("_of_last_year")] == []
    assert {("intermediate", "incremental_days"), ("marts", "dim_customers")} <= set(there)


def test_a_run_as_of_a_day_does_not_know_what_came_later(rebuilt: Rebuilt) -> None:
    with open_warehouse(rebuilt.company.paths, read_only=True) as con:
        loaded = con.execute("select count(*) from raw.customers where country = 'NZ'").fetchone()
    with open_marts(rebuilt.company.paths.marts_db) as con:
        known = con.execute("select count(*) from dim_customers where country = 'NZ'").fetchone()
    assert (loaded, known) == ((1,), (0,))


def test_a_run_as_of_a_day_has_the_figures_that_were_published_that_day(rebuilt: Rebuilt) -> None:
    figures = []
    for number in (1, 2):
        with open_marts(publication_file(rebuilt.company.paths, number)) as con:
            figures.append(con.execute("select * from metrics order by all").fetchall())
    assert figures[0] == figures[1]


def test_what_is_sent_names_the_publication_it_speaks_of(rebuilt: Rebuilt) -> None:
    told = [one for one in rebuilt.messages if one["alert"].get("rule") == "any_revenue"]
    assert {str(message["publication_id"]) for message in told} == {"1"}, (
        "the line was crossed in publication 1, whose run could not say so"
    )


@pytest.fixture(scope="module")
def of_the_ui(
    small_company: WholeRun, tmp_path_factory: pytest.TempPathFactory
) -> tuple[WholeRun, dg.ExecuteInProcessResult]:
    """One model that was dropped, and the red lines, as the UI runs what was selected in it."""
    company = small_company.copied_to(tmp_path_factory.mktemp("of_the_ui"))
    with open_warehouse(company.paths) as con:
        con.execute("drop table marts.dim_plans")
    definitions = build_definitions(warehouse=Warehouse(config=str(company.config)))
    chosen = ("dim_plans", "red_line_status", "alert_incidents", "restatements")
    done = definitions.resolve_job_def(JOB).execute_in_process(
        asset_selection=[dg.AssetKey(["marts", name]) for name in chosen], raise_on_error=False
    )
    assert done.success, [event.message for event in done.all_events if event.is_failure]
    return company, done


def test_one_asset_alone_is_materialised_as_the_ui_does(
    small_company: WholeRun, of_the_ui: tuple[WholeRun, dg.ExecuteInProcessResult]
) -> None:
    plans = []
    for company in (small_company, of_the_ui[0]):
        with open_warehouse(company.paths, read_only=True) as con:
            plans.append(con.execute("select count(*) from marts.dim_plans").fetchall())
    assert plans[0] == plans[1] != [(0,)]


def test_a_crossed_red_line_is_a_red_check_of_the_ui(
    of_the_ui: tuple[WholeRun, dg.ExecuteInProcessResult],
) -> None:
    said = {one.check_name: one.passed for one in of_the_ui[1].get_asset_check_evaluations()}
    assert said["no_page_is_unresolved"] is False, "there is revenue, and that is a page"
    assert said["no_warning_is_unresolved"] is True


@pytest.fixture(scope="module")
def copied(rebuilt: Rebuilt, tmp_path_factory: pytest.TempPathFactory) -> WholeRun:
    """A copy of the company that has two publications."""
    return rebuilt.company.copied_to(tmp_path_factory.mktemp("taken_back"))


@pytest.fixture(scope="module")
def taken_back(copied: WholeRun, ebbline: Ebbline) -> tuple[Ended, ...]:
    """The copy is listed, compared, taken back to publication 1, and listed again."""
    options = ("--config", copied.config)
    return (
        ebbline("publications", *options),
        ebbline("diff", "1", "2", *options),
        ebbline("rollback", "1", *options),
        ebbline("publications", *options),
    )


def test_both_publications_are_listed(taken_back: tuple[Ended, ...]) -> None:
    listed, *_ = taken_back
    assert listed.code == 0, listed.screen
    newer, older, _ = listed.screen.splitlines()
    assert newer.startswith("*    2") and f"as of {AS_OF}" in newer
    assert older.startswith("     1") and "as of" not in older


def test_two_publications_of_equal_figures_do_not_differ(taken_back: tuple[Ended, ...]) -> None:
    _, compared, *_ = taken_back
    assert compared.code == 0, compared.screen
    assert f"setting as_of: None -> {AS_OF}" in compared.screen
    assert "every mart is the same, row for row" in compared.screen


def test_a_rollback_shows_readers_the_earlier_publication(taken_back: tuple[Ended, ...]) -> None:
    *_, back, again = taken_back
    assert back.code == 0, back.screen
    newer, older, _ = again.screen.splitlines()
    assert (newer[0], older[0]) == (" ", "*")


@pytest.mark.usefixtures("taken_back")
def test_the_page_is_taken_back_with_the_marts(copied: WholeRun) -> None:
    page = copied.paths.report.read_text(encoding="utf-8")
    assert "<dt>Publication</dt><dd>1</dd>" in page
