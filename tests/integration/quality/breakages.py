"""For every expectation, one change of the valid warehouse that it must notice.

Common claims are broken in the same way in every suite; the others each have a statement of their own.
"""

from dagster_project.quality.suites import Suite

_RETYPED = "alter table {table} alter column {first} type boolean using true"
_COMMON = {
    "columns_are_those_of_the_contract": "alter table {table} drop column {last}",
    "one_row_per_key": "insert into {table} select * from {table} limit 1",
    "row_count_is_near_the_last_publication": (
        "update ops.publications set row_counts = "
        "json_merge_patch(row_counts, '{{\"{name}\": 100}}')"
    ),
    "not_emptied_since_the_last_publication": "delete from {table}",
    "types_are_those_of_the_contract": _RETYPED,
    "required_values_are_given": "update {table} set {first} = null",
    "versions_of_a_key_are_ordered": "insert into {table} select * from {table} limit 1",
    "rows_read_are_accounted_for": (
        "update raw.loads set rows_read = rows_read + 1 where table_name = '{name}'"
    ),
    "rows_loaded_are_here": "delete from {table}",
    "growth_since_the_last_publication_is_plausible": (
        "insert into {table} by name "
        "select * exclude (n) replace (if(n < 1000, 1, 99) as _load_id) "
        "from (select * from {table} limit 1), range(2100) as numbers (n)"
    ),
    "customers_are_known": "update {table} set customer_id = 'stranger'",
    "segments_are_known": "update {table} set member = 'Atlantis'",
    "periods_are_those_of_the_calendar": "update {table} set period_start = date '1999-01-01'",
    "horizon_is_known": "update {table} set horizon_months = 2",
    "months_are_not_negative": "update {table} set months_since_lost = -1",
    "products_are_known": "update {table} set product = 'stranger'",
    "subscriptions_are_known": "update {table} set subscription_id = 'stranger'",
    "invoices_are_known": "update {table} set invoice_id = 'stranger'",
    "interval_counts_are_positive": "update {table} set interval_count = 0",
    "plans_are_known": "update {table} set plan_id = 'stranger'",
    "orders_are_known": "update {table} set order_id = 'stranger'",
    "payments_are_known": "update {table} set payment_id = 'stranger'",
    "lines_are_known": "update {table} set line_id = 'stranger'",
    "amounts_are_not_negative": "update {table} set amount = -1",
    "tickets_are_known": "update {table} set ticket_id = 'stranger'",
    "quantities_are_not_negative": "update {table} set quantity = -1",
    "prices_are_not_negative": "update {table} set unit_amount = -1",
    "reopens_are_counts": "update {table} set reopens = -1",
    "grain_is_known": "update {table} set grain = 'week' where grain = 'year'",
    "periods_end_after_they_begin": "update {table} set period_end = period_start",
    "figures_are_given": "update {table} set mrr_new = null where member = 'DE'",
    "churn_rate_is_a_share": "update {table} set churn_rate = 1.5 where customers_lost > 0",
    "retention_rate_is_a_share": "update {table} set retention_rate = -0.5 where customers_lost > 0",
    "churn_and_retention_add_up_to_one": "update {table} set churn_rate = 0 where customers_lost > 0",
    "churn_rate_is_lost_by_opening": (
        "update {table} set churn_rate = retention_rate, retention_rate = churn_rate "
        "where churn_rate <> retention_rate"
    ),
    "mrr_opens_moves_and_closes": "update {table} set mrr_closing = mrr_closing + 0.01",
    "customers_open_and_close": "update {table} set customers_lost = customers_lost + 1",
    "closing_is_the_next_opening": (
        "update {table} set mrr_opening = mrr_opening + 0.01 where period_start = '2026-02-01'"
    ),
    "segments_add_up_to_the_whole": "update {table} set mrr_new = mrr_new + 0.01 where member = 'DE'",
    "transfers_cancel_out": "update {table} set transfer_in = transfer_in + 0.01 where member = 'p2'",
    "ndr_and_grr_follow_from_the_movements": "update {table} set ndr = ndr + 0.01",
    "arpa_is_closing_by_customers": "update {table} set arpa = arpa + 0.05",
    "ltv_is_not_negative": "update {table} set ltv = -1",
    "rates_in_90_days_follow_from_the_counts": "update {table} set repeat_rate_90_days = 0.4",
}
_REACHED = "update {table} set {column} = {column} - interval 200 days"
_ENUMERATED = "update {table} set {column} = 'nonsense'"

_OWN = {
    # Raw tables.
    "raw__customer_aliases.survivors_are_known": "update {table} set same_as_customer_id = 'stranger'",
    "raw__customer_aliases.no_alias_of_itself": "update {table} set same_as_customer_id = customer_id",
    "raw__customers.there_are_customers": "delete from {table}",
    "raw__customers.creation_is_not_after_the_load": "update {table} set created_at = '2027-01-01'",
    "raw__customers.creation_is_possible": "update {table} set created_at = '1900-01-01'",
    "raw__order_refunds.currencies_are_those_of_the_order": "update {table} set currency = 'CAD'",
    "raw__orders.order_date_is_possible": "update {table} set ordered_at = '1900-01-01'",
    "raw__events.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="occurred_at"
    ),
    "raw__sessions.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="started_at"
    ),
    "raw__tickets.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="created_at"
    ),
    "raw__orders.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="ordered_at"
    ),
    "raw__payments.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="attempted_at"
    ),
    "raw__invoice_lines.reaches_as_far_as_the_other_exports": (
        "update raw.invoices set issued_at = issued_at - interval 200 days; "
        "update {table} set issued_at = issued_at - interval 200 days"
    ),
    "raw__ratings.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="rated_at"
    ),
    "raw__contacts.reaches_as_far_as_the_other_exports": _REACHED.format(
        table="{table}", column="contacted_at"
    ),
    "raw__events.users_are_known": "update {table} set customer_id = null, user_id = 'stranger'",
    "raw__events.events_are_not_in_the_future": "update {table} set occurred_at = '2027-01-01'",
    "raw__invoice_lines.heads_of_invoices_are_known": (
        "delete from raw.invoices where invoice_id = 'in2'"
    ),
    "raw__invoice_lines.most_heads_of_invoices_are_known": (
        "update {table} set invoice_status = null, invoice_id = 'lost'"
    ),
    "raw__invoice_lines.recurring_lines_have_a_service_period": (
        "update {table} set period_end_at = period_start_at"
    ),
    "raw__invoice_lines.no_service_period_is_longer_than_ten_years": (
        "update {table} set period_end_at = '2062-01-01'"
    ),
    "raw__orders.one_customer_per_order": "update {table} set order_id = 'o1'",
    "raw__line_discounts.required_values_are_given": "update {table} set line_id = null",
    "raw__line_taxes.required_values_are_given": "update {table} set line_id = null",
    "raw__offers.answers_follow_offers": "update {table} set accepted_at = '2025-01-01'",
    "raw__order_totals.no_more_is_refunded_than_ordered": "update {table} set refunded = 11",
    "raw__payments.no_more_is_refunded_than_paid": "update {table} set refunded_amount = 101",
    "raw__ratings.scores_are_on_their_scale": "update {table} set score = 6",
    "raw__sessions.sessions_last_up_to_a_day": "update {table} set duration_seconds = 86401",
    "raw__subscription_items.prices_can_be_found": (
        "update {table} set unit_amount = null; update raw.plans set unit_amount = null"
    ),
    "raw__subscription_items.discounts_are_shares": "update {table} set discount = 1.5",
    "raw__subscription_items.items_end_after_they_begin": "update {table} set valid_to_at = '2025-01-01'",
    "raw__subscription_periods.monthly_values_are_not_negative": "update {table} set mrr = -1",
    "raw__subscription_periods.periods_end_after_they_begin": (
        "update {table} set valid_to_on = valid_from_on"
    ),
    "raw__subscriptions.ends_follow_starts": "update {table} set ended_at = '2025-01-01'",
    "raw__subscriptions.trial_ends_follow_starts": "update {table} set trial_end_at = '2025-01-01'",
    "raw__subscriptions.requests_follow_starts": (
        "update {table} set cancel_requested_at = '2025-01-01'"
    ),
    "raw__tickets.responses_follow_tickets": "update {table} set first_response_at = '2025-01-01'",
    "raw__tickets.solutions_follow_tickets": "update {table} set solved_at = '2025-01-01'",
    # Marts: customers.
    "marts__dim_customers.every_paying_customer_is_there": "delete from {table} where customer_id = 'c1'",
    "marts__dim_customers.mrr_is_the_last_closing": "update {table} set mrr = mrr + 0.01",
    "marts__dim_plans.every_plan_that_earns_is_there": "delete from {table} where plan_id = 'p1'",
    "marts__dim_segments.the_whole_business_is_there": "delete from {table} where dimension = 'all'",
    "marts__dim_segments.members_add_up_to_all_customers": (
        "update {table} set customers = 9 where member = 'DE'"
    ),
    "marts__dim_customers.status_is_known": "update {table} set status = 'asleep'",
    "marts__dim_customers.status_fits_the_mrr": "update {table} set status = 'lost'",
    "marts__dim_plans.every_plan_of_the_exports_is_there": (
        "insert into intermediate.int_plans by name select 'stranger' as plan_id"
    ),
    "marts__dim_plans.billing_interval_is_known": "update {table} set billing_interval = 'decade'",
    "marts__dim_segments.customers_are_counts": "update {table} set customers = -1",
    # Marts: revenue.
    "marts__fct_customer_months.status_is_known": "update {table} set status = 'asleep'",
    "marts__fct_customer_months.status_fits_the_amounts": "update {table} set status = 'lost'",
    "marts__fct_customer_months.customers_add_up_to_the_period_figures": (
        "update {table} set mrr_closing = mrr_closing + 0.01 where customer_id = 'c1'"
    ),
    "marts__fct_mrr_movements.movement_type_is_known": "update {table} set movement_type = 'growth'",
    "marts__fct_mrr_movements.amount_is_the_difference": "update {table} set amount = amount + 0.01",
    "marts__fct_mrr_movements.mrr_is_not_negative": "update {table} set mrr_after = -1",
    "marts__fct_mrr_movements.types_fit_their_amounts": (
        "update {table} set movement_type = 'expansion' where movement_type = 'contraction'"
    ),
    "marts__fct_mrr_movements.each_customer_begins_once": (
        "update {table} set movement_type = 'new' where movement_type = 'reactivation'"
    ),
    "marts__fct_mrr_movements.each_movement_starts_where_the_last_ended": (
        "update {table} set mrr_before = mrr_before + 1, mrr_after = mrr_after + 1 "
        "where movement_type = 'contraction'"
    ),
    "marts__fct_mrr_movements.no_movement_after_the_last_day": (
        "update {table} set movement_on = '2026-04-01' where movement_type = 'contraction'"
    ),
    "marts__fct_mrr_movements.every_currency_has_a_rate": (
        "update intermediate.int_recurring_periods set mrr = null, currency = 'JPY' "
        "where customer_id = 'c3'"
    ),
    "marts__fct_mrr_movements.invoice_lines_of_the_exports_are_all_counted": (
        "delete from intermediate.int_invoice_lines where line_id = 'l1'"
    ),
    "marts__fct_mrr_movements.subscription_periods_of_the_exports_are_all_counted": (
        "update staging.stg_billing__subscription_periods set mrr = mrr + 0.01"
    ),
    "marts__fct_mrr_movements.subscription_items_of_the_exports_are_all_counted": (
        "update staging.stg_billing__subscription_items set unit_amount = 0"
    ),
    "marts__fct_mrr_movements.paid_recurring_lines_count": (
        "update intermediate.int_recurring_periods set source_table = 'invoice_lines'"
    ),
    "marts__mart_revenue_periods.all_periods_are_there": (
        "delete from {table} where grain = 'quarter' and member = 'p1'"
    ),
    "marts__mart_revenue_periods.closing_is_the_sum_of_the_movements": (
        "delete from marts.fct_mrr_movements where movement_type = 'contraction'"
    ),
    "marts__mart_revenue_periods.closing_is_the_total_of_the_recurring_periods": (
        "update intermediate.int_recurring_periods set mrr = mrr + 0.01 where customer_id = 'c3'"
    ),
    "marts__mart_revenue_periods.exports_reach_the_last_period": (
        "update intermediate.int_periods set closing_on = '2027-01-01'"
    ),
    "marts__mart_plan_changes.movement_is_known": "update {table} set movement = 'sideways'",
    "marts__mart_plan_changes.amounts_are_given": "update {table} set customers = 0",
    "marts__mart_plan_changes.matrix_adds_up_to_the_period_figures": (
        "update {table} set mrr_to = mrr_to + 0.01"
    ),
    "marts__mart_plan_changes.plans_are_known": "update {table} set plan_to = 'stranger'",
    "marts__mart_mrr_causes.grain_is_known": "update {table} set grain = 'week'",
    "marts__mart_mrr_causes.causes_add_up_to_the_periods": (
        "update {table} set mrr_expansion = mrr_expansion + 0.01"
    ),
    "marts__fct_span_causes.customers_are_the_upgrades_and_downgrades": (
        "update {table} set is_counted = false"
    ),
    "marts__fct_span_fx.amounts_are_given": "update {table} set fx = 0",
    "marts__fct_span_fx.spans_are_those_of_the_calendar": (
        "update {table} set opening_on = '2020-01-01'"
    ),
    "marts__fct_span_fx.sums_are_the_fx_of_the_periods": (
        "update {table} set opening_on = '2026-03-01'"
    ),
    "marts__fct_span_fx.customers_were_there_at_both_ends": (
        "update {table} set opening_on = '2026-03-01', customer_id = 'c2'"
    ),
    "marts__mart_ltv_cohorts.kind_is_known": "update {table} set kind = 'hats'",
    "marts__mart_ltv_cohorts.purchases_of_the_cohorts_are_all_purchases": (
        "update {table} set revenue = revenue + 0.01 where kind = 'orders'"
    ),
    "marts__mart_ltv_cohorts.billing_total_of_the_exports_is_here": (
        "update raw.payments set amount = amount + 0.01"
    ),
    "marts__mart_ltv_cohorts.revenue_accumulates": "update {table} set cumulative_revenue = 1",
    "marts__mart_ltv_cohorts.value_is_revenue_by_customers": (
        "update {table} set revenue_per_customer = 1"
    ),
    "marts__mart_ltv_cohorts.cohorts_are_those_of_the_triangle": (
        "update {table} set cohort_customers = cohort_customers + 1"
    ),
    "marts__metrics.values_are_those_of_the_marts": (
        "update {table} set value = value + 0.001 where value > 0"
    ),
    "marts__metrics.values_are_those_of_the_revenue_periods": (
        "delete from {table} where metric = 'arr'"
    ),
    "marts__metrics.metric_is_known": "update {table} set metric = 'happiness'",
    "marts__metrics.rates_are_numerator_by_denominator": (
        "update {table} set numerator = numerator + 1 where metric = 'churn_rate'"
    ),
    "marts__metrics.values_are_those_of_the_purchase_periods": (
        "delete from {table} where metric = 'purchase_amount'"
    ),
    "marts__metrics.values_are_finite": "update {table} set value = 'nan'::double",
    # Marts: retention.
    "marts__mart_churn_periods.says_what_the_revenue_mart_says": (
        "update {table} set quick_ratio = quick_ratio + 0.1"
    ),
    "marts__mart_churn_periods.voluntary_and_involuntary_churn_is_all_churn": (
        "update {table} set mrr_churn_involuntary = mrr_churn_involuntary + 0.01"
    ),
    "marts__mart_cancellation_reasons.involuntary_losses_are_losses": (
        "update {table} set customers_lost_involuntary = customers_lost + 1"
    ),
    "marts__mart_cancellation_reasons.reasons_add_up_to_the_churn": "delete from {table} where grain = 'month'",
    "marts__mart_cancellation_reasons.grain_is_known": "update {table} set grain = 'week'",
    "marts__mart_cancellation_reasons.mrr_lost_share_is_a_share": (
        "update {table} set mrr_lost_share = 1.5"
    ),
    "marts__fct_lost_customers.grain_is_known": "update {table} set grain = 'week'",
    "marts__fct_lost_customers.losses_are_given": "update {table} set reason = null",
    "marts__fct_lost_customers.losses_add_up_to_the_churn": (
        "update {table} set is_involuntary = true"
    ),
    "marts__fct_lost_customers.reasons_are_those_of_the_ranking": (
        "update {table} set reason = 'too slow'"
    ),
    "marts__fct_lost_customers.lost_customers_are_lost_in_their_month": (
        "update {table} set mrr_lost = mrr_lost + 0.01"
    ),
    "marts__mart_cancellation_reasons.places_are_ranks": "update {table} set place = 2",
    "marts__mart_segment_cohorts.kind_is_known": "update {table} set kind = 'hats' where kind = 'logo'",
    "marts__mart_segment_cohorts.cohorts_of_a_dimension_add_up_to_the_whole": (
        "update {table} set mrr = mrr + 0.01 where kind = 'revenue' and age_months = 1"
    ),
    "marts__mart_mrr_waterfall.type_is_known": "update {table} set movement_type = 'hats'",
    "marts__mart_mrr_waterfall.customers_are_not_more_than_their_movements": (
        "update {table} set customers = 3"
    ),
    "marts__mart_mrr_waterfall.movements_add_up_to_the_closing": (
        "update {table} set amount = amount + 0.01"
    ),
    "marts__mart_committed_mrr.months_follow_one_another": (
        "update {table} set months_ahead = months_ahead + 1"
    ),
    "marts__mart_committed_mrr.what_needs_no_renewal_is_part_of_what_does_not_end": (
        "update {table} set mrr_committed = mrr_not_ending + 0.01"
    ),
    "marts__mart_renewals.renewals_are_those_of_the_paying": (
        "update marts.dim_customers set mrr = 0"
    ),
    "marts__mart_renewals.renewals_lie_ahead": "update {table} set days_ahead = 93",
    "marts__mart_known_leavers.what_ends_is_part_of_what_is_paid": (
        "update {table} set mrr_ending = mrr + 0.01"
    ),
    "marts__mart_support_topics.topic_is_known": "update {table} set topic = 'hats'",
    "marts__mart_support_topics.members_add_up_to_the_whole": (
        "update {table} set tickets = 2 where topic = 'channel'"
    ),
    "marts__mart_support_topics.csat_is_a_share": "update {table} set csat = 1.5",
    "marts__mart_cohorts.kind_is_known": "update {table} set kind = 'hats' where kind = 'logo'",
    "marts__mart_cohorts.ages_are_without_gaps": "delete from {table} where age_months = 1",
    "marts__mart_cohorts.nobody_joins_a_cohort_later": "update {table} set active_customers = 9",
    "marts__mart_cohorts.shares_follow_from_the_counts": "update {table} set active_share = 0.3",
    "marts__mart_cohorts.diagonal_is_the_period_figure": (
        "update {table} set mrr = mrr + 0.01 where kind = 'revenue' and age_months = 1"
    ),
    "marts__mart_benchmarks.retention_follows_from_the_counts": (
        "update {table} set retention_rate = 0.5"
    ),
    "marts__mart_cohorts.active_share_is_a_share": "update {table} set active_share = 1.1",
    "marts__mart_benchmarks.benchmark_rate_is_a_share": "update {table} set benchmark_rate = 81",
    "marts__mart_benchmarks.years_are_twelve_months": "update {table} set year_start = '2025-01-01'",
    "marts__mart_benchmarks.industries_add_up_to_the_period_figures": (
        "update {table} set customers_opening = 1"
    ),
    "marts__mart_benchmarks.difference_is_rate_less_benchmark": (
        "update {table} set above_benchmark = 0.1"
    ),
    # Marts: experience, risk and value.
    "marts__mart_onboarding.first_session_is_known": "update {table} set first_session = 'an hour'",
    "marts__mart_onboarding.times_are_not_negative": "update {table} set median_days_to_value = -1",
    "marts__mart_onboarding.cohorts_add_up_to_all_customers": (
        "update {table} set customers = customers + 1"
    ),
    "marts__mart_support_churn.scope_is_known": "update {table} set scope = 'year' where scope = 'all'",
    "marts__mart_support_churn.months_add_up_to_the_whole": (
        "update {table} set others = others + 1 where scope = 'all'"
    ),
    "marts__mart_support_churn.customers_are_those_at_the_opening": (
        "update {table} set others = others + 1"
    ),
    "marts__mart_support_experience.nps_is_between_minus_1_and_1": "update {table} set nps = 50",
    "marts__mart_support_experience.tickets_add_up_to_those_of_the_exports": (
        "update {table} set tickets = tickets + 1"
    ),
    "marts__mart_reconciliation.invoices_add_up": (
        "update {table} set status = 'warned' where guard = 'invoices'"
    ),
    "marts__mart_reconciliation.invoices_add_up_within_the_limits": (
        "update {table} set status = 'refused' where guard = 'invoices'"
    ),
    "marts__mart_reconciliation.credits_are_exported": (
        "update {table} set status = 'warned' where guard = 'credits'"
    ),
    "marts__mart_reconciliation.payments_are_what_was_paid": (
        "update {table} set status = 'warned' where guard = 'payments'"
    ),
    "marts__mart_reconciliation.refunds_are_of_payments": (
        "update {table} set status = 'warned' where guard = 'refunds'"
    ),
    "marts__mart_reconciliation.orders_are_their_total": (
        "update {table} set status = 'warned' where guard = 'orders'"
    ),
    "marts__mart_reconciliation.subscriptions_recur": (
        "update {table} set status = 'warned' where guard = 'recurring_revenue'"
    ),
    "marts__mart_reconciliation.subscriptions_have_recurred": (
        "update {table} set status = 'refused' where guard = 'recurring_revenue'"
    ),
    "marts__mart_reconciliation.files_are_not_of_one_class": (
        "update {table} set status = 'warned' where guard = 'one_class'"
    ),
    "marts__mart_reconciliation.prices_are_exported": (
        "update {table} set status = 'warned' where guard = 'prices'"
    ),
    "marts__mart_reconciliation.paying_customers_are_exported": (
        "update {table} set status = 'warned' where guard = 'customers'"
    ),
    "marts__mart_reconciliation.lines_are_plain": (
        "update {table} set status = 'warned' where guard = 'lines'"
    ),
    "marts__mart_reconciliation.states_of_orders_are_known": (
        "update {table} set status = 'warned' where guard = 'order_states'"
    ),
    "marts__mart_reconciliation.nobody_is_worth_less_than_nothing": (
        "update {table} set status = 'warned' where guard = 'below_zero'"
    ),
    "marts__mart_reconciliation.states_are_known": (
        "update {table} set status = 'warned' where guard = 'states'"
    ),
    "marts__mart_reconciliation.tickets_are_of_known_customers": (
        "update {table} set status = 'warned' where guard = 'tickets'"
    ),
    "marts__mart_reconciliation.ratings_are_of_known_customers": (
        "update {table} set status = 'warned' where guard = 'ratings'"
    ),
    "marts__mart_reconciliation.contacts_are_of_known_customers": (
        "update {table} set status = 'warned' where guard = 'contacts'"
    ),
    "marts__mart_reconciliation.events_are_of_known_customers": (
        "update {table} set status = 'warned' where guard = 'events'"
    ),
    "marts__mart_reconciliation.sessions_are_of_known_customers": (
        "update {table} set status = 'warned' where guard = 'sessions'"
    ),
    "marts__mart_reconciliation.status_is_known": "update {table} set status = 'nonsense'",
    "marts__mart_reconciliation.differences_are_some_of_what_was_compared": (
        "update {table} set rows_differing = rows_checked + 1"
    ),
    "marts__mart_invoice_differences.class_is_known": (
        "update {table} set difference_class = 'nonsense'"
    ),
    "marts__mart_invoice_differences.differences_are_those_of_the_amounts": (
        "update {table} set difference = difference + 0.01"
    ),
    "marts__mart_customer_health.percentiles_are_shares": (
        "update {table} set breadth_percentile = 80"
    ),
    "marts__mart_customer_health.active_days_are_days_of_four_weeks": (
        "update {table} set active_days_28 = 29"
    ),
    "marts__mart_customer_health.weeks_begin_on_monday": (
        "update {table} set week_start = week_start + 1"
    ),
    "marts__mart_risk_backtest.method_is_known": "update {table} set method = 'a coin'",
    "marts__mart_risk_backtest.lift_is_not_negative": "update {table} set lift_top_tenth = -1",
    "marts__mart_risk_backtest.customers_are_those_at_the_opening": (
        "update {table} set customers = customers + 1"
    ),
    "marts__mart_risk_calibration.bands_add_up_to_the_backtest": (
        "update {table} set customer_months = customer_months + 1"
    ),
    "marts__mart_risk_list.score_is_of_the_last_day": "update {table} set score_on = score_on - 1",
    "marts__mart_risk_list.classes_are_known": "update {table} set habit_class = 'hourly'",
    "marts__mart_risk_list.amounts_and_counts_are_not_negative": (
        "update {table} set mrr_at_stake = 0"
    ),
    "marts__mart_value_concentration.customers_are_known": (
        "update {table} set most_valuable_customer_id = 'stranger'"
    ),
    "marts__mart_value_concentration.top_fifth_share_is_a_share": (
        "update {table} set top_fifth_share = 1.1"
    ),
    "marts__mart_win_back.every_lost_customer_is_listed": (
        "delete from {table} where customer_id = 'gone-2'"
    ),
    "marts__mart_win_back.reactivation_rate_is_a_share": (
        "update {table} set reactivation_rate_from_here = 1.5"
    ),
    "marts__mart_onboarding.counts_are_parts_of_the_cohort": "update {table} set customers = 1",
    "marts__mart_onboarding.retention_follows_from_the_counts": (
        "update {table} set retention_30_days = 0.4"
    ),
    "marts__mart_support_churn.lost_customers_were_there": "update {table} set exposed_lost = 5",
    "marts__mart_support_churn.interval_holds_the_risk": "update {table} set relative_risk = 40",
    "marts__mart_support_experience.counts_are_parts_of_the_tickets": (
        "update {table} set complaints = 2"
    ),
    "marts__mart_support_experience.times_are_not_negative": (
        "update {table} set median_resolution_hours = -1"
    ),
    "marts__mart_support_experience.csat_is_a_share": "update {table} set csat = 4",
    "marts__mart_customer_health.happiness_index_is_between_0_and_100": (
        "update {table} set happiness_index = 101"
    ),
    "marts__mart_customer_health.risk_score_is_between_0_and_100": "update {table} set risk_score = -1",
    "marts__mart_customer_health.classes_are_known": "update {table} set habit_class = 'hourly'",
    "marts__mart_reactivation.returned_customers_were_lost": "update {table} set returned_later = 5",
    "marts__mart_risk_backtest.flagged_customers_were_there": "update {table} set flagged_lost = 3",
    "marts__mart_risk_backtest.precision_and_recall_follow_from_the_counts": (
        "update {table} set precision_top_tenth = 0.4"
    ),
    "marts__mart_risk_calibration.lost_share_follows_from_the_counts": (
        "update {table} set lost_share = 0.4"
    ),
    "marts__mart_risk_calibration.scores_lie_in_their_band": "update {table} set mean_score = 40",
    "marts__mart_risk_list.score_is_between_0_and_100": "update {table} set score = 101",
    "marts__mart_risk_list.ranks_follow_the_score": "update {table} set score = risk_rank",
    "marts__mart_risk_list.every_active_customer_is_listed": (
        "delete from {table} where customer_id = 'c3'"
    ),
    "marts__mart_value_concentration.decile_is_between_1_and_10": "update {table} set decile = 11",
    "marts__mart_value_concentration.deciles_add_up_to_the_whole": (
        "update {table} set mrr = mrr + 0.01"
    ),
    "marts__mart_value_concentration.shares_accumulate_to_one": "update {table} set mrr_share = 0.9",
    "marts__mart_win_back.listed_customers_were_lost": "update {table} set customer_id = 'c3'",
    "marts__mart_win_back.ranks_follow_the_loss": "update {table} set mrr_lost = win_back_rank",
    "marts__metrics.values_are_those_of_the_repeat_rate": "update {table} set value = 0.9",
    # Marts: purchases.
    "marts__fct_purchase_lines.source_table_is_known": "update {table} set source_table = 'hats'",
    "marts__fct_purchase_lines.lines_are_given": "update {table} set amount = null",
    "marts__fct_purchase_lines.no_purchase_after_the_last_day": (
        "update {table} set purchased_on = '2026-04-01'"
    ),
    "marts__fct_purchase_lines.purchases_are_numbered_in_order": (
        "update {table} set purchase_number = purchase_number + 1"
    ),
    "marts__fct_purchase_lines.lines_add_up_to_the_periods": (
        "delete from {table} where document_id = 'o3'"
    ),
    "marts__fct_purchase_lines.lines_are_those_of_the_exports": (
        "update {table} set amount = amount + 0.01"
    ),
    "marts__fct_purchase_lines.billing_total_of_the_exports_is_here": (
        "update raw.orders set amount = amount + 0.01"
    ),
    "marts__fct_purchase_lines.paid_invoices_of_the_exports_are_all_here": (
        "delete from intermediate.int_orders"
    ),
    "marts__mart_purchase_periods.repeat_revenue_share_is_not_negative": (
        "update {table} set repeat_revenue_share = -0.1"
    ),
    "marts__mart_purchase_periods.days_between_purchases_are_not_negative": (
        "update {table} set average_days_between = -1"
    ),
    "marts__mart_purchase_periods.segments_add_up_to_the_whole": (
        "update {table} set purchases = purchases + 1 where member = 'DE'"
    ),
    "marts__mart_repeat_rate.segments_add_up_to_the_whole": (
        "update {table} set buyers = buyers + 1 where member = 'DE'"
    ),
    "marts__mart_repeat_rate.all_periods_are_there": (
        "delete from {table} where grain = 'quarter' and member = 'p1'"
    ),
    "marts__mart_repeat_cohorts.buyers_are_those_who_bought_first_then": (
        "update {table} set buyers = buyers + 1"
    ),
    "marts__mart_repeat_products.level_is_known": "update {table} set level = 'shelf'",
    "marts__mart_repeat_products.days_to_the_second_purchase_are_not_negative": (
        "update {table} set median_days_to_second = -1"
    ),
    "marts__mart_repeat_products.first_buyers_are_buyers": "update {table} set first_buyers = 3",
    "marts__mart_repeat_campaigns.campaigns_add_up_to_all_buyers": (
        "update {table} set amount_to_date = amount_to_date + 0.01"
    ),
    "marts__mart_seasonal_buyers.season_is_known": "update {table} set season = 'monsoon'",
    "marts__mart_seasonal_buyers.seasons_are_three_months": (
        "update {table} set season_end = season_start"
    ),
    "marts__mart_seasonal_buyers.buyers_are_those_of_the_season_before": (
        "update {table} set buyers_last_year = 4"
    ),
    "marts__mart_purchase_periods.repeat_purchases_are_purchases": (
        "update {table} set repeat_purchases = purchases + 1"
    ),
    "marts__mart_purchase_periods.whole_is_the_total_of_the_purchases": (
        "update {table} set purchase_amount = purchase_amount + 0.01"
    ),
    "marts__mart_purchase_periods.buyers_are_those_of_the_repeat_rate": (
        "update {table} set buyers = buyers + 1, purchases = purchases + 1"
    ),
    "marts__mart_repeat_cohorts.rates_follow_from_the_counts": "update {table} set repeat_rate = 0.4",
    "marts__mart_repeat_products.rates_follow_from_the_counts": "update {table} set repeat_rate = 0.4",
    "marts__mart_repeat_campaigns.rates_follow_from_the_counts": "update {table} set repeat_rate = 0.4",
    "marts__mart_seasonal_buyers.rates_follow_from_the_counts": (
        "update {table} set bought_again_rate = 0.4"
    ),
    "marts__mart_repeat_cohorts.window_is_known": "update {table} set window_days = 31 where window_days = 30",
    "marts__mart_repeat_cohorts.longer_windows_hold_no_fewer": (
        "update {table} set repeat_buyers = 1 where window_days = 30; "
        "update {table} set repeat_buyers = 0 where window_days = 60"
    ),
    "marts__mart_repeat_rate.repeat_buyers_are_buyers": (
        "update {table} set repeat_buyers_to_date = buyers_to_date + 1"
    ),
    "marts__mart_repeat_rate.rates_follow_from_the_counts": (
        "update {table} set repeat_customer_rate = 0.9"
    ),
    "marts__mart_repeat_rate.buyers_to_date_never_fall": (
        "update {table} set buyers_to_date = 0 where period_start = '2026-03-01'"
    ),
    "marts__mart_repeat_rate.buyers_to_date_are_all_buyers": (
        "update {table} set buyers_to_date = buyers_to_date + 1"
    ),
    "marts__mart_repeat_rate.orders_of_the_exports_are_all_counted": (
        "delete from intermediate.int_orders where order_id = 'o3'"
    ),
    "marts__mart_repeat_rate.every_currency_of_a_purchase_has_a_rate": (
        "update intermediate.int_orders set currency = 'JPY'"
    ),
}


def breakage(suite: Suite, name: str) -> str:
    """Return the SQL that breaks what one expectation claims.

    :raises KeyError: nobody has said how; such an expectation may be one that cannot fail.
    """
    claim = f"{suite.name}.{name}"
    if name.endswith("_is_of_the_contract"):
        template = _ENUMERATED.replace("{column}", name.removesuffix("_is_of_the_contract"))
    else:
        template = _OWN[claim] if claim in _OWN else _COMMON[name]
    columns = _columns(suite)
    return template.format(
        table=suite.qualified_table,
        name=suite.table,
        first=suite.key[0],
        last=columns[-1],
    )


def _columns(suite: Suite) -> list[str]:
    for expectation in suite.expectations:
        if expectation.question.expectation_type == "expect_table_columns_to_match_set":
            # The lineage columns of raw tables are read by the other expectations of the suite.
            listed = expectation.question.kwargs["column_set"]
            return [name for name in listed if not name.startswith("_")]
    raise KeyError(suite.name)
