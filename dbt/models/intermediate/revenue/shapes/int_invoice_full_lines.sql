-- Lines that bill whole intervals: by their amount, which is the price or what a full line of the same plan
-- and quantity billed, whatever the dates say; and by their dates.
{{ incremental_by_customer(inputs=['int_invoice_service_lines']) }}

with

-- Of lines with one end that all look whole, since months differ in length, the one that began first is.
lines as (
    select
        {{ all_but(['is_whole_by_dates']) }},
        coalesce(plan_id, '') as plan_key,
        is_whole_by_dates and period_start_on = min(case when is_whole_by_dates then period_start_on end) over (
            partition by contract_key, period_end_on, months_numerator, months_denominator
        ) as is_whole_by_dates
    from {{ ref('int_invoice_service_lines') }}
    where amount_cents >= 0 and kind <> 'credit' and {{ is_computed('customer_id') }}
),

billed as (
    select
        contract_key,
        plan_key,
        coalesce(quantity, 1) as quantity,
        amount_cents,
        min(months_numerator) as months_numerator,
        min(months_denominator) as months_denominator
    from lines
    where is_whole_by_dates and amount_cents > 0
    group by contract_key, plan_key, coalesce(quantity, 1), amount_cents
),

compared as (
    select
        lines.*,
        lines.amount_cents in (lines.list_cents, lines.list_cents - lines.discount_cents) as is_the_price,
        billed.months_numerator as billed_numerator,
        billed.months_denominator as billed_denominator
    from lines
    left join billed
        on
            lines.contract_key = billed.contract_key
            and lines.plan_key = billed.plan_key
            and coalesce(lines.quantity, 1) = billed.quantity
            and lines.amount_cents = billed.amount_cents
),

final as (
    select
        line_key,
        invoice_id,
        customer_id,
        contract_key,
        plan_key,
        product,
        kind,
        quantity,
        amount_cents as full_cents,
        tax_cents,
        tax_permille,
        coalesce(discount_cents > 0, list_cents > amount_cents, true) as may_be_discounted,
        list_cents,
        discount_cents,
        -- An export that tells discounts tells them of every line; otherwise the price tells.
        max(discount_cents) over (partition by contract_key) is not null as is_discount_told,
        case
            when max(discount_cents) over (partition by contract_key) is not null then amount_cents + coalesce(discount_cents, 0)
            else coalesce(list_cents, amount_cents)
        end as undiscounted_cents,
        period_start_at,
        period_end_at,
        period_start_on,
        period_end_on,
        utc_part,
        utc_part as utc_whole,
        wall_part as wall_whole,
        day_part as day_whole,
        counts_until,
        end_reason,
        is_whole_by_dates,
        case
            when is_whole_by_dates then months_numerator
            when plan_months is not null then plan_months
            when plan_days is not null then {{ days_numerator('plan_days') }}
            else billed_numerator
        end as months_numerator,
        case
            when is_whole_by_dates then months_denominator
            when plan_months is not null then 1
            when plan_days is not null then {{ days_denominator('plan_days') }}
            else billed_denominator
        end as months_denominator
    from compared
    where
        is_whole_by_dates
        or (
            not is_proration
            and amount_cents > 0
            and (billed_numerator is not null or (is_the_price and coalesce(plan_months, plan_days) is not null))
        )
)

select * from final
