{#
  Incremental models by day: what is kept from one night to the next, without a look-back window.

  Every figure says something about a day, a month, a morning or a pair of days, and follows from what happened before its end
  (METRICS.md). So it holds as long as nothing differs on any day before that end, however late the news of it came.

  A model that is fingerprinted by day notes, when it is built, one fingerprint for each day of its rows. An incremental model
  remembers the fingerprints it was computed from; both stand in intermediate.incremental_days. A night finds the first day whose
  fingerprint is another one, forgets what reaches beyond it, and computes what is missing then. Forgetting, computing and
  remembering are one transaction.
#}

{#
  Configuration of such a model.
  days_before: expression over its columns: a row follows from the days before this one.
  inputs: the models it is computed from: fingerprinted by day, or incremental by day themselves.
  spine: the model whose rows it is computed for, if any; rows of others are forgotten.
  unique_key: what a row is for: columns of the spine, and the same as expressions over its own columns.
  spine_where: condition on the rows of the spine.
#}
{% macro incremental_by_day(days_before, inputs, unique_key={}, spine=none, spine_where='true') -%}
    {{ incremental_config(
        needs=inputs + ([spine] if spine else []),
        forget='{{ forget_what_changed() }}',
        remember='{{ remember_what_was_read() }}',
        meta={'incremental_by_day': {
            'days_before': days_before, 'inputs': inputs, 'unique_key': unique_key, 'spine': spine, 'spine_where': spine_where
        }}
    ) }}
{%- endmacro %}

{#
  Configuration, beside its own, of a model of which others are computed by day.
  days: its columns of dates: another row is another past from each of these days on.
  row: what of a row they read; rendered when the model is built.
  where: condition on the rows that they read.
#}
{% macro fingerprinted_by_day(days, row, where='true') -%}
    {{ config(
        post_hook='{{ remember_own_days() }}',
        meta={'fingerprinted_by_day': {'days': days, 'row': row, 'where': where}}
    ) }}
{%- endmacro %}

{# What every incremental model is to dbt, by day or by customer; `needs` are the models that the hooks read. #}
{% macro incremental_config(needs, forget, remember, meta) -%}
    {%- for name in needs if not execute -%}{%- do ref(name) -%}{%- endfor -%}
    {{ config(
        materialized='incremental',
        on_schema_change='fail',
        pre_hook=forget,
        post_hook=remember,
        meta=meta
    ) }}
{%- endmacro %}

{# A past state is built from nothing, and Spark, which deletes no rows, builds everything each time. #}
{% macro builds_anew() -%}
    {{ return(var('as_of') is not none or target.type != 'duckdb') }}
{%- endmacro %}

{# Of dbt, which asks it of every incremental model. #}
{% macro should_full_refresh() -%}
    {{ return(flags.FULL_REFRESH or builds_anew()) }}
{%- endmacro %}

{# Whether the model has rows from before; a unit test has no table at all. #}
{% macro has_earlier_rows() -%}
    {{ return(this is not none and is_incremental()) }}
{%- endmacro %}

{# Condition on a row of the spine: none of the rows that are kept tonight is for it. #}
{% macro is_missing(alias) -%}
    {%- if not has_earlier_rows() -%}
    true
    {%- else -%}
    {%- set terms = model.config.meta.incremental_by_day -%}
    {%- set columns = terms.unique_key | list -%}
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
    {%- set terms = model.config.meta.incremental_by_day -%}
    select distinct {{ terms.unique_key | join(', ') }} from {{ ref(terms.spine) }} where {{ terms.spine_where }}
    except
    select distinct {{ terms.unique_key.values() | join(', ') }} from ({{ kept_rows() }}) as kept
    order by 1
{%- endmacro %}

{# What of this model reaches no further than to the first change. #}
{% macro kept_rows() -%}
    select * from {{ this }} where {{ model.config.meta.incremental_by_day.days_before }} <= {{ first_changed_day() }}
{%- endmacro %}

{# The first day that differs from what this model was computed from; one that never comes where none does. #}
{% macro first_changed_day() -%}
    {%- set day = single_value('select min(day) from (' ~ changed_days() ~ ') as changed') -%}
    cast('{{ day or '9999-12-31' }}' as date)
{%- endmacro %}

{# Condition of a model computed by month: the day lies in a month of which nothing is kept tonight. #}
{% macro is_in_missing_month(day) -%}
    {%- if has_earlier_rows() -%}
    {{ day }} >= {{ period_start('month', first_changed_day()) }}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{% macro forget_what_changed() -%}
    {%- if has_earlier_rows() -%}
    {%- set terms = model.config.meta.incremental_by_day -%}
    delete from {{ this }}
    where
        {{ terms.days_before }} > {{ first_changed_day() }}
        {%- if terms.spine %}
        or {{ row_of(terms.unique_key.values()) }} not in (
            select {{ row_of(terms.unique_key) }} from {{ ref(terms.spine) }} where {{ terms.spine_where }}
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
    select source, day, fingerprint from intermediate.incremental_days where model = '{{ model.name }}'
{%- endmacro %}

{# What an incremental model was computed from stands for the model: where that was not built tonight, it is what it was. #}
{% macro days_read() -%}
    select 'settings' as source, cast('0001-01-01' as date) as day, {{ settings_fingerprint() }} as fingerprint
    union
    select 'until' as source, {{ after_until() }} as day, 'not covered' as fingerprint
    {%- for source in sources_needed(model) if source != 'billing' %}
    union
    select 'until of {{ source }}' as source, {{ after_until(source) }} as day, 'not covered' as fingerprint
    {%- endfor %}
    {%- for name in model.config.meta.incremental_by_day.inputs %}
    union
    select source, day, fingerprint from intermediate.incremental_days where model = '{{ name }}'
    {%- endfor %}
{%- endmacro %}

{# All settings but the last days covered. #}
{% macro settings_fingerprint() -%}
    {%- set given = dict(invocation_args_dict.vars) -%}
    {%- do given.pop('until', none) -%}
    {%- do given.pop('covered', none) -%}
    cast('{{ local_md5(tojson(given, sort_keys=true)) }}' as {{ dbt.type_string() }})
{%- endmacro %}

{% macro remember_what_was_read() -%}{{ remember_days(days_read()) if execute }}{%- endmacro %}

{# The fingerprint of a day is the sum of its rows' hashes: it is the same whatever their order. #}
{% macro remember_own_days() -%}{{ remember_days(own_days()) if execute }}{%- endmacro %}

{% macro own_days() -%}
    {%- set terms = model.config.meta.fingerprinted_by_day -%}
    select '{{ model.name }}' as source, day, cast(sum(row_fingerprint) as varchar) as fingerprint
    from (
        {%- for day in terms.days %}
        select {{ day }} as day, {{ row_hash("'" ~ day ~ "', " ~ render(terms.row)) }} as row_fingerprint
        from {{ this }}
        where {{ terms.where }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as rows_of_days
    where day is not null
    group by day
{%- endmacro %}

{# What stands in the memory for a model is replaced; in the transaction in which it is built. #}
{% macro remember_days(days) -%}
    {%- if target.type == 'duckdb' -%}
    delete from intermediate.incremental_days where model = '{{ model.name }}';
    insert into intermediate.incremental_days (model, source, day, fingerprint)
    select '{{ model.name }}' as model, source, day, fingerprint from ({{ days }}) as now_read
    {%- endif -%}
{%- endmacro %}
