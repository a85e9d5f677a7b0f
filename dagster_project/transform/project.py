"""The dbt project on disk and its manifest, parsed again only when a file of it changed."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from dagster_project.errors import EbblineError
from dagster_project.locations import DBT_PROJECT, cache

_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md"}
_BUILT = {"target", "logs", "dbt_packages"}


def project_digest(project: Path = DBT_PROJECT) -> str:
    """Return a SHA-256 over every file that dbt reads: names and contents."""
    digest = hashlib.sha256()
    for file in sorted(project.rglob("*")):
        parts = file.relative_to(project).parts
        if parts[0] in _BUILT or file.suffix not in _SUFFIXES or parts[-1].startswith("."):
            continue
        if not file.is_file():
            continue
        digest.update("/".join(parts).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def place_in_cache(project: Path) -> Path:
    """Return the folder for what can be made again of the project at this place."""
    return cache() / "dbt" / hashlib.sha256(bytes(project.resolve())).hexdigest()[:16]


def current_manifest(project: Path = DBT_PROJECT) -> Path:
    """Return the manifest of the dbt project as it is now, parsing it where it is missing or old.

    It lies in the user's cache, by the place of the project. Two processes that start together parse once: the second
    waits for the first.

    :raises EbblineError: dbt cannot parse the project; its message is the evidence.
    """
    target = place_in_cache(project)
    target.mkdir(parents=True, exist_ok=True)
    manifest, stamp = target / "manifest.json", target / "manifest.sha256"
    with (target / "parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = project_digest(project)
        if manifest.exists() and stamp.exists() and stamp.read_text() == digest:
            return manifest
        parsed = subprocess.run(
            [sys.executable, "-m", "dagster_project.transform.parsed", str(project), str(target)],
            env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            capture_output=True,
            text=True,
            check=False,
        )
        if parsed.returncode:
            raise EbblineError(
                "dbt cannot read its project",
                where=str(project),
                evidence=(parsed.stdout + parsed.stderr).strip().splitlines(),
            )
        stamp.write_text(digest)
    return manifest


def source_descriptions(manifest: Path) -> dict[str, str]:
    """Return the description of every raw table by its name, as dbt's sources give it."""
    sources = json.loads(manifest.read_text(encoding="utf-8"))["sources"]
    return {source["name"]: source["description"] for source in sources.values()}


def dbt_command() -> str:
    """Return the dbt that is installed beside this Python and dies with its parent."""
    return str(Path(sys.executable).with_name("ebbline-dbt"))
