-- store::weight::list_moves
WITH recounted AS (
    SELECT coalesce(known.product_id, reference) AS id, sum(score_micros)::bigint AS score_micros
    FROM analytic.reference_popularity LEFT JOIN analytic.product_reference AS known USING (reference)
    GROUP BY coalesce(known.product_id, reference)
), scored AS (
    SELECT id, stored.score_micros AS score_before, coalesce(recounted.score_micros, 0) AS score_after
    FROM recounted FULL JOIN analytic.product_popularity AS stored USING (id)
), ranked AS MATERIALIZED (
    -- the order of the top list; what has no row yet is behind all that have one
    SELECT *, row_number() OVER (ORDER BY score_before DESC NULLS LAST, id) AS rank_before,
           row_number() OVER (ORDER BY score_after DESC, id) AS rank_after
    FROM scored
)
-- one row even when nothing moves
SELECT (SELECT count(*) FROM ranked) AS products,
       (SELECT count(*) FROM ranked WHERE score_before IS DISTINCT FROM score_after) AS changed,
       move.id, move.rank_before, move.rank_after, move.score_before, move.score_after
FROM (VALUES (1)) AS once LEFT JOIN (
    SELECT * FROM ranked WHERE rank_before <> rank_after ORDER BY abs(rank_after - rank_before) DESC, rank_after LIMIT $1) AS move ON true
ORDER BY abs(move.rank_after - move.rank_before) DESC, move.rank_after
