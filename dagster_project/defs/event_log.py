"""Where Dagster keeps the events of runs of the UI: in SQLite, without a flush to the disk for each.

A run has some 2,700 events, 1,200 of which are written before it begins, by whoever asks for it: the web server, the
daemon. Dagster opens and closes a file for each, three times for a check, and closing the last connection to a file
flushes it; for each event of an asset it asks anew which columns the index has. So one connection to each file is
kept open here, and what was found of the index is remembered. A power cut may cost the last events; no file is
damaged by it (write-ahead log).
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine
from sqlalchemy.pool import StaticPool

_RUNS_HELD_OPEN = 4


class HeldOpenEventLog(SqliteEventLogStorage):
    """Dagster's own, which holds the index and the newest runs open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Take the folder of the files."""
        self._held: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "HeldOpenEventLog":
        """Return the storage that ``dagster.yaml`` describes."""
        return cls(inst_data=inst_data, **config_value)

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; what is there once stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._columns.add(column_name)
        return column_name in self._columns

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if shard not in self._initialized_dbs:
            self._let_go(shard)
            with super()._connect(shard):
                """Makes the file and its tables, or waits for who else does."""
        # One connection is shared by all threads: the lock is held until it is given back.
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close what is held open."""
        for shard in list(self._held):
            self._let_go(shard)
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        """Return the one connection to a file; of the runs, that which was asked for longest ago is let go."""
        if shard in self._held:
            self._held.move_to_end(shard)
            return self._held[shard]
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        with engine.connect() as connection:
            connection.exec_driver_sql("pragma synchronous = normal")
        self._held[shard] = engine
        runs = [name for name in self._held if name != INDEX_SHARD_NAME]
        for name in runs[:-_RUNS_HELD_OPEN]:
            self._let_go(name)
        return engine

    def _let_go(self, shard: str) -> None:
        if shard in self._held:
            self._held.pop(shard).dispose()


def dagster_yaml(template: str, home: Path) -> str:
    """Return the settings of an instance whose history lies in ``home``, where Dagster would keep it too."""
    folder = str(home / "history" / "runs").replace("'", "''")
    return f"""{template}
event_log_storage:
  module: {__name__}
  class: {HeldOpenEventLog.__name__}
  config: {{base_dir: '{folder}'}}
"""
