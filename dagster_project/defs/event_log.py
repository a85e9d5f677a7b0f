"""Where Dagster keeps the events of runs of the UI: in SQLite, without a flush to the disk for each.

A run has some 2,700 events, 1,200 of which are written before it begins, by whoever asks for it: the web server, the
daemon. Dagster opens and closes a file for each, and closing the last connection to a file flushes it. So one
connection to each file is kept open here. A power cut may cost the last events; no file is damaged by it (write-ahead
log).
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
)
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection

_RUNS_HELD_OPEN = 4


class HeldOpenEventLog(SqliteEventLogStorage):
    """Dagster's own, which holds the index and the newest runs open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Take the folder of the files."""
        self._held: OrderedDict[str, sqlite3.Connection] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "HeldOpenEventLog":
        """Return the storage that ``dagster.yaml`` describes."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with super()._connect(shard) as connection:
            self._hold(shard)
            connection.exec_driver_sql("pragma synchronous = normal")
            yield connection

    def dispose(self) -> None:
        """Close what is held open."""
        while self._held:
            self._held.popitem()[1].close()
        super().dispose()

    def _hold(self, shard: str) -> None:
        """Hold a file open; of the runs, that which was asked for longest ago is let go."""
        if shard in self._held:
            self._held.move_to_end(shard)
            return
        held = sqlite3.connect(self.path_for_shard(shard), check_same_thread=False)
        held.execute("select count(*) from sqlite_master").fetchone()
        self._held[shard] = held
        runs = [name for name in self._held if name != INDEX_SHARD_NAME]
        for name in runs[:-_RUNS_HELD_OPEN]:
            self._held.pop(name).close()


def dagster_yaml(template: str, home: Path) -> str:
    """Return the settings of an instance whose history lies in ``home``, where Dagster would keep it too."""
    folder = str(home / "history" / "runs").replace("'", "''")
    return f"""{template}
event_log_storage:
  module: {__name__}
  class: {HeldOpenEventLog.__name__}
  config: {{base_dir: '{folder}'}}
"""
