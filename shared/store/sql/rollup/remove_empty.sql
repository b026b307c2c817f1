-- store::rollup::remove_empty
-- by ctid: this transaction has just updated these rows and holds their locks until it commits, so no one else can
-- change them, and nothing waits
WITH sales AS (DELETE FROM analytic.sales_rollup WHERE ctid = ANY ($1::text[]::tid[])),
product AS (DELETE FROM analytic.product_rollup WHERE ctid = ANY ($2::text[]::tid[])),
category AS (DELETE FROM analytic.category_rollup WHERE ctid = ANY ($3::text[]::tid[])),
customer AS (DELETE FROM analytic.customer_rollup WHERE ctid = ANY ($4::text[]::tid[])),
order_status AS (DELETE FROM analytic.order_status_rollup WHERE ctid = ANY ($5::text[]::tid[])),
rating AS (DELETE FROM analytic.rating_rollup WHERE ctid = ANY ($6::text[]::tid[])),
registered AS (DELETE FROM analytic.user_rollup WHERE ctid = ANY ($7::text[]::tid[])),
event AS (DELETE FROM analytic.event_rollup WHERE ctid = ANY ($8::text[]::tid[]))
DELETE FROM analytic.customer_spend_rollup WHERE ctid = ANY ($9::text[]::tid[])
