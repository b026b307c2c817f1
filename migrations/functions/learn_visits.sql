-- called by learn_interactions
CREATE OR REPLACE FUNCTION analytic.learn_visits(
    ids bigint[], visitors uuid[], accounts uuid[], products int[], types text[], times timestamptz[], silent bigint[], lookback bigint,
    purchased int[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    state  analytic.learning_state;
    taught uuid[];
BEGIN
    SELECT * INTO state FROM analytic.learning_state;
    -- no other visit is read, because only theirs are locked
    SELECT array_agg(DISTINCT visitor) INTO taught
    FROM unnest(visitors, types) AS event (visitor, event_type) JOIN analytic.learning_gain USING (event_type) WHERE visitor IS NOT NULL;
    IF taught IS NULL THEN
        RETURN;
    END IF;
    -- in visitor order: the rows are locked before they are read, by a statement of its own
    INSERT INTO analytic.visit AS visit (visitor, kind, account_id, account_at, last_at)
    SELECT visitor, 'viewed', (array_agg(account ORDER BY at DESC) FILTER (WHERE account IS NOT NULL))[1],
           max(at) FILTER (WHERE account IS NOT NULL), max(at)
    FROM unnest(visitors, accounts, types, times) AS event (visitor, account, event_type, at) JOIN analytic.learning_gain USING (event_type)
    WHERE visitor IS NOT NULL
    GROUP BY visitor ORDER BY visitor
    ON CONFLICT (visitor) DO UPDATE SET
        -- the latest by the time of the event: what arrives late takes no visit from the account that signed in after it
        account_id = CASE WHEN excluded.account_at > visit.account_at IS NOT false THEN coalesce(excluded.account_id, visit.account_id)
                          ELSE visit.account_id END,
        account_at = greatest(visit.account_at, excluded.account_at), last_at = greatest(visit.last_at, excluded.last_at),
        -- when another account signs in, nothing of the one before is its history
        (event_ids, products, event_types, event_times, gains) = (
            SELECT visit.event_ids, visit.products, visit.event_types, visit.event_times, visit.gains
            WHERE NOT (visit.account_id <> excluded.account_id AND excluded.account_at > visit.account_at) IS true
            UNION ALL SELECT '{}', '{}', '{}', '{}', '{}' LIMIT 1);

    WITH fresh AS MATERIALIZED (
        SELECT visitor, id, product, event_type COLLATE "C" AS event_type, at,
               CASE WHEN id = ANY(silent) THEN 0 ELSE gain END AS gain
        FROM unnest(ids, visitors, accounts, products, types, times) AS event (id, visitor, account, product, event_type, at)
        JOIN analytic.learning_gain USING (event_type) JOIN analytic.visit USING (visitor)
        WHERE visitor = ANY(taught) AND (account IS NULL OR account = account_id)
    ), old AS MATERIALIZED (
        SELECT visitor, event.* FROM analytic.visit,
            unnest(event_ids, products, event_types, event_times, visit.gains) AS event (id, product, event_type, at, gain)
        WHERE visitor = ANY(taught)
    ), since AS MATERIALIZED (
        -- what follows the earliest new event changes: it is taken back as it was learned, and learned as it is now. An event
        -- that comes before everything that is kept of a full visit comes too late
        SELECT visitor, min(at) AS at FROM fresh GROUP BY visitor
    ), version AS (
        SELECT 1 AS sign, visitor, id, product, event_type, at, gain FROM old
        UNION ALL
        SELECT 1, visitor, id, product, event_type, at, gain FROM fresh
        UNION ALL
        SELECT -1, visitor, id, product, event_type, at, gain FROM old
        WHERE visitor IN (SELECT visitor FROM old JOIN since USING (visitor) WHERE old.at >= since.at)
    ), kept AS MATERIALIZED (
        SELECT * FROM (
            SELECT version.*, row_number() OVER (PARTITION BY sign, visitor ORDER BY at DESC, id DESC) AS from_end FROM version) AS counted
        WHERE from_end <= 50
    ), line AS (
        -- a pause of half an hour ends a visit; the same product again, at once, is the same event
        SELECT kept.*, coalesce(at - lag(at) OVER in_order > interval '30 minutes', true) AS begins,
               lag(product) OVER in_order AS before,
               -- nobody moves a pair by going to and fro: as for the score, five events of a visitor on a product teach
               row_number() OVER (PARTITION BY sign, visitor, product ORDER BY at, id) <= 5 AS teaches
        FROM kept WINDOW in_order AS (PARTITION BY sign, visitor ORDER BY at, id)
    ), placed AS (
        SELECT sign, visitor, product, at, gain, teaches,
               array_agg(product) OVER (PARTITION BY sign, visitor, visit_no ORDER BY at, id ROWS BETWEEN lookback PRECEDING AND 1 PRECEDING) AS earlier
        FROM (SELECT line.*, count(*) FILTER (WHERE begins) OVER (PARTITION BY sign, visitor ORDER BY at, id) AS visit_no FROM line) AS numbered
        WHERE begins OR product <> before
    ), target AS MATERIALIZED (
        SELECT product, earlier, sign * gain * analytic.decay_factor(placed.at, state.epoch, state.half_life_days) AS g
        FROM placed JOIN since USING (visitor) WHERE placed.at >= since.at AND teaches
    ), pair AS (
        -- the nearer the stronger; from the later product back to the earlier one less than forward
        SELECT source AS from_no, product AS to_no, g / (cardinality(earlier) + 1 - place) AS g
        FROM target, unnest(earlier) WITH ORDINALITY AS event (source, place) WHERE source <> product
    ), gained AS MATERIALIZED (
        SELECT from_no, to_no, sum(g) AS g
        FROM (SELECT from_no, to_no, g FROM pair UNION ALL SELECT to_no, from_no, 0.6 * g FROM pair) AS directed
        GROUP BY from_no, to_no HAVING sum(g) <> 0
    ), summed AS MATERIALIZED (
        SELECT product, sum(g) AS g FROM target GROUP BY product HAVING sum(g) <> 0
    ), locked AS MATERIALIZED (
        -- in product order, with those that learn_purchases changes: updates of overlapping batches deadlock otherwise
        SELECT product_no FROM analytic.learned_product
        WHERE product_no = ANY(ARRAY(SELECT product FROM summed) || purchased) ORDER BY product_no FOR UPDATE
    ), weighed AS (
        UPDATE analytic.learned_product SET viewed_weight = viewed_weight + summed.g
        FROM summed WHERE product_no = summed.product AND product_no = ANY(ARRAY(SELECT product_no FROM locked))
        RETURNING 1
    ), related AS (
        -- in product order, and after the weights
        INSERT INTO analytic.related_product AS related (product_no, kind, partners, strengths)
        SELECT from_no, 'viewed', array_agg(to_no ORDER BY to_no), array_agg(g ORDER BY to_no) FROM gained
        WHERE (SELECT count(*) FROM weighed) >= 0 GROUP BY from_no ORDER BY from_no
        ON CONFLICT (product_no, kind) DO UPDATE SET (partners, strengths) = (
            SELECT sums.partners, sums.strengths
            FROM analytic.strengthen(related.partners, related.strengths, excluded.partners, excluded.strengths) AS sums)
    )
    UPDATE analytic.visit SET
        event_ids = latest.ids, products = latest.products, event_types = latest.types, event_times = latest.times, gains = latest.gains
    FROM (
        SELECT visitor, array_agg(id ORDER BY at, id) AS ids, array_agg(product ORDER BY at, id) AS products,
               array_agg(event_type ORDER BY at, id) AS types, array_agg(at ORDER BY at, id) AS times, array_agg(gain ORDER BY at, id) AS gains
        FROM kept WHERE sign = 1 GROUP BY visitor) AS latest
    WHERE visit.visitor = latest.visitor AND visit.visitor = ANY(taught);
END
$function$;
COMMENT ON FUNCTION analytic.learn_visits IS
    'Adds events to the visits of their sessions or accounts, and what those that are not silent teach to the pairs of products. In any order of arrival the sums are the same, within the 50 latest events of a visitor.';
