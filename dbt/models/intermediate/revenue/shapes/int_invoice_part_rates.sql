-- The full amount that each part was billed from: of those known whose part rounds to what was billed, the one
-- that goes before. What was billed goes before list prices, and the full line that follows before all.
{{ kept_by_customer(reads=['int_invoice_parts', 'int_invoice_full_lines']) }}

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
        case
            when parts.quantity > 0 and full_lines.quantity > 0
                then {{ scaled('full_lines.full_cents', millionths('parts.quantity'), millionths('full_lines.quantity')) }}
            else full_lines.full_cents
        end as full_cents,
        case when full_lines.period_start_on = parts.period_end_on then 1 else 2 end
        + case when coalesce(parts.quantity, 1) = coalesce(full_lines.quantity, 1) then 0 else 2 end as preference,
        abs({{ days_between('full_lines.period_start_on', 'parts.period_start_on') }}) as distance,
        full_lines.may_be_discounted
    from parts
    inner join full_lines
        on
            parts.contract_key = full_lines.contract_key
            and parts.plan_key = full_lines.plan_key
            and parts.interval_numerator * full_lines.months_denominator
            = full_lines.months_numerator * parts.interval_denominator
),

-- The discounts that full lines of the contract show, in whole percent where that explains them.
discounts as (
    select distinct
        contract_key,
        list_cents,
        list_cents - full_cents as off_cents,
        {{ scaled('list_cents - full_cents', 100, 'list_cents') }} as percent
    from full_lines
    where list_cents > full_cents
),

at_discount as (
    select
        parts.line_key,
        parts.list_cents - case
            when {{ scaled('discounts.list_cents', 'discounts.percent', 100) }} = discounts.off_cents
                then {{ scaled('parts.list_cents', 'discounts.percent', 100) }}
            else {{ scaled('parts.list_cents', 'discounts.off_cents', 'discounts.list_cents') }}
        end as full_cents,
        5 as preference,
        0 as distance,
        true as may_be_discounted
    from parts
    inner join discounts
        on parts.contract_key = discounts.contract_key
    where parts.list_cents > 0
),

known as (
    select * from billed

    union all

    select * from at_discount

    union all

    select
        line_key,
        list_cents as full_cents,
        6 as preference,
        0 as distance,
        false as may_be_discounted
    from parts
    where list_cents > 0
),

-- An amount is rounded, and so is a discount in it.
fitting as (
    select
        parts.line_key,
        parts.customer_id,
        cast(known.full_cents as bigint) as full_cents,
        row_number() over (
            partition by parts.line_key
            order by known.preference, known.distance, known.full_cents
        ) as place
    from parts
    inner join known
        on parts.line_key = known.line_key
    where {{ fits(
        'known.full_cents',
        'parts.amount_cents',
        'parts',
        'case when known.may_be_discounted or parts.discount_cents > 0 then 2 else 1 end'
    ) }}
),

final as (
    select
        line_key,
        customer_id,
        full_cents
    from fitting
    where place = 1
)

select * from final
