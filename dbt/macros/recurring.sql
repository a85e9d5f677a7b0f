{# Steps on the way to int_recurring_periods that a setting asks for, as CTEs. #}

{#
  CTEs that end in `ended`: the CTE of pieces, each with the day it ends on (`ends_on`) where an end counts from the day it was asked
  for (churn_recognition = cancel_request). Pieces that follow each other without a gap are one stretch. A request ends the stretch
  in which it was made; who asked on its first day was a customer until its end, and who came back later is one again.
#}
{% macro ended_when_asked(pieces) -%}
asked as (
    select
        pieces.*,
        subscriptions.cancel_requested_on,
        max({{ or_never('pieces.valid_to') }}) over (
            partition by pieces.subscription_id order by pieces.valid_from, pieces.source_key
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from {{ pieces }} as pieces
    left join {{ ref('stg_billing__subscriptions') }} as subscriptions
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
        max({{ or_never('valid_to') }}) over (partition by subscription_id, stretch) as over_on
    from numbered
),

ended as (
    select
        *,
        case
            when cancel_requested_on > begun_on and cancel_requested_on < over_on then least(valid_to, cancel_requested_on)
            else valid_to
        end as ends_on
    from stretches
)
{%- endmacro %}

{#
  CTEs that end in `bridged`: the CTE of pieces where a gap of at most bridge_gap_days, between two stretches in which a customer pays
  something, is none: the customer keeps what held the day before it, and nothing begins before it is over.
#}
{% macro bridged(pieces) -%}
worth as (
    select
        pieces.customer_id,
        {{ if_it_fits(exact_amount(
            'pieces.monthly_numerator * rates.rate_numerator',
            'pieces.monthly_denominator * rates.rate_denominator'
        )) }} as mrr,
        greatest(pieces.valid_from, rates.valid_from) as valid_from,
        least(pieces.valid_to, rates.valid_to) as valid_to
    from {{ pieces }} as pieces
    inner join {{ ref('int_currency_rates') }} as rates
        on
            pieces.currency = rates.currency
            and {{ or_never('pieces.valid_to') }} > rates.valid_from
            and pieces.valid_from < {{ or_never('rates.valid_to') }}
),

worth_changes as (
    select customer_id, valid_from as changed_on, mrr as delta
    from worth

    union all

    select customer_id, valid_to as changed_on, -mrr as delta
    from worth
    where valid_to is not null
),

worth_days as (
    select
        customer_id,
        changed_on,
        sum(delta) as delta
    from worth_changes
    group by customer_id, changed_on
    having sum(delta) <> 0
),

running as (
    select
        customer_id,
        changed_on,
        sum(delta) over (partition by customer_id order by changed_on) > 0 as is_worth_something
    from worth_days
),

compared as (
    select
        *,
        coalesce(lag(is_worth_something) over (partition by customer_id order by changed_on), false) as was_worth_something
    from running
),

turns as (
    select
        customer_id,
        is_worth_something,
        changed_on as valid_from,
        lead(changed_on) over (partition by customer_id order by changed_on) as valid_to
    from compared
    where is_worth_something <> was_worth_something
),

gaps as (
    select
        customer_id,
        valid_from,
        valid_to
    from turns
    where not is_worth_something and {{ days_between('valid_from', 'valid_to') }} <= {{ var('bridge_gap_days') }}
),

moved as (
    select
        {{ all_but(['valid_from', 'valid_to'], 'pieces') }},
        coalesce(begun.valid_to, pieces.valid_from) as valid_from,
        coalesce(ended.valid_to, pieces.valid_to) as valid_to
    from {{ pieces }} as pieces
    left join gaps as begun
        on
            pieces.customer_id = begun.customer_id
            and pieces.valid_from >= begun.valid_from
            and pieces.valid_from < begun.valid_to
    left join gaps as ended
        on
            pieces.customer_id = ended.customer_id
            and pieces.valid_to >= ended.valid_from
            and pieces.valid_to <= ended.valid_to
),

bridged as (
    select * from moved
    where valid_to is null or valid_from < valid_to
)
{%- endmacro %}

{#
  CTEs that end in `lasting`: the CTE of what lines charge, without the discounts that did not last (discounts = lasting_only): those
  of unknown duration that a later full line of the same plan and quantity no longer has.
#}
{% macro lasting(charged, full_lines) -%}
outlived as (
    select distinct
        charged.line_key,
        later.full_cents as taxed_cents,
        later.tax_cents
    from {{ charged }} as charged
    inner join {{ full_lines }} as later
        on
            charged.contract_key = later.contract_key
            and charged.plan_key = later.plan_key
            and coalesce(charged.quantity, 1) = coalesce(later.quantity, 1)
            and charged.period_start_on < later.period_start_on
            and charged.taxed_cents < later.full_cents
            and later.full_cents = later.list_cents
    where charged.may_be_discounted
),

lasting as (
    select
        {{ all_but(['taxed_cents', 'tax_cents'], 'charged') }},
        coalesce(outlived.taxed_cents, charged.taxed_cents) as taxed_cents,
        coalesce(outlived.tax_cents, charged.tax_cents) as tax_cents
    from {{ charged }} as charged
    left join outlived
        on charged.line_key = outlived.line_key
)
{%- endmacro %}
