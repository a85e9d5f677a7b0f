"""Whether two trees of this project publish the same: of the sample, and of simulated companies.

    python -m tests.deep.same_figures BEFORE [--after AFTER] [--seeds 1 2] [--sample] [--keep FOLDER]

BEFORE and AFTER are checkouts (``git worktree add ../before main~20``); AFTER is this one where it is left out. Each
runs ``ebbline run`` in a process of its own. Two publications can also be compared as they lie: ``--files ONE OTHER``.
Instants (when something was built or told) are not compared. Says what differs, table by table, or ``nothing``.
``--keep`` leaves exports and publications in a folder, where those of BEFORE are found again after another change.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import duckdb

from dagster_project.locations import PROJECT_ROOT

# The publication about itself and about those before it.
_OF_ITSELF = {"publication", "publication_history", "metric_versions"}


def main() -> None:
    """Compare, and end 1 where something differs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("before", type=Path, nargs="?")
    asked.add_argument("--after", type=Path, default=PROJECT_ROOT)
    asked.add_argument("--seeds", type=int, nargs="*", default=[])
    asked.add_argument("--sample", action="store_true")
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--files", type=Path, nargs=2)
    given = asked.parse_args()
    differing = list(differences(*given.files)) if given.files else []
    if given.before is not None:
        trees = (given.before.resolve(), given.after.resolve())
        with TemporaryDirectory(prefix="ebbline-same-") as temporary:
            folder = given.keep or Path(temporary)
            if given.sample:
                differing += _of(trees, folder / "sample", ())
            for seed in given.seeds:
                exports = folder / f"exports-{seed}"
                if not exports.exists():
                    _ebbline(
                        trees[1],
                        *("simulate", "--customers", "150", "--months", "20", "--seed", str(seed)),
                        *("--format", "stripe", "--out", str(exports)),
                    )
                differing += _of(trees, folder / str(seed), ("--landing", str(exports)))
    sys.stdout.write("\n".join(differing or ["nothing"]) + "\n")
    sys.exit(1 if differing else 0)


def differences(before: Path, after: Path) -> Iterator[str]:
    """Yield in words which tables, columns and rows of two publications differ."""
    with duckdb.connect() as con:
        for name, file in (("before", before), ("after", after)):
            con.execute(f"attach '{file}' as {name} (read_only)")
        ours, theirs = _tables(con, "before"), _tables(con, "after")
        yield from (f"{name}: only before" for name in sorted(ours.keys() - theirs.keys()))
        yield from (f"{name}: only after" for name in sorted(theirs.keys() - ours.keys()))
        for table in sorted(ours.keys() & theirs.keys()):
            for column in sorted(ours[table] ^ theirs[table]):
                yield f"{table}.{column}: in one of them only"
            columns = ", ".join(f'"{name}"' for name in sorted(ours[table] & theirs[table]))
            one, other = (
                f'select {columns} from {name}.main."{table}"' for name in ("before", "after")
            )
            for words, left, right in (("before", one, other), ("after", other, one)):
                found = con.execute(f"select count(*) from ({left} except all {right})").fetchone()
                if found and found[0]:
                    yield f"{table}: {found[0]} rows only {words}"


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, set[str]]:
    """Return the columns of every table and view but instants, by its name."""
    found: dict[str, set[str]] = {}
    for table, column in con.execute(
        "select table_name, column_name from duckdb_columns() where database_name = ? and not internal"
        " and data_type not like 'TIMESTAMP%' and schema_name = 'main'",
        [database],
    ).fetchall():
        if table not in _OF_ITSELF:
            found.setdefault(table, set()).add(column)
    return found


def _of(trees: tuple[Path, Path], folder: Path, options: tuple[str, ...]) -> list[str]:
    """Return what differs when both trees run the same exports."""
    before, after = folder / "before", folder / "after"
    rmtree(after, ignore_errors=True)
    for tree, warehouse in zip(trees, (before, after), strict=True):
        if not (warehouse / "marts.duckdb").exists():
            _ebbline(tree, "run", *options, "--warehouse", str(warehouse))
    made = [warehouse / "marts.duckdb" for warehouse in (before, after)]
    return [f"{folder.name}: {words}" for words in differences(*made)]


def _ebbline(tree: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "dagster_project.cli", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
