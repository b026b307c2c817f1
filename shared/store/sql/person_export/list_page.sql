-- store::person_export::list_page
-- one place at a time, ordered by its key; the branches of the other places are not executed
WITH subject AS MATERIALIZED (
    SELECT DISTINCT subject, subject_id FROM analytic.shop_event
    WHERE coalesce(content->>'customer', content->>'user') = ANY($1)
), orders AS MATERIALIZED (
    SELECT subject_id AS order_id FROM subject WHERE subject = 'order'
), held AS (
    SELECT 'interaction' AS place, lpad(id::text, 20, '0') AS position, to_jsonb(it) AS content FROM analytic.interaction AS it
    WHERE $4 = 'interaction' AND (account_id = ANY($2) OR account_id IS NULL AND session_id = ANY($3))
    UNION ALL
    SELECT 'interaction_key', lpad(key.interaction_id::text, 20, '0'), to_jsonb(key) - 'fingerprint'
    FROM analytic.interaction AS it JOIN analytic.interaction_key AS key
      ON key.event_id = it.event_id AND key.origin = it.origin AND key.interaction_id = it.id
    WHERE $4 = 'interaction_key' AND (account_id = ANY($2) OR account_id IS NULL AND session_id = ANY($3))
    UNION ALL
    -- of a network only what the person did
    SELECT 'actor_day', concat_ws('#', day, actor, reference, event_type),
           to_jsonb(it) - 'guests' - 'gained' - 'lost' || jsonb_build_object('kept', ARRAY(
               SELECT key FROM unnest(kept, guests) AS part (key, guest) WHERE it.actor = ANY($8) OR guest = ANY($8)))
    FROM analytic.actor_day AS it WHERE $4 = 'actor_day' AND (actor = ANY($8) OR guests && $8)
    UNION ALL
    SELECT 'exclusion', lpad(id::text, 20, '0'), to_jsonb(it) FROM analytic.exclusion AS it WHERE $4 = 'exclusion' AND actor = ANY($8)
    UNION ALL
    SELECT 'visit', visitor::text, to_jsonb(it) - 'products' || jsonb_build_object('products', ARRAY(
        SELECT product_id FROM unnest(products) WITH ORDINALITY AS part (product_no, place) JOIN analytic.learned_product USING (product_no) ORDER BY place))
    FROM analytic.visit AS it
    WHERE $4 = 'visit' AND (account_id = ANY($2) OR visitor IN (
        SELECT analytic.visitor_of('account', id::text) FROM unnest($2::uuid[]) AS id
        UNION ALL SELECT analytic.visitor_of('session', name) FROM unnest($3::text[]) AS name))
    UNION ALL
    SELECT 'bought_product', account_id || '#' || product_id, to_jsonb(it) || jsonb_build_object('product_id', product_id)
    FROM analytic.bought_product AS it JOIN analytic.learned_product USING (product_no) WHERE $4 = 'bought_product' AND account_id = ANY($2)
    UNION ALL
    SELECT 'avoided_product', account_id || '#' || product_id, to_jsonb(it) || jsonb_build_object('product_id', product_id)
    FROM analytic.avoided_product AS it JOIN analytic.learned_product USING (product_no) WHERE $4 = 'avoided_product' AND account_id = ANY($2)
    UNION ALL
    SELECT 'recommendation_click', account_id || '#' || product_id || '#' || lpad(interaction_id::text, 20, '0'),
           to_jsonb(it) || jsonb_build_object('product_id', product_id)
    FROM analytic.recommendation_click AS it JOIN analytic.learned_product USING (product_no)
    WHERE $4 = 'recommendation_click' AND account_id = ANY($2)
    UNION ALL
    SELECT 'shop_event', id::text, to_jsonb(it) - 'fingerprint' FROM analytic.shop_event AS it
    WHERE $4 = 'shop_event' AND (coalesce(content->>'customer', content->>'user') = ANY($1)
                                 OR subject = 'order' AND subject_id IN (SELECT order_id FROM orders))
    UNION ALL
    SELECT 'sales_order', order_id, to_jsonb(it) FROM analytic.sales_order AS it JOIN orders USING (order_id) WHERE $4 = 'sales_order'
    UNION ALL
    SELECT 'order_line', order_id || '#' || lpad(position::text, 10, '0'), to_jsonb(it) FROM analytic.order_line AS it JOIN orders USING (order_id)
    WHERE $4 = 'order_line'
    UNION ALL
    SELECT 'payment', order_id || '#' || payment_id, to_jsonb(it) FROM analytic.payment AS it JOIN orders USING (order_id) WHERE $4 = 'payment'
    UNION ALL
    SELECT 'opinion', it.subject || '#' || opinion_id, to_jsonb(it) FROM analytic.opinion AS it
    JOIN subject ON subject.subject = it.subject AND subject.subject_id = it.opinion_id WHERE $4 = 'opinion'
    UNION ALL
    SELECT 'shop_user', user_key, to_jsonb(it) FROM analytic.shop_user AS it WHERE $4 = 'shop_user' AND user_key = ANY($1)
    UNION ALL
    SELECT 'customer_rollup', customer_key || '#' || currency, to_jsonb(it) FROM analytic.customer_rollup AS it
    WHERE $4 = 'customer_rollup' AND customer_key = ANY($1)
    UNION ALL
    SELECT 'customer_link', customer_key || '#' || address_key, to_jsonb(it) FROM analytic.customer_link AS it
    WHERE $4 = 'customer_link' AND (customer_key = ANY($1) OR address_key = ANY($1))
    UNION ALL
    SELECT 'order_fact', event_id::text, to_jsonb(it) - 'lines' FROM analytic.order_fact AS it WHERE $4 = 'order_fact' AND customer = ANY($1)
    UNION ALL
    SELECT 'customer_lock', customer, to_jsonb(it) FROM analytic.customer_lock AS it WHERE $4 = 'customer_lock' AND customer = ANY($1)
    UNION ALL
    SELECT 'projection', it.subject || '#' || it.subject_id, to_jsonb(it) FROM analytic.projection AS it JOIN subject USING (subject, subject_id)
    WHERE $4 = 'projection'
    UNION ALL
    SELECT 'finding', id::text, to_jsonb(it) FROM analytic.finding AS it
    WHERE $4 = 'finding' AND rule = ANY($7) AND (
        subject IN (SELECT 'customer:' || key FROM unnest($1::text[]) AS key) OR subject IN (SELECT 'account:' || id FROM unnest($2::uuid[]) AS id))
    UNION ALL
    SELECT 'pending_alert', finding_id::text, to_jsonb(it) FROM analytic.pending_alert AS it JOIN analytic.finding ON finding.id = it.finding_id
    WHERE $4 = 'pending_alert' AND finding.subject IN (SELECT 'customer:' || key FROM unnest($1::text[]) AS key)
    UNION ALL
    -- one may have added what another removed
    SELECT 'merchandising_rule', id::text, to_jsonb(it) || jsonb_build_object(
        'created_by', CASE WHEN lower(created_by) = ANY($2::uuid[]::text[]) THEN created_by END,
        'removed_by', CASE WHEN lower(removed_by) = ANY($2::uuid[]::text[]) THEN removed_by END)
    FROM analytic.merchandising_rule AS it
    WHERE $4 = 'merchandising_rule' AND (lower(created_by) = ANY($2::uuid[]::text[]) OR lower(removed_by) = ANY($2::uuid[]::text[]))
    UNION ALL
    SELECT 'erasure_identity', kind || '#' || identity, to_jsonb(it) FROM analytic.erasure_identity AS it
    WHERE $4 = 'erasure_identity' AND (kind = 'account' AND identity IN (SELECT id::text FROM unnest($2::uuid[]) AS id)
        OR kind = 'customer' AND identity = ANY($1) OR kind = 'session' AND identity = ANY($3))
)
SELECT position, content::text AS content FROM held WHERE place = $4 AND position > $5 COLLATE "C" ORDER BY position COLLATE "C" LIMIT $6
