-- store::popularity::get
CREATE OR REPLACE FUNCTION analytic.get_popularity(product text) RETURNS SETOF analytic.product_popularity
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT *
    FROM analytic.product_popularity
    -- for a SKU the result is its product
    WHERE id = coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = product), product);
END
$function$;
COMMENT ON FUNCTION analytic.get_popularity IS 'Returns the popularity of a product, also by one of its SKUs.';
