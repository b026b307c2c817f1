-- called by recommend
-- In SQL and without settings of its own, so that Postgres makes it a part of the statement that calls it.
CREATE OR REPLACE FUNCTION analytic.get_offer(
    candidate text, unwanted text[], shown bigint[], excluded_categories text[], excluded_sellers text[], announced_only boolean, only_category text
) RETURNS TABLE (category_id text, seller_id text)
LANGUAGE sql STABLE AS $function$
    SELECT product.category_id, product.seller_id
    FROM (VALUES (true)) AS always LEFT JOIN analytic.product ON product.product_id = candidate COLLATE "default"
    WHERE candidate COLLATE "C" <> ALL (unwanted) AND candidate COLLATE "C" <> 'shopsignal-probe'
      AND hashtextextended(candidate COLLATE "C", 0) <> ALL (shown)
      AND product.deleted_at IS NULL AND product.available IS DISTINCT FROM false
      AND (product.product_id IS NOT NULL OR NOT announced_only)
      AND (only_category IS NULL OR product.category_id = only_category COLLATE "default")
      AND (product.category_id COLLATE "C" = ANY (excluded_categories)) IS NOT true
      AND (product.seller_id COLLATE "C" = ANY (excluded_sellers)) IS NOT true
$function$;
COMMENT ON FUNCTION analytic.get_offer IS
    'Category and seller of a product that may be recommended now; nothing when it may not.';
