"""A publication that readers keep, whatever is published meanwhile, until they are released from it.

It stands in a small file beside the publications, so that it can be read while somebody writes. Who changes it
holds the warehouse lock.
"""

from dagster_project.warehouse.durable_file import fsync_folder, put_in_place
from dagster_project.warehouse.paths import WarehousePaths


def held(paths: WarehousePaths) -> int | None:
    """Return the publication that readers are held at; None where they see the newest, or where it is gone."""
    try:
        said = paths.hold.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    found = int(said) if said.isdecimal() else None
    return found if found in paths.publication_files() else None


def hold(paths: WarehousePaths, publication_id: int) -> None:
    """Hold readers at a publication."""
    temporary = paths.hold.with_name("held.tmp")
    temporary.unlink(missing_ok=True)
    temporary.write_text(f"{publication_id}\n", encoding="ascii")
    put_in_place(temporary, paths.hold, mode=0o644)


def release(paths: WarehousePaths) -> int | None:
    """Release readers; return the publication that they were held at, None where they were not."""
    was = held(paths)
    paths.hold.unlink(missing_ok=True)
    fsync_folder(paths.publications)
    return was
