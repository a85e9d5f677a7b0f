"""What every form of a file offers to those who read it, whatever it is written in."""

from pathlib import Path
from typing import Protocol

from dagster_project.exports.expressions import Field, Parameters
from dagster_project.exports.mapping import Delivery
from dagster_project.exports.profile import Profile


class Opened(Protocol):
    """A file ready to be read. It is also what the compiler of rules asks for fields."""

    @property
    def file_name(self) -> str:
        """The name as given, for messages."""

    @property
    def path(self) -> Path:
        """Where the bytes lie."""

    @property
    def profile(self) -> Profile:
        """What the bytes told."""

    @property
    def parameters(self) -> Parameters:
        """The values of the statement that reads the file."""

    @property
    def names(self) -> tuple[str, ...]:
        """The vendor's field names that the file is known to have, as written."""

    @property
    def open_ended(self) -> bool:
        """Whether a record may have fields that the file's beginning does not show."""

    @property
    def lines_before(self) -> int:
        """How many lines stand before the first record."""

    @property
    def rejects_records(self) -> bool:
        """Whether the reader may leave out records that it cannot parse."""

    @property
    def numbered(self) -> str:
        """The relation with a column ``file_row_number`` (from 0) where the form has one; else empty."""

    @property
    def broken(self) -> str:
        """SQL: whether the record could not be parsed."""

    @property
    def blank(self) -> str:
        """SQL: whether there is nothing where a record should be."""

    def find(self, name: str) -> Field | None:
        """Return the field called ``name``, None where the file cannot have it."""

    def require_types(self, delivery: Delivery) -> None:
        """Check that the file's own types can be what the contract wants.

        :raises InputRefusedError: they cannot.
        """

    def rows(self, delivery: Delivery, *, takes_broken_records: bool) -> str:
        """Return a FROM item with a row for each record of this delivery, lists unnested and groups filled down."""

    def originals(self) -> dict[str, str]:
        """Return the SQL that is handed through, by generated name, so that a bad row can be shown."""

    def row_text(self) -> str:
        """Return the text of a row, as SQL over :meth:`originals`."""

    def line_feeds(self) -> str:
        """Return how many line feeds the values of a record hold, as SQL."""

    def extra(self, delivery: Delivery) -> tuple[str, ...]:
        """Return the names of the columns that no rule reads, where the file's beginning shows them all."""

    def extra_json(self, delivery: Delivery) -> str:
        """Return what no rule reads of a record as JSON, NULL where nothing is left, as SQL."""

    def blank_lines(self, records: int) -> tuple[tuple[int, ...], bool]:
        """Return the empty lines that the reader passed over, and whether some record takes up more than one line.

        :param records: how many records the file held, parsed or not.
        """
