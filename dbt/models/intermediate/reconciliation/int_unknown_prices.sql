-- depends_on: {{ ref('stg_billing__subscription_items') }}
-- Guard: what is billed has a price that is exported, where prices are: only a price says whether it is metered. An item of a
-- subscription without an amount of its own is worth its price times the quantity, which tiers and packages do not tell.
{%- set from_items = var('recurring_from') == 'subscription_items' %}
with

plans as (
    select * from {{ ref('int_plans') }}
),

{% if from_items -%}
compared as (
    select
        items.plan_id,
        0 as amount_checked,
        0 as amount_unknown,
        max(
            case
                when items.unit_amount is not null or plans.usage = 'metered' then 0
                when plans.unit_amount is null or plans.pricing in ('tiered', 'package') then 1
                else 0
            end
        ) as is_unknown
    from {{ ref('stg_billing__subscription_items') }} as items
    left join plans
        on items.plan_id = plans.plan_id
    group by items.plan_id
),

{% else -%}
rates as (
    select * from {{ ref('int_currency_rates') }}
),

lines as (
    select * from {{ ref('int_invoice_lines') }}
    where
        kind = 'recurring'
        and amount > 0
        and plan_id is not null
        and invoice_status in ('paid', 'open')
        and exists (select 1 from plans)
        and {{ "true" if var('recurring_from') == 'invoice_lines' else "false" }}
),

compared as (
    select
        lines.plan_id,
        sum({{ converted('lines.amount', 'rates.rate') }}) as amount_checked,
        sum(case when plans.plan_id is null then {{ converted('lines.amount', 'rates.rate') }} else 0 end) as amount_unknown,
        max(case when plans.plan_id is null then 1 else 0 end) as is_unknown
    from lines
    left join plans
        on lines.plan_id = plans.plan_id
    left join rates
        on lines.currency = rates.currency and {{ rate_holds_on('rates', 'lines.issued_on') }}
    group by lines.plan_id
),

{% endif -%}
ranked as (
    select
        *,
        row_number() over (order by is_unknown desc, amount_unknown desc, plan_id) as place
    from compared
),

final as (
    {{ guard_row(
        guard="'prices'",
        checked='count(*)',
        differing='coalesce(sum(is_unknown), 0)',
        example='case when is_unknown = 1 then plan_id end',
        warns_above_rows=0 if from_items else 'null',
        amount_checked='null' if from_items else 'sum(amount_checked)',
        amount_differing='null' if from_items else 'sum(amount_unknown)',
        warns_above_money=var('max_share_of_money')
    ) }}
)

select * from final
