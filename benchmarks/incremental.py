"""What each incremental model saves: seconds of the processor on a night, and when it is built anew on the same rows.

Makes a company as transform.py does, builds all models, loads one more day and builds again: first as a night
does, then with `--full-refresh`. Each is repeated from a copy of the warehouse; the least of the repeats counts.
dbt runs one model at a time, so that what the process used meanwhile is the model's; other work on the machine
hardly moves it.

    python benchmarks/incremental.py                                          # small
    python benchmarks/incremental.py --customers 20000 --accounts 67000 --events 5000000
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from shutil import rmtree
from typing import Any

from transform import (
    MODELS_ONLY,
    NIGHT,
    UNTIL,
    ask_for_a_company,
    dbt_arguments,
    folder_of,
    loaded_by,
    run_dbt,
    show,
    simulated,
)

# What there is for the sake of incremental models alone: what a night pays for them, whatever they save.
SERVES_THEM = ("/intermediate/incremental/", "/stg_billing__loads")


def main() -> None:
    """Print a line for each incremental model, then for what serves them, then the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask_for_a_company(parser)
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    folder = folder_of(arguments)
    simulated(folder, arguments)
    work = folder / "work"
    rmtree(work, ignore_errors=True)
    work.mkdir()
    loaded_by(arguments, "load")
    run_dbt(work, UNTIL, *MODELS_ONLY, "--full-refresh")
    loaded_by(arguments, "night")
    night = _least_seconds(work, arguments.repeats)
    anew = _least_seconds(work, arguments.repeats, "--full-refresh")
    models = _models(work)
    incremental = [name for name, node in models.items() if _is_incremental(node)]
    serving = [name for name, node in models.items() if _serves(node)]
    others = [name for name in models if name not in {*incremental, *serving}]
    show(f"{'model':<32}{'night s':>9}{'anew s':>9}{'saved s':>9}")
    for name in sorted(incremental, key=lambda name: night[name] - anew[name]):
        _show_line(name, [name], night, anew)
    for name in serving:
        _show_line(name, [name], night, anew)
    _show_line(f"{len(incremental)} incremental", incremental, night, anew)
    _show_line(f"{len(serving)} that serve them", serving, night, anew)
    _show_line(f"{len(others)} others", others, night, anew)


def _show_line(
    title: str, names: Iterable[str], night: Mapping[str, float], anew: Mapping[str, float]
) -> None:
    kept, built = (sum(seconds[name] for name in names) for seconds in (night, anew))
    show(f"{title:<32}{kept:>9.2f}{built:>9.2f}{built - kept:>9.2f}")


def _least_seconds(work: Path, repeats: int, *options: str) -> dict[str, float]:
    """Return the least seconds of each model in some runs on the same warehouse."""
    warehouse, before = work / "warehouse.duckdb", work / "before.duckdb"
    warehouse.rename(before)
    least: dict[str, float] = {}
    context = multiprocessing.get_context("spawn")
    for _ in range(repeats):
        subprocess.run(["cp", "--reflink=auto", str(before), str(warehouse)], check=True)
        with ProcessPoolExecutor(1, mp_context=context) as process:
            took = process.submit(_seconds_of_models, work, options).result()
        least = {name: min(least.get(name, seconds), seconds) for name, seconds in took.items()}
    before.replace(warehouse)
    return least


def _seconds_of_models(work: Path, options: Iterable[str]) -> dict[str, float]:
    """Run dbt in this process, one model at a time; return the processor's seconds of each."""
    os.environ["EBBLINE_WAREHOUSE_DB"] = str(work / "warehouse.duckdb")
    from dbt.cli.main import dbtRunner

    begun: dict[str, float] = {}
    took: dict[str, float] = {}

    def note(event: Any) -> None:
        if event.info.name not in {"NodeStart", "NodeFinished"}:
            return
        name = event.data.node_info.node_name
        if event.info.name == "NodeStart":
            begun[name] = time.process_time()
        else:
            took[name] = time.process_time() - begun[name]

    one_at_a_time = ("--threads", "1", "--quiet")
    ended = dbtRunner(callbacks=[note]).invoke(
        dbt_arguments(work, NIGHT, *MODELS_ONLY, *one_at_a_time, *options)
    )
    if not ended.success:
        raise RuntimeError(f"dbt failed: {ended.exception or work / 'dbt_logs'}")
    return took


def _models(work: Path) -> dict[str, Mapping[str, Any]]:
    manifest = json.loads((work / "dbt_target" / "manifest.json").read_text())
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def _serves(node: Mapping[str, Any]) -> bool:
    return any(part in f"/{node['original_file_path']}" for part in SERVES_THEM)


def _is_incremental(node: Mapping[str, Any]) -> bool:
    return bool(node["config"]["materialized"] == "incremental") and not _serves(node)


if __name__ == "__main__":
    main()
