"""Names, texts and paths as SQL, for statements that take no parameter."""

from pathlib import Path


def quote_identifier(name: str) -> str:
    """Return ``name`` as a quoted SQL identifier; embedded quotes are doubled."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text as a SQL literal, for statements that take no parameter (COMMENT, CREATE VIEW)."""
    return "'" + text.replace("'", "''") + "'"


def quote_path(file: Path) -> str:
    """Return a path as a SQL literal, for statements that take no parameter (ATTACH, LOAD)."""
    return "'" + str(file).replace("'", "''") + "'"
