-- called by learn_interactions
CREATE OR REPLACE FUNCTION analytic.learn_purchases(
    ids bigint[], accounts uuid[], bought uuid[], products int[], types text[], times timestamptz[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    state analytic.learning_state;
BEGIN
    -- before what accounts bought and avoid, also when learn_visits had nothing to lock
    PERFORM FROM analytic.learned_product
    WHERE product_no = ANY(ARRAY(SELECT product FROM unnest(products, types) AS event (product, event_type) WHERE event_type = 'purchase'))
    ORDER BY product_no FOR UPDATE;

    INSERT INTO analytic.avoided_product AS avoided (account_id, product_no, event_type, since)
    SELECT DISTINCT ON (account, product) account, product, event_type, at
    FROM unnest(ids, accounts, products, types, times) AS event (id, account, product, event_type, at)
    WHERE account IS NOT NULL AND event_type IN ('dislike', 'hide_item', 'not_interested', 'report_product')
    ORDER BY account, product, at, id
    ON CONFLICT (account_id, product_no) DO UPDATE SET event_type = excluded.event_type, since = excluded.since
    WHERE excluded.since < avoided.since;

    INSERT INTO analytic.bought_product AS known (account_id, product_no, purchases, cancelled, first_at, last_at)
    SELECT account, product, count(*) FILTER (WHERE event_type = 'purchase'), count(*) FILTER (WHERE event_type = 'cancel_order'),
           min(at) FILTER (WHERE event_type = 'purchase'), max(at) FILTER (WHERE event_type = 'purchase')
    FROM unnest(accounts, products, types, times) AS event (account, product, event_type, at)
    WHERE account IS NOT NULL AND event_type IN ('purchase', 'cancel_order') GROUP BY account, product ORDER BY account, product
    ON CONFLICT (account_id, product_no) DO UPDATE SET
        purchases = known.purchases + excluded.purchases, cancelled = known.cancelled + excluded.cancelled,
        -- they are null as long as only a cancellation is known, and least and greatest pass over that
        first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at);
    IF NOT 'purchase' = ANY(types) THEN
        RETURN;
    END IF;
    SELECT * INTO state FROM analytic.learning_state;

    WITH known AS MATERIALIZED (
        SELECT visitor AS basket, line.* FROM analytic.visit,
            unnest(event_ids, products, event_types, event_times) AS line (id, product, event_type, at) WHERE visitor = ANY(bought)
    ), fresh AS MATERIALIZED (
        -- once a product; a basket teaches by its first 50 lines
        SELECT * FROM (
            SELECT offered.*, row_number() OVER (PARTITION BY basket ORDER BY at, id) + (SELECT count(*) FROM known WHERE known.basket = offered.basket) AS place
            FROM (SELECT DISTINCT ON (basket, product) basket, id, product, event_type, at
                  FROM unnest(bought, ids, products, types, times) AS event (basket, id, product, event_type, at)
                  WHERE basket IS NOT NULL ORDER BY basket, product, at, id) AS offered
            WHERE NOT EXISTS (SELECT FROM known WHERE known.basket = offered.basket AND known.product = offered.product)) AS placed
        WHERE place <= 50
    ), summed AS MATERIALIZED (
        SELECT product, sum(analytic.decay_factor(at, state.epoch, state.half_life_days)) AS g FROM fresh GROUP BY product
    ), weighed AS (
        UPDATE analytic.learned_product SET bought_weight = bought_weight + summed.g
        FROM summed WHERE product_no = summed.product AND product_no = ANY(ARRAY(SELECT product FROM summed))
        RETURNING 1
    ), pair AS (
        -- every two lines once, whichever came first: the later time decides
        SELECT one.product AS from_no, other.product AS to_no, greatest(one.at, other.at) AS at
        FROM fresh AS one JOIN (SELECT basket, product, at FROM known UNION ALL SELECT basket, product, at FROM fresh) AS other
            ON other.basket = one.basket AND other.product <> one.product
        UNION ALL
        SELECT known.product, fresh.product, greatest(known.at, fresh.at) FROM known JOIN fresh USING (basket)
    ), gained AS (
        SELECT from_no, to_no, sum(analytic.decay_factor(at, state.epoch, state.half_life_days)) AS g
        FROM pair GROUP BY from_no, to_no
    ), related AS (
        INSERT INTO analytic.related_product AS related (product_no, kind, partners, strengths)
        SELECT from_no, 'bought', array_agg(to_no ORDER BY to_no), array_agg(g ORDER BY to_no) FROM gained
        WHERE (SELECT count(*) FROM weighed) >= 0 GROUP BY from_no ORDER BY from_no
        ON CONFLICT (product_no, kind) DO UPDATE SET (partners, strengths) = (
            SELECT sums.partners, sums.strengths
            FROM analytic.strengthen(related.partners, related.strengths, excluded.partners, excluded.strengths) AS sums)
    )
    UPDATE analytic.visit SET
        event_ids = event_ids || ids, products = products || numbers, event_types = event_types || names, event_times = event_times || added.times,
        gains = gains || array_fill(1::float8, ARRAY[cardinality(ids)])
    FROM (SELECT basket, array_agg(id ORDER BY place) AS ids, array_agg(product ORDER BY place) AS numbers,
                 array_agg(event_type ORDER BY place) AS names, array_agg(at ORDER BY place) AS times
          FROM fresh GROUP BY basket) AS added
    WHERE visit.visitor = added.basket AND visit.visitor = ANY(bought);
END
$function$;
COMMENT ON FUNCTION analytic.learn_purchases IS
    'Notes what accounts bought and avoid, and adds the lines of orders to the pairs of products that are bought together, in any order of arrival.';
