-- store::product::save_skus
INSERT INTO analytic.product_sku AS claim (sku, product_id, claimed_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS saved (sku, product_id, claimed_at)
ORDER BY sku, product_id
ON CONFLICT (sku, product_id) DO UPDATE SET claimed_at = excluded.claimed_at
