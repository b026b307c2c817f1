-- called by learn_interactions
CREATE OR REPLACE FUNCTION analytic.count_recommendations(
    ids bigint[], accounts uuid[], products int[], types text[], times timestamptz[], recommendations text[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    -- how long after a click a purchase is its conversion
    span CONSTANT interval := '7 days';
BEGIN
    IF NOT 'purchase' = ANY(types) AND cardinality(array_remove(recommendations, NULL)) = 0 THEN
        RETURN;
    END IF;
    -- a click and the purchase after it may be learned at the same time: the second transaction waits for the first, and its
    -- next statement sees what the first has stored. In key order
    PERFORM pg_advisory_xact_lock(hashtext('analytic.recommendation_click'), key)
    FROM (SELECT DISTINCT hashtext(account::text) AS key
          FROM unnest(accounts, types, recommendations) AS event (account, event_type, recommendation)
          WHERE account IS NOT NULL
            AND (event_type = 'purchase' OR event_type = 'click_from_recommendation' AND recommendation IS NOT NULL)
          ORDER BY key) AS account;

    WITH shown AS MATERIALIZED (
        -- an id that recommend cannot have made counts nothing. regexp_match would take ten times as long
        SELECT id, account, product, event_type, at, split_part(recommendation, '-', 2) AS placement,
               CASE split_part(recommendation, '-', 3) WHEN 'c' THEN 'control' ELSE 'learned' END AS arm
        FROM unnest(ids, accounts, products, types, times, recommendations) AS event (id, account, product, event_type, at, recommendation)
        WHERE event_type IN ('product_impression', 'click_from_recommendation') AND recommendation ~
            '^r1-(?:(?:viewed|bought|again|cart)-l|(?:session|personal)-[lc])-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    ), purchase AS MATERIALIZED (
        SELECT account, product, at FROM unnest(accounts, products, types, times) AS event (account, product, event_type, at)
        WHERE account IS NOT NULL AND event_type = 'purchase'
    ), converted AS (
        -- clicks that were learned before their purchase
        DELETE FROM analytic.recommendation_click AS click USING purchase
        WHERE click.account_id = ANY(ARRAY(SELECT account FROM purchase)) AND click.account_id = purchase.account
          AND click.product_no = purchase.product AND purchase.at > click.clicked_at AND purchase.at <= click.clicked_at + span
        RETURNING click.clicked_at, click.placement, click.arm
    ), click AS MATERIALIZED (
        -- and those that were not: learn_purchases has noted the purchases. Of those learned before them the first and the last are known, which is enough: one in
        -- between can only be the one that counts when the last is more than 7 days after the click, which then came late
        SELECT shown.*, EXISTS (
            SELECT FROM (SELECT at FROM purchase WHERE purchase.account = shown.account AND purchase.product = shown.product
                         UNION ALL
                         SELECT unnest(ARRAY[first_at, last_at]) FROM analytic.bought_product
                         WHERE account_id = shown.account AND product_no = shown.product) AS bought (bought_at)
            WHERE bought_at > shown.at AND bought_at <= shown.at + span) AS is_converted
        FROM shown WHERE event_type = 'click_from_recommendation'
    ), opened AS (
        INSERT INTO analytic.recommendation_click (account_id, product_no, interaction_id, clicked_at, placement, arm)
        SELECT account, product, id, at, placement, arm FROM click WHERE account IS NOT NULL AND NOT is_converted
    ), counted AS (
        SELECT (at AT TIME ZONE 'UTC')::date AS day, placement, arm,
               count(*) FILTER (WHERE what = 'product_impression') AS impressions,
               count(*) FILTER (WHERE what = 'click_from_recommendation') AS clicks,
               count(*) FILTER (WHERE what = 'conversion') AS conversions
        FROM (SELECT at, placement, arm, event_type AS what FROM shown
              UNION ALL SELECT at, placement, arm, 'conversion' FROM click WHERE is_converted
              UNION ALL SELECT clicked_at, placement, arm, 'conversion' FROM converted) AS part
        GROUP BY 1, 2, 3
    )
    -- in key order, and last: everybody adds to the rows of today
    INSERT INTO analytic.recommendation_count AS known (day, placement, arm, impressions, clicks, conversions)
    SELECT day, placement, arm, impressions, clicks, conversions FROM counted ORDER BY day, placement, arm
    ON CONFLICT (day, placement, arm) DO UPDATE SET
        impressions = known.impressions + excluded.impressions, clicks = known.clicks + excluded.clicks,
        conversions = known.conversions + excluded.conversions;
END
$function$;
COMMENT ON FUNCTION analytic.count_recommendations IS
    'Counts impressions and clicks that name a recommendation, and clicks after which the account bought the product, in any order of arrival.';
