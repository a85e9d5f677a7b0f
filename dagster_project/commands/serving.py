"""``serve``: the published marts for other machines."""

import os
import signal
from contextlib import closing
from typing import Annotated

import typer

from dagster_project.commands.options import Config, Folder, paths_of
from dagster_project.commands.terminal import say, tell


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 9494,
    config: Config = None,
    warehouse: Folder = None,
) -> None:
    """Serve the published marts read-only over DuckDB's Quack protocol, until Ctrl-C.

    Clients need the token in EBBLINE_SERVE_TOKEN. Every new publication is followed.
    """
    from dagster_project.screens.serve import address_lines, served_lines
    from dagster_project.server import Address, token_from_environment
    from dagster_project.server import serve as serve_marts

    paths, address = paths_of(config, warehouse), Address(host, port)
    token = token_from_environment(os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tell(address_lines(address))
    try:
        with closing(serve_marts(paths, address, token=token)) as publications:
            for served in publications:
                tell(served_lines(served))
    except KeyboardInterrupt:
        say("stopped serving")
