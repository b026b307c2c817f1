-- store::product::announce
-- committed separately, before the transaction that locks them, which then only locks references, in a single order
INSERT INTO analytic.product_reference (reference)
SELECT DISTINCT reference FROM unnest($1::text[]) AS named (reference)
WHERE NOT EXISTS (SELECT FROM analytic.product_reference AS known WHERE known.reference = named.reference)
ORDER BY reference
ON CONFLICT (reference) DO NOTHING
