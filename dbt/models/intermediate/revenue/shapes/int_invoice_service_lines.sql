-- The lines that can count, with the interval they bill for and the day until which they count. A subscription
-- ended at once takes the rest of its paid period with it.
{{ incremental_by_customer(inputs=['int_invoice_line_ends']) }}

with

lines as (
    select * from {{ ref('int_invoice_line_ends') }}
    where {{ is_computed('customer_id') }}
),

described as (
    select
        lines.*,
        coalesce(plans.product, '(none)') as product,
        {{ list_price('plans.unit_amount', 'lines.quantity') }} as list_cents,
        {{ plan_months('plans') }} as plan_months,
        case plans.billing_interval when 'week' then 7 when 'day' then 1 end * plans.interval_count
            as plan_days,
        {{ whole_months('lines.period_start_on', 'lines.period_end_on') }} as months_here,
        {% if var('timezone') == 'UTC' -%}
        cast(null as integer) as months_in_utc,
        {% else -%}
        {{ whole_months(
            'cast(' ~ utc_clock('lines.period_start_at') ~ ' as date)',
            'cast(' ~ utc_clock('lines.period_end_at') ~ ' as date)'
        ) }} as months_in_utc,
        {% endif -%}
        {{ days_between('lines.period_start_on', 'lines.period_end_on') }} as days,
        {{ same_time_of_day('lines.period_start_at', 'lines.period_end_at') }} as is_at_one_time_of_day,
        case
            when lines.invoice_status <> 'paid'
                then {{ add_days('greatest(lines.issued_on, lines.period_start_on)', var('dunning_days')) }}
        end as unpaid_until,
        case when not subscriptions.cancel_at_period_end then subscriptions.ended_on end as ended_on,
        subscriptions.cancel_requested_on is not null as is_end_asked_for
    from lines
    left join {{ ref('int_plans') }} as plans
        on lines.plan_id = plans.plan_id
    left join {{ ref('stg_billing__subscriptions') }} as subscriptions
        on lines.subscription_id = subscriptions.subscription_id
    where coalesce(plans.usage, 'licensed') in ('licensed'{{ ", 'metered'" if var('usage_is_recurring') }})
),

-- Lines of no known interval that all last the same days, and are no months for the most part, are of days (every four weeks).
measured as (
    select
        *,
        case when not ({{ is_of_even_days() }}) then coalesce(months_here, months_in_utc) end as months,
        coalesce(plan_days is not null and abs(days - plan_days) <= 1, false) as is_about_plan_days
    from described
),

-- A moved anchor misses the interval by up to three days.
judged as (
    select
        *,
        case
            when plan_months is not null
                and abs({{ days_between('period_end_on', add_months('period_start_on', 'plan_months')) }}) <= 3
                then plan_months
            else months
        end as own_months,
        case when is_about_plan_days then plan_days else days end as days_billed,
        case
            when kind = 'usage' then true
            when is_proration or not is_at_one_time_of_day then false
            when plan_days is not null then days % plan_days = 0
            when plan_months is not null then coalesce(months, 0) > 0 and months % plan_months = 0
            else months is not null
        end as is_whole_by_dates
    from measured
),

final as (
    select
        line_key,
        invoice_id,
        line_id,
        customer_id,
        subscription_id,
        contract_key,
        plan_id,
        product,
        kind,
        quantity,
        amount_cents,
        tax_cents,
        discount_cents,
        list_cents,
        tax_permille,
        currency,
        plan_months,
        plan_days,
        period_start_at,
        period_end_at,
        period_start_on,
        period_end_on,
        {{ clock_lengths('period_start_at', 'period_end_at', 'part') }},
        is_proration,
        is_whole_by_dates,
        own_months is not null or is_about_plan_days as is_about_whole,
        {{ line_months_numerator() }} as months_numerator,
        {{ line_months_denominator() }} as months_denominator,
        least(period_end_on, unpaid_until, ended_on) as counts_until,
        -- An unpaid line ends because it was not paid, also where dunning outlasts its period; unless the end was
        -- asked for, or the subscription ended before.
        case
            when unpaid_until is null or ended_on < least(period_end_on, unpaid_until) then null
            when unpaid_until < period_end_on or not is_end_asked_for then 'dunning'
        end as end_reason,
        _source_file,
        _source_row
    from judged
)

select * from final
