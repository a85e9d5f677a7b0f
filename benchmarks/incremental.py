"""What each incremental model saves: the seconds of its build on a night, and when it is built anew on the same rows.

Makes a company as transform.py does, builds all models, loads one more day and builds again: first as a night does, then
with `--full-refresh`. Each is repeated from a copy of the warehouse, with one thread of dbt, so that no model waits for
another; the least of the repeats counts.

    python benchmarks/incremental.py                                          # small
    python benchmarks/incremental.py --customers 20000 --accounts 67000 --events 5000000
"""

import argparse
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any

from transform import (
    MODELS_ONLY,
    NIGHT,
    UNTIL,
    ask_for_a_company,
    folder_of,
    loaded_by,
    run_dbt,
    show,
    simulated,
)

# What there is for the sake of incremental models alone: what a night pays for them, whatever they save.
SERVES_THEM = ("/intermediate/incremental/", "/stg_billing__changed_lines", "/stg_billing__loads")


def main() -> None:
    """Print a line for each incremental model, then for what serves them, then the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    ask_for_a_company(parser)
    parser.add_argument("--repeats", type=int, default=3)
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
    full = _least_seconds(work, arguments.repeats, "--full-refresh")
    models = _models(work)
    incremental = [name for name, node in models.items() if _is_incremental(node)]
    serving = [name for name, node in models.items() if _serves(node)]
    show(f"{'model':<32}{'night s':>9}{'anew s':>9}{'saved s':>9}")
    for names in (incremental, serving):
        for name in sorted(names, key=lambda name: night[name] - full[name]):
            _show_line(name, night[name], full[name])
    others = [name for name in models if name not in (*incremental, *serving)]
    for title, names in (
        ("incremental", incremental),
        ("serve them", serving),
        ("others", others),
    ):
        _show_line(
            f"{title}: {len(names)}",
            sum(night[name] for name in names),
            sum(full[name] for name in names),
        )


def _show_line(name: str, night: float, anew: float) -> None:
    show(f"{name:<32}{night:>9.2f}{anew:>9.2f}{anew - night:>9.2f}")


def _least_seconds(work: Path, repeats: int, *options: str) -> dict[str, float]:
    """Return the seconds of each model, of the fastest of some runs on the same warehouse."""
    warehouse, before = work / "warehouse.duckdb", work / "before.duckdb"
    least: dict[str, float] = {}
    warehouse.rename(before)
    for _ in range(repeats):
        subprocess.run(["cp", "--reflink=auto", str(before), str(warehouse)], check=True)
        run_dbt(work, NIGHT, *MODELS_ONLY, "--threads", "1", *options)
        results = json.loads((work / "dbt_target" / "run_results.json").read_text())["results"]
        for result in results:
            name = result["unique_id"].rsplit(".", 1)[-1]
            least[name] = min(least.get(name, result["execution_time"]), result["execution_time"])
    before.replace(warehouse)
    return least


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
