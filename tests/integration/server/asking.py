"""A client in a process of its own: attaches, asks what stands on standard input, answers in JSON.

Run as ``python -m tests.integration.server.asking URI``; the token comes from the environment. Each
answer is ``["rows", [...]]`` or ``["refused", message]``.
"""

import json
import os
import sys
from typing import Any

import duckdb

from dagster_project.server.quack import load_quack


def connected() -> duckdb.DuckDBPyConnection:
    """A DuckDB that can speak Quack."""
    con = duckdb.connect()
    load_quack(con)
    return con


def answer(con: duckdb.DuckDBPyConnection, statement: str) -> tuple[str, Any]:
    """Run a statement; an error is an answer too."""
    try:
        return "rows", con.execute(statement).fetchall()
    except duckdb.Error as error:
        return "refused", str(error)


def main() -> None:
    """Attach the server as ``r`` and answer each statement in turn."""
    con = connected()
    token = os.environ["EBBLINE_SERVE_TOKEN"]
    answers = [answer(con, f"attach '{sys.argv[1]}' as r (token '{token}')")]
    answers += [answer(con, statement) for statement in json.load(sys.stdin)]
    json.dump(answers, sys.stdout, default=str)


if __name__ == "__main__":
    main()
