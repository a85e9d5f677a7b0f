-- Guard: what a recurring line bills is for a time, for that time once, and counts to its end unless something says that it was replaced.
{%- set counts = 'true' if var('recurring_from') == 'invoice_lines' else 'false' %}
with

lines as (
    select
        lines.*,
        concat(lines.invoice_id, '/', lines.line_id) as line_key
    from {{ ref('int_invoice_lines') }} as lines
    left join {{ ref('int_plans') }} as plans
        on lines.plan_id = plans.plan_id
    where
        lines.kind = 'recurring'
        and lines.amount > 0
        and lines.invoice_status in ('paid', 'open', 'uncollectible')
        and coalesce(plans.usage, 'licensed') = 'licensed'
        and {{ counts }}
),

-- The first of several is not billed again; the items of one invoice may well be alike.
billed as (
    select
        *,
        dense_rank() over (
            partition by customer_id, subscription_id, item_id, plan_id, quantity, amount, currency, period_start_at, period_end_at
            order by issued_on, invoice_id
        ) as time_billed
    from lines
),

full_lines as (
    select
        full_lines.*,
        lines.item_id
    from {{ ref('int_invoice_full_lines') }} as full_lines
    inner join lines
        on full_lines.line_key = lines.line_key
),

-- Plans without a product are taken for alternatives: the earlier one ends where the later begins, also where nothing is given back.
replaced as (
    select distinct own.line_key
    from {{ ref('int_invoice_replacements') }} as replacements
    inner join full_lines as own
        on replacements.line_key = own.line_key
    inner join full_lines as later
        on
            own.contract_key = later.contract_key
            and replacements.replaced_on = later.period_start_on
            and own.plan_key <> later.plan_key
    where
        own.product = '(none)'
        and replacements.replaced_on < own.counts_until
        and coalesce(own.item_id <> later.item_id, true)
),

compared as (
    select
        billed.line_key,
        {{ converted('billed.amount', 'rates.rate') }} as amount_checked,
        case when of_a_time.line_key is null then {{ converted('billed.amount', 'rates.rate') }} else 0 end as of_no_time,
        case when of_a_time.line_key is not null and billed.time_billed > 1 then {{ converted('billed.amount', 'rates.rate') }} else 0 end as billed_again,
        case when replaced.line_key is not null and billed.time_billed = 1 then {{ converted('billed.amount', 'rates.rate') }} else 0 end as replaced
    from billed
    left join {{ ref('int_invoice_service_lines') }} as of_a_time
        on billed.line_key = of_a_time.line_key
    left join replaced
        on billed.line_key = replaced.line_key
    left join {{ ref('int_currency_rates') }} as rates
        on billed.currency = rates.currency and {{ rate_holds_on('rates', 'billed.issued_on') }}
),

{{ money_guard(
    'lines', 'compared', 'line_key',
    {
        'without a time, worth nothing': 'of_no_time',
        'billed again for the same time, both count': 'billed_again',
        'ended by a line of another plan': 'replaced',
    },
    mrr_effect='null', warns_above_rows='null', warns_above_money=var('max_share_of_money')
) }}

select * from final
