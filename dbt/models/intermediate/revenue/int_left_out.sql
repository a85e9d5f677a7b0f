-- Customers whose MRR is another at the closing only because of a commitment or a discount: neither upgrades nor downgrades.
-- Where an export has only monthly values, nobody is left out.
with

causes as (
    select * from {{ ref('int_span_causes') }}
),

final as (
    select
        opening_on,
        closing_on,
        customer_id
    from causes
    {%- if var('recurring_from') == 'subscription_periods' %}
    where 1 = 0
    {%- endif %}
    group by opening_on, closing_on, customer_id
    having sum(case when cause in ('commitment', 'discount') then 0 else 1 end) = 0
)

select * from final
