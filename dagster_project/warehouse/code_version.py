"""Which code made a publication: the package version and a hash of every file that shapes a number.

Counted: dbt models, macros, seeds, tests, profile and settings, and how dbt is run; how exports are read, settings
become dbt's variables, and DuckDB is opened; red lines and restatements; what is expected of tables before they are
published, and what readers see of them. Two equal versions give equal numbers from equal inputs and settings.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import dagster_project
from dagster_project.locations import PROJECT_ROOT

PROJECT = Path(dagster_project.__file__).resolve().parents[1]
_PATTERNS = (
    "dbt/dbt_project.yml",
    "dbt/profiles.yml",
    "dbt/models/**/*.sql",
    "dbt/models/**/*.yml",
    "dbt/macros/**/*.sql",
    "dbt/tests/**/*.sql",
    "dbt/seeds/**/*.csv",
    "dagster_project/clock.py",
    "dagster_project/config*.py",
    "dagster_project/period.py",
    "dagster_project/engines/**/*.py",
    "dagster_project/exports/**/*.py",
    "dagster_project/exports/**/*.yml",
    "dagster_project/exports/**/*.yaml",
    "dagster_project/red_lines/**/*.py",
    "dagster_project/red_lines/**/*.yml",
    "dagster_project/metrics/**/*.py",
    "dagster_project/numbers/restatements.py",
    "dagster_project/quality/**/*.py",
    "dagster_project/transform/**/*.py",
    "dagster_project/defs/ingest.py",
    "dagster_project/defs/transform.py",
    "dagster_project/warehouse/connection.py",
    "dagster_project/warehouse/publication.py",
    "dagster_project/warehouse/published_coverage.py",
    "dagster_project/warehouse/ready_views.py",
    "dagster_project/warehouse/schema/*.py",
    "dagster_project/yaml_document.py",
    "expectations/**/*.yml",
)


@dataclass(frozen=True)
class CodeVersion:
    """``package`` is the version of ebbline; ``files`` maps project-relative paths to SHA-256."""

    package: str
    files: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """Return ``package+hash``; equal exactly when package version and every file are equal."""
        digest = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            digest.update(f"{path}\0{content}\n".encode())
        return f"{self.package}+{digest.hexdigest()[:16]}"


def code_version(project: Path = PROJECT) -> CodeVersion:
    """Return the version of the code in ``project``; what is not there does not count."""
    # An installed package has dbt/ and expectations/ in a place of its own.
    roots = {project, PROJECT_ROOT} if project == PROJECT else {project}
    files = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for root in roots
        for pattern in _PATTERNS
        for path in root.glob(pattern)
        if path.is_file()
    }
    return CodeVersion(dagster_project.__version__, dict(sorted(files.items())))
