-- Each customer at the two ends of each span: only customers active at one of them.
{{ may_read('int_currency_rates') }}
{{ incremental_by_day(
    days_before='closing_on',
    inputs=['int_mrr_changes', 'int_recurring_periods'],
    spine='int_spans',
    unique_key={'opening_on': 'opening_on', 'closing_on': 'closing_on'}
) }}

with

spans as (
    select * from {{ ref('int_spans') }} as all_spans
    where {{ is_missing('all_spans') }}
),

customer_mrr as (
    select * from {{ ref('int_customer_mrr') }}
    where mrr > 0
),

first_days as (
    select
        customer_id,
        min(valid_from) as first_active_on
    from customer_mrr
    group by customer_id
),

{% if has_dated_rates() -%}
{{ fx_between('spans') }},

{% endif -%}
{%- for end in ['opening', 'closing'] %}
at_{{ end }} as (
    select
        spans.opening_on,
        spans.closing_on,
        customer_mrr.customer_id,
        customer_mrr.mrr,
        coalesce(customer_mrr.plan_id, '(none)') as plan_id
    from spans
    inner join customer_mrr
        on {{ holds_before('customer_mrr', 'spans.' ~ end ~ '_on') }}
),
{% endfor %}
compared as (
    select
        coalesce(at_opening.opening_on, at_closing.opening_on) as opening_on,
        coalesce(at_opening.closing_on, at_closing.closing_on) as closing_on,
        coalesce(at_opening.customer_id, at_closing.customer_id) as customer_id,
        {{ money('coalesce(at_opening.mrr, 0)') }} as mrr_opening,
        {{ money('coalesce(at_closing.mrr, 0)') }} as mrr_closing,
        at_opening.plan_id as plan_opening,
        at_closing.plan_id as plan_closing
    from at_opening
    full outer join at_closing
        on
            at_opening.opening_on = at_closing.opening_on
            and at_opening.closing_on = at_closing.closing_on
            and at_opening.customer_id = at_closing.customer_id
),

final as (
    select
        compared.opening_on,
        compared.closing_on,
        compared.customer_id,
        compared.mrr_opening,
        compared.mrr_closing,
        {% if has_dated_rates() -%}
        case
            when compared.mrr_opening > 0 and compared.mrr_closing > 0 then coalesce(fx.fx, 0)
            else 0
        end
        {%- else -%}
        cast(0 as decimal(18, 2))
        {%- endif %} as fx,
        case
            when compared.mrr_opening > 0 and compared.mrr_closing > 0 then 'retained'
            when compared.mrr_opening > 0 then 'lost'
            when first_days.first_active_on < compared.opening_on then 'reactivated'
            else 'new'
        end as status,
        compared.plan_opening,
        compared.plan_closing,
        first_days.first_active_on < compared.opening_on as ever_active_before
    from compared
    inner join first_days
        on compared.customer_id = first_days.customer_id
    {%- if has_dated_rates() %}
    left join fx
        on
            compared.opening_on = fx.opening_on
            and compared.closing_on = fx.closing_on
            and compared.customer_id = fx.customer_id
    {%- endif %}
)

select * from final
