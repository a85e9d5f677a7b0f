"""What a client may ask of ``ebbline serve``, and all that is refused: by the server, and by its engine."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytest.importorskip("duckdb_extension_quack", reason="the extra `serve` is not installed")

from dagster_project.server.guarded import GuardedMarts
from dagster_project.warehouse.paths import WarehousePaths
from tests.documents import snippets
from tests.integration.server.conftest import TOKEN, Server, ask, serving, swap_in

READS = {
    "select count(*) from r.metrics": [[1000]],
    "select count(*) from r.marts.metrics where n < 10": [[10]],
    "select id from r.publication": [[1]],
    "from r.query('select count(*) from marts.metrics')": [[1000]],
    "from r.query('from metrics select distinct money')": [["12.34"]],
    "from r.query('select p.id, count(*) from publication p, metrics group by all')": [[1, 1000]],
    "from r.query('with few as (from metrics limit 3) select count(*) from few')": [[3]],
    "from r.query('select count(*) from range(3)')": [[3]],
    "from r.query('describe publication')": [
        ["id", "BIGINT", "YES", None, None, None],
        ["built_at", "TIMESTAMP WITH TIME ZONE", "YES", None, None, None],
    ],
    "from r.query('select built_at::varchar from publication')": [["2026-04-02 03:00:00+00"]],
    "select churn_rate from r.churn_now": [[0.02]],
    "from r.query('from marts.churn_now')": [[0.02]],
    "from r.query('show tables')": [["churn_now"], ["metrics"], ["publication"]],
    "from r.query('select distinct table_name from information_schema.tables order by 1')": [
        ["churn_now"],
        ["metrics"],
        ["publication"],
    ],
    "from r.query('select comment from duckdb_views() where view_name = ''metrics'' limit 1')": [
        ["Every figure."]
    ],
    "from r.query('select distinct comment from duckdb_columns() where column_name = ''value''"
    " and not internal')": [["The figure."]],
}
# As sent to the server, word for word. {folder} is one the server may write to.
REFUSED = [
    "insert into publication values (2, now())",
    "insert into published.main.publication values (2, now())",
    "with two as (select 2 as id) insert into published.main.publication select id, now() from two",
    "update published.main.publication set id = 2",
    "delete from published.main.publication",
    "truncate published.main.publication",
    "merge into published.main.publication p using (select 2 as id) n on p.id = n.id"
    " when matched then delete",
    "create table mine as select 1 as x",
    "create table published.main.mine as select 1 as x",
    "create temp table mine as select 1 as x",
    "create view mine as select 1 as x",
    "create temp macro mine() as 1",
    "create or replace macro may_ask(a, b) as true",
    "create schema mine",
    "create sequence mine",
    "create type mine as enum ('a')",
    "create secret (type http, bearer_token 'x')",
    "drop view metrics",
    "drop table published.main.metrics",
    "alter table published.main.metrics add column x int",
    "comment on view metrics is 'x'",
    "attach '{folder}/mine.duckdb' as mine",
    "attach ':memory:' as mine",
    "attach 'quack:127.0.0.1:1' as mine (token 'abcd')",
    "detach published",
    "use published.main",
    "copy metrics to '{folder}/mine.csv'",
    "copy (select 1) to '{folder}/mine.parquet'",
    "copy published.main.metrics from '/etc/passwd'",
    "export database '{folder}/mine'",
    "import database '{folder}/mine'",
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from glob('/etc/*')",
    "from '/etc/passwd'",
    "from '/etc/passwd.csv'",
    "from '{folder}/marts.parquet'",
    "select * from read_csv('http://127.0.0.1:1/x.csv')",
    "from 'http://127.0.0.1:1/x.csv'",
    "select getenv('EBBLINE_SERVE_TOKEN')",
    "set threads = 1",
    "set enable_external_access = true",
    "set global enable_external_access = true",
    "set lock_configuration = false",
    "set global quack_authorization_function = 'quack_nop_authorization'",
    "reset quack_authorization_function",
    "set variable x = 1",
    "pragma enable_profiling",
    "pragma database_list",
    "install json",
    "install httpfs from 'http://127.0.0.1:1'",
    "load json",
    "load '{folder}/mine.duckdb_extension'",
    "call quack_serve('quack:127.0.0.1:1', token = 'abcd')",
    "call quack_stop('{uri}')",
    "call enable_logging('Quack', storage = 'file', storage_config = {{'path': '{folder}/logs'}})",
    "from quack_serve('quack:127.0.0.1:1', token = 'abcd')",
    "from quack_stop('{uri}')",
    "from QUACK_STOP('{uri}')",
    "from \"quack_stop\"('{uri}')",
    "from system.main.quack_stop('{uri}')",
    "select (select count(*) from quack_stop('{uri}'))",
    "describe from quack_stop('{uri}')",
    "with stopped as (from quack_stop('{uri}')) from stopped",
    "from query('from quack_stop(''{uri}'')')",
    "from query_table('metrics')",
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "from quack_active_connections()",
    "from quack_server_list()",
    "from quack_query('{uri}', 'select 1', token = 'abcd')",
    "from enable_logging('Quack')",
    "from duckdb_secrets()",
    # what tells of the server: where its files lie, how it is set up
    "from duckdb_databases",
    "from DUCKDB_DATABASES",
    'from system.main."duckdb_databases"',
    "from pragma_database_list",
    "from duckdb_logs",
    "from pg_catalog.pg_settings",
    "from pg_settings",
    "select * from metrics where exists (from duckdb_databases)",
    "select current_setting('temp_directory')",
    "select 'temp_directory'.current_setting()",
    "select list_transform(['secret_directory'], lambda x: system.main.current_setting(x))",
    "select 1; drop view metrics",
    "begin; select 1; commit",
    "checkpoint",
    "force checkpoint",
    "vacuum",
    "prepare x as select 1",
    "explain analyze select 1",
    "no sql at all",
    "",
]
# Through the attached catalog, where the client itself makes the message.
ATTACHED = [
    "insert into r.publication (id) values (2)",
    "insert into r.marts.publication (id) values (2)",
    "update r.publication set id = 2",
    "delete from r.publication",
    "create table r.mine as select 1 as x",
    "create table r.marts.mine (x int)",
    "create view r.mine as select 1 as x",
    "create schema r.mine",
    "drop view r.metrics",
    "drop table r.marts.metrics",
    "copy r.publication from '/etc/passwd'",
]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, WarehousePaths]]:
    paths = WarehousePaths(tmp_path_factory.mktemp("served") / "warehouse")
    swap_in(paths, 1)
    with serving(paths) as server:
        yield server, paths


@pytest.fixture(scope="module")
def answers(served: tuple[Server, WarehousePaths], folder: Path) -> dict[str, Any]:
    """All that is asked below, asked by one client; then the file, and what was written elsewhere."""
    server, paths = served
    before = digest(paths.marts_db)
    sent = {
        statement: "from r.query('"
        + statement.format(folder=folder, uri=server.uri).replace("'", "''")
        + "')"
        for statement in REFUSED
    }
    asked = [*READS, *sent.values(), *ATTACHED]
    attached, *answered = server.ask(*asked)
    assert attached == ["rows", []]
    found = dict(zip([*READS, *REFUSED, *ATTACHED], answered, strict=True))
    return {
        **found,
        "same file": before == digest(paths.marts_db),
        "afterwards": server.ask(*READS),
    }


@pytest.mark.parametrize("question", READS)
def test_a_client_reads_the_marts(answers: dict[str, Any], question: str) -> None:
    assert answers[question] == ["rows", READS[question]]


def test_the_client_of_the_docs_reads_them(served: tuple[Server, WarehousePaths]) -> None:
    (shown,) = [snippet.text for snippet in snippets("python") if snippet.page == "docs/serve.md"]
    told, here = "quack:127.0.0.1:9494", served[0].uri
    assert shown.count(told) == 1
    done = subprocess.run(
        [sys.executable, "-c", shown.replace(told, here)],
        env={**os.environ, "EBBLINE_SERVE_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.count("churn_rate") > 0) == (0, True), done.stderr


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_no_reading_is_refused(answers: dict[str, Any], statement: str) -> None:
    assert answers[statement][0] == "refused", answers[statement]


@pytest.mark.parametrize("statement", ATTACHED)
def test_an_attached_client_cannot_write(answers: dict[str, Any], statement: str) -> None:
    assert answers[statement][0] == "refused", answers[statement]


def test_after_all_attempts_nothing_is_changed_and_the_server_answers(
    answers: dict[str, Any], folder: Path
) -> None:
    afterwards = answers["afterwards"][1:]
    assert (answers["same file"], list(folder.iterdir())) == (True, [])
    assert afterwards == [["rows", rows] for rows in READS.values()]


@pytest.mark.parametrize("token", ["", "wrong-token-of-somebody", "a-token-of-the-tests"])
def test_without_the_token_there_is_no_session(
    served: tuple[Server, WarehousePaths], token: str
) -> None:
    attached, question = ask(served[0].uri, ["from r.metrics"], token)
    assert (attached[0], question[0]) == ("refused", "refused")


@pytest.fixture(scope="module")
def engine(served: tuple[Server, WarehousePaths]) -> Iterator[duckdb.DuckDBPyConnection]:
    marts = GuardedMarts(served[1].marts_db)
    yield marts.con
    marts.close()


@pytest.mark.parametrize(
    "statement",
    [
        "insert into published.main.publication values (2, now())",
        "create table mine as select 1 as x",
        "create or replace macro may_ask(a, b) as true",
        "drop view metrics",
        "attach '{folder}/mine.duckdb' as mine",
        "copy (select 1) to '{folder}/mine.csv'",
        "export database '{folder}/mine'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_csv('http://127.0.0.1:1/x.csv')",
        "from '/etc/passwd'",
        "from served",  # a variable of this very program
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set global quack_authorization_function = 'quack_nop_authorization'",
        "install httpfs",
        "load '{folder}/mine.duckdb_extension'",
    ],
)
def test_the_engine_refuses_even_what_no_guard_has_seen(
    engine: duckdb.DuckDBPyConnection, folder: Path, served: object, statement: str
) -> None:
    with pytest.raises(duckdb.Error):
        engine.execute(statement.format(folder=folder)).fetchall()
