"""Publications: what they carry, when a new one is due, going back, pruning and repair."""

import stat
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from dagster_project.cli import app
from dagster_project.clock import FixedClock
from dagster_project.commands.terminal import screen
from dagster_project.config import NotifyTarget, Settings
from dagster_project.errors import EbblineError
from dagster_project.exports.coverage import coverage_of, read_coverage
from dagster_project.screens.published import not_the_newest_lines, published_lines
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import (
    current_publication,
    list_publications,
    pending_change,
    publish,
    release_readers,
    rollback,
)
from dagster_project.warehouse.publication_ledger import recover
from dagster_project.warehouse.publication_record import Publication, read_publication
from dagster_project.warehouse.serving import open_marts
from tests.integration.warehouse.hand_made import (
    NO_CODE,
    build_marts,
    clock_at,
    load,
    publish_state,
    settings_for,
    state_in,
)


def _state_seen(root: Path) -> tuple[int, int]:
    with open_marts(WarehousePaths(root).marts_db) as con:
        return state_in(con)


def _pending(root: Path, settings: Settings | None = None, project: Path = NO_CODE) -> list[str]:
    settings = settings or settings_for(root)
    with open_warehouse(WarehousePaths(root)) as con:
        coverage = read_coverage(con, settings, clock_at(9))
        pending = pending_change(con, settings=settings, coverage=coverage, project=project)
    return list(pending.reasons)


def _publish(paths: WarehousePaths, settings: Settings, clock: FixedClock) -> Publication:
    coverage = coverage_of(paths, settings, clock)
    return publish(
        paths,
        settings=settings,
        clock=clock,
        coverage=coverage,
        validation_summary={},
        project=NO_CODE,
    )


def _kept(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "publications").iterdir())


def _settle(root: Path) -> None:
    with open_warehouse(WarehousePaths(root)) as con:
        recover(con, WarehousePaths(root))


def test_readers_see_the_newest_publication(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)
    assert _state_seen(tmp_path) == (2, 2)


def test_a_publication_says_what_it_was_made_from(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    found = read_publication(tmp_path / "publications" / "000001.duckdb")
    assert found.built_at == datetime(2026, 1, 2, 3, tzinfo=UTC)
    assert (found.id, found.as_of, found.until) == (1, None, date(2025, 12, 31))
    assert found.row_counts == {
        "fct_customer_months": 240,
        "mart_revenue_periods": 12,
        "metrics": 12,
    }
    assert [file["file_name"] for file in found.input_files] == ["customers-1.csv"]
    assert found.input_files[0]["content_hash"] == "hash-1"
    assert found.validation == {"checks": 3}
    assert found.settings["billing"]["dunning_days"] == 30


def test_no_secret_and_no_place_is_published(tmp_path: Path) -> None:
    settings = settings_for(tmp_path).model_copy(
        update={"notify": (NotifyTarget(url="slack://very/secret/token"),)}
    )
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        load(con, 1)
        build_marts(con, 1)
    _publish(WarehousePaths(tmp_path), settings, clock_at(1))
    published = (tmp_path / "marts.duckdb").read_bytes()
    assert b"very/secret" not in published
    assert str(tmp_path).encode() not in published


def test_views_become_tables_and_nothing_but_the_marts_is_there(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    with duckdb.connect(str(tmp_path / "marts.duckdb"), read_only=True) as con:
        found = con.execute(
            """
            select table_schema, table_name, table_type from information_schema.tables order by all
            """
        ).fetchall()
    assert found == [
        ("main", name, "BASE TABLE")
        for name in (
            "fct_customer_months",
            "mart_revenue_periods",
            "metric_versions",
            "metrics",
            "publication",
            "publication_history",
            "source_coverage",
        )
    ]


def test_published_files_are_read_only_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    files = [tmp_path / "marts.duckdb", tmp_path / "publications" / "000001.duckdb"]
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o444", "0o444"]
    assert _kept(tmp_path) == ["000001.duckdb"]


def test_nothing_is_published_where_there_are_no_marts(tmp_path: Path) -> None:
    settings, clock = settings_for(tmp_path), clock_at(1)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        load(con, 1)
        coverage = read_coverage(con, settings, clock)
    with pytest.raises(EbblineError, match="no marts to publish"):
        publish(
            WarehousePaths(tmp_path),
            settings=settings,
            clock=clock,
            coverage=coverage,
            validation_summary={},
        )


def test_the_last_publication_stands_when_nothing_is_new(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    assert _pending(tmp_path) == []
    assert publish_state(tmp_path, 1) is None


def test_a_first_publication_is_always_due(tmp_path: Path) -> None:
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        load(con, 1)
    assert _pending(tmp_path) == ["nothing has been published yet"]


def test_a_load_that_brought_nothing_is_no_change(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        con.execute(
            """
            insert into raw.loads
            select * replace (2 as load_id, 'unchanged' as outcome, 0 as rows_loaded) from raw.loads
            """
        )
    assert _pending(tmp_path) == []


def test_each_kind_of_change_makes_a_publication_due_and_is_named(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    settings = settings_for(tmp_path)
    other_until = settings_for(tmp_path, until=date(2025, 11, 30))
    dunning = settings.billing.model_copy(update={"dunning_days": 5})
    model = tmp_path / "code" / "dbt" / "models" / "one.sql"
    model.parent.mkdir(parents=True)
    model.write_text("select 1")
    assert _pending(tmp_path, project=tmp_path / "code") == [
        "models, macros, mappings, rules or suites have changed"
    ]
    assert _pending(tmp_path, settings.model_copy(update={"billing": dunning})) == [
        "settings that change numbers have changed"
    ]
    assert "the last day covered is 2025-11-30, no longer 2025-12-31" in _pending(
        tmp_path, other_until
    )
    as_of = settings.model_copy(update={"as_of": date(2026, 6, 1)})
    assert _pending(tmp_path, as_of) == ["as of 2026-06-01, no longer now"]
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        load(con, 2)
    assert _pending(tmp_path) == ["what is loaded has changed"]


def test_loads_after_the_as_of_day_do_not_count(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        with open_warehouse(WarehousePaths(tmp_path)) as con:
            load(con, number)
            build_marts(con, number)
    settings = settings_for(tmp_path).model_copy(update={"as_of": clock_at(2).now().date()})
    published = _publish(WarehousePaths(tmp_path), settings, clock_at(5))
    assert published.highest_load_id == 2
    assert [file["file_name"] for file in published.input_files] == [
        "customers-1.csv",
        "customers-2.csv",
    ]


def test_the_last_publications_are_kept_and_listed(tmp_path: Path) -> None:
    for number in range(1, 5):
        publish_state(tmp_path, number, keep=2)
    listed = list_publications(WarehousePaths(tmp_path))
    assert [(one.publication.id, one.is_current) for one in listed] == [(4, True), (3, False)]
    assert _kept(tmp_path) == ["000003.duckdb", "000004.duckdb"]


def test_going_back_to_marts_of_another_version_needs_no_page(tmp_path: Path) -> None:
    """The hand-made marts lack what the page reads."""
    for number in (1, 2):
        publish_state(tmp_path, number)
    config = tmp_path / "ebbline.yml"
    config.write_text("sources: {billing: {path: x}}\nwarehouse: .\n")
    with screen.capture() as said:
        ended = CliRunner().invoke(app, ["rollback", "1", "--config", str(config)])
    assert (ended.exit_code, _state_seen(tmp_path)) == (0, (1, 1))
    assert "its page cannot be written" in said.get()


def test_going_back_shows_an_older_publication_and_the_next_run_publishes_anew(
    tmp_path: Path,
) -> None:
    for number in (1, 2, 3):
        publish_state(tmp_path, number)
    rollback(WarehousePaths(tmp_path), 2, clock=clock_at(4))
    assert _state_seen(tmp_path) == (2, 2)
    assert _pending(tmp_path) == [
        "readers were taken back to publication 2",
        "what is loaded has changed",
    ]
    published = publish_state(tmp_path, 3)
    assert published is not None and published.id == 4
    assert _state_seen(tmp_path) == (4, 3)


def test_the_publication_that_readers_were_taken_back_to_is_never_pruned(tmp_path: Path) -> None:
    for number in (1, 2):
        publish_state(tmp_path, number)
    rollback(WarehousePaths(tmp_path), 1, clock=clock_at(3))
    rollback(WarehousePaths(tmp_path), 1, clock=clock_at(3))
    _settle(tmp_path)
    assert _state_seen(tmp_path) == (1, 1)
    assert (tmp_path / "publications" / "000001.duckdb").exists()


def test_going_back_to_what_is_not_kept_changes_nothing(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        publish_state(tmp_path, number, keep=1)
    with pytest.raises(EbblineError, match="publication 1 is no longer kept") as gone:
        rollback(WarehousePaths(tmp_path), 1, clock=clock_at(4))
    assert gone.value.evidence == ("kept: 3",)
    with pytest.raises(EbblineError, match="publication 9 was never made"):
        rollback(WarehousePaths(tmp_path), 9, clock=clock_at(4))
    assert _state_seen(tmp_path) == (3, 3)


def test_a_marts_file_that_was_removed_or_written_to_is_put_back(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    marts = tmp_path / "marts.duckdb"
    marts.unlink()
    _settle(tmp_path)
    assert _state_seen(tmp_path) == (1, 1)
    marts.chmod(0o644)
    marts.write_bytes(b"not a database")
    _settle(tmp_path)
    assert _state_seen(tmp_path) == (1, 1)


def test_a_log_left_beside_the_marts_file_is_not_replayed_into_the_next_one(
    tmp_path: Path,
) -> None:
    publish_state(tmp_path, 1)
    marts = tmp_path / "marts.duckdb"
    marts.chmod(0o644)
    writer = duckdb.connect(str(marts))
    writer.execute("create table marts.scribble as select 1 as x")
    wal = Path(f"{marts}.wal").read_bytes()
    writer.close()
    Path(f"{marts}.wal").write_bytes(wal)
    publish_state(tmp_path, 2)
    assert _state_seen(tmp_path) == (2, 2)
    assert not Path(f"{marts}.wal").exists()


def test_writing_to_the_marts_file_does_not_reach_the_kept_publication(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    kept = tmp_path / "publications" / "000001.duckdb"
    before = kept.read_bytes()
    marts = tmp_path / "marts.duckdb"
    marts.chmod(0o644)
    with duckdb.connect(str(marts)) as con:
        con.execute("delete from marts.metrics")
    assert kept.read_bytes() == before


def test_the_ledger_of_a_lost_warehouse_is_made_again_from_the_files(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        publish_state(tmp_path, number, keep=2)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        before = con.execute("from ops.metric_versions order by all").fetchall()
    (tmp_path / "warehouse.duckdb").unlink()
    _settle(tmp_path)
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        assert con.execute("select id from ops.publications order by id").fetchall() == [(2,), (3,)]
        assert con.execute("from ops.metric_versions order by all").fetchall() == before


def test_what_a_killed_writer_left_goes_and_what_is_no_publication_stays(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    before = _kept(tmp_path)
    for left in ("000002.duckdb.tmp", "000002.duckdb.tmp.wal", "notes.txt"):
        (tmp_path / "publications" / left).touch()
    _settle(tmp_path)
    assert _kept(tmp_path) == sorted([*before, "notes.txt"])


def test_the_current_publication_is_none_before_the_first(tmp_path: Path) -> None:
    assert current_publication(WarehousePaths(tmp_path)) is None
    assert list_publications(WarehousePaths(tmp_path)) == []


def test_the_current_publication_is_what_readers_see(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    found = current_publication(WarehousePaths(tmp_path))
    assert found is not None and found.id == 1


def test_rollback_brings_back_a_marts_file_that_was_deleted(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)
    (tmp_path / "marts.duckdb").unlink()
    rollback(WarehousePaths(tmp_path), 2, clock=clock_at(3))
    assert _state_seen(tmp_path) == (2, 2)


def test_without_a_marts_file_the_screen_names_the_command_that_brings_it_back(
    tmp_path: Path,
) -> None:
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)
    (tmp_path / "marts.duckdb").unlink()
    assert [text for text, _ in published_lines(WarehousePaths(tmp_path))] == [
        f"{tmp_path / 'marts.duckdb'}: the file that readers open is gone; kept: 2 publications",
        "  `ebbline rollback 2` puts it back",
    ]


def test_the_marts_are_open_to_readers_and_the_raw_rows_are_not(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    modes = {
        file.name: stat.S_IMODE(file.stat().st_mode)
        for file in (tmp_path / "warehouse.duckdb", tmp_path / "marts.duckdb")
    }
    assert modes == {"warehouse.duckdb": 0o600, "marts.duckdb": 0o444}


def test_a_source_that_becomes_stale_or_reaches_further_is_said_anew(tmp_path: Path) -> None:
    paths, by_clock = WarehousePaths(tmp_path), settings_for(tmp_path).model_dump()
    settings = Settings.model_validate(
        {
            **by_clock,
            "sources": {"billing": {"path": "x"}, "usage": {"path": "y", "max_age": "30d"}},
            "calendar": {"until": "yesterday"},
        }
    )
    with open_warehouse(paths) as con:
        load(con, 1)
        con.execute(
            "insert into raw.loads by name (select * replace (2 as load_id, 'usage' as source,"
            " started_at - interval 5 days as started_at) from raw.loads)"
        )
        build_marts(con, 1)
    _publish(paths, settings, clock_at(1))
    assert _pending(tmp_path, settings) == ["billing is stale"]
    with open_warehouse(paths) as con:
        con.execute(
            "insert into raw.sightings by name select 'usage' as source, file_name,"
            " started_at - interval 3 days as modified_at, started_at - interval 3 days as seen_at"
            " from raw.loads where load_id = 1"
        )
    assert _pending(tmp_path, settings) == [
        "billing is stale",
        "usage is covered until 2025-12-29, no longer 2025-12-27",
    ]


def _standing(root: Path) -> list[str]:
    with open_marts(WarehousePaths(root).marts_db) as con:
        seen, as_of = con.execute("select id, as_of from marts.publication").fetchall()[0]
    return [text for text, _ in not_the_newest_lines(WarehousePaths(root), seen, as_of)]


def test_readers_who_are_held_keep_their_publication_whatever_is_published(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)
    rollback(WarehousePaths(tmp_path), 1, clock=clock_at(3), hold=True)
    for night in (3, 4, 5):
        publish_state(tmp_path, night, keep=2)
    assert (_state_seen(tmp_path)[1], _kept(tmp_path)) == (
        1,
        ["000001.duckdb", "000004.duckdb", "000005.duckdb", "held"],
    )
    assert _pending(tmp_path) == [], "what was published last stands, though nobody sees it"
    assert _standing(tmp_path) == [
        "readers are held at publication 1; publication 5 is newer: `ebbline rollback --release` ends it"
    ]


def test_released_readers_see_what_was_published_last(tmp_path: Path) -> None:
    publish_state(tmp_path, 1)
    publish_state(tmp_path, 2)
    rollback(WarehousePaths(tmp_path), 1, clock=clock_at(3), hold=True)
    publish_state(tmp_path, 3)
    was, seen = release_readers(WarehousePaths(tmp_path))
    assert (was, seen and seen.id, _state_seen(tmp_path)[1], _standing(tmp_path)) == (1, 3, 3, [])


def test_a_later_rollback_ends_a_hold(tmp_path: Path) -> None:
    for night in (1, 2, 3):
        publish_state(tmp_path, night)
    rollback(WarehousePaths(tmp_path), 1, clock=clock_at(4), hold=True)
    rollback(WarehousePaths(tmp_path), 2, clock=clock_at(4))
    assert _standing(tmp_path) == [
        "readers were taken back: publication 3 is newer; the next run publishes anew"
    ]
    publish_state(tmp_path, 4)
    assert (_state_seen(tmp_path)[1], _standing(tmp_path)) == (4, [])


def test_a_past_state_that_readers_see_is_said(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    with open_warehouse(paths) as con:
        load(con, 1)
        build_marts(con, 1)
    past = settings_for(tmp_path).model_copy(update={"as_of": date(2026, 1, 2)})
    _publish(paths, past, clock_at(2))
    assert _standing(tmp_path) == [
        "that is the state as known on 2026-01-02, not as known now: `ebbline run` publishes that again"
    ]
