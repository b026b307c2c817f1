-- store::verification::count_elsewhere
SELECT count(*) FROM (
    SELECT DISTINCT generate_series(lower(ids), upper(ids) - 1)
    FROM analytic.catalog_delivery, unnest(interaction_ids) AS ids
    WHERE date_created >= now() - make_interval(days => $1)
) AS elsewhere
