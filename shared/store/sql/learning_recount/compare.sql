-- store::learning_recount::compare
-- a sample of products, another one every day; all events of those who met them decide what these events taught
WITH asked AS MATERIALIZED (
    SELECT product_no, product_id, viewed_weight FROM analytic.learned_product
    -- what leads to another product today was learned for itself before
    WHERE NOT EXISTS (SELECT FROM analytic.product_reference AS reference
                      WHERE reference.reference = learned_product.product_id AND reference.product_id IS NOT NULL)
    ORDER BY hashtext(product_id || current_date) LIMIT $1
), named AS MATERIALIZED (
    SELECT product_id AS name, product_id FROM asked
    UNION
    SELECT sku COLLATE "C", asked.product_id FROM asked JOIN analytic.product_sku AS claim ON claim.product_id COLLATE "C" = asked.product_id
), teaches AS MATERIALIZED (
    -- also what taught once
    SELECT event_type FROM analytic.learning_gain UNION SELECT event_type FROM analytic.learning_gain_change
), met AS MATERIALIZED (
    SELECT named.product_id, name, coalesce('session ' || session_id, 'account ' || account_id) AS visitor, actor, network,
           metadata = '{}' AS is_bare
    FROM analytic.interaction JOIN teaches USING (event_type) JOIN named ON name = ref_id
    WHERE ref_type = 'Product' AND NOT bot
), event AS MATERIALIZED (
    SELECT id, visitor, account_id, ref_id AS product_id, occurred_at AS at, gain,
           EXISTS (SELECT FROM analytic.learning_gain_change AS change
                   WHERE change.event_type = logged.event_type AND change.date_created >= logged.date_created) AS is_changed,
           analytic.is_near_erasure(date_created, account_id, session_id) AS is_near_erasure
    FROM (SELECT *, coalesce('session ' || session_id, 'account ' || account_id) AS visitor FROM analytic.interaction) AS logged
    JOIN teaches USING (event_type) LEFT JOIN analytic.learning_gain USING (event_type)
    WHERE ref_type = 'Product' AND NOT bot AND visitor IN (SELECT visitor FROM met)
      AND NOT EXISTS (SELECT FROM analytic.pending WHERE sink = 'catalog' AND interaction_id = logged.id AND NOT learned)
), unclear AS (
    -- of what cannot be told from the log any more: erased or near it, excluded, shared, more than a visit keeps or a network teaches, met under a SKU,
    -- learned with another gain, or met again after so long that the visit may have been removed (8 days is the least that may be set)
    SELECT DISTINCT product_id FROM met
    -- a purchase of a guest has a basket and never had a visitor
    WHERE visitor IS NULL AND is_bare
       OR name <> product_id
       OR EXISTS (SELECT FROM analytic.exclusion WHERE exclusion.actor IN (met.actor, met.network))
       OR visitor IN (SELECT visitor FROM event GROUP BY visitor
                      HAVING count(*) > 50 OR count(DISTINCT account_id) > 1 OR bool_or(is_changed OR is_near_erasure))
       OR visitor IN (SELECT visitor FROM (SELECT visitor, at - lag(at) OVER (PARTITION BY visitor ORDER BY at) AS pause FROM event) AS return
                      WHERE pause > interval '8 days')
    UNION
    -- the log does not say which of a network's events came first
    SELECT ref_id FROM analytic.interaction JOIN teaches USING (event_type)
    WHERE network IS NOT NULL AND ref_type = 'Product' AND NOT bot AND ref_id IN (SELECT product_id FROM asked)
    GROUP BY ref_id, network, (occurred_at AT TIME ZONE 'UTC')::date HAVING count(*) > 50
), line AS (
    SELECT event.*, lag(product_id) OVER in_order AS before, coalesce(at - lag(at) OVER in_order > interval '30 minutes', true) AS begins,
           row_number() OVER (PARTITION BY visitor, product_id ORDER BY at, id) AS nth
    FROM event WHERE gain IS NOT NULL WINDOW in_order AS (PARTITION BY visitor ORDER BY at, id)
), recounted AS (
    SELECT product_id, sum(gain * power(2, greatest(-200, extract(epoch FROM at - epoch)::float8 / 86400 / half_life_days))) AS weight
    FROM line CROSS JOIN analytic.learning_state WHERE (begins OR product_id <> before) AND nth <= 5 GROUP BY product_id
), compared AS MATERIALIZED (
    SELECT asked.product_id, viewed_weight AS stored, coalesce(weight, 0) AS recounted,
           -- up to the rounding of sums that were added up in another order
           abs(viewed_weight - coalesce(weight, 0)) > 1e-6 * greatest(viewed_weight, weight) AS differs
    FROM asked LEFT JOIN recounted USING (product_id)
    WHERE product_id NOT IN (SELECT product_id FROM unclear) AND (SELECT half_life_since IS NULL FROM analytic.learning_state)
), neighbour AS (
    -- what directly precedes a product in a visit is paired with it, however far back the setting reaches
    SELECT line.product_id, before, sum(gain * power(2, greatest(-200, extract(epoch FROM at - epoch)::float8 / 86400 / half_life_days))) AS strength
    FROM line JOIN compared USING (product_id) CROSS JOIN analytic.learning_state
    WHERE NOT begins AND line.product_id <> before AND nth <= 5 AND before NOT IN (SELECT sku COLLATE "C" FROM analytic.product_sku)
    GROUP BY line.product_id, before
), pair AS (
    -- in the row of either: back it is weaker than forward
    SELECT product_id, before AS partner_id, 0.6 * strength AS least FROM neighbour UNION ALL SELECT before, product_id, strength FROM neighbour
), paired AS MATERIALIZED (
    SELECT pair.product_id || ' with ' || pair.partner_id AS product_id, coalesce(kept.strength, 0) AS stored, least AS recounted,
           -- up to rounding, and what faded and was removed
           coalesce(kept.strength, 0) + 0.002 * present < least * (1 - 1e-6) AS differs
    FROM pair CROSS JOIN (SELECT power(2, extract(epoch FROM now() - epoch)::float8 / 86400 / half_life_days) AS present FROM analytic.learning_state) AS state
    LEFT JOIN analytic.learned_product AS one ON one.product_id = pair.product_id
    LEFT JOIN analytic.learned_product AS other ON other.product_id = pair.partner_id
    LEFT JOIN analytic.related_product AS related ON related.product_no = one.product_no AND kind = 'viewed'
    LEFT JOIN LATERAL unnest(partners, strengths) AS kept (partner_no, strength) ON partner_no = other.product_no
    -- of many partners only the strongest stay
    WHERE coalesce(cardinality(partners), 0) < 100
), different AS MATERIALIZED (
    SELECT * FROM compared WHERE differs UNION ALL SELECT * FROM paired WHERE differs
)
SELECT (SELECT count(*) FROM compared) AS products, (SELECT count(*) FROM paired) AS pairs, (SELECT count(*) FROM different) AS differences, example.*
FROM (SELECT 1) AS always LEFT JOIN (
    -- in views of now
    SELECT product_id, stored / present AS stored, recounted / present AS recounted
    FROM different CROSS JOIN (SELECT power(2, extract(epoch FROM now() - epoch)::float8 / 86400 / half_life_days) AS present FROM analytic.learning_state) AS state
    ORDER BY product_id LIMIT 10) AS example ON true
ORDER BY product_id
