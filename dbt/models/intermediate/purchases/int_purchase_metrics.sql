-- The purchase figures in the tall shape of `metrics`.
with

repeat_rate as (

    select * from {{ ref('mart_repeat_rate') }}

),

purchase_periods as (

    select * from {{ ref('mart_purchase_periods') }}

),

tall as (

    {% set figures = [
        ('repeat_customer_rate', 'repeat_rate', 'repeat_buyers_to_date', 'buyers_to_date', 'repeat_customer_rate'),
        ('returning_rate', 'repeat_rate', 'returning_buyers', 'buyers', 'returning_rate'),
        ('buyers', 'repeat_rate', 'buyers', none, 'buyers'),
        ('buyers_to_date', 'repeat_rate', 'buyers_to_date', none, 'buyers_to_date'),
        ('repeat_buyers_to_date', 'repeat_rate', 'repeat_buyers_to_date', none, 'repeat_buyers_to_date'),
        ('returning_buyers', 'repeat_rate', 'returning_buyers', none, 'returning_buyers'),
        ('purchases', 'purchase_periods', 'purchases', none, 'purchases'),
        ('purchase_amount', 'purchase_periods', 'purchase_amount', none, 'purchase_amount'),
        ('repeat_revenue_share', 'purchase_periods', 'repeat_customer_amount', 'purchase_amount', 'repeat_revenue_share'),
    ] -%}
    {% for metric, model, numerator, denominator, value in figures -%}
    select
        '{{ metric }}' as metric,
        grain,
        period_start,
        dimension,
        member,
        cast({{ numerator }} as decimal(18, 2)) as numerator,
        cast({{ denominator or 'null' }} as decimal(18, 2)) as denominator,
        cast({{ value }} as double) as value
    from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from tall
