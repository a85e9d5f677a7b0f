{# Fails with every row for which `condition` is not true; NULL counts as true where `condition` says nothing of it. #}
{% test expression_is_true(model, condition) %}
select *
from {{ model }}
where not ({{ condition }})
{% endtest %}
