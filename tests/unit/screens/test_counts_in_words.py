"""One of something is not called by its plural."""

import pytest

from dagster_project.plural import counted


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234, "1,234 rows")]
)
def test_one_is_singular_and_all_else_plural(number: int, said: str) -> None:
    assert counted(number, "row") == said


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert (counted(1, "try", "tries"), counted(3, "try", "tries")) == ("1 try", "3 tries")
