"""What ``ebbline serve`` says when it cannot serve, and how it ends then."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

pytest.importorskip("duckdb_extension_quack", reason="the extra `serve` is not installed")

from dagster_project.errors import EbblineError, SettingsError
from dagster_project.screens.serve import address_lines
from dagster_project.server import Address
from dagster_project.server.quack import load_quack, token_from_environment
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.server.conftest import TOKEN, command, free_port, serving


def start(paths: WarehousePaths, port: int, **environment: str) -> tuple[int, str]:
    plain = {name: value for name, value in os.environ.items() if name != "EBBLINE_SERVE_TOKEN"}
    ended = subprocess.run(
        command(paths, port),
        env={**plain, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_without_a_token_it_says_how_to_make_one(paths: WarehousePaths) -> None:
    code, said = start(paths, free_port())
    assert (code, "secrets.token_urlsafe" in said) == (1, True), said


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("secret-of-23-characters", "shorter than 24"),
        ("secretsecretsecretsecretsecret", "may be guessed"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "may be guessed"),
        ("abcdefghijklmnopqrstuvwxyz012345", "may be guessed"),
        ("12345678901234567890123456789012", "may be guessed"),
    ],
)
def test_a_token_that_may_be_guessed_is_refused_and_not_shown(token: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        token_from_environment({"EBBLINE_SERVE_TOKEN": token})
    assert (words in str(refused.value), token in str(refused.value)) == (True, False)


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_what_python_draws_at_random_is_a_token(make: Callable[[int], str]) -> None:
    token = make(24)
    assert token_from_environment({"EBBLINE_SERVE_TOKEN": token}) == token


def test_without_a_publication_it_says_so(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path / "warehouse")
    code, said = start(paths, free_port(), EBBLINE_SERVE_TOKEN=TOKEN)
    assert (code, "nothing has been published yet" in said) == (1, True), said


def test_a_port_that_another_server_has_is_refused(paths: WarehousePaths) -> None:
    with serving(paths) as server:
        port = int(server.uri.rsplit(":", 1)[1])
        code, said = start(paths, port, EBBLINE_SERVE_TOKEN=TOKEN)
    assert (code, f"port {port} is taken" in said) == (1, True), said


def test_a_file_that_is_no_publication_is_an_error_and_no_traceback(paths: WarehousePaths) -> None:
    paths.marts_db.unlink()
    paths.marts_db.write_text("x" * 5000, encoding="utf-8")
    code, said = start(paths, free_port(), EBBLINE_SERVE_TOKEN=TOKEN)
    assert (code, "cannot be read" in said, "Traceback" in said) == (1, True, False), said


def test_without_the_extension_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb_extension_quack", None)
    with duckdb.connect() as con, pytest.raises(EbblineError) as refused:
        load_quack(con)
    assert f"duckdb-extension-quack=={duckdb.__version__}" in refused.value.fix


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(EbblineError, match="cannot listen there"):
        Address("192.0.2.1", free_port()).check_free()


@pytest.mark.parametrize("host", ["", "a b", "x'y", "x/y"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(EbblineError, match="is not a host"):
        Address(host)


@pytest.mark.parametrize(
    ("host", "warned"),
    [("127.0.0.1", False), ("::1", False), ("localhost", False), ("0.0.0.0", True)],
)
def test_other_machines_reaching_it_is_a_warning(host: str, warned: bool) -> None:
    assert bool(list(address_lines(Address(host)))) is warned
