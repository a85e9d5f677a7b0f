-- The figures of mart_revenue_periods and mart_churn_periods in tall form. Numerator and denominator of a
-- rate are the very sums it is made of; a plain amount has no denominator.
{%- set rates = [
    ('churn_rate', 'customers_lost', 'customers_opening'),
    ('retention_rate', 'customers_retained', 'customers_opening'),
    ('mrr_churn_rate', 'mrr_churn', 'mrr_opening'),
    ('ndr', 'mrr_kept', 'mrr_opening'),
    ('grr', 'mrr_kept_at_most', 'mrr_opening'),
    ('ndr_12m', 'mrr_kept_12m', 'mrr_opening_12m'),
    ('grr_12m', 'mrr_kept_at_most_12m', 'mrr_opening_12m'),
    ('quick_ratio', 'mrr_new + mrr_reactivation + mrr_expansion', 'mrr_contraction + mrr_churn'),
] %}
{%- set amounts = [
    'customers_opening', 'customers_closing', 'customers_retained', 'customers_lost', 'customers_new',
    'customers_reactivated', 'upgrades', 'downgrades', 'mrr_opening', 'mrr_new', 'mrr_reactivation',
    'mrr_expansion', 'mrr_contraction', 'mrr_churn', 'fx', 'transfer_in', 'transfer_out', 'mrr_closing',
    'customers_lost_voluntary', 'customers_lost_involuntary', 'mrr_churn_voluntary', 'mrr_churn_involuntary',
] %}

with

figures as (
    select * from {{ ref('int_period_figures') }}
),

lifetimes as (
    select
        *,
        {{ exact_cents(cents('mrr_closing'), 'customers_closing') }} as arpa,
        {{ lifetime_value('mrr_closing', 'customers_closing') }} as ltv
    from figures
),

final as (
    {%- for metric, numerator, denominator in rates %}
    select
        '{{ metric }}' as metric,
        grain,
        period_start,
        dimension,
        member,
        {{ money(numerator) }} as numerator,
        {{ money(denominator) }} as denominator,
        {{ share(numerator, denominator) }} as value
    from figures

    union all
    {% endfor %}
    {%- for metric in amounts %}
    select
        '{{ metric }}' as metric,
        grain,
        period_start,
        dimension,
        member,
        {{ money(metric) }} as numerator,
        cast(null as decimal(18, 2)) as denominator,
        cast({{ metric }} as double) as value
    from figures

    union all
    {% endfor %}
    select
        'arpa' as metric,
        grain,
        period_start,
        dimension,
        member,
        mrr_closing as numerator,
        {{ money('customers_closing') }} as denominator,
        cast(arpa as double) as value
    from lifetimes

    union all

    select
        'ltv' as metric,
        grain,
        period_start,
        dimension,
        member,
        ltv as numerator,
        cast(null as decimal(18, 2)) as denominator,
        cast(ltv as double) as value
    from lifetimes
)

select * from final
