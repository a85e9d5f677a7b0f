-- The 28 days before every morning, cut into slots wherever those of some morning begin or end: each morning looks
-- back on whole slots, so that the features of a slot are united once for all mornings.
{{ config(materialized='table') }}

with

score_days as (
    select distinct
        score_on,
        {{ known_to('score_on', 'usage') }} as known_to
    from {{ ref('int_score_days') }}
),

numbers as (
    {{ numbers(2) }}
),

cuts as (
    select known_to as cut_on from score_days

    union

    select {{ add_days('known_to', -28) }} as cut_on from score_days
),

days as (
    select
        score_days.score_on,
        {{ add_days('score_days.known_to', '-numbers.n') }} as day
    from score_days
    cross join numbers
    where numbers.n between 1 and 28
),

final as (
    select
        days.score_on,
        days.day,
        max(cuts.cut_on) as slot_start
    from days
    inner join cuts
        on days.day >= cuts.cut_on
    group by days.score_on, days.day
)

select * from final
