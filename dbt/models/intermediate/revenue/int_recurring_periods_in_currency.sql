-- The shape the export has (setting recurring_from), in the currency of the contract.
-- With churn_recognition = cancel_request a piece ends on the day its end was asked for.
{%- set shapes = {
    'subscription_periods': ref('int_recurring_from_subscription_periods'),
    'subscription_items': ref('int_recurring_from_subscription_items'),
    'invoice_lines': ref('int_recurring_from_invoice_lines'),
} %}

with

pieces as (
    select * from {{ shapes[var('recurring_from')] }}
),

subscriptions as (
    select * from {{ ref('stg_billing__subscriptions') }}
),

{% if var('churn_recognition') == 'cancel_request' -%}
-- Pieces that follow each other without a gap are one stretch. A request ends the stretch in which it was made;
-- who asked on its first day was a customer until its end, and who came back later is one again.
asked as (
    select
        pieces.*,
        subscriptions.cancel_requested_on,
        max(coalesce(pieces.valid_to, cast('9999-12-31' as date))) over (
            partition by pieces.subscription_id order by pieces.valid_from, pieces.source_key
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from pieces
    left join subscriptions
        on pieces.subscription_id = subscriptions.subscription_id
),

numbered as (
    select
        *,
        sum(case when valid_from <= reached_on then 0 else 1 end) over (
            partition by subscription_id order by valid_from, source_key
        ) as stretch
    from asked
),

stretches as (
    select
        *,
        min(valid_from) over (partition by subscription_id, stretch) as begun_on,
        max(coalesce(valid_to, cast('9999-12-31' as date))) over (partition by subscription_id, stretch) as over_on
    from numbered
),

ended as (
    select
        *,
        case
            when cancel_requested_on > begun_on and cancel_requested_on < over_on
                then least(valid_to, cancel_requested_on)
            else valid_to
        end as ends_on
    from stretches
),
{%- else -%}
ended as (
    select
        *,
        valid_to as ends_on
    from pieces
),
{%- endif %}

final as (
    select
        customer_id,
        subscription_id,
        plan_id,
        quantity,
        currency,
        monthly_numerator,
        monthly_denominator,
        valid_from,
        ends_on as valid_to,
        case when ends_on = valid_to then end_reason end as end_reason,
        source_table,
        source_key,
        source_file,
        source_row
    from ended
    where ends_on is null or valid_from < ends_on
)

select * from final
