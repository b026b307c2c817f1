-- called by learn_interactions
CREATE OR REPLACE FUNCTION analytic.open_baskets(
    accounts uuid[], baskets text[], types text[], times timestamptz[]
) RETURNS uuid[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $function$
#variable_conflict use_column
DECLARE
    bought uuid[];
BEGIN
    -- the lines of an order, which the shop names by its basket; else what an account buys on one day
    SELECT array_agg(CASE WHEN event_type = 'purchase' THEN coalesce(
               analytic.visitor_of('basket', basket),
               analytic.visitor_of('day', account || ' ' || (at AT TIME ZONE 'UTC')::date)) END ORDER BY place)
    INTO bought FROM unnest(accounts, baskets, types, times) WITH ORDINALITY AS event (account, basket, event_type, at, place);
    -- in basket order: the rows are locked before they are read, by a statement of its own
    INSERT INTO analytic.visit AS visit (visitor, kind, account_id, last_at)
    SELECT basket, 'bought', min(account::text)::uuid, max(at) FROM unnest(bought, accounts, times) AS event (basket, account, at)
    WHERE basket IS NOT NULL GROUP BY basket ORDER BY basket
    ON CONFLICT (visitor) DO UPDATE SET
        account_id = coalesce(visit.account_id, excluded.account_id), last_at = greatest(visit.last_at, excluded.last_at);
    RETURN bought;
END
$function$;
COMMENT ON FUNCTION analytic.open_baskets IS 'Stores and locks the baskets of purchases, and returns the basket of each event; null for everything else.';
