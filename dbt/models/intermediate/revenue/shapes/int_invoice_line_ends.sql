-- The lines that can be recurring, each with the first day after its service period. Some exports name the last
-- moment of the period and some its last day.
{{ incremental_by_customer(inputs=['int_invoice_lines']) }}

with

-- Credit notes give back money, or take back a piece of a subscription: by their reason.
credit_notes as (
    select
        credit_note_id,
        coalesce(replace(lower(reason), ' ', '_'), '') not in {{ reasons_of_money() }} as may_take_back
    from {{ ref('stg_billing__credit_notes') }}
),

lines as (
    select * from {{ ref('int_invoice_line_periods') }}
    where
        invoice_status in ('paid', 'open', 'uncollectible')
        and kind in ('recurring', 'credit'{{ ", 'usage'" if var('usage_is_recurring') }})
        and (kind <> 'credit' or (amount < 0 and subscription_id is not null))
        and (kind <> 'credit' or is_proration or invoice_id in (select credit_notes.credit_note_id from credit_notes))
        and invoice_id not in (select credit_notes.credit_note_id from credit_notes where not credit_notes.may_take_back)
        and period_start_at <= period_end_at
        and {{ is_computed('customer_id') }}
),

ended as (
    select
        lines.*,
        concat(invoice_id, '/', line_id) as line_key,
        concat(customer_id, '/', coalesce(subscription_id, '')) as contract_key,
        {{ end_after_last_moment('period_start_at', 'period_end_at') }} as end_at,
        {{ is_midnight('period_end_at') }} as is_day_named
    from lines
),

stretches as (
    select distinct
        contract_key,
        coalesce(plan_id, '') as plan_key,
        period_start_on,
        period_end_on,
        is_day_named and {{ is_midnight('period_start_at') }} as is_of_days
    from ended
    where kind = 'recurring' and amount >= 0 and not is_proration and period_start_at < period_end_at
),

-- Eleven months are not a whole period of a yearly plan.
followed as (
    select
        stretches.contract_key,
        {%- set next = 'lead(period_start_on) over (partition by contract_key, plan_key order by period_start_on, period_end_on)' %}
        {{ days_between('period_end_on', next) }} as days_to_next,
        {%- set of_plan = '% coalesce(' ~ plan_months('plans') ~ ', 1) = 0' %}
        coalesce({{ whole_months('period_start_on', 'period_end_on') }} {{ of_plan }}, false) as is_whole,
        is_of_days and coalesce({{ whole_months('period_start_on', add_days('period_end_on', 1)) }} {{ of_plan }}, false) as lacks_a_day
    from stretches
    left join {{ ref('int_plans') }} as plans
        on stretches.plan_key = plans.plan_id
),

-- Lines name their last day where each ends a day before the next begins or, without a next, is whole months only with that day.
inclusive as (
    select contract_key
    from followed
    group by contract_key
    having
        sum(case when days_to_next = 0 then 1 else 0 end) = 0
        and (
            max(case when days_to_next = 1 then 1 else 0 end) = 1
            or max(case when is_whole then 2 when lacks_a_day then 1 else 0 end) = 1
        )
),

closed as (
    select
        ended.*,
        case
            when ended.is_day_named and inclusive.contract_key is not null then {{ days_later('ended.end_at', 1) }}
            else ended.end_at
        end as closed_at
    from ended
    left join inclusive
        on ended.contract_key = inclusive.contract_key
),

final as (
    select
        line_key,
        invoice_id,
        line_id,
        customer_id,
        subscription_id,
        contract_key,
        invoice_status,
        plan_id,
        kind,
        quantity,
        {{ cents('amount + inclusive_tax') }} as amount_cents,
        {{ cents('inclusive_tax') }} as tax_cents,
        {{ cents('discount') }} as discount_cents,
        tax_permille,
        currency,
        period_start_at,
        closed_at as period_end_at,
        period_start_on,
        {{ local_date('closed_at') }} as period_end_on,
        is_proration,
        issued_on,
        _source_file,
        _source_row
    from closed
    where period_start_on < {{ local_date('closed_at') }}
)

select * from final
