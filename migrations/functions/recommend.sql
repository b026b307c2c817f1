-- store::recommendation::recommend
CREATE OR REPLACE FUNCTION analytic.recommend(
    asked_placement text, asked_products text[], asked_session text, asked_account uuid, actors uuid[], hidden text[], shown bigint[],
    only_category text, size bigint, source_exponent double precision, target_exponent double precision, return_weight double precision,
    only_popular boolean
) RETURNS TABLE (
    product_id text, score double precision, source text, because text, event_type text, category_id text, seller_id text, pinned_at int,
    mark bigint
)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_mergejoin = off SET enable_hashjoin = off AS $function$
#variable_conflict use_column
DECLARE
    history record;
    -- whose lists are complete: the lists of what is trending
    generation bigint := (SELECT max(id) FROM analytic.rank_generation);
    -- how many of the best may be among those that are not shown
    beyond  bigint := size + cardinality(hidden) + cardinality(shown);
    -- how many partners may be among the best when their own weight is known: the same number for all pages, so that pages of any
    -- size agree; three times the most that a page looks at
    weighed CONSTANT bigint := 640;
BEGIN
    IF asked_placement = 'session' THEN
        -- what its account bought and avoids is not shown in its session either
        SELECT account_id INTO asked_account FROM analytic.visit WHERE visitor = analytic.visitor_of('session', asked_session);
    END IF;
    SELECT * INTO history FROM analytic.get_history(asked_placement, asked_products, asked_session, asked_account, actors);

    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT seed.* FROM unnest(history.seeds, history.places, history.event_types) AS seed (product_no, place, event_type)
    ), scored AS MATERIALIZED (
        -- what is bought together comes before what is only seen together
        SELECT 1 AS tier, partner.* FROM analytic.score_partners(history.seeds, history.places, 'bought', source_exponent, target_exponent, weighed) AS partner
        WHERE asked_placement IN ('bought', 'cart')
        UNION ALL
        SELECT 2, partner.* FROM analytic.score_partners(history.seeds, history.places, 'viewed', source_exponent, target_exponent, weighed) AS partner
        WHERE asked_placement <> 'again'
        UNION ALL
        -- due when as much time has passed as between the purchases before
        SELECT 1, bought.product_no, purchases * least(ratio, 1 / ratio), bought.product_no FROM (
            SELECT product_no, purchases, greatest(extract(epoch FROM now() - last_at)::float8, 1)
                   / CASE WHEN last_at > first_at THEN extract(epoch FROM last_at - first_at)::float8 / (purchases - 1) ELSE 86400 * 365.0 END AS ratio
            FROM analytic.bought_product WHERE account_id = asked_account AND asked_placement = 'again') AS bought
    ), summed AS (
        SELECT product_no, min(tier) AS tier, sum(score) AS score, (-(max(ARRAY[score, -because]))[2])::int AS because
        FROM (SELECT * FROM scored
              UNION ALL
              -- who looked at a product comes back to it more likely than to any partner
              SELECT 2, product_no, return_weight * (SELECT coalesce(max(score), 1) FROM scored) / (place + 1), product_no
              FROM seen WHERE place > 0 AND return_weight > 0 AND asked_placement IN ('session', 'personal')) AS term
        GROUP BY product_no
    ), strongest AS MATERIALIZED (
        SELECT * FROM summed WHERE NOT only_popular ORDER BY tier, score DESC, product_no LIMIT beyond + 60
    ), seen_category AS MATERIALIZED (
        -- the categories of what was seen last, the latest first
        SELECT category, row_number() OVER (ORDER BY min(place)) AS place FROM (
            SELECT only_category AS category, 0 AS place WHERE only_category IS NOT NULL
            UNION ALL
            SELECT product.category_id, place FROM seen JOIN analytic.learned_product USING (product_no)
            JOIN analytic.product ON product.product_id = learned_product.product_id COLLATE "default"
            WHERE only_category IS NULL AND NOT only_popular AND place < 3 AND product.category_id IS NOT NULL) AS latest
        GROUP BY category
    ), popular AS MATERIALIZED (
        -- trending in these categories, then in the shop
        SELECT 3 AS tier, ranked.product_id, 1.0 / (place + row_number() OVER (PARTITION BY category ORDER BY trend_key DESC, ranked.product_id)) AS score
        FROM seen_category, LATERAL (
            SELECT product_id, trend_key FROM analytic.product_rank
            WHERE listed AND trend_key > 0 AND category_id = category COLLATE "C" AND from_generation <= generation AND generation < to_generation
            ORDER BY trend_key DESC, product_id LIMIT beyond) AS ranked
        WHERE asked_placement <> 'again'
        UNION ALL
        SELECT 4, ranked.product_id, 1.0 / row_number() OVER (ORDER BY trend_key DESC, ranked.product_id)
        FROM (
            SELECT product_id, trend_key FROM analytic.product_rank
            WHERE listed AND trend_key > 0 AND from_generation <= generation AND generation < to_generation
            ORDER BY trend_key DESC, product_id LIMIT beyond) AS ranked
        WHERE asked_placement <> 'again' AND only_category IS NULL
    ), unwanted AS MATERIALIZED (
        -- a SKU stands for its product here as well
        SELECT coalesce(reference.product_id, named.id) AS product_id FROM unnest(hidden || history.blocked) AS named (id)
        LEFT JOIN analytic.product_reference AS reference ON reference.reference = named.id
    ), rule AS MATERIALIZED (
        SELECT action, target, CASE target WHEN 'product' THEN coalesce(reference.product_id, target_id) ELSE target_id END AS target_id, position, factor
        FROM analytic.merchandising_rule LEFT JOIN analytic.product_reference AS reference ON reference.reference = target_id
        WHERE date_removed IS NULL AND starts_at <= now() AND ends_at > now() AND (placement IS NULL OR placement = asked_placement)
    ), named AS MATERIALIZED (
        -- one entry a product, whatever its variants
        SELECT DISTINCT ON (product_id) * FROM (
            SELECT 0 AS tier, target_id AS product_id, 1 AS score, NULL::int AS because, position AS pinned_at FROM rule WHERE action = 'pin'
            UNION ALL
            SELECT tier, coalesce(reference.product_id, learned.product_id), score, because, NULL
            FROM strongest JOIN analytic.learned_product AS learned ON learned.product_no = strongest.product_no
            LEFT JOIN analytic.product_reference AS reference ON reference.reference = learned.product_id
            UNION ALL
            SELECT tier, product_id, score, NULL, NULL FROM popular) AS offered
        ORDER BY product_id, tier, score DESC, pinned_at
    ), allowed AS (
        SELECT named.*, product.category_id, product.seller_id,
               -- within what a number can hold, whatever rules add up to
               (SELECT exp(greatest(-100, least(100, coalesce(sum(ln(factor)), 0)))) FROM rule WHERE factor IS NOT NULL AND target_id = CASE target
                   WHEN 'product' THEN named.product_id WHEN 'category' THEN product.category_id ELSE product.seller_id END) AS factor
        FROM named LEFT JOIN LATERAL (
            SELECT product_id, category_id, seller_id, deleted_at, available FROM analytic.product
            WHERE product.product_id = named.product_id COLLATE "default" LIMIT 1) AS product ON true
        WHERE named.product_id <> ALL (ARRAY(SELECT product_id FROM unwanted)) AND named.product_id <> 'shopsignal-probe'
          AND hashtextextended(named.product_id, 0) <> ALL (shown)
          AND product.deleted_at IS NULL AND product.available IS DISTINCT FROM false
          AND (product.product_id IS NOT NULL OR NOT coalesce((SELECT announced_only FROM analytic.rank_generation ORDER BY id DESC LIMIT 1), false))
          AND (only_category IS NULL OR product.category_id = only_category)
          AND NOT EXISTS (SELECT FROM rule WHERE action = 'exclude' AND target_id = CASE target
                  WHEN 'product' THEN named.product_id WHEN 'category' THEN product.category_id ELSE product.seller_id END)
          AND NOT EXISTS (
              -- also under a SKU, when it was learned before that led to its product
              SELECT FROM (
                  SELECT named.product_id AS name
                  UNION
                  SELECT reference FROM analytic.product_reference WHERE product_reference.product_id = named.product_id) AS spelling
              JOIN analytic.learned_product AS known ON known.product_id = spelling.name
              JOIN LATERAL (
                  SELECT FROM analytic.avoided_product WHERE account_id = asked_account AND product_no = known.product_no
                  UNION ALL
                  SELECT FROM analytic.bought_product WHERE account_id = asked_account AND product_no = known.product_no AND asked_placement <> 'again'
              ) AS taken ON true WHERE asked_account IS NOT NULL)
    )
    SELECT allowed.product_id, allowed.score * factor,
           CASE tier WHEN 0 THEN 'pinned' WHEN 3 THEN 'popular' WHEN 4 THEN 'popular'
               ELSE CASE WHEN asked_placement IN ('session', 'personal', 'again') THEN 'personal' ELSE 'similar' END END,
           coalesce(named_reason.product_id, reason.product_id), CASE asked_placement WHEN 'again' THEN 'purchase' ELSE seen.event_type END,
           allowed.category_id, allowed.seller_id, pinned_at, hashtextextended(allowed.product_id, 0)
    FROM allowed LEFT JOIN analytic.learned_product AS reason ON reason.product_no = because
    LEFT JOIN analytic.product_reference AS named_reason ON named_reason.reference = reason.product_id LEFT JOIN seen ON seen.product_no = because
    ORDER BY tier, allowed.score * factor DESC, allowed.product_id LIMIT size + (SELECT count(*) FROM rule WHERE action = 'pin');
END
$function$;
COMMENT ON FUNCTION analytic.recommend IS
    'The products to recommend at a placement, the best first, with where each comes from and why; more than are shown, for whoever arranges them.';
