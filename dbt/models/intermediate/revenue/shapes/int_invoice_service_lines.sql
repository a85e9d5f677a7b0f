-- The lines that count, with their service period in business dates and the interval they bill for. An
-- unpaid line counts for a while after issue; a subscription ended at once takes the rest of its paid period
-- with it.
{{ kept_by_customer(reads=['stg_billing__invoice_lines']) }}

with

lines as (
    select *
    from {{ ref('stg_billing__invoice_lines') }}
    where
        invoice_status in ('paid', 'open')
        and kind in ('recurring'{{ ", 'usage'" if var('usage_is_recurring') }})
        and period_start_on < period_end_on
        and {{ is_computed('customer_id') }}
),

plans as (
    select * from {{ ref('stg_billing__plans') }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

described as (
    select
        lines.*,
        {{ cents('lines.amount') }} as amount_cents,
        {{ millionths('plans.unit_amount') }} as price_millionths,
        {{ millionths('lines.quantity') }} as quantity_millionths,
        case plans.billing_interval
            when 'month' then 1 when 'quarter' then 3 when 'year' then 12
        end * plans.interval_count as plan_months,
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
        case
            when lines.invoice_status = 'open'
                then {{ add_days('lines.issued_on', var('dunning_days')) }}
        end as unpaid_until,
        case when not subscriptions.cancel_at_period_end then subscriptions.ended_on end as ended_on,
        subscriptions.cancel_requested_on is not null as is_end_asked_for
    from lines
    left join plans
        on lines.plan_id = plans.plan_id
    left join subscriptions
        on lines.subscription_id = subscriptions.subscription_id
),

-- The line's own dates decide how much it covers. An export that names the last day instead of the day after
-- it, or a moved anchor, misses the interval by up to three days. A proration is never whole: one billed some
-- hours after the interval began has the same dates as the interval.
measured as (
    select
        *,
        case
            when not is_proration and plan_months is not null
                and abs({{ days_between('period_end_on', add_months('period_start_on', 'plan_months')) }}) <= 3
                then plan_months
            else coalesce(months_here, months_in_utc)
        end as own_months,
        not is_proration and plan_days is not null and abs(days - plan_days) <= 1 as is_about_plan_days
    from described
),

judged as (
    select
        *,
        case
            when is_proration then false
            when plan_days is not null then is_about_plan_days or days % plan_days = 0
            when plan_months is not null then own_months is not null
            else true
        end as is_whole,
        case when is_about_plan_days then plan_days else days end as days_billed
    from measured
),

-- What ends unpaid ends for want of payment, also where patience outlasts the period; unless the end was
-- asked for, or the subscription ended before.
final as (
    select
        line_id,
        customer_id,
        subscription_id,
        plan_id,
        kind,
        quantity,
        quantity_millionths,
        amount_cents,
        currency,
        price_millionths,
        plan_months,
        plan_days,
        period_start_at,
        period_end_at,
        period_start_on,
        period_end_on,
        days,
        is_whole or kind = 'usage' as is_whole,
        {{ line_months_numerator() }} as months_numerator,
        {{ line_months_denominator() }} as months_denominator,
        least(period_end_on, unpaid_until, ended_on) as counts_until,
        case
            when unpaid_until is null or ended_on < least(period_end_on, unpaid_until) then null
            when unpaid_until < period_end_on or not is_end_asked_for then 'dunning'
        end as end_reason,
        _source_file,
        _source_row
    from judged
)

select * from final
