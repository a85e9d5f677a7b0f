{#
  What is kept from one night to the next.

  Every figure says something about a day, a month, a morning or a pair of days, and follows from what happened before its end
  (METRICS.md). So it holds as long as nothing differs on any day before that end, however late the news of it came.

  The models *_by_day hold one fingerprint for each day of what they speak of. A kept model remembers, in int_kept_days, the
  fingerprints it was computed from. A night finds the first day whose fingerprint is another one, forgets what reaches beyond
  it, and computes what is missing then. Forgetting, computing and remembering are one transaction.
#}

{#
  Configuration of a kept model.
  reaches_to: expression over its columns: a row follows from the days before this one.
  reads: the *_by_day models of what it is computed from, and the kept models it reads.
  of: the model whose rows it is computed for, if any; rows of others are forgotten.
  key: what a row is for: columns of that model, and the same as expressions over its own columns.
  of_those: condition on the rows of that model.
#}
{% macro kept(reaches_to, reads, key={}, of=none, of_those='true') -%}
    {{ kept_config(
        needs=reads + ['int_kept_days'] + ([of] if of else []),
        forget='{{ forget_what_changed() }}',
        remember='{{ remember_what_was_read() }}',
        meta={'kept': {'reaches_to': reaches_to, 'reads': reads, 'key': key, 'of': of, 'of_those': of_those}}
    ) }}
{%- endmacro %}

{# What every kept model is to dbt, whatever it is kept by; `needs` are the models that the hooks read. #}
{% macro kept_config(needs, forget, remember, meta) -%}
    {%- for name in needs if not execute -%}{%- do ref(name) -%}{%- endfor -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        full_refresh=true if keeps_nothing() else none,
        pre_hook=forget,
        post_hook=remember,
        meta=meta
    ) }}
{%- endmacro %}

{# A past state is built from nothing, and Spark, which deletes no rows, builds everything each time. #}
{% macro keeps_nothing() -%}
    {{ return(var('as_of') is not none or target.type != 'duckdb') }}
{%- endmacro %}

{# Whether the model has rows from before; a unit test has no table at all. #}
{% macro keeps_rows() -%}
    {{ return(this is not none and is_incremental()) }}
{%- endmacro %}

{# Condition on what a kept model is computed for: the row of `alias` has none of the rows that are kept tonight. #}
{% macro is_missing(alias) -%}
    {%- if not keeps_rows() -%}
    true
    {%- else -%}
    {%- set kept = model.config.meta.kept -%}
    {%- set columns = kept.key | list -%}
    {%- set missing = run_query(missing_keys()).rows if execute else [] -%}
    {%- if not missing -%}
    false
    {%- else -%}
    {{ row_of(columns, alias) }} in (
        {%- for row in missing -%}
        ({% for value in row %}{{ literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ', ' if not loop.last }}
        {%- endfor -%}
    )
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Several columns as one value; one column as it is. #}
{% macro row_of(columns, alias=none) -%}
    ({% for column in columns %}{{ alias ~ '.' if alias }}{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A word, a whole number or a date as SQL. #}
{% macro literal(value) -%}
    {%- if value is string -%}'{{ value | replace("'", "''") }}'
    {%- elif value is number -%}{{ value | int }}
    {%- else -%}cast('{{ value }}' as date)
    {%- endif -%}
{%- endmacro %}

{# Literals instead of a subquery: they reach down to the tables that a view reads. #}
{% macro missing_keys() -%}
    {%- set kept = model.config.meta.kept -%}
    select distinct {{ kept.key | join(', ') }} from {{ ref(kept.of) }} where {{ kept.of_those }}
    except
    select distinct {{ kept.key.values() | join(', ') }} from ({{ kept_rows() }}) as kept
    order by 1
{%- endmacro %}

{# What of this model reaches no further than to the first change. #}
{% macro kept_rows() -%}
    select * from {{ this }} where {{ model.config.meta.kept.reaches_to }} <= {{ first_changed_day() }}
{%- endmacro %}

{# The first day that differs from what this model was computed from; one that never comes where none does. #}
{% macro first_changed_day() -%}
    {%- set day = single_value('select min(day) from (' ~ changed_days() ~ ') as changed') -%}
    cast('{{ day or '9999-12-31' }}' as date)
{%- endmacro %}

{# Condition of a model kept by month: the day lies in a month of which nothing is kept tonight. #}
{% macro is_in_missing_month(day) -%}
    {%- if keeps_rows() -%}
    {{ day }} >= {{ period_start('month', first_changed_day()) }}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{% macro forget_what_changed() -%}
    {%- if keeps_rows() -%}
    {%- set kept = model.config.meta.kept -%}
    delete from {{ this }}
    where
        {{ kept.reaches_to }} > {{ first_changed_day() }}
        {%- if kept.of %}
        or {{ row_of(kept.key.values()) }} not in (
            select {{ row_of(kept.key) }} from {{ ref(kept.of) }} where {{ kept.of_those }}
        )
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{# The days whose fingerprints are others than those that this model was computed from. #}
{% macro changed_days() -%}
    select day
    from (
        (select source, day, fingerprint from ({{ days_read() }}) as now_read except {{ days_remembered() }})
        union all
        ({{ days_remembered() }} except select source, day, fingerprint from ({{ days_read() }}) as now_read)
    ) as differing
{%- endmacro %}

{% macro days_remembered() -%}
    select source, day, fingerprint from {{ ref('int_kept_days') }} where model = '{{ model.name }}'
{%- endmacro %}

{# What a kept model was computed from stands for the model: where that was not built tonight, it is what it was. #}
{% macro days_read() -%}
    select 'settings' as source, cast('0001-01-01' as date) as day, {{ settings_fingerprint() }} as fingerprint
    union
    select 'until' as source, {{ after_until() }} as day, 'not covered' as fingerprint
    {%- for source in sources_needed(model) if source != 'billing' %}
    union
    select 'until of {{ source }}' as source, {{ after_until(source) }} as day, 'not covered' as fingerprint
    {%- endfor %}
    {%- for name in model.config.meta.kept.reads %}
    union
    {%- if name.endswith('_by_day') %}
    select '{{ name }}' as source, day, fingerprint from {{ ref(name) }}
    {%- else %}
    select source, day, fingerprint from {{ ref('int_kept_days') }} where model = '{{ name }}'
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# All settings but the last days covered. #}
{% macro settings_fingerprint() -%}
    {%- set given = dict(invocation_args_dict.vars) -%}
    {%- do given.pop('until', none) -%}
    {%- do given.pop('covered', none) -%}
    cast('{{ local_md5(tojson(given, sort_keys=true)) }}' as {{ dbt.type_string() }})
{%- endmacro %}

{% macro remember_what_was_read() -%}
    {%- if execute and target.type == 'duckdb' -%}
    delete from {{ ref('int_kept_days').render() }} where model = '{{ model.name }}';
    insert into {{ ref('int_kept_days').render() }} (model, source, day, fingerprint)
    select '{{ model.name }}' as model, source, day, fingerprint from ({{ days_read() }}) as now_read
    {%- endif -%}
{%- endmacro %}

{# Fingerprint of the rows of a group, whatever their order: the sum of their hashes. #}
{% macro fingerprint(row_fingerprint) -%}
    cast(sum({{ row_fingerprint }}) as {{ dbt.type_string() }})
{%- endmacro %}
