-- What exchange rates did between the two ends of a span: what a customer has at its closing, valued at the
-- rates of the closing and at those of the opening. Read only where rates are dated.
with

spans as (
    select * from {{ ref('int_spans') }}
),

currency_mrr as (
    select * from {{ ref('int_currency_mrr') }}
    where mrr_in_currency <> 0
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

changed_spans as (
    select distinct
        spans.opening_on,
        spans.closing_on
    from spans
    inner join rates
        on spans.opening_on <= rates.valid_from and spans.closing_on > rates.valid_from
),

valued as (
    select
        spans.opening_on,
        spans.closing_on,
        currency_mrr.customer_id,
        currency_mrr.plan_id,
        {%- for end in ['opening', 'closing'] %}
        sum({{ valued('currency_mrr.mrr_in_currency', end ~ '_rates') }}) as mrr_at_{{ end }}_rates{{ ',' if not loop.last }}
        {%- endfor %}
    from changed_spans as spans
    inner join currency_mrr
        on
            spans.closing_on > currency_mrr.valid_from
            and spans.closing_on <= coalesce(currency_mrr.valid_to, {{ after_until() }})
    {%- for end in ['opening', 'closing'] %}
    inner join rates as {{ end }}_rates
        on
            currency_mrr.currency = {{ end }}_rates.currency
            and spans.{{ end }}_on > {{ end }}_rates.valid_from
            and (spans.{{ end }}_on <= {{ end }}_rates.valid_to or {{ end }}_rates.valid_to is null)
    {%- endfor %}
    group by spans.opening_on, spans.closing_on, currency_mrr.customer_id, currency_mrr.plan_id
),

final as (
    select
        opening_on,
        closing_on,
        customer_id,
        {{ money('sum(' ~ rounded_once('mrr_at_closing_rates') ~ ' - ' ~ rounded_once('mrr_at_opening_rates') ~ ')') }} as fx
    from valued
    group by opening_on, closing_on, customer_id
)

select * from final
