-- A table, not a view: read by many models.
{{ config(materialized='table') }}
{%- set attributes = [
    'name', 'email', 'country', 'region', 'industry', 'company_size', 'segment',
    'acquisition_channel', 'acquisition_campaign', 'account_owner',
] -%}

with

source as (
    {{ newest_version('customers', ['customer_id']) }}
),

customer_ids as (
    select * from {{ ref('stg_billing__customer_ids') }}
),

resolved as (
    select
        {{ all_but(['created_at'], 'source') }},
        {{ possible_instant('source.created_at') }} as created_at,
        coalesce(customer_ids.customer_id, source.customer_id) as surviving_id,
        case when customer_ids.customer_id is null then 0 else 1 end as is_alias
    from source
    left join customer_ids
        on source.customer_id = customer_ids.customer_id_as_given
),

-- One customer under two ids: the surviving row speaks first, the others fill what it leaves empty.
merged as (
    select
        surviving_id as customer_id,
        min(created_at) over whole as created_at,
        max(case when created_at is null then 1 else 0 end) over whole = 1 as is_undated,
        {% for attribute in attributes -%}
        {{ first_known(label("nullif(trim(" ~ attribute ~ "), '')")) }} over whole as {{ attribute }},
        {% endfor -%}
        _load_id,
        _source_file,
        _source_row,
        row_number() over (partition by surviving_id order by is_alias, created_at, customer_id) as merge_rank
    from resolved
    window whole as (
        partition by surviving_id
        order by is_alias, created_at, customer_id
        rows between unbounded preceding and unbounded following
    )
),

final as (
    select
        customer_id,
        created_at,
        {{ local_date('created_at') }} as created_on,
        is_undated,
        {% for attribute in attributes -%}
        {{ attribute }},
        {% endfor -%}
        _load_id,
        _source_file,
        _source_row
    from merged
    where merge_rank = 1
)

select * from final
