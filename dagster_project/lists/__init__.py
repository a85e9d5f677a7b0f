"""Lists to work through: who needs a call, a letter or thanks, with the reason in words and the next step.

A list is one query over the published marts (``queries/<name>.sql``; its first comment says what it lists). Every row
has ``customer_id``, a ``reason`` and a ``next_step``; who the customer is and who looks after it is put beside it here,
where the publication holds it (``publish.personal_data``). Nothing is sent to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import duckdb

from dagster_project.errors import EbblineError, did_you_mean

_QUERIES = files(__package__) / "queries"
PERSONAL = ("name", "email", "account_owner")


@dataclass(frozen=True)
class CustomerList:
    """One list.

    :param name: as the command line calls it.
    :param title: what it lists, in one sentence.
    :param columns: ``customer_id``, those of persons, then what the list knows of the customer.
    :param rows: in the order in which to work through them.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def available_lists() -> dict[str, str]:
    """Return what each list holds, by its name."""
    found = {
        file.name.removesuffix(".sql"): _title(file.read_text(encoding="utf-8"))
        for file in _QUERIES.iterdir()
        if file.name.endswith(".sql")
    }
    return dict(sorted(found.items()))


def customer_list(con: duckdb.DuckDBPyConnection, name: str) -> CustomerList:
    """Return a list as of the publication that is open.

    :param con: where the marts are found by their bare name.
    :raises EbblineError: there is no list of this name, or the publication is older than the list.
    """
    known = available_lists()
    if name not in known:
        raise EbblineError(
            f"there is no list {name!r}",
            where="ebbline export",
            fix=did_you_mean(name, known) or f"known: {', '.join(known)}",
        )
    query = (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    try:
        listed = con.sql(query)
        columns = (
            *("customer_id", *PERSONAL),
            *(column for column in listed.columns if column != "customer_id"),
        )
        persons = _persons(con)
    except duckdb.CatalogException as error:
        raise EbblineError(
            f"this publication has not what the list {name!r} is made from",
            where=str(error).splitlines()[0],
            fix="run `ebbline run`, which publishes anew",
        ) from None
    place = listed.columns.index("customer_id")
    rows = [
        (row[place], *persons.get(row[place], (None,) * len(PERSONAL)), *_without(row, place))
        for row in listed.fetchall()
    ]
    return CustomerList(name, known[name], columns, tuple(rows))


def _persons(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[Any, ...]]:
    rows = con.execute(f"select customer_id, {', '.join(PERSONAL)} from dim_customers").fetchall()  # noqa: S608
    return {row[0]: row[1:] for row in rows}


def _without(row: Sequence[Any], place: int) -> tuple[Any, ...]:
    return (*row[:place], *row[place + 1 :])


def _title(query: str) -> str:
    return query.partition("\n")[0].removeprefix("--").strip()
