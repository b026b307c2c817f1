-- called by recommend
CREATE OR REPLACE FUNCTION analytic.score_partners(
    seeds int[], places int[], related_kind text, source_exponent double precision, target_exponent double precision, most bigint
) RETURNS TABLE (product_no int, score double precision, because int)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $function$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH seed AS MATERIALIZED (
        SELECT asked.product_no, partners, strengths,
               1 / (place + 1)::float8 / power(greatest(CASE related_kind WHEN 'bought' THEN bought_weight ELSE viewed_weight END, 1e-300), source_exponent) AS factor
        FROM unnest(seeds, places) AS asked (product_no, place)
        JOIN analytic.related_product ON related_product.product_no = asked.product_no AND kind = related_kind
        JOIN analytic.learned_product ON learned_product.product_no = asked.product_no
    ), term AS (
        SELECT unnest(partners) AS partner, product_no AS source, unnest(strengths) * factor AS term FROM seed
    ), candidate AS MATERIALIZED (
        -- the largest term is the reason. The weight of a partner is a look-up, so only the strongest are weighed
        SELECT partner, sum(term) AS total, (-(max(ARRAY[term, -source]))[2])::int AS because
        FROM term GROUP BY partner ORDER BY total DESC, partner LIMIT most
    )
    SELECT partner,
           total / power(greatest(CASE related_kind WHEN 'bought' THEN bought_weight ELSE viewed_weight END, 1e-300), target_exponent), candidate.because
    FROM candidate JOIN analytic.learned_product ON product_no = partner;
END
$function$;
COMMENT ON FUNCTION analytic.score_partners IS
    'Scores the partners of products: the sum over the products of strength / (place + 1) / (weight of the product ^ source_exponent x weight of the partner ^ target_exponent), for so many with the largest sums.';
