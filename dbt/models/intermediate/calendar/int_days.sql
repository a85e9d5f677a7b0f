-- MetricFlow wants a spine of days to join to; no model of ours reads it.
select {{ add_days(until_date(), '-days.n') }} as day
from (
    {{ numbers(4) }}
) as days
