"""What is secret in the address of a landing zone is not seen."""

import pytest

from dagster_project.exports.addresses import hidden, without_secrets

URL = "https://robot:s3cret%2Fword@files.example.org/exports?sig=abc%2Bdef&token=xyzzy#part"


@pytest.mark.parametrize("secret", ["robot", "s3cret", "abc%2Bdef", "xyzzy", "part"])
def test_an_address_is_shown_without_its_secrets(secret: str) -> None:
    assert secret not in without_secrets(URL)
    assert "files.example.org/exports" in without_secrets(URL)


@pytest.mark.parametrize(
    "text",
    [
        f"cannot connect to {URL}",
        "403, url='https://other.example/x?token=xyzzy'",
        "signature abc+def does not match",
        "user robot has password s3cret/word",
    ],
)
def test_an_error_is_told_without_the_secrets_of_the_address(text: str) -> None:
    told = hidden(text, URL)
    assert not any(
        secret in told for secret in ("robot", "s3cret", "abc%2Bdef", "abc+def", "xyzzy")
    )


@pytest.mark.parametrize("path", ["/data/landing", "data/landing", "s3://bucket/exports"])
def test_an_address_without_secrets_is_shown_whole(path: str) -> None:
    assert without_secrets(path) == path
