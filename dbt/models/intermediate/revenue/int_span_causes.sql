-- Why the MRR of each customer active at both ends of a period changed between them.
{{ incremental_by_day(
    days_before='closing_on',
    inputs=['int_customer_spans', 'int_piece_terms'],
    spine='int_periods',
    unique_key={'period_start': 'opening_on', 'closing_on': 'closing_on'}
) }}

with

spans as (
    select distinct
        period_start as opening_on,
        closing_on
    from {{ ref('int_periods') }} as all_periods
    where {{ is_missing('all_periods') }}
),

changes as (
    select
        customer_spans.opening_on,
        customer_spans.closing_on,
        customer_spans.customer_id,
        customer_spans.plan_opening,
        customer_spans.mrr_closing - customer_spans.fx - customer_spans.mrr_opening as change
    from {{ ref('int_customer_spans') }} as customer_spans
    inner join spans
        on customer_spans.opening_on = spans.opening_on and customer_spans.closing_on = spans.closing_on
    where
        customer_spans.status = 'retained'
        and customer_spans.mrr_closing - customer_spans.fx <> customer_spans.mrr_opening
),

{{ causes_of('changes') }},

-- A customer whose MRR changed only by a commitment or a discount is neither upgraded nor downgraded. Where an export has only
-- monthly values, nobody is left out.
final as (
    select
        changes_by_cause.*,
        changes.plan_opening,
        changes.change,
        {% if var('recurring_from') == 'subscription_periods' -%}
        true
        {%- else -%}
        max(case when changes_by_cause.cause in ('commitment', 'discount') then 0 else 1 end)
            over (partition by changes.opening_on, changes.closing_on, changes.customer_id) = 1
        {%- endif %} as is_counted
    from changes_by_cause
    inner join changes
        on
            changes_by_cause.opening_on = changes.opening_on
            and changes_by_cause.closing_on = changes.closing_on
            and changes_by_cause.customer_id = changes.customer_id
)

select * from final
