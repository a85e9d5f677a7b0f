-- Numbered in the order of their first load, so that a number never changes: what was counted with it stays true.
{{ config(materialized='table') }}

with

source as (
    select * from {{ source('raw', 'events') }} as source
    where feature is not null and {{ known_by_as_of('source') }}
),

first_loads as (
    select
        feature,
        min(_load_id) as first_load_id
    from source
    group by feature
),

numbered as (
    select
        feature,
        row_number() over (order by first_load_id, feature) - 1 as feature_number
    from first_loads
),

final as (
    select
        feature,
        cast(feature_number as integer) as feature_number,
        cast({{ whole_part('feature_number', bits_in_a_word()) }} as integer) as feature_word,
        {{ bit_at('feature_number % ' ~ bits_in_a_word()) }} as feature_bit
    from numbered
)

select * from final
