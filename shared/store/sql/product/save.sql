-- store::product::save
INSERT INTO analytic.product AS product (product_id, seller_id, category_id, name, deleted_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
    AS saved (product_id, seller_id, category_id, name, deleted_at)
ORDER BY product_id
ON CONFLICT (product_id) DO UPDATE SET
    seller_id = excluded.seller_id, category_id = excluded.category_id, name = excluded.name, deleted_at = excluded.deleted_at
