{#
  What exchange rates did between the two ends of a span (METRICS.md, section 3): what a customer has at its closing, valued at the
  rates of the closing and at those of the opening. CTEs that end in `fx`, with one row per span and customer.

  spans: a CTE of opening_on and closing_on, days at whose beginning is compared. Asked only where rates are dated.
#}
{% macro fx_between(spans) -%}
-- what begins or ends on a day, in the currency of the contract
currency_ends as (
    {%- for end, sign in [('valid_from', ''), ('valid_to', '-')] %}
    select
        customer_id,
        coalesce(plan_id, '(none)') as plan_id,
        currency,
        {{ end }} as changed_on,
        {{ sign }}mrr_in_currency as delta
    from {{ ref('int_recurring_periods') }}
    where {{ end }} <= {{ until_date() }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

currency_days as (
    select
        customer_id,
        plan_id,
        currency,
        changed_on,
        sum(delta) as delta
    from currency_ends
    group by customer_id, plan_id, currency, changed_on
),

currency_mrr as (
    select
        customer_id,
        plan_id,
        currency,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id, plan_id, currency order by changed_on) as valid_to,
        cast(
            sum(delta) over (partition by customer_id, plan_id, currency order by changed_on) as decimal(28, 10)
        ) as mrr_in_currency
    from currency_days
),

revalued_spans as (
    select distinct
        spans.opening_on,
        spans.closing_on
    from {{ spans }} as spans
    inner join {{ ref('int_currency_rates') }} as rates
        on spans.opening_on <= rates.valid_from and spans.closing_on > rates.valid_from
),

revalued as (
    select
        spans.opening_on,
        spans.closing_on,
        currency_mrr.customer_id,
        currency_mrr.plan_id,
        {%- for end in ['opening', 'closing'] %}
        sum({{ valued('currency_mrr.mrr_in_currency', end ~ '_rates') }}) as mrr_at_{{ end }}_rates{{ ',' if not loop.last }}
        {%- endfor %}
    from revalued_spans as spans
    inner join currency_mrr
        on
            spans.closing_on > currency_mrr.valid_from
            and spans.closing_on <= coalesce(currency_mrr.valid_to, {{ after_until() }})
    {%- for end in ['opening', 'closing'] %}
    inner join {{ ref('int_currency_rates') }} as {{ end }}_rates
        on
            currency_mrr.currency = {{ end }}_rates.currency
            and spans.{{ end }}_on > {{ end }}_rates.valid_from
            and (spans.{{ end }}_on <= {{ end }}_rates.valid_to or {{ end }}_rates.valid_to is null)
    {%- endfor %}
    where currency_mrr.mrr_in_currency <> 0
    group by spans.opening_on, spans.closing_on, currency_mrr.customer_id, currency_mrr.plan_id
),

fx as (
    select
        opening_on,
        closing_on,
        customer_id,
        {{ money('sum(' ~ rounded_once('mrr_at_closing_rates') ~ ' - ' ~ rounded_once('mrr_at_opening_rates') ~ ')') }} as fx
    from revalued
    group by opening_on, closing_on, customer_id
)
{%- endmacro %}
