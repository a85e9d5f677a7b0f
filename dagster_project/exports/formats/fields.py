"""How a field is named and its text is read, in whatever form of file."""

import re

# Where a file that is packed or lies elsewhere is unpacked to be read: another folder each time.
_UNPACKED = re.compile(r'"[^"]*/ebbline-[^"/]*/[^"]*"')


def trimmed(sql: str) -> str:
    """Return the text without outer spaces, NULL where nothing is left; cheap where there are none."""
    return (
        f"case when prefix({sql}, ' ') or suffix({sql}, ' ') then nullif(trim({sql}), '') "
        f"else nullif({sql}, '') end"
    )


def json_pointer(name: str) -> str:
    """Return a dotted field name as a JSON pointer; a name that begins with / is one already."""
    if name.startswith("/"):
        return name
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in name.split("."))


def column_and_pointer(name: str) -> tuple[str, str]:
    """Return the column that a dotted name or JSON pointer begins with, and the pointer inside it, or nothing."""
    if name.startswith("/"):
        head, slash, rest = name[1:].partition("/")
        return head, slash and f"/{rest}"
    head, dot, rest = name.partition(".")
    return head, dot and json_pointer(rest)


def json_path(name: str) -> str:
    """Return a dotted name of a list inside a record as a JSON path."""
    return "$" + "".join(f'."{part}"' for part in name.split("."))


def first_line(error: BaseException) -> str:
    """Return the first line of an error of DuckDB, without the kind of error in front.

    It says the same of the same file every time: whether a refusal is a new one is told by its words.
    """
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return _UNPACKED.sub("it", line.split("Error: ", 1)[-1]).replace("file it", "it")
