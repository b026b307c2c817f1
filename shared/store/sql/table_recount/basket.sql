-- store::table_recount::basket
-- what is bought together, of a sample of products, another one every day: their weights, and the strength of each pair
WITH state AS MATERIALIZED (
    SELECT epoch, half_life_days, power(2, extract(epoch FROM now() - epoch)::float8 / 86400 / half_life_days) AS present
    FROM analytic.learning_state WHERE half_life_since IS NULL
), asked AS MATERIALIZED (
    SELECT product_no, product_id, bought_weight FROM analytic.learned_product CROSS JOIN state
    ORDER BY hashtext(product_id || current_date), product_id LIMIT 200
), purchase AS MATERIALIZED (
    SELECT reference AS product_id, occurred_at AS at, date_created, is_unclear OR account_id IS NULL AND metadata = '{}' AS is_unclear,
           coalesce('basket ' || (metadata->>'basket'), 'day ' || account_id || ' ' || (occurred_at AT TIME ZONE 'UTC')::date) AS basket
    FROM analytic.learned_event WHERE event_type = 'purchase'
), line AS MATERIALIZED (
    SELECT basket, product_id, min(at) AS at, min(date_created) AS first_arrival, max(date_created) AS last_arrival,
           -- of two times of a product in a basket, the one that was learned first counts
           bool_or(is_unclear) OR min(at) <> max(at) AS is_unclear
    FROM purchase WHERE basket IN (SELECT basket FROM purchase JOIN asked USING (product_id)) GROUP BY basket, product_id
), odd AS MATERIALIZED (
    -- more than a basket keeps, or longer than it is kept
    SELECT basket FROM line GROUP BY basket HAVING count(*) > 50 OR max(last_arrival) - min(first_arrival) > interval '7 days'
), unclear AS MATERIALIZED (
    SELECT product_id FROM purchase WHERE is_unclear
    UNION SELECT product_id FROM line WHERE is_unclear OR basket IN (SELECT basket FROM odd)
    UNION SELECT claim.product_id COLLATE "C" FROM purchase JOIN analytic.product_sku AS claim ON claim.sku COLLATE "C" = purchase.product_id
), clear AS MATERIALIZED (
    SELECT asked.*, partners, strengths FROM asked
    LEFT JOIN analytic.related_product AS related ON related.product_no = asked.product_no AND kind = 'bought'
    WHERE product_id NOT IN (SELECT product_id FROM unclear)
), counted AS (
    SELECT product_id, '' AS partner_id, sum(power(2, greatest(-200, extract(epoch FROM at - epoch)::float8 / 86400 / half_life_days))) AS strength
    FROM line CROSS JOIN state GROUP BY product_id
    UNION ALL
    SELECT one.product_id, other.product_id,
           sum(power(2, greatest(-200, extract(epoch FROM greatest(one.at, other.at) - epoch)::float8 / 86400 / half_life_days)))
    FROM line AS one JOIN line AS other ON other.basket = one.basket AND other.product_id <> one.product_id CROSS JOIN state
    WHERE other.product_id NOT IN (SELECT product_id FROM unclear) GROUP BY one.product_id, other.product_id
), stored AS (
    SELECT product_id, '' AS partner_id, bought_weight AS strength FROM clear
    UNION ALL
    SELECT clear.product_id, other.product_id, strength
    FROM clear CROSS JOIN LATERAL unnest(partners, strengths) AS kept (partner_no, strength)
    JOIN analytic.learned_product AS other ON other.product_no = partner_no
    WHERE other.product_id NOT IN (SELECT product_id FROM unclear)
), compared AS MATERIALIZED (
    -- up to rounding, and what faded and was removed
    SELECT concat_ws(' with ', product_id, nullif(partner_id, '')) AS key, (stored.strength / present)::text AS stored,
           (counted.strength / present)::text AS recounted,
           abs(coalesce(stored.strength, 0) - coalesce(counted.strength, 0))
               > greatest(1e-6 * greatest(stored.strength, counted.strength), CASE WHEN partner_id <> '' THEN 0.002 * present ELSE 0 END) AS differs
    FROM stored FULL JOIN counted USING (product_id, partner_id) JOIN clear USING (product_id) CROSS JOIN state
    -- of many partners only the strongest stay
    WHERE partner_id = '' OR coalesce(cardinality(partners), 0) < 100
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
