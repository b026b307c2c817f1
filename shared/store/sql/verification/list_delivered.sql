-- store::verification::list_delivered
WITH elsewhere AS MATERIALIZED (
    -- hashed, because a containment test per interaction would scan every batch
    SELECT generate_series(lower(ids), upper(ids) - 1) AS id
    FROM analytic.catalog_delivery, unnest(interaction_ids) AS ids WHERE upper(ids) > $1
)
SELECT coalesce(array_agg(id ORDER BY id), '{}') AS ids FROM (
    SELECT id FROM analytic.interaction AS logged
    WHERE id > $1 AND date_created >= now() - make_interval(days => $2)
      AND NOT EXISTS (SELECT FROM analytic.pending WHERE pending.sink = 'catalog' AND pending.interaction_id = logged.id)
      AND NOT EXISTS (SELECT FROM elsewhere WHERE elsewhere.id = logged.id)
    ORDER BY id LIMIT $3
) AS page
