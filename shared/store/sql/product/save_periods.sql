-- store::product::save_periods
WITH saved AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[]) AS saved (product_id, since, seller_id, category_id)
), removed AS (
    -- a late event may remove a period that began later
    DELETE FROM analytic.product_period AS period WHERE period.product_id = ANY($1)
    AND NOT EXISTS (SELECT FROM saved WHERE saved.product_id = period.product_id AND saved.since = period.since)
)
INSERT INTO analytic.product_period AS period (product_id, since, seller_id, category_id)
SELECT * FROM saved ORDER BY product_id, since
ON CONFLICT (product_id, since) DO UPDATE SET seller_id = excluded.seller_id, category_id = excluded.category_id
WHERE period IS DISTINCT FROM excluded
