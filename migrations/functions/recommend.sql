-- store::recommendation::recommend
CREATE OR REPLACE FUNCTION analytic.recommend(
    asked_placement text, asked_products text[], asked_session text, asked_account uuid, actors uuid[], hidden text[],
    only_category text, size bigint, source_exponent double precision, target_exponent double precision, return_weight double precision,
    only_popular boolean
) RETURNS TABLE (
    product_id text, score double precision, source text, because text, event_type text, category_id text, seller_id text, pinned_at int
)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $function$
#variable_conflict use_column
DECLARE
    history record;
BEGIN
    SELECT * INTO history FROM analytic.get_history(asked_placement, asked_products, asked_session, asked_account, actors);

    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT seed.* FROM unnest(history.seeds, history.places, history.event_types) AS seed (product_no, place, event_type)
    ), scored AS MATERIALIZED (
        -- what is bought together comes before what is only seen together
        SELECT 1 AS tier, partner.* FROM analytic.score_partners(history.seeds, history.places, 'bought', source_exponent, target_exponent) AS partner
        WHERE asked_placement IN ('bought', 'cart')
        UNION ALL
        SELECT 2, partner.* FROM analytic.score_partners(history.seeds, history.places, 'viewed', source_exponent, target_exponent) AS partner
        WHERE asked_placement <> 'again'
        UNION ALL
        -- due when as much time has passed as between the purchases before
        SELECT 1, bought.product_no, purchases * least(ratio, 1 / ratio), bought.product_no FROM (
            SELECT product_no, purchases, greatest(extract(epoch FROM now() - last_at)::float8, 1)
                   / CASE WHEN last_at > first_at THEN extract(epoch FROM last_at - first_at)::float8 / (purchases - 1) ELSE 86400 * 365.0 END AS ratio
            FROM analytic.bought_product WHERE account_id = asked_account AND asked_placement = 'again') AS bought
    ), summed AS (
        SELECT product_no, min(tier) AS tier, sum(score) AS score, (array_agg(because ORDER BY score DESC, because))[1] AS because
        FROM (SELECT * FROM scored
              UNION ALL
              -- who looked at a product comes back to it more likely than to any partner
              SELECT 2, product_no, return_weight * (SELECT coalesce(max(score), 1) FROM scored) / (place + 1), product_no
              FROM seen WHERE place > 0 AND asked_placement IN ('session', 'personal')) AS term
        GROUP BY product_no
    ), strongest AS MATERIALIZED (
        SELECT * FROM summed WHERE NOT only_popular ORDER BY tier, score DESC, product_no LIMIT 2 * size + 100
    ), popular AS MATERIALIZED (
        -- trending in the categories of what was seen last, then in the shop
        SELECT 3 + (list.category IS NULL)::int AS tier, ranked.product_id, 1.0 / row_number() OVER (PARTITION BY list.category IS NULL ORDER BY place, value DESC, ranked.product_id) AS score
        FROM (
            SELECT only_category AS category, 1 AS place WHERE only_category IS NOT NULL
            UNION ALL
            (SELECT product.category_id, min(place) FROM seen JOIN analytic.learned_product USING (product_no)
             JOIN LATERAL (SELECT * FROM analytic.product WHERE product.product_id = learned_product.product_id LIMIT 1) AS product ON true
             WHERE only_category IS NULL AND place < 3 AND product.category_id IS NOT NULL GROUP BY product.category_id)
            UNION ALL
            SELECT NULL, 9 WHERE only_category IS NULL
        ) AS list, LATERAL analytic.list_ranks('trending', CASE WHEN list.category IS NULL THEN 'shop' ELSE 'category' END, list.category,
                                               NULL, 9223372036854775807, '', size + cardinality(hidden) + 20) AS ranked
        WHERE asked_placement <> 'again' AND ranked.product_id IS NOT NULL
    ), rule AS MATERIALIZED (
        SELECT * FROM analytic.merchandising_rule
        WHERE date_removed IS NULL AND starts_at <= now() AND ends_at > now() AND (placement IS NULL OR placement = asked_placement)
    ), named AS MATERIALIZED (
        -- one entry a product, whatever its variants
        SELECT DISTINCT ON (product_id) * FROM (
            SELECT 0 AS tier, coalesce(reference.product_id, target_id) AS product_id, 1 AS score, NULL::int AS because, position AS pinned_at
            FROM rule LEFT JOIN analytic.product_reference AS reference ON reference.reference = target_id WHERE action = 'pin'
            UNION ALL
            SELECT tier, coalesce(reference.product_id, learned.product_id), score, because, NULL
            FROM strongest JOIN analytic.learned_product AS learned ON learned.product_no = strongest.product_no
            LEFT JOIN analytic.product_reference AS reference ON reference.reference = learned.product_id
            UNION ALL
            SELECT tier, product_id, score, NULL, NULL FROM popular) AS offered
        ORDER BY product_id, tier, score DESC, pinned_at
    ), allowed AS (
        SELECT named.*, product.category_id, product.seller_id,
               coalesce((SELECT exp(sum(ln(factor))) FROM rule WHERE factor IS NOT NULL AND target_id = CASE target
                   WHEN 'product' THEN named.product_id WHEN 'category' THEN product.category_id ELSE product.seller_id END), 1) AS factor
        FROM named LEFT JOIN LATERAL (
            SELECT * FROM analytic.product WHERE product.product_id = named.product_id LIMIT 1) AS product ON true
        WHERE named.product_id <> ALL (hidden || history.blocked) AND named.product_id <> 'shopsignal-probe'
          AND product.deleted_at IS NULL AND product.available IS DISTINCT FROM false
          AND (product.product_id IS NOT NULL OR NOT coalesce((SELECT announced_only FROM analytic.rank_generation ORDER BY id DESC LIMIT 1), false))
          AND (only_category IS NULL OR product.category_id = only_category)
          AND NOT EXISTS (SELECT FROM rule WHERE action = 'exclude' AND target_id = CASE target
                  WHEN 'product' THEN named.product_id WHEN 'category' THEN product.category_id ELSE product.seller_id END)
          AND NOT EXISTS (
              SELECT FROM analytic.learned_product AS known JOIN LATERAL (
                  SELECT FROM analytic.avoided_product WHERE account_id = asked_account AND product_no = known.product_no
                  UNION ALL
                  SELECT FROM analytic.bought_product WHERE account_id = asked_account AND product_no = known.product_no AND asked_placement <> 'again'
              ) AS taken ON true WHERE known.product_id = named.product_id)
    )
    SELECT allowed.product_id, allowed.score * factor,
           CASE tier WHEN 0 THEN 'pinned' WHEN 3 THEN 'popular' WHEN 4 THEN 'popular'
               ELSE CASE WHEN asked_placement IN ('session', 'personal', 'again') THEN 'personal' ELSE 'similar' END END,
           reason.product_id, seen.event_type, allowed.category_id, allowed.seller_id, pinned_at
    FROM allowed LEFT JOIN analytic.learned_product AS reason ON reason.product_no = because LEFT JOIN seen ON seen.product_no = because
    ORDER BY tier, allowed.score * factor DESC, allowed.product_id LIMIT size;
END
$function$;
COMMENT ON FUNCTION analytic.recommend IS
    'The products to recommend at a placement, the best first, with where each comes from and why; more than are shown, for whoever arranges them.';
