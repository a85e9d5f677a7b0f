with

members as (
    select * from {{ ref('int_segment_members') }}
),

final as (
    select
        dimension,
        member,
        customers
    from members
)

select * from final
