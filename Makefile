# ebbline. `make` alone lists the targets.
# The first of these that is there; another one with make PYTHON=/path/to/python.
PYTHON ?= $(or $(firstword $(foreach python,python3.11 python3.12 python3.13,$(shell $(python) -c "" 2>/dev/null && echo $(python)))),python3)
VENV   := .venv
BIN    := $(VENV)/bin
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
# Compiling Dagster, dbt and Great Expectations again in every process would double the time they take to start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test test-deep test-fast ui check quick types sql format lock docs metrics-page pictures superset bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

# uv installs the locked set in seconds; it comes from the same registry as everything else.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { echo "ebbline needs Python 3.11, 3.12 or 3.13: install one, or say make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.installed: $(BIN)/uv requirements.lock pyproject.toml
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.installed ## make the environment in .venv

run: setup ## ingest data/sample, build, validate, publish, alert, write the report
	@$(BIN)/ebbline run

# Two workers, spread by file or folder, the longest first: docs/testing.md.
TIER := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 25

test: $(VENV)/.installed-dev ## the tests that guard every behaviour
	$(TIER)

test-deep: test ## the same, then what takes long: every kill, every night, more seeds
	$(TIER) tests/deep

test-fast: $(VENV)/.installed-dev ## the unit tests alone
	$(TIER) tests/unit

ui: setup ## the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/ebbline ui

check: quick ## format, lint, types, SQL lint
	@$(MAKE) --no-print-directory --jobs 2 types sql

types: $(VENV)/.installed-dev
	$(BIN)/mypy

sql: $(VENV)/.installed-dev
	rm -rf build/expectations && $(BIN)/python -m dagster_project.quality sql build/expectations
	$(BIN)/sqlfluff lint --nocolor dbt/models dbt/tests build/expectations

quick: $(VENV)/.installed-dev ## the part of `check` that takes seconds, as the pre-commit hook runs it
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/.installed-dev ## format Python and SQL
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(BIN)/uv ## compile requirements.lock and requirements-dev.lock anew
	$(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	$(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --group dev --group remote --group semantic --group serve --group spark -c requirements.lock --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock

docs: setup ## generate dbt docs for data/warehouse (after make run)
	EBBLINE_WAREHOUSE_DB=$(CURDIR)/data/warehouse/warehouse.duckdb $(BIN)/dbt docs generate --static --project-dir dbt --profiles-dir dbt --target-path $(CURDIR)/data/warehouse/dbt_docs --log-path $(CURDIR)/data/warehouse/logs
	@echo "open data/warehouse/dbt_docs/static_index.html"

metrics-page: $(VENV)/.installed-dev ## write docs/metrics-catalogue.md and docs/canonical.md anew
	$(BIN)/python -m dagster_project.metrics
	$(BIN)/ebbline formats canonical > docs/canonical.md

pictures: $(VENV)/.installed-dev run ## take README's pictures of the sample anew (needs Chromium)
	$(BIN)/python -m tests.browser.pictures data/warehouse/report/index.html

# An application of its own, never a dependency; the last three are what its package forgets or cannot stand.
superset: $(BIN)/uv ## install Apache Superset into .superset, for the deep test of its dashboard
	$(PYTHON) -m venv .superset
	VIRTUAL_ENV=.superset $(BIN)/uv pip install --quiet apache-superset==6.1.0 duckdb==1.5.5 duckdb-engine==0.17.0 "flask-caching<2.4" rich cachetools

bench: $(VENV)/.installed-dev ## measure, as ratios against something run beside it
	$(BIN)/python -m benchmarks

clean: ## remove what was built (not the environment)
	rm -rf data/warehouse dbt/target dbt/logs .dagster .pytest_cache .mypy_cache .ruff_cache .hypothesis
