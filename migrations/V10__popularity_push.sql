-- Findings about products that few actors push up.

ALTER TABLE analytic.finding DROP CONSTRAINT finding_rule_check, ADD CONSTRAINT finding_rule_check
    CHECK (rule IN ('order_burst', 'large_order', 'similar_orders', 'abandoned_cart', 'popularity_push'));

COMMENT ON COLUMN analytic.finding.subject IS 'The subject: customer:<key>, order:<id>, account:<id> or product:<id>.';
COMMENT ON COLUMN analytic.finding.window_name IS 'The hour (UTC) in which the suspicious window ends, order:<id> for a single order, or the day (UTC) of a product.';
