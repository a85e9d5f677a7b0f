-- One small, valid row or two per raw table: three customers, one of them under two ids.
create or replace temp macro lineage(load, line) as
    {'_load_id': load::bigint, '_source_file': 'export.csv', '_source_row': line::bigint,
     '_loaded_at': timestamptz '2026-04-01 06:00:00+00', '_deleted': false};

insert into raw.customers by name
select customer_id, timestamptz '2025-12-01 00:00:00+00' as created_at, customer_id || '@example.org' as email,
    'Customer ' || customer_id as name, country, unnest(lineage(1, line))
from (values ('c1', 'DE', 1), ('c2', null, 2), ('c3', 'DE', 3)) as given (customer_id, country, line);

insert into raw.customer_aliases by name
select 'old-c3' as customer_id, 'c3' as same_as_customer_id, unnest(lineage(2, 1));

insert into raw.products by name
select 'product-1' as product_id, 'Desk' as product_name, unnest(lineage(3, 1));

insert into raw.plans by name
select plan_id, 'product-1' as product, plan_id as plan_name, unit_amount, 'USD' as currency,
    'month' as interval, 1 as interval_count, 'licensed' as usage, 'per_unit' as pricing,
    'exclusive' as tax_behavior, unnest(lineage(4, line))
from (values ('p1', 50.00, 1), ('p2', 150.00, 2)) as given (plan_id, unit_amount, line);

insert into raw.subscriptions by name
select 's' || right(customer_id, 1) as subscription_id, customer_id, 'active' as status,
    started_at::timestamptz as started_at, started_at::timestamptz as trial_start_at,
    started_at::timestamptz as trial_end_at, null::timestamptz as cancel_requested_at,
    false as cancel_at_period_end, null::timestamptz as ended_at, 'too dear' as cancellation_reason,
    unnest(lineage(5, line))
from (values ('c1', '2026-01-10 00:00:00+00', 1), ('c2', '2026-01-20 00:00:00+00', 2), ('c3', '2026-02-03 00:00:00+00', 3))
    as given (customer_id, started_at, line);

insert into raw.subscription_periods by name
select subscription_id, customer_id, plan_id, 1 as quantity, mrr, 'USD' as currency,
    valid_from::date as valid_from_on, valid_to::date as valid_to_on, unnest(lineage(6, line))
from (values
    ('s1', 'c1', 'p1', 100.00, '2026-01-10', '2026-02-15', 1),
    ('s1', 'c1', 'p2', 150.00, '2026-02-15', null, 2),
    ('s2', 'c2', 'p1', 50.00, '2026-01-20', '2026-02-20', 3),
    ('s2', 'c2', 'p1', 40.00, '2026-03-05', null, 4),
    ('s3', 'c3', 'p1', 30.00, '2026-02-03', '2026-03-10', 5),
    ('s3', 'c3', 'p1', 20.00, '2026-03-10', null, 6)
) as given (subscription_id, customer_id, plan_id, mrr, valid_from, valid_to, line);

insert into raw.subscription_items by name
select 'i1' as item_id, 's1' as subscription_id, 'c1' as customer_id, 'p1' as plan_id, 2 as quantity,
    50.00 as unit_amount, 'USD' as currency, 'month' as interval, 1 as interval_count, 0 as discount,
    timestamptz '2026-01-10 00:00:00+00' as valid_from_at, timestamptz '2026-02-15 00:00:00+00' as valid_to_at,
    unnest(lineage(7, 1));

insert into raw.invoices by name
select 'in2' as invoice_id, 'c2' as customer_id, 'paid' as status, 'USD' as currency,
    timestamptz '2026-03-05 00:00:00+00' as issued_at, unnest(lineage(8, 1));

insert into raw.invoice_lines by name
select * exclude (line), unnest(lineage(9, line)) from (values
    ('l1', 'in1', 'paid', 'c1', 's1', 'p1', 'recurring', 100.00, 'USD', timestamptz '2026-01-10 00:00:00+00',
     timestamptz '2026-02-10 00:00:00+00', timestamptz '2026-01-10 00:00:00+00', 1),
    ('l2', 'in2', null, null, 's2', 'p1', 'recurring', 40.00, null, timestamptz '2026-03-05 00:00:00+00',
     timestamptz '2026-04-05 00:00:00+00', null, 2)
) as given (line_id, invoice_id, invoice_status, customer_id, subscription_id, plan_id, kind, amount, currency,
    period_start_at, period_end_at, issued_at, line);

insert into raw.payments by name
select 'pay1' as payment_id, 'c1' as customer_id, 'in1' as invoice_id, 'succeeded' as status, 100.00 as amount,
    0 as refunded_amount, 'USD' as currency, timestamptz '2026-03-10 00:00:00+00' as attempted_at, unnest(lineage(10, 1));

insert into raw.orders by name
select order_id, 'a' as line_id, customer_id, ordered_at::timestamptz as ordered_at, 'paid' as status, 1 as quantity,
    amount, 'USD' as currency, unnest(lineage(11, line))
from (values
    ('o1', 'c1', '2026-01-12 00:00:00+00', 10.00, 1),
    ('o2', 'c1', '2026-02-12 00:00:00+00', 20.00, 2),
    ('o3', 'c2', '2026-03-12 00:00:00+00', 30.00, 3)
) as given (order_id, customer_id, ordered_at, amount, line);

insert into raw.tickets by name
select 't1' as ticket_id, 'c1' as customer_id, timestamptz '2026-03-11 08:00:00+00' as created_at,
    timestamptz '2026-03-11 09:00:00+00' as first_response_at, timestamptz '2026-03-11 10:00:00+00' as solved_at,
    0 as reopens, unnest(lineage(12, 1));

insert into raw.ticket_metrics by name
select 't1' as ticket_id, 0 as reopens, unnest(lineage(13, 1));

insert into raw.ratings by name
select 'r1' as rating_id, 'c1' as customer_id, 't1' as ticket_id, 'csat' as kind, 4 as score, 5 as scale_max,
    timestamptz '2026-03-12 00:00:00+00' as rated_at, 'thank you, Eve' as comment, unnest(lineage(14, 1));

insert into raw.contacts by name
select 'k1' as contact_id, 'c1' as customer_id, timestamptz '2026-03-13 00:00:00+00' as contacted_at,
    'inbound' as direction, unnest(lineage(15, 1));

insert into raw.events by name
select 'e' || line as event_id, 'c1' as customer_id, 'u1' as user_id, 'report_opened' as event_name,
    timestamptz '2026-03-14 00:00:00+00' as occurred_at, unnest(lineage(16, line))
from range(1, 3) as given (line);

insert into raw.sessions by name
select 'x1' as session_id, 'c1' as customer_id, timestamptz '2026-03-14 00:00:00+00' as started_at,
    300 as duration_seconds, unnest(lineage(17, 1));

insert into raw.identities by name
select 'u1' as user_id, 'c1' as customer_id, unnest(lineage(18, 1));

insert into raw.refunds by name
select 're1' as refund_id, 'pay1' as payment_id, 'c1' as customer_id, 10.00 as amount, 'USD' as currency,
    timestamptz '2026-03-11 00:00:00+00' as refunded_at, unnest(lineage(19, 1));

insert into raw.offers by name
select 'of1' as offer_id, 'c1' as customer_id, 'discount' as kind, timestamptz '2026-03-01 00:00:00+00' as made_at,
    timestamptz '2026-03-02 00:00:00+00' as accepted_at, unnest(lineage(20, 1));

insert into raw.line_discounts by name
select 'in1' as invoice_id, 'l1' as line_id, 'd1' as discount_id, 0.00 as amount, 'forever' as duration, unnest(lineage(21, 1));

insert into raw.line_taxes by name
select 'in1' as invoice_id, 'l1' as line_id, 'vat' as tax_id, 0.00 as amount, false as is_inclusive, unnest(lineage(22, 1));

insert into raw.credit_notes by name
select 'cn1' as credit_note_id, 'c1' as customer_id, 'in1' as invoice_id, 'issued' as status, unnest(lineage(23, 1));

insert into raw.disputes by name
select 'dp1' as dispute_id, 'pay1' as payment_id, 'won' as status, unnest(lineage(24, 1));

insert into raw.organizations by name
select 'org1' as organization_id, 'c1' as customer_id, 'One' as name, unnest(lineage(25, 1));

insert into raw.users by name
select 'su1' as user_id, 'org1' as organization_id, 'c1' as customer_id, unnest(lineage(26, 1));

insert into raw.order_totals by name
select order_id, 'USD' as currency, 10.00 as subtotal, 0.00 as discount, 0.00 as refunded, 10.00 as total, unnest(lineage(27, 1))
from (select order_id from raw.orders limit 1) as given;

insert into raw.order_refunds by name
select 'orf1' as refund_id, order_id, 1.00 as amount, unnest(lineage(28, 1))
from (select order_id from raw.orders limit 1) as given;

insert into raw.discounts by name
select 'd1' as discount_id, 'k1' as coupon_id, 'forever' as duration, unnest(lineage(29, 1));

insert into raw.invoice_discounts by name
select 'in1' as invoice_id, 'd1' as discount_id, unnest(lineage(29, 1));

insert into raw.invoice_payments by name
select 'ip1' as invoice_payment_id, 'in1' as invoice_id, 'pay1' as payment_id, unnest(lineage(30, 1));

insert into raw.memberships by name
select 'su1' as user_id, 'org1' as organization_id, unnest(lineage(31, 1));

insert into raw.ticket_tags by name
select 't1' as ticket_id, 'vip' as tag, unnest(lineage(32, 1));

insert into raw.tags by name
select '1' as tag_id, 'vip' as name, unnest(lineage(34, 1));

insert into raw.ticket_replies by name
select 'rp1' as reply_id, 't1' as ticket_id, timestamptz '2026-03-11 09:00:00+00' as replied_at, unnest(lineage(33, 1));
