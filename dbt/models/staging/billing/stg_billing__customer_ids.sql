-- Chains (a is b, b is c) end at the id that is no alias itself; a circle ends at its smallest id.
{{ config(materialized='table') }}

with recursive

aliases as (
    {{ newest_version('customer_aliases', ['customer_id']) }}
),

{{ closure(
    'reachable',
    columns=['customer_id', 'reached_id'],
    first='select customer_id, same_as_customer_id from aliases where customer_id <> same_as_customer_id',
    following=['reachable.customer_id', 'aliases.same_as_customer_id'],
    joined='inner join aliases on reachable.reached_id = aliases.customer_id'
) }},

ends as (
    select
        reachable.customer_id as customer_id_as_given,
        min(case when aliases.customer_id is null then reachable.reached_id end) as end_of_chain,
        min(reachable.reached_id) as smallest_of_circle
    from reachable
    left join aliases
        on
            reachable.reached_id = aliases.customer_id
            and aliases.customer_id <> aliases.same_as_customer_id
    group by reachable.customer_id
),

final as (
    select
        customer_id_as_given,
        coalesce(end_of_chain, smallest_of_circle) as customer_id
    from ends
    where customer_id_as_given <> coalesce(end_of_chain, smallest_of_circle)
)

select * from final
