-- store::rollup::add_rating
WITH moved AS (
    INSERT INTO analytic.rating_rollup AS rollup
        (product_id, ratings, score_micros)
    SELECT * FROM unnest(
            $1::text[], $2::bigint[], $3::bigint[])
        AS moved (product_id, ratings, score_micros)
    ORDER BY product_id
    ON CONFLICT (product_id) DO UPDATE SET
        ratings = rollup.ratings + excluded.ratings, score_micros = rollup.score_micros + excluded.score_micros
    RETURNING rollup.ctid AS place, rollup.ratings, rollup.score_micros
)
-- the rows that are empty now, to be removed
SELECT place::text AS place FROM moved WHERE ratings = 0 AND score_micros = 0
