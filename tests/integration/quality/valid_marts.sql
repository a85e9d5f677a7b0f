-- What the transformation makes of three customers' lives, January to March 2026, by plain counting:
-- c1 100.00 from 10 January, 150.00 on another plan from 15 February; c2 50.00 from 20 January to 20 February and
-- 40.00 again from 5 March; c3 30.00 from 3 February, 20.00 from 10 March. c1 buys twice, c2 once.
create schema staging;
create schema intermediate;
create schema marts;

create table intermediate.int_invoice_lines as
select lines.* exclude (customer_id, invoice_status, currency, issued_at),
    coalesce(lines.customer_id, invoices.customer_id) as customer_id,
    coalesce(lines.invoice_status, invoices.status) as invoice_status,
    coalesce(lines.currency, invoices.currency) as currency,
    period_start_at::date as period_start_on, period_end_at::date as period_end_on,
    coalesce(lines.issued_at, invoices.issued_at)::date as issued_on, null::date as paid_on
from raw.invoice_lines as lines left join raw.invoices as invoices using (invoice_id);
create table intermediate.int_orders as select *, ordered_at::date as ordered_on from raw.orders;
create table intermediate.int_order_totals as select ''::varchar as order_id, 0.00::decimal(18, 2) as paid where false;
create table staging.stg_billing__payments as select *, attempted_at::date as attempted_on from raw.payments;
create table intermediate.int_plans as
select plan_id, product, plan_name, unit_amount, currency, interval as billing_interval, interval_count, usage
from raw.plans;
create table intermediate.int_customers as select customer_id, created_at::date as created_on from raw.customers;
create table staging.stg_billing__subscription_periods as select * from raw.subscription_periods;
create table staging.stg_billing__subscription_items as select * from raw.subscription_items;

create table intermediate.int_collected_payments as
select payment_id, customer_id, attempted_at::date as collected_on from raw.payments where status = 'succeeded';
create table intermediate.int_payments as select payment_id, null::decimal(18, 2) as lost_amount from raw.payments;
create table intermediate.int_refunds as
select ''::varchar as customer_id, 0.00::decimal(18, 2) as amount, 'USD' as currency, null::date as refunded_on,
    null::date as rated_on
where false;
create table intermediate.int_tickets as
select *, customer_id as customer_id_as_given, created_at::date as created_on from raw.tickets;
create table intermediate.int_ratings as select *, rated_at::date as rated_on from raw.ratings;
create table intermediate.int_currency_rates as
select 'USD' as currency, date '0001-01-01' as valid_from, null::date as valid_to, 1.0::decimal(18, 8) as rate;
create table intermediate.int_refunded_invoices as select ''::varchar as invoice_id, true as is_refunded_whole where false;
create table intermediate.int_invoice_line_amounts as
select *, amount as amount_billed from intermediate.int_invoice_lines;
create table intermediate.int_paid_invoice_lines as
select invoice_id as document_id, line_id, amount, currency from intermediate.int_invoice_lines
where invoice_status = 'paid' and kind <> 'tax';
create table intermediate.int_recurring_periods as
select customer_id, subscription_id, plan_id, mrr, currency, valid_from_on as valid_from, valid_to_on as valid_to,
    'subscription_periods' as source_table, subscription_id || '/' || valid_from_on as source_key
from raw.subscription_periods;
create table intermediate.int_source_coverage as
select unnest(['billing', 'support', 'usage']) as source, '2026-03-31'::date as covered_until,
    '2026-04-01'::date as covered_before;
create table intermediate.int_periods as
select grain, period_start::date as period_start, period_end::date as period_end,
    least(period_end::date, date '2026-04-01') as closing_on, period_end::date <= date '2026-04-01' as is_complete,
    least(period_end::date, date '2026-04-01') - 1 as covered_until
from (values
    ('month', '2026-01-01', '2026-02-01'), ('month', '2026-02-01', '2026-03-01'), ('month', '2026-03-01', '2026-04-01'),
    ('quarter', '2026-01-01', '2026-04-01'), ('year', '2026-01-01', '2027-01-01')
) as given (grain, period_start, period_end);
create table intermediate.int_purchases as
select customer_id || '|' || ordered_at::date as purchase_id, customer_id, ordered_at::date as purchased_on, amount,
    row_number() over (partition by customer_id order by ordered_at) as purchase_number
from raw.orders;

create table marts.fct_mrr_movements as
select customer_id, movement_on::date as movement_on, movement_type, (mrr_after - mrr_before)::decimal(18, 2) as amount,
    mrr_before::decimal(18, 2) as mrr_before, mrr_after::decimal(18, 2) as mrr_after, subscription_id, plan_id
from (values
    ('c1', '2026-01-10', 'new', 0, 100, 's1', 'p1'), ('c1', '2026-02-15', 'expansion', 100, 150, 's1', 'p2'),
    ('c2', '2026-01-20', 'new', 0, 50, 's2', 'p1'), ('c2', '2026-02-20', 'churn', 50, 0, 's2', 'p1'),
    ('c2', '2026-03-05', 'reactivation', 0, 40, 's2', 'p1'),
    ('c3', '2026-02-03', 'new', 0, 30, 's3', 'p1'), ('c3', '2026-03-10', 'contraction', 30, 20, 's3', 'p1')
) as given (customer_id, movement_on, movement_type, mrr_before, mrr_after, subscription_id, plan_id);

create temp table ends as
select grain, period_start, customer_id,
    coalesce(sum(mrr) filter (valid_from < period_start and coalesce(valid_to, '9999-01-01') >= period_start), 0)
        ::decimal(18, 2) as mrr_opening,
    coalesce(sum(mrr) filter (valid_from < closing_on and coalesce(valid_to, '9999-01-01') >= closing_on), 0)
        ::decimal(18, 2) as mrr_closing,
    max(plan_id) filter (valid_from < period_start and coalesce(valid_to, '9999-01-01') >= period_start) as plan_opening,
    max(plan_id) filter (valid_from < closing_on and coalesce(valid_to, '9999-01-01') >= closing_on) as plan_closing,
    min(valid_from) < period_start as active_before
from intermediate.int_periods cross join intermediate.int_recurring_periods
group by grain, period_start, closing_on, customer_id;
create temp table lives as
select *, case when mrr_opening > 0 and mrr_closing > 0 then 'retained' when mrr_opening > 0 then 'lost'
    when active_before then 'reactivated' else 'new' end as status
from ends where mrr_opening > 0 or mrr_closing > 0;

create table marts.fct_customer_months as
select customer_id, period_start as month, mrr_opening, mrr_closing, status from lives where grain = 'month';

create table marts.dim_segments as
select * from (values ('all', 'all', 5), ('country', 'DE', 2), ('country', '(none)', 3), ('industry', '(none)', 5), ('plan', 'p1', 3),
    ('plan', 'p2', 1)) as given (dimension, member, customers);
create table marts.dim_customers as
select customer_id, '2025-12-01'::date as created_on, name, email, coalesce(country, '(none)') as country,
    '(none)' as region, '(none)' as industry, '(none)' as company_size, '(none)' as segment,
    '(none)' as acquisition_channel, 'active' as status, last_month.mrr_closing as mrr, 'p1' as plan_id
from raw.customers join marts.fct_customer_months as last_month using (customer_id)
where last_month.month = '2026-03-01';
insert into marts.dim_customers by name
select customer_id, '2024-01-01'::date as created_on, '(none)' as country, 'lost' as status, 0.00 as mrr
from (values ('gone-1'), ('gone-2')) as given (customer_id);
create table marts.dim_plans as select * from intermediate.int_plans;

create temp table flows as
select lives.*, 'all' as dimension, 'all' as member_opening, 'all' as member_closing from lives
union all
select lives.*, 'country', country, country from lives join marts.dim_customers using (customer_id)
union all
select lives.*, 'industry', '(none)', '(none)' from lives
union all
select lives.*, 'plan', coalesce(plan_opening, plan_closing), coalesce(plan_closing, plan_opening) from lives;
create temp table sides as
select *, member_opening as member, 0.00 as transfer_in,
    if(member_opening <> member_closing, mrr_closing, 0) as transfer_out,
    if(member_opening = member_closing, mrr_closing, 0) as closes_here, true as from_opening
from flows
union all
select *, member_closing, mrr_closing, 0, mrr_closing, false from flows where member_opening <> member_closing;
create temp table figures as
select periods.grain, periods.period_start, periods.period_end, periods.is_complete, periods.covered_until, members.dimension, members.member,
    count(*) filter (from_opening and mrr_opening > 0) as customers_opening,
    count(*) filter (closes_here > 0) as customers_closing,
    count(*) filter (from_opening and status = 'retained') as customers_retained,
    count(*) filter (from_opening and status = 'lost') as customers_lost,
    count(*) filter (from_opening and status = 'new') as customers_new,
    count(*) filter (from_opening and status = 'reactivated') as customers_reactivated,
    coalesce(sum(mrr_opening) filter (from_opening), 0)::decimal(18, 2) as mrr_opening,
    coalesce(sum(mrr_closing) filter (from_opening and status = 'new'), 0)::decimal(18, 2) as mrr_new,
    coalesce(sum(mrr_closing) filter (from_opening and status = 'reactivated'), 0)::decimal(18, 2) as mrr_reactivation,
    coalesce(sum(greatest(mrr_closing - mrr_opening, 0)) filter (from_opening and status = 'retained'), 0)::decimal(18, 2)
        as mrr_expansion,
    coalesce(sum(greatest(mrr_opening - mrr_closing, 0)) filter (from_opening and status = 'retained'), 0)::decimal(18, 2)
        as mrr_contraction,
    coalesce(sum(mrr_opening) filter (from_opening and status = 'lost'), 0)::decimal(18, 2) as mrr_churn,
    0::decimal(18, 2) as fx,
    coalesce(sum(transfer_in), 0)::decimal(18, 2) as transfer_in,
    coalesce(sum(transfer_out), 0)::decimal(18, 2) as transfer_out,
    coalesce(sum(closes_here), 0)::decimal(18, 2) as mrr_closing,
    count(*) filter (from_opening and status = 'retained' and mrr_closing > mrr_opening) as upgrades,
    count(*) filter (from_opening and status = 'retained' and mrr_closing < mrr_opening) as downgrades
from intermediate.int_periods as periods cross join marts.dim_segments as members
left join sides on sides.grain = periods.grain and sides.period_start = periods.period_start
    and sides.dimension = members.dimension and sides.member = members.member
group by all;
create table marts.mart_revenue_periods as
select *, customers_lost / nullif(customers_opening, 0) as churn_rate,
    customers_retained / nullif(customers_opening, 0) as retention_rate,
    (mrr_opening + mrr_expansion - mrr_contraction - mrr_churn)::double / nullif(mrr_opening::double, 0) as ndr,
    (mrr_opening - mrr_contraction - mrr_churn)::double / nullif(mrr_opening::double, 0) as grr,
    null::double as ndr_12m, null::double as grr_12m,
    (mrr_new + mrr_reactivation + mrr_expansion)::double / nullif((mrr_contraction + mrr_churn)::double, 0) as quick_ratio,
    (mrr_closing / nullif(customers_closing, 0))::decimal(18, 2) as arpa, null::decimal(18, 2) as ltv
from figures;
create table marts.mart_churn_periods as
select *, (mrr_churn / nullif(mrr_opening, 0))::double as mrr_churn_rate,
    customers_lost as customers_lost_voluntary, 0 as customers_lost_involuntary, mrr_churn as mrr_churn_voluntary, 0::decimal(18, 2) as mrr_churn_involuntary
from marts.mart_revenue_periods;
create or replace table marts.mart_revenue_periods as
select *, (12 * mrr_closing)::decimal(18, 2) as arr,
    (mrr_new + mrr_reactivation + mrr_expansion - mrr_contraction - mrr_churn)::decimal(18, 2) as net_new_mrr,
    (mrr_closing - mrr_opening)::double / nullif(mrr_opening::double, 0) as growth_rate,
    (mrr_contraction + mrr_churn)::double / nullif(mrr_opening::double, 0) as gross_mrr_churn_rate,
    (mrr_contraction + mrr_churn - mrr_expansion)::double / nullif(mrr_opening::double, 0) as net_mrr_churn_rate
from marts.mart_revenue_periods;
create table marts.mart_mrr_causes as
select grain, period_start, period_end, is_complete, covered_until, dimension, member, 'price' as cause,
    upgrades as customers_expanded, mrr_expansion, downgrades as customers_contracted, mrr_contraction
from marts.mart_revenue_periods where upgrades + downgrades > 0;
create table marts.mart_cancellation_reasons as
select grain, period_start, period_end, is_complete, covered_until, dimension, member, 'too dear' as reason, customers_lost,
    0 as customers_lost_involuntary, mrr_churn as mrr_lost, 1.0 as mrr_lost_share, 1 as place
from marts.mart_churn_periods where customers_lost > 0;
create table marts.mart_plan_changes as
select lives.grain, lives.period_start, period_end, is_complete, covered_until, coalesce(plan_opening, '(not a customer)') as plan_from,
    coalesce(plan_closing, '(not a customer)') as plan_to,
    case status when 'new' then 'new' when 'lost' then 'churn' when 'reactivated' then 'reactivation'
        else case when mrr_closing > mrr_opening then 'upgrade' when mrr_closing < mrr_opening then 'downgrade'
            else 'unchanged' end end as movement,
    count(*) as customers, sum(mrr_opening)::decimal(18, 2) as mrr_from, sum(mrr_closing)::decimal(18, 2) as mrr_to
from lives join intermediate.int_periods using (grain, period_start) group by all;
create table marts.fct_lost_customers as
select grain, period_start, customer_id, mrr_opening as mrr_lost, plan_opening as plan_id, 'too dear' as reason,
    false as is_involuntary
from lives where status = 'lost';
create table marts.fct_span_causes as
select distinct lives.period_start as opening_on, closing_on, customer_id, 'price' as cause,
    (mrr_closing - mrr_opening)::decimal(18, 2) as amount, true as is_counted
from lives join intermediate.int_periods using (grain, period_start)
where status = 'retained' and mrr_closing <> mrr_opening;
create table marts.fct_span_fx as
select '2025-04-01'::date as opening_on, '2026-04-01'::date as closing_on, 'c1' as customer_id, 1.00 as fx;

create table marts.mart_cohorts as
with starts as (
    select customer_id, date_trunc('month', movement_on)::date as cohort_month, amount
    from marts.fct_mrr_movements where movement_type = 'new'
), sizes as (select cohort_month, count(*) as cohort_customers, sum(amount)::decimal(18, 2) as cohort_mrr from starts group by 1)
select kind, cohort_month, age_months::integer as age_months, cohort_customers,
    count(*) filter (mrr_closing > 0) as active_customers,
    count(*) filter (mrr_closing > 0) / cohort_customers as active_share, cohort_mrr,
    coalesce(sum(mrr_closing), 0)::decimal(18, 2) as mrr,
    coalesce(sum(mrr_closing), 0)::double / cohort_mrr::double as mrr_share
from sizes cross join range(3) as ages (age_months) cross join (values ('logo'), ('revenue')) as kinds (kind)
join starts using (cohort_month)
left join marts.fct_customer_months as months
    on months.customer_id = starts.customer_id and months.month = cohort_month + to_months(age_months::integer)
where cohort_month + to_months(age_months::integer) <= date '2026-03-01'
group by kind, cohort_month, age_months, cohort_customers, cohort_mrr;
insert into marts.mart_cohorts by name
select 'orders' as kind, cohort_month, age_months, 1 as cohort_customers, active_customers,
    active_customers::double as active_share
from (values ('2026-01-01'::date, 0, 1), ('2026-01-01', 1, 1), ('2026-01-01', 2, 0), ('2026-03-01', 0, 1))
    as given (cohort_month, age_months, active_customers);
create table marts.mart_segment_cohorts as
select *, 'industry' as dimension, '(none)' as member from marts.mart_cohorts;
-- One payment of 100.00 in March by a customer of January; purchases of 10.00, 20.00 and 30.00.
create table marts.mart_ltv_cohorts as
select kind, cohort_month, age_months, cohort_customers, revenue,
    sum(revenue) over cohort::decimal(18, 2) as cumulative_revenue,
    (sum(revenue) over cohort / cohort_customers)::decimal(18, 2) as revenue_per_customer
from marts.mart_cohorts join (values
    ('revenue', '2026-01-01'::date, 0, 0.00), ('revenue', '2026-01-01', 1, 0.00), ('revenue', '2026-01-01', 2, 100.00),
    ('revenue', '2026-02-01', 0, 0.00), ('revenue', '2026-02-01', 1, 0.00), ('orders', '2026-01-01', 0, 10.00),
    ('orders', '2026-01-01', 1, 20.00), ('orders', '2026-01-01', 2, 0.00), ('orders', '2026-03-01', 0, 30.00)
) as given (kind, cohort_month, age_months, revenue) using (kind, cohort_month, age_months)
window cohort as (partition by kind, cohort_month order by age_months);

create temp table memberships as
select customer_id, unnest(['all', 'country', 'industry', 'plan']) as dimension,
    unnest(['all', country, '(none)', 'p1']) as member
from marts.dim_customers;
create temp table buying as
with bought as (
    select memberships.*, purchased_on, purchase_number, amount,
        min(purchased_on) over (partition by customer_id) as first_purchased_on
    from memberships join intermediate.int_purchases using (customer_id)
), spread as (
    select periods.*, segments.dimension, segments.member, bought.* exclude (dimension, member),
        purchased_on >= period_start as is_inside
    from intermediate.int_periods as periods cross join marts.dim_segments as segments
    left join bought on bought.dimension = segments.dimension and bought.member = segments.member
        and bought.purchased_on < periods.closing_on
)
select grain, period_start, period_end, is_complete, covered_until, dimension, member,
    count(distinct customer_id) as buyers_to_date,
    count(distinct customer_id) filter (purchase_number >= 2) as repeat_buyers_to_date,
    count(distinct customer_id) filter (is_inside) as buyers,
    count(distinct customer_id) filter (is_inside and first_purchased_on < period_start) as returning_buyers,
    count(*) filter (is_inside) as purchases,
    count(*) filter (is_inside and purchase_number >= 2) as repeat_purchases,
    coalesce(sum(amount) filter (is_inside), 0)::decimal(18, 2) as purchase_amount
from spread group by all;
create table marts.mart_repeat_rate as
select * exclude (purchases, repeat_purchases, purchase_amount),
    repeat_buyers_to_date / nullif(buyers_to_date, 0) as repeat_customer_rate,
    returning_buyers / nullif(buyers, 0) as returning_rate
from buying;
create table marts.mart_purchase_periods as
select grain, period_start, period_end, is_complete, covered_until, dimension, member, buyers, purchases, repeat_purchases, purchase_amount,
    0.00 as repeat_purchase_amount, 0.00 as repeat_customer_amount, 0.0::double as repeat_revenue_share, 31.0::double as average_days_between
from buying;
create table marts.fct_purchase_lines as
select purchase_id, purchase_number, orders.customer_id, purchased_on, 'orders' as source_table,
    order_id as document_id, line_id, orders.amount, _source_file as source_file, _source_row as source_row
from intermediate.int_orders as orders join intermediate.int_purchases as purchases
    on purchases.customer_id = orders.customer_id and purchases.purchased_on = orders.ordered_on;
-- c1 came back after 31 days: within 60, not within 30.
create table marts.mart_repeat_cohorts as
select '2026-01-01'::date as cohort_month, unnest([30, 60]) as window_days, 1 as buyers,
    unnest([0, 1]) as repeat_buyers, unnest([0.0, 1.0])::double as repeat_rate;
create table marts.mart_repeat_products as
select 'category' as level, 'desks' as member, 2 as first_buyers, 1 as repeat_buyers, 0.5::double as repeat_rate,
    2 as first_buyers_90_days_old, 1 as repeat_buyers_in_90_days, 0.5::double as repeat_rate_90_days,
    31.0::double as median_days_to_second;
create table marts.mart_repeat_campaigns as
select 'spring' as campaign, 2 as buyers, 1 as repeat_buyers, 0.5::double as repeat_rate, 2 as buyers_90_days_old,
    1 as repeat_buyers_in_90_days, 0.5::double as repeat_rate_90_days, 3 as purchases, 60.00 as amount_to_date;
create table marts.mart_seasonal_buyers as
select '2026-12-01'::date as season_start, '2027-03-01'::date as season_end, 'december to february' as season,
    false as is_complete, '2026-03-31'::date as covered_until, 1 as buyers_last_year, 0 as bought_again, 0.0::double as bought_again_rate;
-- Nobody was there twelve months before the close of March.
create table marts.mart_benchmarks as
select '2025-04-01'::date as year_start, '2026-04-01'::date as year_end, 'retail' as industry, 0 as customers_opening,
    0 as customers_retained, null::double as retention_rate, 'retail' as benchmark, 0.63::double as benchmark_rate,
    null::double as above_benchmark;

create table marts.metrics as
with churn as (
    select columns(*)::varchar from marts.mart_churn_periods
), revenue as (
    select columns(c -> c in (
        'grain', 'period_start', 'period_end', 'is_complete', 'covered_until', 'dimension', 'member',
        'arr', 'net_new_mrr', 'growth_rate', 'gross_mrr_churn_rate', 'net_mrr_churn_rate'
    ))::varchar from marts.mart_revenue_periods
), rates as (
    select columns(*)::varchar from marts.mart_repeat_rate
), purchases as (
    select columns(*)::varchar from marts.mart_purchase_periods
), tall as (
    select * from churn unpivot include nulls (value for metric in (
        columns(* exclude (grain, period_start, period_end, is_complete, covered_until, dimension, member))))
    union all by name
    select * from revenue unpivot include nulls (value for metric in (
        columns(* exclude (grain, period_start, period_end, is_complete, covered_until, dimension, member))))
    union all by name
    select * from rates unpivot include nulls (value for metric in (
        columns(* exclude (grain, period_start, period_end, is_complete, covered_until, dimension, member))))
    union all by name
    select * from (select * exclude (buyers) from purchases) unpivot include nulls (value for metric in (
        columns(* exclude (grain, period_start, period_end, is_complete, covered_until, dimension, member))))
)
select metric, 'count' as unit, tall.grain, tall.period_start::date as period_start, periods.period_end, periods.is_complete, periods.covered_until,
    tall.dimension, tall.member,
    if(metric = 'churn_rate', customers_lost, null) as numerator,
    if(metric = 'churn_rate', customers_opening, null) as denominator, value::double as value
from tall join marts.mart_churn_periods as periods
    on periods.grain = tall.grain and periods.period_start = tall.period_start::date
    and periods.dimension = tall.dimension and periods.member = tall.member;

create table marts.mart_onboarding as
select '2025-12-01'::date as cohort_month, 'at least 2 minutes' as first_session, 3 as customers, 3 as observed_customers,
    2 as retained_customers, (2 / 3)::double as retention_30_days, 1.5::double as median_days_to_first_use,
    2 as customers_with_value, 3.0::double as median_days_to_value, true as is_complete;
create table marts.mart_support_churn as
select unnest(['month', 'all']) as scope, '2026-02-01'::date as month, 1 as exposed, 1 as exposed_lost, 1 as others,
    1 as others_lost, 1.0::double as exposed_churn_rate, 1.0::double as others_churn_rate, 1.0::double as relative_risk,
    0.1::double as relative_risk_low, 10.0::double as relative_risk_high;
create table marts.mart_support_experience as
select '2026-03-01'::date as month, 'c1' as customer_id, 1 as tickets, 0 as complaints, 0 as reopens, 0 as unanswered,
    1.0::double as median_first_response_hours, 2.0::double as median_resolution_hours, 1 as csat_ratings,
    0.8::double as csat, 0 as nps_ratings, null::double as nps, 0 as bad_experiences, true as is_complete;
create table marts.fct_customer_touchpoints as
select 'c1' as customer_id, 'ticket' as kind, '7' as touchpoint_id, '2026-03-02'::date as happened_on, 'price' as topic,
    'mail' as channel, null::varchar as campaign, 'solved' as outcome, '2026-03-03'::date as outcome_on, false as is_complaint,
    1.0::double as first_response_hours, 2.0::double as resolution_hours, null::double as score, null::double as scale_max;
create table marts.mart_support_periods as
select grain, period_start, period_end, is_complete, covered_until, dimension, member, 4 as tickets, 1 as complaints,
    0.25::double as complaint_rate, 1 as tickets_reopened, 3 as tickets_answered, 2.5::double as first_response_hours,
    9.0::double as resolution_hours, 4 as csat_ratings, 3 as csat_good, 0.75::double as csat, 2 as nps_ratings,
    -0.5::double as nps
from marts.mart_churn_periods;
create table marts.mart_health_periods as
select grain, period_start, period_end, is_complete, covered_until, dimension, member, 4 as customers_scored, 2 as customers_with_use,
    32.5::double as happiness, 1 as customers_dormant, 0.5::double as dormant_rate, 0 as customers_below_habit,
    0.0::double as below_habit_rate, 20.0::double as risk_score, 1 as customers_at_risk, 0.25::double as at_risk_rate,
    90.00::decimal(18, 2) as mrr_at_risk
from marts.mart_churn_periods;
create table marts.mart_customer_health as
select '2026-03-09'::date as week_start, 'c1' as customer_id, 80.0::double as happiness_index,
    0.8::double as frequency_percentile, 0.8::double as breadth_percentile, 0.8::double as recency_percentile,
    4 as active_days_28, 2 as features_28, 1 as days_since_use, 'weekly' as frequency_class, 'daily' as habit_class,
    true as has_fallen_below_habit, 20.0::double as risk_score;
create table marts.mart_reactivation as
select 0 as months_since_lost, 4 as lost_customers, 1 as returned_in_month, 0.25::double as return_rate_in_month,
    2 as returned_later, 0.5::double as reactivation_rate;
create table marts.mart_risk_backtest as
select '2026-02-01'::date as score_on, 1 as horizon_months, 'default' as method, 2 as customers, 1 as lost, 1 as flagged,
    1 as flagged_lost, 1.0::double as precision_top_tenth, 1.0::double as recall_top_tenth, 2.0::double as lift_top_tenth, 0 as asked_to_cancel;
create table marts.mart_risk_calibration as
select 1 as horizon_months, 50 as score_from, 2 as customer_months, 54.0::double as mean_score, 1 as lost,
    0.5::double as lost_share;
create table marts.mart_risk_list as
select customer_id, '2026-04-01'::date as score_on, greatest(100 - mrr, 10)::double as score,
    row_number() over (order by mrr) as risk_rank, 'no use for 34 days' as reasons, mrr as mrr_at_stake,
    34 as days_since_use, 'weekly' as frequency_class, 'daily' as habit_class, 3 as days_since_contact,
    0 as unanswered_requests, null::integer as days_unanswered, false as has_asked_to_cancel
from marts.dim_customers where mrr > 0;
create table marts.mart_value_concentration as
select period_start as month, 1 as decile, customers_closing as customers, mrr_closing as mrr, 1.0::double as mrr_share,
    1.0::double as cumulative_mrr_share, mrr_closing as smallest_mrr, mrr_closing as largest_mrr,
    1.0::double as top_fifth_share, 'c1' as most_valuable_customer_id
from marts.mart_revenue_periods where grain = 'month' and dimension = 'all';
create table marts.mart_win_back as
select unnest([1, 2]) as win_back_rank, unnest(['gone-1', 'gone-2']) as customer_id, '2026-02-20'::date as lost_on,
    unnest([50.00, 20.00])::decimal(18, 2) as mrr_lost, 1 as months_since_lost,
    0.5::double as reactivation_rate_from_here;

create table marts.mart_mrr_waterfall as
select grain, period_start, period_end, is_complete, covered_until, dimension, member, 'expansion' as movement_type, 2 as movements,
    1 as customers, (mrr_closing - mrr_opening)::decimal(18, 2) as amount
from marts.mart_revenue_periods where mrr_closing <> mrr_opening;
create table marts.mart_committed_mrr as
select (date '2026-04-01' + to_months(n::integer))::date as month, n::integer as months_ahead, 1.00::decimal(18, 2) as mrr_ending,
    1 as customers_ending, 2.00::decimal(18, 2) as mrr_renewing, 1 as customers_renewing,
    (100 - n)::decimal(18, 2) as mrr_not_ending, (90 - 3 * n)::decimal(18, 2) as mrr_committed
from range(13) as months (n);
create table marts.mart_known_leavers as
select customer_id, '2026-03-20'::date as asked_on, '2026-04-20'::date as ends_on, mrr as mrr_ending, mrr, true as leaves_wholly,
    'price' as reason
from marts.dim_customers where mrr > 0 order by customer_id limit 1;
create table marts.mart_renewals as
select customer_id, 's1' as subscription_id, 'p1' as plan_id, '2026-04-20'::date as renews_on, 20 as days_ahead, mrr,
    true as has_asked_to_cancel
from marts.dim_customers where mrr > 0 order by customer_id limit 1;

create table marts.mart_support_topics as
select '2026-03-01'::date as month, unnest(['all', 'channel', 'category']) as topic, unnest(['all', 'mail', '(none)']) as topic_member,
    1 as tickets, 0 as complaints, 0 as reopens, 0 as unanswered, 1.0::double as median_first_response_hours,
    2.0::double as median_resolution_hours, 1 as csat_ratings, 1.0::double as csat, 0 as nps_ratings, null::double as nps,
    0 as ces_ratings, null::double as ces, true as is_complete;

-- The publication before: everything up to load 15 was known, and the marts were as large as now.
insert into ops.publications by name
select 1::bigint as id, timestamptz '2026-04-01 07:00:00+00' as built_at, null::date as as_of, date '2026-03-31' as until,
    15::bigint as highest_load_id, '{}' as settings, '' as settings_fingerprint, '[]' as input_files, '' as input_fingerprint,
    '' as code_version, '{}' as code_files, '{}' as validation,
    to_json(map_from_entries(list(row(table_name, estimated_size::bigint)))) as row_counts
from duckdb_tables() where schema_name = 'marts';

-- The ledger says of every raw table what is in it.
insert into raw.loads by name
select load_id, 'billing' as source, 'export.csv' as file_name, table_name, 'csv' as format, row_count as rows_read,
    row_count as rows_loaded, 0 as rows_unchanged, 0 as rows_quarantined,
    timestamptz '2026-04-01 06:00:00+00' as started_at, 0.1 as duration_seconds, 'loaded' as outcome
from ledger;

create table marts.mart_reconciliation as
select guard, 'clean' as status, 'differ' as finding, 'rows' as unit, 10::bigint as rows_checked, 0::bigint as rows_differing,
    0.0::double as share_of_rows, 'nothing' as what_to_do
from (values ('invoices'), ('credits'), ('payments'), ('refunds'), ('orders'), ('recurring_revenue'), ('one_class'),
    ('prices'), ('customers'), ('states'), ('below_zero'), ('order_states'), ('lines'), ('tickets'), ('ratings'), ('contacts'), ('events'), ('sessions')) as given (guard);
create table marts.mart_invoice_differences as
select 'in1' as invoice_id, 'c1' as customer_id, 'rounding' as difference_class, 'USD' as currency,
    99.99::decimal(18, 2) as amount_stated, 100::decimal(18, 2) as amount_understood, 0.01::decimal(18, 2) as difference;
