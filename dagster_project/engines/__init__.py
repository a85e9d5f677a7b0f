"""What builds the models: dbt as a process of its own, on DuckDB or on Spark."""
