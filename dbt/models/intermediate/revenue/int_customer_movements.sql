-- The change of a customer's MRR on a day, split into what exchange rates did and what the customer did.
{{ may_read('int_customer_fx') }}
with

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
),

{% if has_dated_rates() -%}
fx as (
    select * from {{ ref('int_customer_fx') }}
),

{% endif -%}
changes as (
    select
        customer_id,
        valid_from as movement_on,
        coalesce(lag(mrr) over (partition by customer_id order by valid_from), 0) as mrr_before,
        mrr as mrr_after,
        coalesce(
            max(mrr) over (
                partition by customer_id order by valid_from
                rows between unbounded preceding and 1 preceding
            ), 0
        ) > 0 as ever_active_before
    from customer_mrr
),

final as (
    select
        changes.customer_id,
        changes.movement_on,
        changes.mrr_before,
        changes.mrr_after,
        changes.ever_active_before,
        {% if has_dated_rates() -%}
        -- both ends are valued at the rates of the day before: who was nothing before, or is after, has no fx
        case
            when changes.mrr_before > 0 and changes.mrr_after > 0 and changes.mrr_after - fx.fx > 0 then fx.fx
            else 0
        end
        {%- else -%}
        cast(0 as decimal(18, 2))
        {%- endif %} as fx
    from changes
    {%- if has_dated_rates() %}
    left join fx
        on changes.customer_id = fx.customer_id and changes.movement_on = fx.changed_on
    {%- endif %}
    where
        changes.mrr_before <> changes.mrr_after
        {%- if has_dated_rates() %}
        or (changes.mrr_before > 0 and changes.mrr_after - fx.fx > 0 and fx.fx <> 0)
        {%- endif %}
)

select * from final
