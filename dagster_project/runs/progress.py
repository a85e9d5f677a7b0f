"""How far a run is: its stage, the share done, and the time left by what earlier runs took.

Read from the reports that stages leave when they end (``stage_report``); nothing is asked of the run itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dagster_project.runs.stage_report import StageReport, reports_in
from dagster_project.warehouse.paths import WarehousePaths

STAGES: Mapping[str, str] = {
    "ingest_billing": "reading billing",
    "ingest_support": "reading support",
    "ingest_usage": "reading usage",
    "validate_raw": "checking what was read",
    "transform": "building the marts",
    "validate_marts": "checking the marts",
    "red_lines": "judging the red lines",
    "publish": "publishing",
    "notify": "telling people",
    "report": "writing the report",
}
"""The stages of a run in their order, in words."""
# Shares of a run of which nothing is known yet, in percent; measured with the sample.
_SHARES = dict(zip(STAGES, (15, 4, 5, 10, 40, 15, 3, 3, 2, 3), strict=True))
_RUNS_ASKED = 5


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    :ivar stage: the stage it is in, in words; of those of ``STAGES`` it is number ``place``.
    :ivar share: what is done of it by time, 0 to 1.
    :ivar seconds_left: None where no earlier run says how long it takes.
    """

    stage: str
    place: int
    share: float
    seconds_left: float | None

    def __str__(self) -> str:
        """Return it as one line."""
        line = f"{self.stage} ({self.place} of {len(STAGES)}), {self.share:.0%} done"
        if self.seconds_left is None:
            return line
        if self.seconds_left < 1:
            return f"{line}, longer than usual"
        minutes, seconds = divmod(round(self.seconds_left), 60)
        left = f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
        return f"{line}, about {left} left"


def usual_seconds(paths: WarehousePaths) -> dict[str, float]:
    """Return how long each stage usually takes, by the newest runs that published; empty where none did."""
    files = sorted(_files(paths), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    published = []
    for file in files:
        reports = reports_in(file)
        if any(report.publication_id is not None for report in reports):
            # an earlier version did not say how long a stage took
            published.append({one.stage: one.seconds for one in reports if one.seconds > 0})
        if len(published) == _RUNS_ASKED:
            break
    return {
        stage: median(run[stage] for run in published if stage in run)
        for stage in STAGES
        if any(stage in run for run in published)
    }


def progress(
    ended: Sequence[StageReport], usual: Mapping[str, float], seconds_running: float
) -> Progress | None:
    """Return how far a run is; None once its last stage has ended.

    :param ended: what its stages reported so far.
    :param usual: how long each stage usually takes; empty where nothing is known.
    :param seconds_running: since the last of these ended, or since the run began.
    """
    done = {report.stage for report in ended}
    left = [stage for stage in STAGES if stage not in done]
    if not left:
        return None
    weights = usual or _SHARES
    now, *later = left
    # A stage that takes longer than usual is not done before it is.
    of_now = min(seconds_running, 0.95 * weights.get(now, 0)) if usual else 0.0
    behind = sum(weights.get(stage, 0) for stage in STAGES if stage in done) + of_now
    ahead = sum(weights.get(stage, 0) for stage in later)
    rest = max(0.0, weights.get(now, 0) - seconds_running) + ahead
    whole = sum(weights.get(stage, 0) for stage in STAGES) or 1
    return Progress(
        stage=STAGES[now],
        place=list(STAGES).index(now) + 1,
        share=behind / whole,
        seconds_left=rest if usual else None,
    )


class FollowedRun:
    """The run that begins next in a warehouse, as its reports show it."""

    def __init__(self, paths: WarehousePaths) -> None:
        """Remember which runs there were."""
        self._paths = paths
        self._before = set(_files(paths))
        self._usual = usual_seconds(paths)

    def ended(self) -> tuple[StageReport, ...]:
        """Return what its stages reported so far."""
        new = [file for file in _files(self._paths) if file not in self._before]
        return reports_in(new[0]) if new else ()

    def progress(self, ended: Sequence[StageReport], seconds_running: float) -> Progress | None:
        """Return how far it is."""
        return progress(ended, self._usual, seconds_running)


def _files(paths: WarehousePaths) -> list[Path]:
    return list((paths.logs / "runs").glob("*.jsonl"))
