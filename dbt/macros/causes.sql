{#
  Why a customer's MRR changed (METRICS.md, section 3): CTEs that end in `changes_by_cause`, with one row per change and cause.

  changes: a CTE of opening_on, closing_on, customer_id and change, the difference between the ends of the days before both.

  What is held at the two ends is compared by contract (subscription and product). A contract that is there at both ends is
  compared with itself, one that moved to another subscription with what it was. What is there at one end only was exchanged
  for another product (plan), or is more or less beside others (add_on). A contract changed by its rate, its units and its
  discount, in this order: each effect is measured at the new value of those before it and the old value of those after it.
  The split is a share, rounded to cents (of millionths, so that the order of a sum does not matter); what is left goes to the
  largest, so that causes add up to the change. What is two cents at most beside something larger is rounding and no cause. At
  both ends amounts have the exchange rates of the opening.
#}
{% macro causes_of(changes) -%}
{%- set span = 'opening_on, closing_on, customer_id' -%}
{%- set ends = [('before', 'opening_on'), ('after', 'closing_on')] -%}
held as (
    select
        changes.opening_on,
        changes.closing_on,
        changes.customer_id,
        terms.subscription_id,
        terms.product,
        terms.plan_id,
        terms.months
        {%- for end, day in ends %}
        {%- set there = 'changes.' ~ day ~ ' > terms.valid_from and changes.' ~ day ~ ' <= coalesce(terms.valid_to, ' ~ after_until() ~ ')' %}
        {%- for value in ['paid', 'listed', 'quantity'] %}
        {%- set rate = ' * rates.rate_numerator / rates.rate_denominator' if value != 'quantity' else '' %},
        sum(case when {{ there }} then terms.{{ value }}{{ rate }} else 0 end) as {{ value }}_{{ end }}
        {%- endfor %}
        {%- endfor %}
    from {{ changes }} as changes
    inner join {{ ref('int_piece_terms') }} as terms
        on
            changes.customer_id = terms.customer_id
            and changes.closing_on > terms.valid_from
            and changes.opening_on <= coalesce(terms.valid_to, {{ after_until() }})
    inner join {{ ref('int_currency_rates') }} as rates
        on
            terms.currency = rates.currency
            and changes.opening_on > rates.valid_from
            and (changes.opening_on <= rates.valid_to or rates.valid_to is null)
    group by
        changes.opening_on, changes.closing_on, changes.customer_id,
        terms.subscription_id, terms.product, terms.plan_id, terms.months
),

present as (
    select
        *,
        case when abs(paid_before) > 0.005 then 1 else 0 end as was_there,
        case when abs(paid_after) > 0.005 then 1 else 0 end as is_there
    from held
    where abs(paid_before) > 0.005 or abs(paid_after) > 0.005
),

contracts as (
    select
        *,
        case
            when max(was_there) over (partition by {{ span }}, subscription_id, product)
                + max(is_there) over (partition by {{ span }}, subscription_id, product) = 2 then 1
            else 0
        end as is_kept
    from present
),

moved as (
    select
        *,
        case
            when is_kept = 0
                and max(was_there * (1 - is_kept)) over (partition by {{ span }}, product)
                + max(is_there * (1 - is_kept)) over (partition by {{ span }}, product) = 2 then 1
            else 0
        end as is_moved
    from contracts
),

placed as (
    select
        *,
        1 - is_kept - is_moved as is_single,
        case when is_moved = 1 then '(moved)' else subscription_id end as contract
    from moved
),

exchanged as (
    select
        *,
        case
            when is_single = 1
                and max(was_there * is_single) over (partition by {{ span }}, subscription_id)
                + max(is_there * is_single) over (partition by {{ span }}, subscription_id) = 2 then 1
            else 0
        end as is_exchanged
    from placed
),

paired as (
    select
        *,
        case
            when is_exchanged = 1 then 1
            when is_single = 1
                and max(was_there * is_single * (1 - is_exchanged)) over (partition by {{ span }})
                + max(is_there * is_single * (1 - is_exchanged)) over (partition by {{ span }}) = 2 then 1
            else 0
        end as is_other_plan
    from exchanged
),

compared as (
    select
        {{ span }},
        max(is_single) as is_single,
        max(is_other_plan) as is_other_plan,
        sum(was_there * is_there) as plans_kept,
        sum(was_there * (1 - is_there)) as plans_gone,
        sum(is_there * (1 - was_there)) as plans_come,
        min(case when was_there = 1 and is_there = 0 then months end) as months_gone,
        min(case when is_there = 1 and was_there = 0 then months end) as months_come,
        {%- for end, day in ends %}
        {%- for value in ['paid', 'listed', 'quantity'] %}
        sum({{ value }}_{{ end }}) as {{ value }}_{{ end }}{{ ',' if not (loop.last and end == 'after') }}
        {%- endfor %}
        {%- endfor %}
    from paired
    group by {{ span }}, contract, product
),

named as (
    select
        *,
        case
            when is_single = 1 and is_other_plan = 1 then 'plan'
            when is_single = 1 then 'add_on'
            when plans_gone + plans_come = 0 then 'price'
            when plans_gone = 0 or plans_come = 0 then 'add_on'
            when months_gone <> months_come then 'commitment'
            else 'plan'
        end as rate_cause,
        case
            when is_single = 0
                and (plans_gone + plans_come = 0 or (plans_gone > 0 and plans_come > 0))
                and quantity_before > 0 and quantity_after > 0 and listed_before > 0 and listed_after > 0
                then 1
            else 0
        end as is_known
    from compared
),

stepped as (
    select
        *,
        case
            when is_known = 1 then listed_after * quantity_before * paid_before / (quantity_after * listed_before)
            else paid_after
        end as at_new_rate,
        case when is_known = 1 then listed_after * paid_before / listed_before else paid_after end as at_new_quantity
    from named
),

effects as (
    select {{ span }}, rate_cause as cause, at_new_rate - paid_before as effect from stepped

    union all

    select {{ span }}, 'quantity' as cause, at_new_quantity - at_new_rate as effect from stepped

    union all

    select {{ span }}, 'discount' as cause, paid_after - at_new_quantity as effect from stepped
),

summed as (
    select
        {{ span }},
        cause,
        cast(round(round(sum(effect), 6), 2) as decimal(18, 2)) as amount
    from effects
    group by {{ span }}, cause
),

ranked as (
    select
        *,
        row_number() over (partition by {{ span }} order by abs(amount) desc, cause) as place
    from summed
),

counted as (
    select
        *,
        sum(amount) over (partition by {{ span }}) as known
    from ranked
    where place = 1 or abs(amount) > 0.02
),

changes_by_cause as (
    select
        changes.opening_on,
        changes.closing_on,
        changes.customer_id,
        cast(coalesce(counted.cause, 'price') as {{ dbt.type_string() }}) as cause,
        {{ money(
            'case when coalesce(counted.place, 1) = 1 then changes.change - coalesce(counted.known, 0) else 0 end'
            ~ ' + coalesce(counted.amount, 0)'
        ) }} as amount
    from {{ changes }} as changes
    left join counted
        on
            changes.opening_on = counted.opening_on
            and changes.closing_on = counted.closing_on
            and changes.customer_id = counted.customer_id
)
{%- endmacro %}

{# Months of an interval as a number to compare by; NULL where there is none. #}
{% macro months_of(billing_interval, interval_count) -%}
    cast({{ months_numerator(billing_interval, interval_count) }} as double) / {{ months_denominator(billing_interval) }}
    * case when {{ billing_interval }} is not null then 1 end
{%- endmacro %}
