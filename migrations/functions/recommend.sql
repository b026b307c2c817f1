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
    WITH rule AS MATERIALIZED (
        SELECT action, target, CASE target WHEN 'product' THEN coalesce(reference.product_id, target_id) ELSE target_id END AS target_id, position, factor
        FROM analytic.merchandising_rule LEFT JOIN analytic.product_reference AS reference ON reference.reference = target_id
        WHERE date_removed IS NULL AND starts_at <= now() AND ends_at > now() AND (placement IS NULL OR placement = asked_placement)
    ), unwanted AS (
        SELECT unnest(hidden || history.blocked) AS id
        UNION ALL
        SELECT product_id FROM analytic.avoided_product JOIN analytic.learned_product USING (product_no) WHERE account_id = asked_account
        UNION ALL
        SELECT product_id FROM analytic.bought_product JOIN analytic.learned_product USING (product_no)
        WHERE account_id = asked_account AND asked_placement <> 'again' AND purchases > cancelled
    ), filter AS MATERIALIZED (
        SELECT ARRAY(
                   -- a SKU stands for its product here as well
                   SELECT coalesce(reference.product_id, unwanted.id) FROM unwanted LEFT JOIN analytic.product_reference AS reference ON reference.reference = unwanted.id
                   UNION ALL
                   SELECT target_id FROM rule WHERE action = 'exclude' AND target = 'product') AS products,
               ARRAY(SELECT target_id FROM rule WHERE action = 'exclude' AND target = 'category') AS categories,
               ARRAY(SELECT target_id FROM rule WHERE action = 'exclude' AND target = 'seller') AS sellers,
               (SELECT coalesce((SELECT announced_only FROM analytic.rank_generation ORDER BY id DESC LIMIT 1), false)) AS announced_only,
               -- a factor moves what is among so many; the same number for all pages, as above
               CASE WHEN EXISTS (SELECT FROM rule WHERE factor IS NOT NULL) THEN greatest(size, 300) ELSE size END AS most
    ), seen AS MATERIALIZED (
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
            FROM analytic.bought_product WHERE account_id = asked_account AND asked_placement = 'again' AND purchases > cancelled) AS bought
    ), summed AS (
        SELECT product_no, min(tier) AS tier, sum(score) AS score, (-(max(ARRAY[score, -because]))[2])::int AS because
        FROM (SELECT * FROM scored
              UNION ALL
              -- who looked at a product comes back to it more likely than to any partner
              SELECT 2, product_no, return_weight * (SELECT coalesce(max(score), 1) FROM scored) / (place + 1), product_no
              FROM seen WHERE place > 0 AND return_weight > 0 AND asked_placement IN ('session', 'personal')) AS term
        GROUP BY product_no
    ), strongest AS MATERIALIZED (
        SELECT tier, named.product_id, score, because, offer.*
        FROM (SELECT * FROM summed WHERE NOT only_popular ORDER BY tier, score DESC, product_no) AS best
        JOIN analytic.learned_product AS learned USING (product_no)
        LEFT JOIN analytic.product_reference AS reference ON reference.reference = learned.product_id
        CROSS JOIN LATERAL (SELECT coalesce(reference.product_id, learned.product_id) AS product_id) AS named
        CROSS JOIN filter
        CROSS JOIN LATERAL analytic.get_offer(named.product_id COLLATE "C", filter.products, shown, filter.categories, filter.sellers, filter.announced_only, only_category) AS offer
        -- more than popular ones, because several may be variants of a product
        ORDER BY tier, score DESC, product_no LIMIT (SELECT most + 60 FROM filter)
    ), seen_category AS MATERIALIZED (
        -- the categories of what was seen last, the latest first
        SELECT category, row_number() OVER (ORDER BY min(place)) AS place FROM (
            SELECT only_category AS category, 0 AS place WHERE only_category IS NOT NULL
            UNION ALL
            SELECT product.category_id, place FROM seen JOIN analytic.learned_product USING (product_no)
            JOIN analytic.product ON product.product_id = learned_product.product_id COLLATE "default"
            WHERE only_category IS NULL AND NOT only_popular AND place < 3 AND product.category_id IS NOT NULL) AS latest
        GROUP BY category
    ), room AS MATERIALIZED (
        -- whether the strongest leave any for what is popular, which comes after them
        SELECT count(DISTINCT product_id) < size + (SELECT count(*) FROM rule WHERE action = 'pin') AS is_left FROM strongest
    ), popular AS MATERIALIZED (
        -- trending in these categories, then in the shop: of the first 5,000 those that may be shown
        SELECT 3 AS tier, ranked.product_id, 1.0 / (place + row_number() OVER (PARTITION BY category ORDER BY trend_key DESC, ranked.product_id)) AS score,
               ranked.category_id, ranked.seller_id
        FROM seen_category, LATERAL (
            SELECT first.*, offer.* FROM (
                SELECT product_id, trend_key FROM analytic.product_rank
                WHERE listed AND trend_key > 0 AND category_id = category COLLATE "C" AND from_generation <= generation AND generation < to_generation
                ORDER BY trend_key DESC, product_id LIMIT 5000) AS first
            CROSS JOIN filter
            CROSS JOIN LATERAL analytic.get_offer(product_id COLLATE "C", filter.products, shown, filter.categories, filter.sellers, filter.announced_only, only_category) AS offer
            ORDER BY trend_key DESC, product_id LIMIT (SELECT most FROM filter)) AS ranked
        WHERE asked_placement <> 'again' AND (SELECT is_left FROM room)
        UNION ALL
        SELECT 4, ranked.product_id, 1.0 / row_number() OVER (ORDER BY trend_key DESC, ranked.product_id), ranked.category_id, ranked.seller_id
        FROM (
            SELECT first.*, offer.* FROM (
                SELECT product_id, trend_key FROM analytic.product_rank
                WHERE listed AND trend_key > 0 AND from_generation <= generation AND generation < to_generation
                ORDER BY trend_key DESC, product_id LIMIT 5000) AS first
            CROSS JOIN filter
            CROSS JOIN LATERAL analytic.get_offer(product_id COLLATE "C", filter.products, shown, filter.categories, filter.sellers, filter.announced_only, only_category) AS offer
            ORDER BY trend_key DESC, product_id LIMIT (SELECT most FROM filter)) AS ranked
        WHERE asked_placement <> 'again' AND only_category IS NULL AND (SELECT is_left FROM room)
    ), named AS MATERIALIZED (
        -- one entry a product, whatever its variants
        SELECT DISTINCT ON (product_id) * FROM (
            SELECT 0 AS tier, target_id AS product_id, 1 AS score, NULL::int AS because, position AS pinned_at, offer.*
            FROM rule CROSS JOIN filter
            CROSS JOIN LATERAL analytic.get_offer(target_id COLLATE "C", filter.products, shown, filter.categories, filter.sellers, filter.announced_only, only_category) AS offer
            WHERE action = 'pin'
            UNION ALL
            SELECT tier, product_id, score, because, NULL, category_id, seller_id FROM strongest
            UNION ALL
            SELECT tier, product_id, score, NULL, NULL, category_id, seller_id FROM popular) AS offered
        ORDER BY product_id, tier, score DESC, pinned_at
    ), allowed AS (
        SELECT named.*,
               -- within what a number can hold, whatever rules add up to
               (SELECT exp(greatest(-100, least(100, coalesce(sum(ln(factor)), 0)))) FROM rule WHERE factor IS NOT NULL AND target_id = CASE target
                   WHEN 'product' THEN named.product_id WHEN 'category' THEN named.category_id ELSE named.seller_id END) AS factor
        FROM named
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
