"""Landing zones by URL, against real servers on loopback: an S3 server and a web server."""

import threading
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import duckdb
import pytest
from moto.server import ThreadedMotoServer

from dagster_project.errors import EbblineError, InputRefusedError
from dagster_project.exports import LoadReport
from dagster_project.exports.landing import LandingFile
from dagster_project.exports.remote import RemoteLanding

Load = Callable[..., LoadReport]
CUSTOMER = b"customer_id,created_at\nc%d,2025-01-01\n"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["boto3.client"]:
    """A bucket called landing on an S3 server of its own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="landing")
    yield client
    server.stop()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server that lists a folder."""
    folder = tmp_path / "web"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()


def test_files_of_a_bucket_are_loaded_and_not_read_again(
    s3: "boto3.client",
    load: Load,
    con: duckdb.DuckDBPyConnection,
) -> None:
    for name in (
        "billing/customers-1.csv",
        "billing/2025/customers-2.csv",
        "billing/../customers-3.csv",
    ):
        number = int(name[-5])
        s3.put_object(Bucket="landing", Key=name, Body=CUSTOMER % number)

    first = load(path="s3://landing/billing")
    again = load(path="s3://landing/billing")

    assert sorted(file.file_name for file in first.files) == [
        "../customers-3.csv",
        "2025/customers-2.csv",
        "customers-1.csv",
    ]
    assert {file.outcome for file in again.files} == {"unchanged"}
    assert con.execute("select count(*) from raw.customers").fetchone() == (3,)


def test_a_listing_of_more_files_than_a_page_holds_is_read_to_its_end(s3: "boto3.client") -> None:
    for number in range(1_001):
        s3.put_object(Bucket="landing", Key=f"usage/events-{number}.jsonl", Body=b"")

    files = RemoteLanding("s3://landing/usage").files()

    assert len(files) == 1_001
    assert [file.name for file in files[:2]] == ["events-0.jsonl", "events-1.jsonl"]


def test_a_bucket_that_does_not_exist_is_a_clear_message(s3: "boto3.client", load: Load) -> None:
    with pytest.raises(InputRefusedError, match="cannot be listed"):
        load(path="s3://nowhere/billing")


def test_files_of_a_web_server_are_loaded(
    web: tuple[str, Path], load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    url, folder = web
    (folder / "customers-1.csv").write_bytes(CUSTOMER % 1)

    report = load(path=url)

    assert [(file.file_name, file.outcome) for file in report.files] == [
        ("customers-1.csv", "loaded")
    ]
    assert con.execute("select customer_id from raw.customers").fetchall() == [("c1",)]


def test_a_file_that_is_gone_when_it_is_fetched_is_refused_and_named(web: tuple[str, Path]) -> None:
    landing = RemoteLanding(web[0])
    gone = LandingFile("customers.csv", f"{web[0]}customers.csv", 10)

    with pytest.raises(InputRefusedError, match="cannot be fetched"), landing.at_hand(gone):
        raise AssertionError("nothing may be read")


def test_an_unchanged_remote_file_is_not_fetched_again(
    s3: "boto3.client", load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        s3.put_object(
            Bucket="landing", Key=f"nightly/customers-{number}.csv", Body=CUSTOMER % number
        )
    load(path="s3://landing/nightly")
    s3.put_object(Bucket="landing", Key="nightly/customers-2.csv", Body=CUSTOMER % 3)
    fetched = []
    fetch = RemoteLanding.at_hand

    def watched(landing: RemoteLanding, file: LandingFile) -> object:
        fetched.append(file.name)
        return fetch(landing, file)

    monkeypatch.setattr(RemoteLanding, "at_hand", watched)

    report = load(path="s3://landing/nightly")

    assert fetched == ["customers-2.csv"]
    assert [file.outcome for file in report.files] == ["unchanged", "loaded"]


def test_a_remote_file_whose_state_cannot_be_told_is_fetched_and_known_by_its_content(
    web: tuple[str, Path], load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    url, folder = web
    (folder / "customers-1.csv").write_bytes(CUSTOMER % 1)
    load(path=url)
    (folder / "customers-1.csv").write_bytes(CUSTOMER % 2)

    load(path=url)

    assert con.execute("select customer_id from raw.customers order by 1").fetchall() == [
        ("c1",),
        ("c2",),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://robot:s3cretword@127.0.0.1:9/exports",
        "http://127.0.0.1:9/exports?sig=s3cretword",
        "nonsense://robot:s3cretword@somewhere/exports",
    ],
)
def test_what_is_secret_in_a_url_is_not_in_the_message_nor_in_what_caused_it(
    load: Load, url: str
) -> None:
    with pytest.raises(EbblineError) as raised:
        load(path=url)
    told = "".join(traceback.format_exception(raised.value))
    assert "s3cretword" not in str(raised.value)
    assert "s3cretword" not in told.replace(url, "")
