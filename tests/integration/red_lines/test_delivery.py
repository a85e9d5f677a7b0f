"""Alerts on their way to a real webhook: once, again after a failure, never with a secret seen."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.red_lines import check_targets, open_alerts
from dagster_project.red_lines.naming import key_of
from dagster_project.red_lines.targets import targets
from dagster_project.screens.status import delivery_lines
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.red_lines.conftest import NOW

KEY = key_of("churn_above/all/2026-03#opened")
MakeSettings = Callable[..., Settings]
Send = Callable[..., Any]
Judge = Callable[..., None]


def told(settings: MakeSettings, *urls: str, severities: tuple[str, ...] = ("page",)) -> Settings:
    return settings(notify=[{"url": url, "severities": list(severities)} for url in urls])


def test_a_crossed_line_reaches_the_webhook_with_all_it_takes_to_act(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    send(paths, told(settings, webhook.url))
    (message,) = webhook.received
    assert message["title"] == "[PAGE] churn rate above 10 %: 20 % in 2026-03"
    assert message["message"].splitlines() == [
        "More than one customer in ten was lost within a month.",
        "2026-03: churn rate 20 % (95 % interval 13.34 % to 28.88 %); the line is 10 % "
        "(churn rate above 10 %)",
        "Crossed for the first time.",
        "MRR lost: 2,150.00 USD with 20 customers lost, 99.00 USD by contraction; "
        "MRR at closing: 8,000.00 USD",
        "Most MRR lost with: C20 (200.00 USD), C19 (190.00 USD), C18 (180.00 USD), "
        "C17 (170.00 USD), C16 (160.00 USD)",
        "Incident: churn_above/all/2026-03, publication 7",
        f"Key: {KEY}",
        f"Report: {paths.report}",
        "To acknowledge: ebbline alerts ack churn_above/all/2026-03 --by NAME",
        "To follow it down: ebbline explain churn_rate 2026-03",
        "To see what it was before: ebbline why churn_rate 2026-03",
    ]


def test_the_key_is_in_header_and_payload_for_receivers_that_drop_repetitions(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    send(paths, told(settings, webhook.url))
    assert (webhook.keys, webhook.received[0]["idempotency_key"]) == (
        [KEY],
        KEY,
    )


def test_a_second_run_tells_nothing_twice(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send, judge: Judge
) -> None:
    send(paths, told(settings, webhook.url))
    judge(paths, settings(), churn_rate=0.2)
    assert (send(paths, told(settings, webhook.url)), len(webhook.received)) == ((), 1)


def test_a_receiver_that_stumbles_is_tried_again_in_the_same_run(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    webhook.answers = [503, 503, 200]
    (delivery,) = send(paths, told(settings, webhook.url))
    assert (delivery.sent, len(webhook.received)) == (True, 3)


def test_what_could_not_be_delivered_is_delivered_by_the_next_run(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    webhook.answers = [500]
    (failed,) = send(paths, told(settings, webhook.url))
    webhook.answers = [200]
    (sent,) = send(paths, told(settings, webhook.url))
    assert (failed.sent, sent.sent, failed.message_key) == (False, True, sent.message_key)


def test_one_dead_target_does_not_hold_up_or_repeat_the_other(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    both = told(settings, "json://127.0.0.1:9/dead", webhook.url)
    send(paths, both)
    again = send(paths, both)
    assert ([d.target for d in again], len(webhook.received)) == (
        ["notify[0] (json://127.0.0.1:9)"],
        1,
    )


def deliveries(paths: WarehousePaths) -> list[tuple[Any, ...]]:
    with open_warehouse(paths, read_only=True) as con:
        return con.execute(
            "select label, state, attempts from ops.deliveries order by label"
        ).fetchall()


def test_every_try_is_counted_and_the_target_is_named(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    name = f"notify[0] (json://127.0.0.1:{urlsplit(webhook.url).port})"
    webhook.answers = [503]
    send(paths, told(settings, webhook.url))
    after_one_run = deliveries(paths)
    webhook.answers = [503, 200]
    send(paths, told(settings, webhook.url))
    assert (after_one_run, deliveries(paths), len(webhook.received)) == (
        [(name, "pending", 3)],
        [(name, "sent", 5)],
        5,
    )


def test_a_target_that_just_failed_is_not_tried_with_the_next_message(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    with open_warehouse(paths) as con:
        con.execute(
            "insert into ops.outbox select message_key || '-again', * exclude (message_key)"
            " from ops.outbox where severity = 'page'"
        )
    webhook.answers = [503]
    failed = send(paths, told(settings, webhook.url))
    assert ([delivery.tries for delivery in failed], len(webhook.received)) == ([3, 0], 3)


def test_a_warehouse_made_before_targets_had_labels_goes_on(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    webhook.answers = [503]
    send(paths, told(settings, webhook.url))
    with open_warehouse(paths) as con:  # as it was created then, with its row
        con.execute(
            """
            create table ops.made_then (
                message_key varchar, target varchar,
                state varchar not null check (state in ('pending', 'sent')),
                attempts integer not null, last_attempt_at timestamptz, last_error varchar,
                sent_at timestamptz, primary key (message_key, target)
            );
            insert into ops.made_then by name
            select * exclude (label, refusals, rest_until) replace (1 as attempts) from ops.deliveries;
            drop table ops.schema_version;
            drop table ops.deliveries;
            alter table ops.made_then rename to deliveries
            """
        )
    now = open_alerts(paths, told(settings, webhook.url), NOW)
    webhook.answers = [200]
    send(paths, told(settings, webhook.url), None)
    assert now.undelivered is not None
    assert [waiting.tries for waiting in now.undelivered] == [1]
    assert [row[1:] for row in deliveries(paths)] == [("sent", 2)]


def test_the_screen_says_how_many_messages_which_target_and_how_often(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    webhook.answers = [503]
    send(paths, told(settings, webhook.url))
    first, what_to_do = [
        text for text, _ in delivery_lines(open_alerts(paths, told(settings, webhook.url), NOW))
    ]
    place = f"notify[0] (json://127.0.0.1:{urlsplit(webhook.url).port})"
    assert first.startswith(
        f"not delivered to {place}: 1 message (1 page), 3 tries, last 2026-04-01 03:00 UTC: "
    )
    assert ("T0KEN" in first, "`ebbline run` tries again" in what_to_do) == (False, True)


def test_the_screen_says_nothing_where_all_arrived(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    send(paths, told(settings, webhook.url))
    assert list(delivery_lines(open_alerts(paths, told(settings, webhook.url), NOW))) == []


def test_what_no_publication_tells_yet_is_not_missing(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any
) -> None:
    assert open_alerts(paths, told(settings, webhook.url), NOW).undelivered == ()


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("json://user:s3cret@alerts.example:8080/hook?+Key=s3cret", "json://alerts.example:8080"),
        ("jsons://${EBBLINE_TEST_HOST}/s3cret", "jsons://${EBBLINE_TEST_HOST}"),
        ("json://us@er:s3cret@alerts.example", "json://alerts.example"),
        ("json://user:s3/cret@alerts.example/", "json"),
        ("mailto://me:s3cret@example.com", "mailto://example.com"),
        ("slack://s3cretT0K/B1/C1", "slack"),
        ("tgram://s3cret:AAA/12", "tgram"),
        ("${EBBLINE_TEST_HOST}", "${EBBLINE_TEST_HOST}"),
    ],
)
def test_a_target_is_named_by_place_and_machine_without_credentials(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, url: str, label: str
) -> None:
    monkeypatch.setenv("EBBLINE_TEST_HOST", "hidden.example")
    (target,) = targets(told(settings, url))
    assert target.label == f"notify[0] ({label})"


def test_a_target_hears_only_the_severities_it_asked_for(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    assert send(paths, told(settings, webhook.url, severities=("warning",))) == ()


def test_a_target_added_later_is_not_told_of_old_alerts(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    send(paths, settings())
    send(paths, told(settings, webhook.url))
    assert webhook.received == []


def test_the_all_clear_follows_the_alarm(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send, judge: Judge
) -> None:
    send(paths, told(settings, webhook.url))
    judge(paths, settings(), churn_rate=0.01)
    send(paths, told(settings, webhook.url))
    assert webhook.received[-1]["title"] == "[RESOLVED] churn rate above 10 %: 1 % in 2026-03"


def test_a_crash_after_sending_sends_again_under_the_same_key(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    send(paths, told(settings, webhook.url))
    with open_warehouse(paths) as con:  # as if the process had died before noting the success
        con.execute("delete from ops.deliveries")
        con.execute("update ops.outbox set state = 'pending'")
    send(paths, told(settings, webhook.url))
    assert len(set(webhook.keys)) == 1


def test_incident_and_message_name_the_publication_that_spoke_first(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    send(paths, told(settings, webhook.url))
    send(paths, told(settings, webhook.url), "8")
    with open_warehouse(paths, read_only=True) as con:
        stamped = con.execute(
            "select i.publication_id, o.publication_id "
            "from ops.incidents as i inner join ops.outbox as o using (incident_id)"
        ).fetchall()
    assert stamped == [("7", "7")]


def test_what_is_withdrawn_before_a_publication_is_of_none(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send, judge: Judge
) -> None:
    judge(paths, settings(), churn_rate=0.01)
    send(paths, told(settings, webhook.url))
    with open_warehouse(paths, read_only=True) as con:
        told_of = con.execute("select state, publication_id from ops.outbox").fetchall()
    assert (told_of, webhook.received) == ([("withdrawn", None)], [])


def test_nobody_is_told_of_a_number_that_is_not_published(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    assert send(paths, told(settings, webhook.url), None) == ()


def test_a_run_with_nothing_new_still_sends_what_an_earlier_one_could_not(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    webhook.answers = [500]
    send(paths, told(settings, webhook.url))
    webhook.answers = [200]
    (retried,) = send(paths, told(settings, webhook.url), None)
    assert (retried.sent, webhook.received[-1]["publication_id"]) == (True, "7")


def test_an_empty_warehouse_has_nothing_to_tell(
    tmp_path: Any, settings: MakeSettings, send: Send
) -> None:
    assert send(WarehousePaths(tmp_path), settings()) == ()


def test_a_secret_from_the_environment_is_never_seen(
    paths: WarehousePaths,
    settings: MakeSettings,
    webhook: Any,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    send: Send,
) -> None:
    monkeypatch.setenv("EBBLINE_TEST_URL", webhook.url)
    caplog.set_level(logging.DEBUG)
    webhook.answers = [500]
    outcome = send(paths, told(settings, "${EBBLINE_TEST_URL}"))
    seen = caplog.text + repr(outcome) + paths.warehouse_db.read_bytes().decode("latin-1")
    assert ("T0KEN" in seen, len(webhook.received)) == (False, 3)


def test_a_variable_that_is_not_set_is_named_before_a_run(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EBBLINE_TEST_URL", raising=False)
    with pytest.raises(SettingsError) as raised:
        check_targets(told(settings, "${EBBLINE_TEST_URL}"))
    assert raised.value.evidence == (
        "notify[0] (${EBBLINE_TEST_URL}): environment variable EBBLINE_TEST_URL is not set",
    )


def test_a_url_that_apprise_cannot_read_is_refused_without_showing_it(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBLINE_TEST_URL", "nosuchthing://s3cret-token/of/somebody")
    with pytest.raises(SettingsError) as raised:
        check_targets(told(settings, "${EBBLINE_TEST_URL}"))
    assert ("s3cret" in str(raised.value), "Apprise cannot read" in str(raised.value)) == (
        False,
        True,
    )


def test_with_a_variable_missing_the_message_waits_for_the_next_run(
    paths: WarehousePaths,
    settings: MakeSettings,
    webhook: Any,
    monkeypatch: pytest.MonkeyPatch,
    send: Send,
) -> None:
    monkeypatch.delenv("EBBLINE_TEST_URL", raising=False)
    send(paths, told(settings, "${EBBLINE_TEST_URL}"))
    monkeypatch.setenv("EBBLINE_TEST_URL", webhook.url)
    send(paths, told(settings, "${EBBLINE_TEST_URL}"))
    assert len(webhook.received) == 1


def test_a_message_in_html_holds_names_as_text(
    paths: WarehousePaths, settings: MakeSettings, webhook: Any, send: Send
) -> None:
    with open_warehouse(paths) as con:
        con.execute(
            "update ops.outbox set alert = replace(alert::varchar, '\"C20\"', '\"<i>C20\"')"
        )
    send(paths, told(settings, f"{webhook.url}?format=html"))
    (message,) = webhook.received
    assert ("<i>" in message["message"], "&lt;i&gt;C20" in message["message"]) == (False, True)


def test_a_secret_is_not_seen_in_the_escapes_of_a_url_either(
    paths: WarehousePaths,
    settings: MakeSettings,
    *,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    send: Send,
) -> None:
    monkeypatch.setenv("EBBLINE_TEST_TOKEN", "geheimer schlüssel")
    caplog.set_level(logging.DEBUG)
    outcome = send(paths, told(settings, "json://127.0.0.1:9/${EBBLINE_TEST_TOKEN}"))
    assert ("geheimer" in caplog.text + repr(outcome), outcome[0].sent) == (False, False)
