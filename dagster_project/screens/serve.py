"""What ``ebbline serve`` says: which publication clients see, and where. Never the token."""

from collections.abc import Iterator

from dagster_project.screens import Line
from dagster_project.server import Address, Served


def address_lines(address: Address) -> Iterator[Line]:
    """Yield a warning where other machines can listen in."""
    if not address.is_local:
        yield (
            f"{address.host} can be reached from other machines, and nothing is encrypted, the token"
            " included: put a proxy with TLS in front (docs/serve.md)",
            "yellow",
        )


def served_lines(served: Served) -> Iterator[Line]:
    """Yield what clients see from now on."""
    yield (
        f"serving publication {served.publication_id}, built at {served.built_at:%Y-%m-%d %H:%M} UTC,"
        f" on {served.address.uri}; stop it with Ctrl-C",
        "bold green",
    )
