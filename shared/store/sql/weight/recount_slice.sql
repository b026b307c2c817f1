-- store::weight::recount_slice
-- the definition of the view reference_recount, for the arrivals in one slice; null bounds are open
INSERT INTO pg_temp.recount (reference, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count)
SELECT logged.ref_id, sum(weight.weight_micros)::bigint,
       count(*) FILTER (WHERE weight.counter = 'view_count'),
       count(*) FILTER (WHERE weight.counter = 'purchase_count'),
       count(*) FILTER (WHERE weight.counter = 'favorite_count'),
       count(*) FILTER (WHERE weight.counter = 'cart_count'),
       count(*) FILTER (WHERE weight.counter = 'review_count')
FROM analytic.interaction AS logged
JOIN analytic.event_weight AS weight USING (event_type)
WHERE logged.ref_type = 'Product'
  -- constants at planning time, so that only the partition of the slice is read and locked
  AND logged.date_created >= coalesce($1::timestamptz, '-infinity') AND logged.date_created < coalesce($2::timestamptz, 'infinity')
  AND NOT EXISTS (SELECT FROM analytic.pending WHERE pending.sink = 'popularity' AND pending.interaction_id = logged.id)
GROUP BY logged.ref_id
