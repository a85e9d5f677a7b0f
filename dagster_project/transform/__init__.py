"""Running dbt: where its project lies, its manifest, and what a run reported. Models live in ``dbt/``."""
