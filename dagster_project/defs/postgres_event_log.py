"""Where Dagster keeps the events of runs on a server with a Postgres of its own: over connections that stay open.

Dagster opens one for each event and closes it, up to three times, and waits for the disk each time, for all 2,700
events of a run. Asked for by ``dagster.yaml`` alone, with the package ``dagster-postgres``
(docs/deployment.md).
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config

_CONNECTIONS_AT_MOST = 20


class HeldOpenPostgres(PostgresEventLogStorage):  # type: ignore[misc]  # the package is not here where types are checked
    """Dagster's own, which keeps a connection. A crash of the database may cost the last events."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Take the address of the database."""
        super().__init__(postgres_url, inst_data=inst_data)
        given = sqlalchemy.make_url(postgres_url).query.get("options", "")
        self._engine = sqlalchemy.create_engine(
            postgres_url,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            max_overflow=_CONNECTIONS_AT_MOST - 1,
            pool_pre_ping=True,
            connect_args={"options": f"{given} -c synchronous_commit=off"},
        )

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "HeldOpenPostgres":
        """Return the storage that ``dagster.yaml`` describes."""
        return cls(pg_url_from_config(config_value), inst_data)

    def dispose(self) -> None:
        """Close what is held open."""
        super().dispose()
        self._engine.dispose()
