"""What Great Expectations does once more than a validation needs, taken out; no answer of it changes.

Written against GX 1.x as pinned; imported after it, by ``great_expectations_run`` alone.
"""

import logging
from itertools import chain
from typing import Any

from great_expectations.checkpoint.checkpoint import Checkpoint
from great_expectations.core.freshness_diagnostics import (
    CheckpointFreshnessDiagnostics,
    ValidationDefinitionFreshnessDiagnostics,
)
from great_expectations.core.validation_definition import ValidationDefinition
from great_expectations.execution_engine.sqlalchemy_execution_engine import (
    SqlAlchemyExecutionEngine,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import parse_result_format
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metrics.query_table.unexpected_rows_query_table import (
    UnexpectedRowsQueryTable,
)


def lighten() -> None:
    """Take all of it out, in this process."""
    _ask_for_no_rows()
    _spare_what_was_just_read()
    _look_keys_up_at_once()


def _ask_for_no_rows() -> None:
    """Have a query asked for the number of its rows alone.

    GX asks every query for its rows, then for their number; the rows are thrown away. Verdict and observed value come
    from the number, and ``failing_rows`` fetches what a person sees: half the time that DuckDB takes.
    """
    # Registering a metric anew is GX's own way of extension; it warns, which belongs on nobody's screen.
    registry_log = logging.getLogger("great_expectations.expectations.registry")
    registry_log.disabled = True

    class _NoRows(UnexpectedRowsQueryTable):
        @metric_value(engine=SqlAlchemyExecutionEngine)
        def _sqlalchemy(cls, *_: Any, **__: Any) -> list[dict[str, Any]]:
            return []

    registry_log.disabled = False


def _spare_what_was_just_read() -> None:
    """Take checkpoints for what their store holds: both were written and read a moment before they are run.

    GX compares all of them with the store's, each suite once for itself and once for its checkpoint, which takes a
    tenth of a validation.
    """

    def checkpoint(_: Checkpoint) -> CheckpointFreshnessDiagnostics:
        return CheckpointFreshnessDiagnostics(errors=[])

    def definition(_: ValidationDefinition) -> ValidationDefinitionFreshnessDiagnostics:
        return ValidationDefinitionFreshnessDiagnostics(errors=[])

    Checkpoint.is_fresh = checkpoint  # type: ignore[method-assign, assignment]
    ValidationDefinition.is_fresh = definition  # type: ignore[method-assign, assignment]


def _look_keys_up_at_once() -> None:
    """Have an expectation make its configuration once for all the keys that are looked up in it.

    GX makes it anew for every key, some fifty times an expectation: a fifth of a validation.
    """

    def found(expectation: Expectation, *groups: tuple[str, ...]) -> dict[str, Any]:
        given = expectation.configuration.kwargs
        return {key: given.get(key, expectation._get_default_value(key)) for key in chain(*groups)}

    def domain(self: Expectation) -> dict[str, Any]:
        return found(self, self.domain_keys)

    def success(self: Expectation) -> dict[str, Any]:
        return found(self, self.success_keys, self.domain_keys)

    def runtime(
        self: Expectation, runtime_configuration: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        own = {*self.success_keys, *self.domain_keys}
        asked = {
            key: value for key, value in (runtime_configuration or {}).items() if key not in own
        }
        kwargs = found(self, self.runtime_keys, self.success_keys, self.domain_keys)
        kwargs |= {key: asked[key] for key in self.runtime_keys if key in asked}
        return {**kwargs, "result_format": parse_result_format(kwargs["result_format"])}

    Expectation._get_domain_kwargs = domain  # type: ignore[method-assign]
    Expectation._get_success_kwargs = success  # type: ignore[method-assign]
    Expectation._get_runtime_kwargs = runtime  # type: ignore[method-assign]
