-- store::learning::erase
WITH visits AS (
    DELETE FROM analytic.visit
    WHERE account_id = ANY($1::uuid[])
       OR visitor = ANY(ARRAY(SELECT analytic.visitor_of('account', id::text) FROM unnest($1::uuid[]) AS account (id)
                              UNION ALL SELECT analytic.visitor_of('session', name) FROM unnest($2::text[]) AS session (name)))
    RETURNING 1
), purchases AS (
    DELETE FROM analytic.bought_product WHERE account_id = ANY($1::uuid[]) RETURNING 1
), dislikes AS (
    DELETE FROM analytic.avoided_product WHERE account_id = ANY($1::uuid[]) RETURNING 1
), clicks AS (
    DELETE FROM analytic.recommendation_click WHERE account_id = ANY($1::uuid[]) RETURNING 1
), rules AS (
    UPDATE analytic.merchandising_rule SET
        created_by = CASE WHEN lower(created_by) = ANY($1::uuid[]::text[]) THEN 'erased' ELSE created_by END,
        removed_by = CASE WHEN lower(removed_by) = ANY($1::uuid[]::text[]) THEN 'erased' ELSE removed_by END
    WHERE lower(created_by) = ANY($1::uuid[]::text[]) OR lower(removed_by) = ANY($1::uuid[]::text[])
    RETURNING 1
)
SELECT 'visit' AS place, (SELECT count(*) FROM visits) AS removed
UNION ALL SELECT 'bought_product', (SELECT count(*) FROM purchases)
UNION ALL SELECT 'avoided_product', (SELECT count(*) FROM dislikes)
UNION ALL SELECT 'recommendation_click', (SELECT count(*) FROM clicks)
UNION ALL SELECT 'merchandising_rule', (SELECT count(*) FROM rules)
