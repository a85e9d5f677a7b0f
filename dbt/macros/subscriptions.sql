{# What a vendor calls a state, of a subscription or an order, in one spelling. #}
{% macro one_spelling(status) -%}
    replace(replace(lower(trim({{ status }})), ' ', '_'), '-', '_')
{%- endmacro %}

{# The names of one kind of state, or of all that are known, as a list in SQL. #}
{% macro subscription_states(kind=none) -%}
    {%- set kinds = {
        'running': [
            'active', 'live', 'renewing', 'non_renewing', 'pending_cancel', 'pending_cancellation', 'past_due', 'overdue', 'delinquent',
            'in_dunning', 'in_grace_period', 'grace_period', 'soft_failure', 'assessing',
        ],
        'unpaid': ['unpaid'],
        'on trial': ['trialing', 'trial', 'in_trial', 'on_trial', 'trialling'],
        'not begun': [
            'incomplete', 'incomplete_expired', 'draft', 'pending', 'pending_activation', 'pending_acceptance', 'approval_pending',
            'approved', 'future', 'scheduled', 'not_started', 'awaiting_signup', 'failed_to_create', 'declined',
        ],
        'stopped': [
            'canceled', 'cancelled', 'expired', 'ended', 'terminated', 'finished', 'completed', 'inactive', 'closed', 'deleted', 'failed',
            'transferred', 'switched', 'trial_ended', 'trial_expired', 'paused', 'on_hold', 'suspended', 'frozen',
        ],
    } -%}
    {%- set names = kinds[kind] if kind else kinds.values() | sum(start=[]) -%}
    ('{{ names | join("', '") }}')
{%- endmacro %}
