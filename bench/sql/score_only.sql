-- scoring as it was before events were counted by hour and capped
WITH locked AS MATERIALIZED (
    SELECT interaction_id, parked_at IS NOT NULL AS parked FROM analytic.pending
    WHERE sink = 'popularity' AND interaction_id = ANY($1)
    ORDER BY interaction_id FOR UPDATE
), taken AS (
    DELETE FROM analytic.pending
    WHERE sink = 'popularity' AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM locked WHERE NOT parked))
    RETURNING product_id, event_type
), weighed AS (
    SELECT product_id, count(*) AS events, sum(weight_micros)::bigint AS score_micros,
           count(*) FILTER (WHERE counter = 'view_count') AS view_count,
           count(*) FILTER (WHERE counter = 'purchase_count') AS purchase_count,
           count(*) FILTER (WHERE counter = 'favorite_count') AS favorite_count,
           count(*) FILTER (WHERE counter = 'cart_count') AS cart_count,
           count(*) FILTER (WHERE counter = 'review_count') AS review_count
    FROM taken JOIN analytic.event_weight USING (event_type)
    WHERE product_id IS NOT NULL
    GROUP BY product_id
), raised AS (
    INSERT INTO analytic.product_popularity AS popularity
        (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
    SELECT product_id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, now()
    FROM weighed ORDER BY product_id
    ON CONFLICT (id) DO UPDATE SET
        score_micros   = popularity.score_micros   + excluded.score_micros,
        view_count     = popularity.view_count     + excluded.view_count,
        purchase_count = popularity.purchase_count + excluded.purchase_count,
        favorite_count = popularity.favorite_count + excluded.favorite_count,
        cart_count     = popularity.cart_count     + excluded.cart_count,
        review_count   = popularity.review_count   + excluded.review_count,
        date_updated   = excluded.date_updated
)
SELECT (SELECT count(*) FROM taken) AS taken,
       (SELECT coalesce(sum(events), 0)::bigint FROM weighed) AS scored,
       (SELECT coalesce(array_agg(interaction_id), '{}') FROM locked WHERE parked) AS parked
