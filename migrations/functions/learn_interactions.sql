-- store::learning::learn
CREATE OR REPLACE FUNCTION analytic.learn_interactions(
    ids bigint[], keep_pending boolean, lookback bigint, half_life double precision
) RETURNS TABLE (taken bigint, taught bigint, parked bigint[])
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    event     record;
    numbers   int[];
    products  text[];
    bought    uuid[];
    purchased int[];
    silent    bigint[];
    -- events of a network that teach a day and product: as many views of it count for the score
    network_cap CONSTANT int := 50;
BEGIN
    -- a rebase of the epoch rewrites what is added to here
    PERFORM pg_advisory_xact_lock_shared(hashtext('analytic.learning_state'));
    IF half_life <> (SELECT half_life_days FROM analytic.learning_state) THEN
        -- the factor of the present stays, so that nothing is rewritten
        UPDATE analytic.learning_state
        SET epoch = now() - (now() - epoch) * (half_life / half_life_days), half_life_days = half_life,
            -- before anything was learned it is no change
            half_life_since = CASE WHEN EXISTS (SELECT FROM analytic.learned_product) THEN now() END
        WHERE half_life_days <> half_life;
    END IF;

    WITH locked AS MATERIALIZED (
        -- in id order, so that concurrent consumers with the same messages wait instead of deadlocking
        SELECT interaction_id, date_created, parked_at IS NOT NULL AS is_parked, learned FROM analytic.pending
        WHERE sink = 'catalog' AND interaction_id = ANY(ids)
        ORDER BY interaction_id FOR UPDATE
    ), removed AS (
        -- the proof that it is not learned yet; gone with the commit that learns it
        DELETE FROM analytic.pending
        WHERE NOT keep_pending AND sink = 'catalog' AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM locked WHERE NOT is_parked))
        RETURNING interaction_id
    ), marked AS (
        -- or its mark, while an outside catalog still has to confirm it
        UPDATE analytic.pending SET learned = true
        WHERE keep_pending AND sink = 'catalog' AND interaction_id = ANY(ARRAY(SELECT interaction_id FROM locked WHERE NOT is_parked AND NOT learned))
    ), delivered AS (
        -- our feed need not hold them
        INSERT INTO analytic.catalog_delivery (date_created, interaction_ids)
        SELECT now(), range_agg(int8range(interaction_id, interaction_id, '[]')) FROM removed HAVING count(*) > 0
    ), taken AS (
        -- the arrival time selects the single partition that holds the row
        SELECT id, account_id, session_id, event_type, ref_type, ref_id, metadata, actor, network, bot, occurred_at
        FROM locked JOIN analytic.interaction
            ON id = locked.interaction_id AND interaction.date_created = locked.date_created
        WHERE NOT is_parked AND NOT learned
    ), heard AS MATERIALIZED (
        -- bots and excluded actors teach nothing; a SKU teaches for the product that it is known to lead to
        SELECT taken.*, coalesce(product_id, ref_id) AS product
        FROM taken LEFT JOIN analytic.product_reference ON reference = ref_id
        WHERE ref_type = 'Product' AND NOT bot AND NOT EXISTS (
            SELECT FROM analytic.exclusion
            WHERE date_ended IS NULL AND exclusion.actor IN (taken.actor, taken.network) AND taken.occurred_at >= since)
    )
    SELECT (SELECT count(*) FROM locked WHERE NOT is_parked AND NOT learned) AS taken,
           (SELECT coalesce(array_agg(interaction_id), '{}') FROM locked WHERE is_parked) AS parked,
           array_agg(id) AS ids, array_agg(product) AS products, array_agg(event_type) AS types, array_agg(occurred_at) AS times,
           array_agg(network) AS networks, array_agg(account_id) AS accounts, array_agg(metadata->>'basket') AS baskets,
           array_agg(metadata->>'recommendation_id') AS recommendations,
           array_agg(coalesce(analytic.visitor_of('session', session_id), analytic.visitor_of('account', account_id::text))) AS visitors
    INTO event FROM heard;

    IF event.ids IS NOT NULL THEN
        products := event.products;
        -- in id order, as above
        INSERT INTO analytic.learned_product (product_id)
        SELECT DISTINCT product FROM unnest(products) AS named (product)
        WHERE product <> ALL (ARRAY(SELECT product_id FROM analytic.learned_product WHERE product_id = ANY(products)))
        ORDER BY product
        ON CONFLICT (product_id) DO NOTHING;
        SELECT array_agg(product_no ORDER BY place) INTO numbers
        FROM unnest(products) WITH ORDINALITY AS named (product, place) JOIN analytic.learned_product ON product_id = product
        WHERE product_id = ANY(products);

        -- what is beyond the cap of its network stays in the history of its visitor, and teaches nothing
        WITH guest AS MATERIALIZED (
            SELECT heard.*, row_number() OVER (PARTITION BY day, network, product_no ORDER BY id) AS place FROM (
                SELECT id, network, product_no, (at AT TIME ZONE 'UTC')::date AS day
                FROM unnest(event.ids, event.networks, numbers, event.types, event.times) AS sent (id, network, product_no, event_type, at)
                JOIN analytic.learning_gain USING (event_type) WHERE network IS NOT NULL) AS heard
        ), counted AS (
            -- in key order, as above
            INSERT INTO analytic.network_day AS known (day, network, product_no, events)
            SELECT day, network, product_no, count(*) FROM guest GROUP BY day, network, product_no ORDER BY day, network, product_no
            ON CONFLICT (day, network, product_no) DO UPDATE SET events = known.events + excluded.events
            RETURNING day, network, product_no, events
        )
        SELECT coalesce(array_agg(id), '{}') INTO silent
        FROM (SELECT guest.*, count(*) OVER (PARTITION BY day, network, product_no) AS added FROM guest) AS guest
        JOIN counted USING (day, network, product_no) WHERE events - added + place > network_cap;

        -- every transaction locks baskets, sessions, products, and what accounts bought and avoid, in this order
        bought := analytic.open_baskets(event.accounts, event.baskets, event.types, event.times);
        SELECT coalesce(array_agg(product_no), '{}') INTO purchased
        FROM unnest(numbers, event.types) AS sent (product_no, event_type) WHERE event_type = 'purchase';
        PERFORM analytic.learn_visits(
            event.ids, event.visitors, event.accounts, numbers, event.types, event.times, silent, lookback, purchased);
        PERFORM analytic.learn_purchases(event.ids, event.accounts, bought, numbers, event.types, event.times);
        PERFORM analytic.count_recommendations(event.ids, event.accounts, numbers, event.types, event.times, event.recommendations);
    END IF;
    RETURN QUERY SELECT event.taken, coalesce(cardinality(event.ids), 0)::bigint, event.parked;
END
$function$;
COMMENT ON FUNCTION analytic.learn_interactions IS
    'Learns from the pending interactions of the catalog, each once: the transaction that deletes or marks a pending row adds what it teaches.';
