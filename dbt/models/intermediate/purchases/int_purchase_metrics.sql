-- The purchase figures in the tall shape of `metrics`.
with

figures as (

    select
        *,
        amount as purchase_amount,
        repeat_amount as repeat_purchase_amount
    from {{ ref('int_purchase_figures') }}

),

tall as (

    {% set metrics = [
        ('repeat_customer_rate', 'share', 'repeat_buyers_to_date', 'buyers_to_date'),
        ('returning_rate', 'share', 'returning_buyers', 'buyers'),
        ('buyers', 'count', 'buyers', none),
        ('buyers_to_date', 'count', 'buyers_to_date', none),
        ('repeat_buyers_to_date', 'count', 'repeat_buyers_to_date', none),
        ('returning_buyers', 'count', 'returning_buyers', none),
        ('purchases', 'count', 'purchases', none),
        ('repeat_purchases', 'count', 'repeat_purchases', none),
        ('purchase_amount', 'money', 'purchase_amount', none),
        ('repeat_purchase_amount', 'money', 'repeat_purchase_amount', none),
        ('repeat_customer_amount', 'money', 'repeat_customer_amount', none),
        ('repeat_revenue_share', 'share', 'repeat_customer_amount', 'purchase_amount'),
        ('average_days_between', 'days', 'coalesce(days_between, 0)', 'repeat_purchases'),
    ] -%}
    {% for metric, unit, numerator, denominator in metrics -%}
    select
        '{{ metric }}' as metric,
        '{{ unit }}' as unit,
        grain,
        period_start,
        period_end,
        is_complete,
        dimension,
        member,
        cast({{ numerator }} as decimal(18, 2)) as numerator,
        cast({{ denominator or 'null' }} as decimal(18, 2)) as denominator,
        {{ share(numerator, denominator) if denominator else 'cast(' ~ numerator ~ ' as double)' }} as value
    from figures
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from tall
