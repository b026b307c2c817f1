-- store::product::announce
-- committed on its own, before the transaction that locks them: there, references are then only locked, in one order
INSERT INTO analytic.product_reference (reference)
SELECT DISTINCT reference FROM unnest($1::text[]) AS named (reference)
WHERE NOT EXISTS (SELECT FROM analytic.product_reference AS known WHERE known.reference = named.reference)
ORDER BY reference
ON CONFLICT (reference) DO NOTHING
