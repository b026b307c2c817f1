-- store::verification::list_delivered
SELECT coalesce(array_agg(id ORDER BY id), '{}') AS ids FROM (
    SELECT id FROM analytic.interaction AS logged
    WHERE id > $1 AND date_created >= now() - make_interval(days => $2)
      AND NOT EXISTS (SELECT FROM analytic.pending WHERE pending.sink = 'catalog' AND pending.interaction_id = logged.id)
    ORDER BY id LIMIT $3
) AS page
