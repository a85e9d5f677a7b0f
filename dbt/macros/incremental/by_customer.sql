{#
  Incremental models by customer: what is kept from one night to the next of the way from billing rows to movements, where
  nothing is bounded by days: a credit changes the rate of the lines around it.

  A row of these models follows from the billing rows of one customer, whenever they were loaded. Such a model remembers, in
  intermediate.incremental_loads, up to which load it was computed. A night forgets and computes again those customers of whom
  something was loaded since (int_changed_customers), or for whom a day begins that counts (due_customers); in one
  transaction. Where the settings are others, an alias came, or rows that had been seen are gone from raw, a model starts over.
#}

{#
  Configuration of such a model.
  column: what its rows belong to.
  among: the model that lists which of these are computed again tonight; without one they are the invoice lines changed since.
  inputs: the models by customer it is computed from; none reads the loaded rows themselves.
  to_date: whether the last day covered decides which of its rows there are.
#}
{% macro incremental_by(column, among=none, inputs=[], to_date=false) -%}
    {{ incremental_config(
        needs=inputs + ([among] if among else []) + ['stg_billing__loads'],
        forget='{{ forget_what_is_computed() }}',
        remember='{{ remember_the_loads() }}',
        meta={'incremental_by': {'column': column, 'among': among, 'inputs': inputs, 'to_date': to_date}}
    ) }}
{%- endmacro %}

{% macro incremental_by_customer(inputs) -%}
    {{ incremental_by('customer_id', 'int_changed_customers', inputs) }}
{%- endmacro %}

{# The same where the last day covered decides which changes have happened. It reads int_recurring_periods. #}
{% macro incremental_by_customer_to_date(inputs) -%}
    {{ incremental_by('customer_id', 'int_changed_customers', inputs, to_date=true) }}
{%- endmacro %}

{# Condition: rows with this value of the model's column are computed tonight. #}
{% macro is_computed(value) -%}
    {%- if starts_over() -%}
    true
    {%- else -%}
    {%- set terms = model.config.meta.incremental_by -%}
    {%- set changed = ref(terms.among) if terms.among else '(' ~ lines_changed_since(load_computed([model.name])) ~ ')' %}
    coalesce({{ value }}, '') in (
        select coalesce(changed.{{ terms.column }}, '') from {{ changed }} as changed
        {%- if terms.to_date %}
        union all
        {{ due_customers() }}
        {%- endif %}
    )
    {%- endif -%}
{%- endmacro %}

{#
  The customers of whom something begins or ends on a day that was not covered when this model was computed, or is not covered
  any more.
#}
{% macro due_customers() -%}
    {%- set until = literal(single_value('select max(until) from (' ~ reliable_loads([model.name]) ~ ') as reliable')) -%}
    select coalesce(due.customer_id, '')
    from {{ ref('int_recurring_periods') }} as due
    where
        {%- for end in ['valid_from', 'valid_to'] %}
        {{ 'or ' if not loop.first -}}
        due.{{ end }} > least({{ until }}, {{ until_date() }}) and due.{{ end }} <= greatest({{ until }}, {{ until_date() }})
        {%- endfor %}
{%- endmacro %}

{% macro forget_what_is_computed() -%}
    {%- if has_earlier_rows() -%}
    delete from {{ this }} where {{ is_computed(model.config.meta.incremental_by.column) }}
    {%- endif -%}
{%- endmacro %}

{# Whether nothing that this model holds can be relied on. #}
{% macro starts_over() -%}
    {%- if not has_earlier_rows() -%}{{ return(true) }}{%- endif -%}
    {{ return(load_computed([model.name]) is none) }}
{%- endmacro %}

{# The load that all of these models were computed up to, and some of them further. Those that start over have none. #}
{% macro load_computed(models) -%}
    {{ return(none if builds_anew() else single_value('select min(load_id) from (' ~ reliable_loads(models) ~ ') as reliable')) }}
{%- endmacro %}

{# What the models remember, where it was made with these settings and aliases, of rows that are all still there. #}
{% macro reliable_loads(models) -%}
    select computed.model, computed.load_id, computed.until
    from intermediate.incremental_loads as computed
    where
        computed.model in ('{{ models | join("', '") }}')
        and computed.context = {{ load_context() }}
        and computed.seen = {{ rows_seen('computed.load_id') }}
{%- endmacro %}

{# How many billing rows there are up to a load. #}
{% macro rows_seen(load_id) -%}
    (select coalesce(sum(loads.seen), 0) from {{ ref('stg_billing__loads') }} as loads where loads.load_id <= {{ load_id }})
{%- endmacro %}

{% macro load_context() -%}
    concat({{ settings_fingerprint() }}, '/', (
        select coalesce(max(aliases.load_id), 0) from {{ ref('stg_billing__loads') }} as aliases
        where aliases.table_name = 'customer_aliases'
    ))
{%- endmacro %}

{% macro remember_the_loads() -%}
    {%- if execute and target.type == 'duckdb' -%}
    {%- set terms = model.config.meta.incremental_by -%}
    delete from intermediate.incremental_loads where model = '{{ model.name }}';
    insert into intermediate.incremental_loads (model, load_id, until, context, seen)
    select
        '{{ model.name }}' as model,
        computed.load_id,
        {{ 'coalesce(computed.until, ' ~ until_date() ~ ')' if terms.to_date else 'computed.until' }} as until,
        {{ load_context() }} as context,
        {{ rows_seen('computed.load_id') }} as seen
    from (
        {%- if terms.inputs %}
        select coalesce(min(load_id), 0) as load_id, min(until) as until from intermediate.incremental_loads
        where model in ('{{ terms.inputs | join("', '") }}')
        {%- else %}
        select coalesce(max(load_id), 0) as load_id, cast(null as date) as until from {{ ref('stg_billing__loads') }}
        {%- endif %}
    ) as computed
    {%- endif -%}
{%- endmacro %}

{# The incremental models that are computed again for what this model lists. #}
{% macro models_computed_among(among) -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- if (node.config.get('meta') or {}).get('incremental_by', {}).get('among') == among -%}{%- do found.append(node.name) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# Condition: the load is newer than this one. Where there is none, the models start over, whatever came. #}
{% macro came_since(load_id, since) -%}
    {{ load_id ~ ' > ' ~ since if since is not none else 'false' }}
{%- endmacro %}

{# The invoice lines of which something was loaded since then: they, their invoice or their credit note. #}
{% macro lines_changed_since(since) -%}
    select line_id
    from {{ source('raw', 'invoice_lines') }}
    where {{ came_since('_load_id', since) }} or invoice_id in ({{ documents_changed_since(since) }})
{%- endmacro %}

{#
  The invoices and credit notes that a load since then can have changed. A credit note, in any version of it, speaks of an invoice
  (it may write it off); whatever is changed there changes the other credit notes of that invoice too.
#}
{% macro documents_changed_since(since) -%}
    with

    changed_notes as (
        select distinct
            credit_note_id,
            invoice_id
        from {{ source('raw', 'credit_notes') }}
        where credit_note_id in (
            select changed.credit_note_id from {{ source('raw', 'credit_notes') }} as changed
            where {{ came_since('changed._load_id', since) }}
        )
    ),

    changed_invoices as (
        select invoice_id
        from {{ source('raw', 'invoices') }}
        where {{ came_since('_load_id', since) }}

        union

        select invoice_id
        from changed_notes
        where invoice_id is not null
    )

    select invoice_id from changed_invoices

    union

    select credit_note_id as invoice_id from changed_notes

    union

    select credit_note_id as invoice_id
    from {{ source('raw', 'credit_notes') }}
    where invoice_id in (select changed_invoices.invoice_id from changed_invoices)
{%- endmacro %}
