"""JSON: one record a line, an array of them, or a document that wraps them; a record is a text with fields."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.errors import InputRefusedError
from dagster_project.exports.expressions import Field, Parameters
from dagster_project.exports.formats.csv import read_csv, refuse_endless_line
from dagster_project.exports.formats.fields import json_path, json_pointer, trimmed
from dagster_project.exports.formats.json_layout import layout_of, sample, wraps
from dagster_project.exports.mapping import CONNECTOR_WRAPPERS, Delivery
from dagster_project.exports.profile import Profile

# A separator that JSON text cannot hold unescaped, so that each line is one cell.
_UNIT_SEPARATOR = "\x1f"
_MOST_BRACKETS = 20_000


@dataclass(frozen=True)
class JsonFile:
    """A JSON file.

    :param lines: a FROM item whose column ``line`` is one record.
    :param paths: the pointers that are extracted from each record, in order.
    """

    file_name: str
    path: Path
    profile: Profile
    lines: str
    parameters: Parameters
    names: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def open_ended(self) -> bool:
        """Records may have fields that the beginning of the file does not show."""
        return True

    @property
    def lines_before(self) -> int:
        """The first record may stand on the first line."""
        return 0

    @property
    def rejects_records(self) -> bool:
        """A line may be longer than the reader takes."""
        return True

    @property
    def numbered(self) -> str:
        """The reader gives no numbers."""
        return ""

    @property
    def broken(self) -> str:
        """Nothing could be extracted of the record."""
        return "(f is null)"

    @property
    def blank(self) -> str:
        """The line is empty."""
        return "(line is null or trim(line) = '')"

    def find(self, name: str) -> Field | None:
        """Return the field called ``name``: any record may have it."""
        return Field(trimmed(f"f[{self.paths.index(json_pointer(name)) + 1}]"))

    def require_types(self, delivery: Delivery) -> None:
        """Every value is text, and the casts say what is wrong with it."""

    def rows(self, delivery: Delivery, *, takes_broken_records: bool) -> str:
        """Return the records, or the elements of their lists, each with the list ``f`` of its fields."""
        if not delivery.unnest:
            return _extracted(self.lines, self.paths, self.parameters)
        items = f"(select {self._items(delivery.unnest)}"
        # A record that cannot be unpacked is handed on as it is, to be a broken one.
        if takes_broken_records:
            items += f" union all select line from {self.lines} as l where not json_valid(line)"
        return _extracted(f"{items})", self.paths, self.parameters)

    def _items(self, unnest: tuple[str, ...]) -> str:
        """The elements of a list of each record, or of a list in the elements of a list, beside what holds them."""
        first, *second = (self.parameters.bind(f"{json_path(one)}[*]") for one in unnest)
        records = (
            f"(select cast(line as json) as line from {self.lines} as l where json_valid(line))"
        )
        if not second:
            made = f"json_object('parent', line, 'item', unnest(json_extract(line, {first})))"
            return f"cast({made} as varchar) as line from {records}"
        made = (
            "json_object('record', line, 'parent', outer_item, "
            f"'item', unnest(json_extract(outer_item, {second[0]})))"
        )
        return (
            f"cast({made} as varchar) as line from "
            f"(select line, unnest(json_extract(line, {first})) as outer_item from {records})"
        )

    def originals(self) -> dict[str, str]:
        """The record is its own text."""
        return {"line": "line"}

    def row_text(self) -> str:
        """Return the record."""
        return "line"

    def line_feeds(self) -> str:
        """A record ends where its line does."""
        return "0"

    def extra(self, delivery: Delivery) -> tuple[str, ...]:
        """Only the records tell what else they hold."""
        return ()

    def extra_json(self, delivery: Delivery) -> str:
        """Return the record less the top-level fields that a rule reads.

        An object of which a rule reads a part stays whole.
        """
        read = [json_pointer(name) for name in delivery.read_fields()]
        known = {pointer[1:]: None for pointer in read if pointer.count("/") == 1}
        patch = self.parameters.bind(json.dumps(known))
        rest = f"cast(json_merge_patch(line, {patch}) as varchar)"
        return (
            "case when f is not null and json_type(line) = 'OBJECT' "
            f"then cast(nullif({rest}, '{{}}') as json) end"
        )

    def blank_lines(self, records: int) -> tuple[tuple[int, ...], bool]:
        """Empty lines are records that are blank."""
        return (), False


def open_json(
    path: Path,
    file_name: str,
    profile: Profile,
    fields: Sequence[str],
    records: tuple[str, ...],
    within: tuple[str, ...],
) -> JsonFile:
    """Open a JSON file.

    :param fields: every field that some mapping may ask for.
    :param records: keys that may wrap the list of records in a document.
    :param within: keys of which one may hold the record inside each of them.
    :raises InputRefusedError: it is UTF-16, or a line is endless.
    """
    if profile.encoding == "utf-16":
        raise InputRefusedError(
            "the file is UTF-16; JSON is UTF-8", where=f"{file_name}:1", fix="export it as UTF-8"
        )
    layout = layout_of(profile)
    parameters = Parameters()
    if layout == "lines":
        refuse_endless_line(profile, file_name)
        relation = read_csv(
            path,
            parameters,
            columns={"line": "VARCHAR"},
            header=False,
            delimiter=_UNIT_SEPARATOR,
            quote="",
            escape="",
            nulls=[""],
            profile=profile,
        )
    else:
        compression = parameters.bind("gzip" if profile.compressed else "uncompressed")
        shape = parameters.bind("array" if layout == "array" else "unstructured")
        relation = (
            f"(select cast(json as varchar) as line from read_json_objects("
            f"{parameters.bind(str(path))}, format = {shape}, compression = {compression}))"
        )
        wrapper = next(
            (key for key in records if layout == "document" and wraps(profile, key)), None
        )
        if wrapper is not None:
            pointer = parameters.bind(f'$."{wrapper}"[*]')
            relation = (
                f"(select cast(unnest(json_extract(line, {pointer})) as varchar) as line "
                f"from {relation})"
            )
    for key in within:
        relation = unwrapped(relation, key, parameters)
    return JsonFile(
        file_name,
        path,
        profile,
        relation,
        parameters,
        sample(profile, layout, records, within),
        paths=tuple(dict.fromkeys(json_pointer(name) for name in fields)),
    )


def unwrapped(lines: str, key: str, parameters: Parameters) -> str:
    """Return the records that lie inside a key of the given ones; one without the key stays as it is.

    What a connector writes beside the vendor's record (when it was seen) is kept in it.
    """
    pointer = parameters.bind(json_path(key))
    inner = f"try(json_extract(line, {pointer}))"
    holds = f"contains(line, {parameters.bind(key)}) and json_type({inner}) = 'OBJECT'"
    whole = inner
    if key in CONNECTOR_WRAPPERS:
        without = parameters.bind(json.dumps({key: None}))
        whole = f"json_merge_patch(json_merge_patch(line, {without}), {inner})"
    return (
        f"(select case when {holds} then cast({whole} as varchar) else line end as line "
        f"from {lines} as w)"
    )


def _extracted(lines: str, paths: tuple[str, ...], parameters: Parameters) -> str:
    """Return a FROM item with each record and the list ``f`` of its fields, NULL where it is broken."""
    source = parameters.bind(list(paths))
    brackets = "strlen(line) - strlen(replace(replace(line, '[', ''), '{', ''))"
    # One line nested without end, which a customer can send as an event, would end the whole process.
    bottomless = f"strlen(line) > {_MOST_BRACKETS} and {brackets} > {_MOST_BRACKETS}"
    fields = f"case when {bottomless} then null else try(json_extract_string(line, {source})) end"
    return f"(select line, {fields} as f from {lines} as l)"
