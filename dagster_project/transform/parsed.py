"""The dbt project as dbt parses it, kept in the user's cache.

Parsing takes longer than most nights' models, and dbt itself parses all of it again whenever one variable differs, as
``until`` does every night. Most variables change the text of models and nothing that is parsed: what gives the same
graph is parsed once.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.flags import set_from_args
from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder

from dagster_project.transform.project import place_in_cache, project_digest

IN_TEXT_ALONE = frozenset(
    [
        "until",
        "as_of",
        "covered",
        "timezone",
        "currency_rates",
        "reporting_currency",
        "recurring_from",
        "bridge_gap_days",
        "gross_margin",
        "dunning_days",
        "usage_is_recurring",
        "churn_recognition",
        "discounts",
        "same_day_orders_are_one",
        "max_share_of_invoices",
        "max_share_of_money",
        "max_share_of_strangers",
        "key_events",
        "dimensions",
        "crossed",
    ]
)
"""Variables of which models' SQL is made, but no reference to another model and no configuration."""


def parsed_project(project: Path, variables: Mapping[str, Any]) -> Manifest | None:
    """Return the parsed project for these variables and this environment.

    :param variables: those of the settings, as given to ``--vars``.
    :return: None where dbt cannot parse it: a run says why.
    """
    files, graph = graph_key(project, variables)
    folder = place_in_cache(project) / "parsed" / files
    file = folder / f"{graph}.msgpack"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{file.stem}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (known := _read(file)) is not None:
            return known
        # What was parsed of the project as it was before is never asked for again.
        for other in folder.parent.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)
        # dbt notes the place of seeds as the project's is given; what is kept is read from any folder.
        place = str(project.resolve())
        with TemporaryDirectory() as target:
            ended = dbtRunner().invoke(
                [
                    *("--quiet", "--no-write-json", "parse", "--no-partial-parse"),
                    *("--vars", json.dumps(variables)),
                    *("--project-dir", place, "--profiles-dir", place),
                    *("--target-path", target, "--log-path", target),
                ]
            )
        if not ended.success or not isinstance(ended.result, Manifest):
            return None
        new = file.with_suffix(".new")
        new.write_bytes(ended.result.to_msgpack(extended_mashumaro_encoder))
        new.replace(file)
        return ended.result


def _read(file: Path) -> Manifest | None:
    """Return what was kept; None where nothing was, or another version of dbt kept it."""
    with suppress(Exception):  # whatever is wrong with it, it can be made again
        manifest: Manifest = Manifest.from_msgpack(
            file.read_bytes(), decoder=extended_mashumuro_decoder
        )
        return manifest
    return None


def graph_key(project: Path, variables: Mapping[str, Any]) -> tuple[str, str]:
    """Return what decides the graph: a key of the project's files, and one of variables and environment."""
    # What is not given is what the project says.
    given = {**_variables_of(project), **variables}
    decides = {
        "dbt": version("dbt-core"),
        # Of these the profile is made: target, and the name of the database.
        "target": os.environ.get("EBBLINE_DBT_TARGET"),
        "database": Path(os.environ.get("EBBLINE_WAREHOUSE_DB") or "warehouse.duckdb").stem,
        **{name: value for name, value in given.items() if name not in IN_TEXT_ALONE},
    }
    as_text = json.dumps(decides, sort_keys=True, default=str)
    return project_digest(project)[:16], hashlib.sha256(as_text.encode()).hexdigest()[:16]


def _variables_of(project: Path) -> dict[str, Any]:
    """Return the variables of the project's own file; none where it cannot be read: dbt says why."""
    with suppress(OSError, yaml.YAMLError):
        document = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
        return dict(document.get("vars", {}))
    return {}


def main() -> None:
    """Write ``manifest.json`` of a project, as its own variables make it, into a folder; both are the arguments.

    Ends 1 where dbt cannot parse it, which has said why.
    """
    from dagster_project.transform.lighter_dbt import make_dbt_lighter

    make_dbt_lighter()
    project, folder = map(Path, sys.argv[1:])
    parsed = parsed_project(project, {})
    if parsed is None:
        sys.exit(1)
    # What is read from the cache comes without an invocation, of which dbt notes whether it may tell its makers.
    set_from_args(argparse.Namespace(SEND_ANONYMOUS_USAGE_STATS=False), {})
    parsed.write(str(folder / "manifest.json"))  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
