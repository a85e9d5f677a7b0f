-- What each recurring piece was agreed on, beside what it is worth: product, interval, units and list price, as far as the
-- export tells them. A credit takes back units too. Where no discount is told, the price is what was paid.
{{ may_read('int_item_versions') }}
{{ incremental_by_customer(inputs=['int_recurring_periods', 'int_invoice_service_lines']) }}
{{ fingerprinted_by_day(
    ['valid_from', 'valid_to'], 'customer_id, subscription_id, product, plan_id, months, currency, quantity, listed, paid'
) }}

with

pieces as (
    select * from {{ ref('int_recurring_periods') }}
    where {{ is_computed('customer_id') }}
),

plans as (
    select
        plan_id,
        concat(coalesce(product, plan_id), '/', coalesce(cast(tier as {{ dbt.type_string() }}), '')) as product,
        {{ months_of('billing_interval', 'interval_count') }} as months
    from {{ ref('int_plans') }}
),

{% if var('recurring_from') == 'subscription_items' -%}
items as (
    select
        concat(item_id, '/', {{ instant_text('valid_from_at') }}) as source_key,
        1 - cast(discount as double) as share_paid,
        {{ months_of('billing_interval', 'coalesce(interval_count, 1)') }} as months
    from {{ ref('int_item_versions') }}
    where {{ is_computed('customer_id') }}
),

{% elif var('recurring_from') == 'invoice_lines' -%}
lines as (
    select
        line_key as source_key,
        abs(cast(amount_cents as double)) as amount,
        cast(discount_cents as double) as discount,
        case
            when max(discount_cents) over (partition by contract_key) > 0 and plan_months > 0
                then cast(list_cents - {{ tax_inside('list_cents', 'tax_permille') }} as double) / 100 / plan_months
        end as list_a_month
    from {{ ref('int_invoice_service_lines') }}
    where {{ is_computed('customer_id') }}
),

{% endif -%}
told as (
    select
        pieces.*,
        coalesce(plans.product, pieces.plan_id, '(none)') as product,
        cast(pieces.mrr_in_currency as double) as paid,
        {% if var('recurring_from') == 'subscription_items' -%}
        coalesce(items.months, plans.months) as months,
        cast(pieces.mrr_in_currency as double) / nullif(items.share_paid, 0) as listed
    {%- elif var('recurring_from') == 'invoice_lines' -%}
        plans.months,
        -- a part is net of a discount that only the whole lines of its contract tell
        case
            when lines.discount > 0
                then cast(pieces.mrr_in_currency as double) * (lines.amount + lines.discount) / nullif(lines.amount, 0)
            when lines.list_a_month > abs(pieces.mrr_in_currency)
                then lines.list_a_month * case when pieces.mrr_in_currency < 0 then -1 else 1 end
        end as listed
    {%- else -%}
        plans.months,
        cast(null as double) as listed
    {%- endif %}
    from pieces
    left join plans
        on pieces.plan_id = plans.plan_id
    {%- if var('recurring_from') == 'subscription_items' %}
    left join items
        on pieces.source_key = items.source_key
    {%- elif var('recurring_from') == 'invoice_lines' %}
    left join lines
        on pieces.source_key = lines.source_key
    {%- endif %}
    where pieces.mrr_in_currency <> 0
),

final as (
    select
        customer_id,
        coalesce(subscription_id, '(none)') as subscription_id,
        product,
        coalesce(plan_id, '(none)') as plan_id,
        coalesce(months, 0) as months,
        currency,
        cast(quantity as double) * case when paid < 0 then -1 else 1 end as quantity,
        coalesce(listed, paid) as listed,
        paid,
        valid_from,
        valid_to
    from told
)

select * from final
