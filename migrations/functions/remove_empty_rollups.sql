-- store::rollup::remove_empty
CREATE OR REPLACE FUNCTION analytic.remove_empty_rollups(
    sales_places text[], product_places text[], category_places text[], customer_places text[],
    status_places text[], rating_places text[], user_places text[], event_places text[], spend_places text[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    -- by ctid: this transaction has just updated these rows and holds their locks until it commits, so no one else can
    -- change them, and nothing waits
    WITH sales AS (DELETE FROM analytic.sales_rollup WHERE ctid = ANY (sales_places::tid[])),
    product AS (DELETE FROM analytic.product_rollup WHERE ctid = ANY (product_places::tid[])),
    category AS (DELETE FROM analytic.category_rollup WHERE ctid = ANY (category_places::tid[])),
    customer AS (DELETE FROM analytic.customer_rollup WHERE ctid = ANY (customer_places::tid[])),
    order_status AS (DELETE FROM analytic.order_status_rollup WHERE ctid = ANY (status_places::tid[])),
    rating AS (DELETE FROM analytic.rating_rollup WHERE ctid = ANY (rating_places::tid[])),
    registered AS (DELETE FROM analytic.user_rollup WHERE ctid = ANY (user_places::tid[])),
    event AS (DELETE FROM analytic.event_rollup WHERE ctid = ANY (event_places::tid[]))
    DELETE FROM analytic.customer_spend_rollup WHERE ctid = ANY (spend_places::tid[]);
END
$function$;
COMMENT ON FUNCTION analytic.remove_empty_rollups IS 'Removes rows of zeros that this transaction has just changed.';
