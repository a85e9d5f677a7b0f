"""Serving the published marts over the network: DuckDB's Quack protocol, read-only, behind a token.

``serve`` follows publications, ``guarded`` makes what a client may see and do, ``quack`` knows the
extension. Files that are opened in place need none of this: that is ``warehouse/serving.py``.
"""

from dagster_project.server.following import Served, serve
from dagster_project.server.quack import Address, token_from_environment

__all__ = ["Address", "Served", "serve", "token_from_environment"]
