-- store::table_recount::recommendation_click
-- the clicks that wait for their purchase: each is in the log, and each of the last two weeks that nothing was bought after is here
WITH click AS MATERIALIZED (
    SELECT id, account_id, reference, occurred_at AS at, is_unclear, split_part(metadata->>'recommendation_id', '-', 2) AS placement,
           CASE split_part(metadata->>'recommendation_id', '-', 3) WHEN 'c' THEN 'control' ELSE 'learned' END AS arm
    FROM analytic.learned_event
    WHERE event_type = 'click_from_recommendation' AND account_id IS NOT NULL AND metadata->>'recommendation_id' ~
        '^r1-((viewed|bought|again|cart)-l|(session|personal)-[lc])-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
), waiting AS (
    SELECT click.*, EXISTS (SELECT FROM analytic.learned_event AS bought
                            WHERE bought.event_type = 'purchase' AND bought.account_id = click.account_id
                              AND bought.occurred_at > click.at AND bought.occurred_at <= click.at + interval '7 days'
                              AND (bought.reference = click.reference OR bought.is_unclear)) AS may_be_bought
    FROM click
), stored AS (
    SELECT interaction_id AS id, account_id, product_id AS reference, clicked_at AS at, recommendation_click.placement, recommendation_click.arm
    FROM analytic.recommendation_click LEFT JOIN analytic.learned_product USING (product_no)
    -- an erasure in progress has removed the events first
    WHERE account_id::text NOT IN (SELECT identity FROM analytic.erasure_identity WHERE kind = 'account')
), compared AS MATERIALIZED (
    SELECT id::text AS key, concat_ws(' ', stored.account_id, stored.reference, stored.at, stored.placement, stored.arm) AS stored,
           concat_ws(' ', waiting.account_id, waiting.reference, waiting.at, waiting.placement, waiting.arm) AS recounted,
           CASE WHEN waiting.is_unclear THEN false
                WHEN stored.id IS NULL THEN NOT may_be_bought AND waiting.at > now() - interval '14 days'
                ELSE (stored.account_id, stored.reference, stored.at, stored.placement, stored.arm)
                     IS DISTINCT FROM (waiting.account_id, waiting.reference, waiting.at, waiting.placement, waiting.arm) END AS differs
    FROM stored FULL JOIN waiting USING (id)
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM compared) AS rows, (SELECT count(*) FROM compared WHERE differs) AS differences,
       example.key, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM compared WHERE differs ORDER BY key LIMIT $1) AS example ON true
ORDER BY example.key
