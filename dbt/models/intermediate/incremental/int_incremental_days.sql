-- The incremental models write here, each in the transaction in which it is computed (macros/incremental/by_day.sql).
{{ config(
    materialized='incremental',
    incremental_strategy='append'
) }}

select
    cast(null as {{ dbt.type_string() }}) as model,
    cast(null as {{ dbt.type_string() }}) as source,
    cast(null as date) as day,
    cast(null as {{ dbt.type_string() }}) as fingerprint
from (select 1 as one) as nobody
where one = 0
