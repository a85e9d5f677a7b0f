-- The full amounts that each part may have been billed from: what full lines of its plan billed, and prices with and without
-- the discounts that the contract shows.
{{ incremental_by_customer(inputs=['int_invoice_parts', 'int_invoice_full_lines']) }}

with

parts as (
    select * from {{ ref('int_invoice_parts') }}
    where has_interval and amount_cents > 0 and {{ is_computed('customer_id') }}
),

full_lines as (
    select * from {{ ref('int_invoice_full_lines') }}
    where full_cents > 0 and {{ is_computed('customer_id') }}
),

billed as (
    select
        parts.line_key,
        parts.contract_key,
        parts.customer_id,
        {%- for amount in ['full_cents', 'undiscounted_cents'] %}
        case
            when parts.quantity > 0 and full_lines.quantity > 0
                then {{ scaled('full_lines.' ~ amount, millionths('parts.quantity'), millionths('full_lines.quantity')) }}
            else full_lines.{{ amount }}
        end as {{ amount }},
        {%- endfor %}
        case when full_lines.period_start_on = parts.period_end_on then 1 else 2 end as preference,
        coalesce(parts.quantity, 1) = coalesce(full_lines.quantity, 1) as is_same_quantity,
        abs({{ days_between('full_lines.period_start_on', 'parts.period_start_on') }}) as distance,
        full_lines.may_be_discounted,
        full_lines.is_discount_told,
        coalesce(full_lines.discount_cents, 0) > 0 as is_discounted
    from parts
    inner join full_lines
        on
            parts.contract_key = full_lines.contract_key
            and parts.plan_key = full_lines.plan_key
            and parts.interval_numerator * full_lines.months_denominator
            = full_lines.months_numerator * parts.interval_denominator
),

prices as (
    select
        line_key,
        contract_key,
        customer_id,
        list_cents as full_cents,
        5 as preference,
        0 as distance
    from parts
    where list_cents > 0

    union all

    select
        line_key,
        contract_key,
        customer_id,
        undiscounted_cents as full_cents,
        preference + case when is_same_quantity then 2 else 5 end as preference,
        distance
    from billed
    where is_discount_told
),

-- The discounts that the contract shows, and none.
discounts as (
    select {{ all_but(['customer_id']) }}
    from {{ ref('int_invoice_discounts') }}
    where {{ is_computed('customer_id') }}

    union all

    select distinct
        contract_key,
        100 as undiscounted_cents,
        0 as off_cents,
        0 as percent,
        false as is_rest_rounded
    from prices
),

final as (
    select
        line_key,
        customer_id,
        full_cents,
        undiscounted_cents,
        preference + case when is_same_quantity then 0 else 7 end as preference,
        distance,
        may_be_discounted,
        is_discounted
    from billed

    union all

    select
        prices.line_key,
        prices.customer_id,
        case
            when discounts.percent is null then prices.full_cents - {{ scaled('prices.full_cents', 'discounts.off_cents', 'discounts.undiscounted_cents') }}
            when discounts.is_rest_rounded then {{ scaled('prices.full_cents', '(100 - discounts.percent)', 100) }}
            else prices.full_cents - {{ scaled('prices.full_cents', 'discounts.percent', 100) }}
        end as full_cents,
        prices.full_cents as undiscounted_cents,
        prices.preference + case when discounts.off_cents > 0 then 0 else 10 end as preference,
        prices.distance,
        discounts.off_cents > 0 as may_be_discounted,
        discounts.off_cents > 0 as is_discounted
    from prices
    inner join discounts
        on prices.contract_key = discounts.contract_key
)

select * from final
