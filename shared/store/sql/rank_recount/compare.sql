-- store::rank_recount::compare
WITH shown AS MATERIALIZED (
    SELECT id, half_life_hours::numeric AS half_life, announced_only, date_bin('1 hour', as_of, '2000-01-01T00:00:00Z') AS this,
           trunc(extract(epoch FROM as_of - timestamptz '2020-01-01T00:00:00Z') / 3600) AS hour
    FROM analytic.rank_generation ORDER BY id DESC LIMIT 1
), outstanding AS MATERIALIZED (
    -- what changed since the generation was computed; null is every product
    SELECT product_id FROM analytic.rank_change
    UNION SELECT product_id FROM analytic.rank_due
    UNION SELECT product_id FROM analytic.product_rank WHERE from_generation > (SELECT id FROM shown)
), every AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM outstanding WHERE product_id IS NULL) AS changed
), hourly AS MATERIALIZED (
    SELECT coalesce(mapped.product_id, logged.reference) COLLATE "C" AS id,
           trunc(extract(epoch FROM bucket - timestamptz '2020-01-01T00:00:00Z') / 3600) AS hour,
           sum(counted * weight_micros) AS points, sum(CASE WHEN weight_micros > 0 THEN counted ELSE 0 END) AS events
    FROM analytic.activity_recount AS logged JOIN analytic.event_weight USING (event_type)
    LEFT JOIN analytic.mapping_recount AS mapped USING (reference) CROSS JOIN shown
    -- an hour ahead is in no window yet
    WHERE bucket >= this - interval '720 hours' AND weight_micros <> 0
    GROUP BY 1, 2
), weighed AS MATERIALIZED (
    -- the weight of an hour relative to the half-life that lies 1 + 720 / 6 before this one: an integer in any case
    SELECT hourly.id, shown.hour - hourly.hour AS age, points, events,
           points * round(exp(ln(2.0000000000000000000000000000000000000000) * mod(hourly.hour, half_life) / half_life) * 1099511627776)
               * power(2::numeric, div(hourly.hour, half_life) - div(shown.hour, half_life) + 121) AS trend
    FROM hourly CROSS JOIN shown WHERE hourly.hour <= shown.hour
), due AS MATERIALIZED (
    -- when the first of its hours enters a window or leaves one
    SELECT hourly.id, min((SELECT min(number) FROM unnest(ARRAY[hourly.hour, hourly.hour + 2, hourly.hour + 25, hourly.hour + 49, hourly.hour + 169, hourly.hour + 721]) AS number
                    WHERE number > shown.hour)) AS due_hour
    FROM hourly CROSS JOIN shown GROUP BY hourly.id
), summed AS MATERIALIZED (
    SELECT id, sum(CASE WHEN age <= 1 THEN points ELSE 0 END) AS hour, sum(CASE WHEN age <= 24 THEN points ELSE 0 END) AS day,
           sum(CASE WHEN age <= 168 THEN points ELSE 0 END) AS week, sum(points) AS month,
           sum(CASE WHEN age <= 24 THEN events ELSE 0 END) AS now, sum(CASE WHEN age BETWEEN 25 AND 48 THEN events ELSE 0 END) AS before,
           nullif(greatest(sum(trend), 0), 0) AS trend
    FROM weighed GROUP BY id
), guessed AS MATERIALIZED (
    SELECT *, round(log(2.0, trend)) AS near FROM summed
), normal AS (
    -- a logarithm is not exact, a power is
    SELECT *, near - CASE WHEN power(2::numeric, near) > trend THEN 1 ELSE 0 END AS exponent FROM guessed
), stored AS MATERIALIZED (
    SELECT * FROM analytic.product_rank CROSS JOIN shown WHERE from_generation <= shown.id AND shown.id < to_generation
), product AS MATERIALIZED (
    SELECT id, (SELECT changed FROM every) OR id IN (SELECT product_id FROM outstanding WHERE product_id IS NOT NULL) AS is_changed,
           CASE WHEN stored.product_id IS NOT NULL THEN ARRAY[
               stored.listed::text, stored.category_id, stored.seller_id, stored.alltime_micros::text, stored.trend_key::text,
               stored.hour_micros::text, stored.day_micros::text, stored.week_micros::text, stored.month_micros::text,
               stored.rising_micros::text, scored.standing,
               trunc(extract(epoch FROM stored.next_change_at - timestamptz '2020-01-01T00:00:00Z') / 3600)::text
           ] END AS stored,
           ARRAY[
               (known.deleted_at IS NULL AND (known.product_id IS NOT NULL OR NOT (SELECT announced_only FROM shown))
                   AND id <> 'shopsignal-probe')::text,
               known.category_id, known.seller_id, coalesce(recount.score_micros, 0)::text,
               ((exponent + (SELECT div(hour, half_life) FROM shown) - 121) * 140737488355328
                   + div(trend * 140737488355328, power(2::numeric, exponent)) - 140737488355328)::text,
               coalesce(hour, 0)::text, coalesce(day, 0)::text, coalesce(week, 0)::text, coalesce(month, 0)::text,
               CASE WHEN now >= 10 AND now > before THEN div((now + 10) * 1000000, before + 10) END::text,
               CASE WHEN scored.id IS NULL THEN NULL WHEN known.product_id IS NULL THEN 'unknown'
                    WHEN known.deleted_at IS NULL THEN 'announced' ELSE 'withdrawn' END,
               due_hour::text
           ] AS recounted
    FROM analytic.popularity_recount AS recount FULL JOIN (SELECT product_id AS id FROM stored) AS ranked USING (id)
    LEFT JOIN (SELECT product_id, listed, category_id, seller_id, alltime_micros, trend_key, hour_micros, day_micros, week_micros,
                      month_micros, rising_micros, next_change_at FROM stored) AS stored ON stored.product_id = id
    LEFT JOIN normal USING (id) LEFT JOIN due USING (id)
    LEFT JOIN analytic.product AS known ON known.product_id = id
    LEFT JOIN analytic.product_popularity AS scored USING (id)
    WHERE EXISTS (SELECT FROM shown)
), placed AS (
    -- positions follow from the versions of the generation, by sorting all of them
    SELECT product_id AS id, list, row_number() OVER (PARTITION BY list ORDER BY value DESC, product_id) AS position
    FROM stored CROSS JOIN LATERAL (VALUES
        ('alltime', alltime_micros), ('trending', trend_key), ('1h', hour_micros), ('24h', day_micros), ('7d', week_micros),
        ('30d', month_micros), ('rising', rising_micros)) AS ranked (list, value)
    WHERE listed AND value > 0
), misplaced AS (
    SELECT id, ARRAY[list || ' ' || kept.position] AS stored, ARRAY[list || ' ' || counted.position] AS recounted
    FROM (SELECT * FROM placed WHERE position <= 1000) AS counted
    FULL JOIN (
        SELECT product_id AS id, list, position FROM analytic.rank_position CROSS JOIN LATERAL (VALUES
            ('alltime', alltime), ('trending', trending), ('1h', hour), ('24h', day), ('7d', week), ('30d', month), ('rising', rising)
        ) AS kept (list, position)
        WHERE generation = (SELECT id FROM shown) AND position IS NOT NULL
    ) AS kept USING (id, list)
    WHERE kept.position IS DISTINCT FROM counted.position
), different AS (
    SELECT id, stored, recounted FROM product
    WHERE stored IS DISTINCT FROM recounted AND NOT is_changed
    UNION ALL
    SELECT id, stored, recounted FROM misplaced
)
-- one row even when nothing differs
SELECT (SELECT count(*) FROM product) AS products,
       (SELECT count(*) FROM product WHERE is_changed) AS changed,
       (SELECT count(*) FROM different) AS differences, (SELECT id FROM shown) AS generation,
       example.id, example.stored, example.recounted
FROM (VALUES (1)) AS once LEFT JOIN (SELECT * FROM different ORDER BY id LIMIT $1) AS example ON true
ORDER BY example.id
