"""Files whose header names their columns: what CSV and Parquet have in common."""

from dataclasses import dataclass, field
from pathlib import Path

from dagster_project.exports.expressions import Field, Parameters
from dagster_project.exports.formats.fields import column_and_pointer, trimmed
from dagster_project.exports.header import normal
from dagster_project.exports.mapping import Delivery
from dagster_project.exports.profile import Profile


@dataclass(frozen=True)
class Tabular:
    """A file with columns.

    :param relation: a FROM item; its parameters are in ``parameters``.
    :param names: the columns as they are written.
    :param columns: the fields by normal name.
    """

    file_name: str
    path: Path
    profile: Profile
    relation: str
    parameters: Parameters
    names: tuple[str, ...]
    columns: dict[str, Field] = field(default_factory=dict)
    lines_before: int = 0

    @property
    def open_ended(self) -> bool:
        """The header names every field that a record can have."""
        return False

    @property
    def broken(self) -> str:
        """The reader has left out what it could not parse."""
        return "false"

    @property
    def blank(self) -> str:
        """The reader passes over empty lines."""
        return "false"

    def find(self, name: str) -> Field | None:
        """Return the field called ``name``; a dotted name or a JSON pointer may lead into a column that holds JSON."""
        head, inner = column_and_pointer(name)
        exact = self.columns.get(normal(name if inner else head))
        if exact is not None:
            if exact.family == "text":
                return Field(trimmed(exact.sql))
            return (
                Field(f"cast(to_json({exact.sql}) as varchar)")
                if exact.family == "nested"
                else exact
            )
        holder = self.columns.get(normal(head))
        if not inner or holder is None:
            return None
        document = f"to_json({holder.sql})" if holder.family == "nested" else holder.text
        pointer = self.parameters.bind(inner)
        return Field(f"nullif(try(json_extract_string({document}, {pointer})), '')")

    def require_types(self, delivery: Delivery) -> None:
        """Every value is text, and the casts say what is wrong with it."""

    def rows(self, delivery: Delivery, *, takes_broken_records: bool) -> str:
        """Return the file's records, with groups filled down where the mapping says so."""
        fill = delivery.fill_down
        if fill is None:
            return self.relation
        group = self.columns.get(normal(fill.by))
        filled = [
            self.columns[normal(name)].sql for name in fill.fields if normal(name) in self.columns
        ]
        if group is None or not filled:
            return self.relation
        kept = ", ".join(
            f"coalesce({sql}, max({sql}) over (partition by {group.sql})) as {sql}"
            for sql in filled
        )
        return (
            f"(select * replace ({kept}) from (select *, row_number() over () as ebb_order "
            f"from {self.relation} as src) as src order by ebb_order)"
        )

    def originals(self) -> dict[str, str]:
        """Return the vendor's columns by generated name."""
        return {f"o_{i}": self.columns[normal(name)].sql for i, name in enumerate(self.names)}

    def cells(self) -> tuple[Field, ...]:
        """Return the columns in the order in which they are written."""
        return tuple(self.columns[normal(name)] for name in self.names)

    def row_text(self) -> str:
        """Return the row as an object of the vendor's columns."""
        named = ", ".join(
            f"{self.parameters.bind(name)}, cast({given} as varchar)"
            for name, given in zip(self.names, self.originals(), strict=True)
        )
        return f"cast(json_object({named}) as varchar)"

    def line_feeds(self) -> str:
        """Return how many line feeds the cells of a record hold."""
        counts = [
            f"case when contains({cell.sql}, chr(10)) then "
            f"length({cell.sql}) - length(replace({cell.sql}, chr(10), '')) else 0 end"
            for cell in self.columns.values()
        ]
        return f"cast({' + '.join(counts)} as integer)"

    def extra(self, delivery: Delivery) -> tuple[str, ...]:
        """Return the columns that no rule reads, by their names as written."""
        return tuple(self._extra_fields(delivery))

    def extra_json(self, delivery: Delivery) -> str:
        """Return those columns of a record as an object."""
        extra = self._extra_fields(delivery)
        if not extra:
            return "cast(null as json)"
        named = ", ".join(f"{self.parameters.bind(name)}, {one.sql}" for name, one in extra.items())
        present = " or ".join(f"{one.sql} is not null" for one in extra.values())
        return f"case when {present} then json_merge_patch('{{}}', json_object({named})) end"

    def blank_lines(self, records: int) -> tuple[tuple[int, ...], bool]:
        """A form without lines has none."""
        return (), False

    def _extra_fields(self, delivery: Delivery) -> dict[str, Field]:
        read = {normal(name) for name in delivery.read_fields()}
        read |= {column_and_pointer(name)[0] for name in read}
        extra: dict[str, Field] = {}
        for name in self.names:
            if normal(name) not in read and name:
                extra.setdefault(name, self.columns[normal(name)])
        return extra
