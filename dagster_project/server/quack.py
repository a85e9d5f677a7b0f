"""The ``quack`` extension of DuckDB: finding it, starting and stopping its server, and the token.

The server speaks HTTP without encryption. It shares its port with any other process of the same user
that asks for it (``SO_REUSEPORT``), so whether the port is free is asked first.
"""

import errno
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import duckdb

from dagster_project.errors import EbblineError, SettingsError
from dagster_project.warehouse.quoting import quote_path

TOKEN = "EBBLINE_SERVE_TOKEN"
SHORTEST_TOKEN = 24
# Fewer different characters, pairs of neighbours or steps between them than any random token of that length has.
_LEAST_CHARACTERS, _LEAST_PAIRS, _LEAST_STEPS = 8, 16, 8
# The server draws its session ids from httpfs, which brings the secure random numbers.
_EXTENSIONS = ("httpfs", "quack")


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str = "127.0.0.1"
    port: int = 9494

    def __post_init__(self) -> None:
        """Check the host.

        :raises SettingsError: it is no name and no address.
        """
        if not re.fullmatch(r"[A-Za-z0-9.:-]+", self.host):
            raise SettingsError(f"{self.host!r} is not a host", where="--host", fix="try 127.0.0.1")

    @property
    def uri(self) -> str:
        """How a client calls it: ``quack:127.0.0.1:9494``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"quack:{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    def check_free(self) -> None:
        """Ask whether one may listen here.

        :raises EbblineError: the port is taken, or the address is not this machine's.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            socket.create_server((self.host, self.port), family=family).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise EbblineError(
                    f"port {self.port} is taken",
                    where=self.uri,
                    fix="stop what listens there, or take another one with --port",
                ) from error
            raise EbblineError(
                f"cannot listen there: {error.strerror or error}",
                where=self.uri,
                fix="--host must be an address of this machine, --port above 1023",
            ) from error


def token_from_environment(environment: Mapping[str, str]) -> str:
    """Return the token that clients must know.

    :raises SettingsError: there is none, or it may be guessed; it is never shown.
    """
    token = environment.get(TOKEN, "")
    weakness = _weakness(token)
    if not weakness:
        return token
    raise SettingsError(
        weakness,
        where=TOKEN,
        fix=f'make one: export {TOKEN}="$(python3 -c '
        "'import secrets; print(secrets.token_urlsafe(32))')\"",
    )


def _weakness(token: str) -> str:
    """Return why a token may be guessed; empty where it is long enough and repeats little."""
    if not token:
        return "clients need a token"
    if len(token) < SHORTEST_TOKEN:
        return f"is shorter than {SHORTEST_TOKEN} characters"
    pairs = set(pairwise(token))
    steps = {ord(after) - ord(before) for before, after in pairs}
    if (
        len(set(token)) < _LEAST_CHARACTERS
        or len(pairs) < _LEAST_PAIRS
        or len(steps) < _LEAST_STEPS
    ):
        return "repeats itself or counts up: it may be guessed"
    return ""


def load_quack(con: duckdb.DuckDBPyConnection) -> None:
    """Load the extension from its Python package; nothing is downloaded or copied.

    :raises EbblineError: the packages are not installed, or are of another version of DuckDB.
    """
    for name in _EXTENSIONS:
        con.execute(f"load {quote_path(_extension_file(name))}")


def _extension_file(name: str) -> Path:
    version = duckdb.__version__
    try:
        (folder,) = import_module(f"duckdb_extension_{name}").__path__
        file = Path(folder) / "extensions" / f"v{version}" / f"{name}.duckdb_extension"
        if file.is_file():
            return file
    except ImportError:
        pass
    packages = [f"duckdb-extension-{needed}=={version}" for needed in _EXTENSIONS]
    raise EbblineError(
        f"DuckDB's extension {name} is not installed for DuckDB {version}",
        where="ebbline serve",
        fix=f"python -m pip install {' '.join(packages)}",
    )


def start(con: duckdb.DuckDBPyConnection, address: Address, token: str) -> None:
    """Listen at the address and answer from the database of ``con``.

    :raises EbblineError: the extension cannot listen there.
    """
    try:
        con.execute(
            "call quack_serve(?, token = ?, allow_other_hostname = ?)",
            [address.uri, token, not address.is_local],
        ).fetchall()
    except duckdb.Error as error:
        # The cause is not chained: it could show the call, and with it the token.
        said = str(error).replace(token, "...")
        raise EbblineError(f"cannot listen there: {said}", where=address.uri) from None


def stop(con: duckdb.DuckDBPyConnection, address: Address) -> None:
    """Stop listening; sessions end, a query that is running runs to its end."""
    con.execute("call quack_stop(?)", [address.uri]).fetchall()
