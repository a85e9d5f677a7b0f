-- The figures of mart_revenue_periods and mart_churn_periods in tall form. Numerator and denominator of a
-- rate are the very sums it is made of; a plain amount has no denominator.
{%- set rates = [
    ('churn_rate', 'share', 'customers_lost', 'customers_opening'),
    ('retention_rate', 'share', 'customers_retained', 'customers_opening'),
    ('mrr_churn_rate', 'share', 'mrr_churn', 'mrr_opening'),
    ('ndr', 'ratio', 'mrr_kept', 'mrr_opening'),
    ('grr', 'share', 'mrr_kept_at_most', 'mrr_opening'),
    ('ndr_12m', 'ratio', 'mrr_kept_12m', 'mrr_opening_12m'),
    ('grr_12m', 'share', 'mrr_kept_at_most_12m', 'mrr_opening_12m'),
    ('quick_ratio', 'ratio', 'mrr_new + mrr_reactivation + mrr_expansion', 'mrr_contraction + mrr_churn'),
] %}
{%- set amounts = {
    'count': [
        'customers_opening', 'customers_closing', 'customers_retained', 'customers_lost', 'customers_new',
        'customers_reactivated', 'upgrades', 'downgrades', 'customers_lost_voluntary', 'customers_lost_involuntary',
    ],
    'money': [
        'mrr_opening', 'mrr_new', 'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn', 'fx',
        'transfer_in', 'transfer_out', 'mrr_closing', 'mrr_churn_voluntary', 'mrr_churn_involuntary',
    ],
} %}

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
    {%- for metric, unit, numerator, denominator in rates %}
    select
        '{{ metric }}' as metric,
        '{{ unit }}' as unit,
        grain,
        period_start,
        period_end,
        is_complete,
        dimension,
        member,
        {{ money(numerator) }} as numerator,
        {{ money(denominator) }} as denominator,
        {{ share(numerator, denominator) }} as value
    from figures

    union all
    {% endfor %}
    {%- for unit, metrics in amounts.items() %}
    {%- for metric in metrics %}
    select
        '{{ metric }}' as metric,
        '{{ unit }}' as unit,
        grain,
        period_start,
        period_end,
        is_complete,
        dimension,
        member,
        {{ money(metric) }} as numerator,
        cast(null as decimal(18, 2)) as denominator,
        cast({{ metric }} as double) as value
    from figures

    union all
    {% endfor %}
    {%- endfor %}
    select
        'arpa' as metric,
        'money' as unit,
        grain,
        period_start,
        period_end,
        is_complete,
        dimension,
        member,
        mrr_closing as numerator,
        {{ money('customers_closing') }} as denominator,
        cast(arpa as double) as value
    from lifetimes

    union all

    select
        'ltv' as metric,
        'money' as unit,
        grain,
        period_start,
        period_end,
        is_complete,
        dimension,
        member,
        ltv as numerator,
        cast(null as decimal(18, 2)) as denominator,
        cast(ltv as double) as value
    from lifetimes
)

select * from final
