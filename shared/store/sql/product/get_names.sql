-- store::product::get_names
SELECT asked.requested, product.product_id, product.name
FROM unnest($1::text[]) WITH ORDINALITY AS asked (requested, position)
-- for a SKU the result is its product
LEFT JOIN analytic.product_reference AS known ON known.reference = asked.requested
JOIN analytic.product ON product.product_id = coalesce(known.product_id, asked.requested)
ORDER BY asked.position
