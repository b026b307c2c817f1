-- store::recommendation_recount::compare
-- what the log says for sure is the least that is counted. The most is what it may say besides: of people who were erased or
-- excluded or came near an erasure, of variants, and of purchases that came so late that nobody waited for them any more
WITH said AS MATERIALIZED (
    SELECT id, account_id, ref_id, event_type, occurred_at AS at, date_created, (occurred_at AT TIME ZONE 'UTC')::date AS day,
           split_part(metadata->>'recommendation_id', '-', 2) AS placement,
           CASE split_part(metadata->>'recommendation_id', '-', 3) WHEN 'c' THEN 'control' ELSE 'learned' END AS arm,
           coalesce(metadata->>'recommendation_id', '') ~
               '^r1-((viewed|bought|again|cart)-l|(session|personal)-[lc])-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AS is_named,
           account_id IS NULL AND session_id IS NULL AND metadata = '{}' AS is_bare,
           EXISTS (SELECT FROM analytic.exclusion
                   WHERE exclusion.actor IN (logged.actor, logged.network) AND logged.occurred_at >= since) AS is_excluded,
           EXISTS (SELECT FROM analytic.product_sku WHERE sku = ref_id COLLATE "default") AS is_variant,
           analytic.is_near_erasure(date_created, account_id, session_id) AS is_near_erasure,
           coalesce((SELECT product_id FROM analytic.product_reference WHERE reference = ref_id), ref_id) AS product_id
    FROM analytic.interaction AS logged
    WHERE event_type IN ('product_impression', 'click_from_recommendation', 'purchase') AND ref_type = 'Product' AND NOT bot
      AND NOT EXISTS (SELECT FROM analytic.pending WHERE sink = 'catalog' AND interaction_id = logged.id AND NOT learned)
), purchase AS MATERIALIZED (
    SELECT said.*, at IN (min(at) OVER same, max(at) OVER same) AS is_at_end
    FROM said WHERE event_type = 'purchase' AND account_id IS NOT NULL WINDOW same AS (PARTITION BY account_id, product_id, is_excluded)
), click AS (
    SELECT click.id, count(purchase.id) > 0 AS may_convert,
           -- whichever is learned first sees the other: the first and the last purchase of a product are remembered, and a click
           -- waits for 15 days
           coalesce(bool_or(purchase.ref_id = click.ref_id AND is_at_end AND NOT click.is_variant AND NOT click.is_excluded AND NOT click.is_near_erasure
                            AND NOT purchase.is_excluded AND purchase.date_created <= click.at + interval '14 days'), false) AS converts
    FROM said AS click LEFT JOIN purchase
        ON purchase.account_id = click.account_id AND purchase.product_id = click.product_id
       AND purchase.at > click.at AND purchase.at <= click.at + interval '7 days'
    WHERE click.event_type = 'click_from_recommendation' AND click.is_named GROUP BY click.id
), counted AS (
    SELECT day, placement, arm,
           count(*) FILTER (WHERE event_type = 'product_impression' AND NOT is_excluded) AS impressions_least,
           count(*) FILTER (WHERE event_type = 'product_impression') AS impressions_most,
           count(*) FILTER (WHERE event_type = 'click_from_recommendation' AND NOT is_excluded) AS clicks_least,
           count(*) FILTER (WHERE event_type = 'click_from_recommendation') AS clicks_most,
           count(*) FILTER (WHERE converts) AS conversions_least, count(*) FILTER (WHERE may_convert) AS conversions_most
    FROM said LEFT JOIN click USING (id) WHERE is_named AND event_type <> 'purchase' GROUP BY day, placement, arm
), bare AS (
    -- an erased event does not say any more where it was
    SELECT day, count(*) FILTER (WHERE event_type = 'product_impression') AS impressions,
           count(*) FILTER (WHERE event_type = 'click_from_recommendation') AS clicks
    FROM said WHERE is_bare GROUP BY day
), compared AS (
    SELECT day::text, placement COLLATE "C" AS placement, arm COLLATE "C" AS arm,
           -- a row may be missing on either side
           ARRAY[coalesce(stored.impressions, 0), coalesce(stored.clicks, 0), coalesce(stored.conversions, 0)] AS stored,
           ARRAY[coalesce(impressions_least, 0), coalesce(clicks_least, 0), coalesce(conversions_least, 0)] AS least,
           ARRAY[coalesce(impressions_most, 0) + coalesce(bare.impressions, 0), coalesce(clicks_most, 0) + coalesce(bare.clicks, 0),
                 coalesce(conversions_most, 0) + coalesce(bare.clicks, 0)] AS most
    FROM counted FULL JOIN analytic.recommendation_count AS stored USING (day, placement, arm) LEFT JOIN bare USING (day)
), judged AS (
    SELECT *, EXISTS (SELECT FROM unnest(stored, least, most) AS figure (stored, least, most)
                      WHERE figure.stored NOT BETWEEN figure.least AND figure.most) AS differs
    FROM compared
)
SELECT (SELECT count(*) FROM judged) AS rows, (SELECT count(*) FROM judged WHERE differs) AS differences, example.*
FROM (SELECT 1) AS always LEFT JOIN (
    SELECT day, placement, arm, stored, least, most FROM judged WHERE differs ORDER BY day, placement, arm LIMIT 10) AS example ON true
ORDER BY day, placement, arm
