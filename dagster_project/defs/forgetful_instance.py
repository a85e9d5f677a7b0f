"""A Dagster instance for one run in this process, whose events nobody reads back.

``execute_in_process`` hands its events over as it ends and asks its instance for none of them. The instance that
Dagster makes for it writes each into a database in memory all the same, some two thousand of a run: a tenth of it.
"""

from collections.abc import Sequence

import dagster as dg
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.event_log.base import AssetRecord
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class _Forgotten(InMemoryEventLogStorage):
    def store_event(self, event: dg.EventLogEntry) -> None:
        """Keep nothing."""

    def get_asset_records(
        self, asset_keys: Sequence[dg.AssetKey] | None = None
    ) -> list[AssetRecord]:
        """Return none without a query: Dagster asks for each asset and check what was known of it before."""
        return []

    @property
    def asset_records_have_last_observation(self) -> bool:
        """Say that observations are not to be asked for by themselves either."""
        return True


def forgetful_instance() -> dg.DagsterInstance:
    """Return what ``DagsterInstance.ephemeral`` does, without a record of events."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),  # type: ignore[no-untyped-call]
        run_storage=InMemoryRunStorage(),
        event_storage=_Forgotten(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )
