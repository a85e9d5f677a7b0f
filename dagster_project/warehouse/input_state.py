"""What had been loaded at an instant: the input files and one fingerprint over them.

The state depends on what was loaded and in which order, never on when the pipeline ran: reading the
same files again changes nothing. Loading itself belongs to ``exports``.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import duckdb


@dataclass(frozen=True)
class InputFile:
    """A file whose rows count, as ``raw.loads`` knows it, for one raw table it feeds."""

    load_id: int
    source: str
    file_name: str
    table_name: str
    content_hash: str | None
    size_bytes: int | None
    rows_loaded: int
    loaded_at: datetime


@dataclass(frozen=True)
class InputState:
    """The files that count, in load order."""

    files: tuple[InputFile, ...]

    @property
    def highest_load_id(self) -> int:
        """Return the newest load that counts, 0 before the first; raw rows above it came later."""
        return max((file.load_id for file in self.files), default=0)

    @property
    def fingerprint(self) -> str:
        """Return a SHA-256 over sources, names, tables and content, in load order.

        Load ids are left out: a run that was killed and started again may have skipped some.
        """
        digest = hashlib.sha256()
        for file in self.files:
            fields = (file.source, file.file_name, file.table_name, file.content_hash or "")
            digest.update(("\0".join(fields) + "\n").encode())
        return digest.hexdigest()


def read_input_state(con: duckdb.DuckDBPyConnection, as_of: datetime | None = None) -> InputState:
    """Return what had been loaded by ``as_of`` (aware; None for everything).

    A load that found nothing new (``unchanged``) or was ``refused`` changed nothing and does not
    count.
    """
    rows = con.execute(
        """
        select
            load_id, source, file_name, table_name, content_hash, size_bytes,
            rows_loaded, started_at
        from raw.loads
        where outcome = 'loaded' and ($as_of is null or started_at <= $as_of)
        order by load_id, table_name
        """,
        {"as_of": as_of},
    ).fetchall()
    return InputState(tuple(InputFile(*row) for row in rows))
