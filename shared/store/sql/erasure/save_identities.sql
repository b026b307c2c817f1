-- store::erasure::save_identities
WITH given AS (
    SELECT kind, identity FROM unnest($2::text[], $3::text[]) AS given (kind, identity)
), saved AS (
    -- an identity of another erasure in progress is taken over with its origin: the one that completes must have
    -- covered all
    INSERT INTO analytic.erasure_identity AS known (erasure_id, kind, identity) SELECT $1, kind, identity FROM given
    ON CONFLICT (kind, identity) DO UPDATE SET erasure_id = excluded.erasure_id WHERE known.erasure_id <> excluded.erasure_id
), counted AS (
    SELECT kind, count(*) AS number FROM (
        SELECT kind, identity FROM analytic.erasure_identity WHERE erasure_id = $1 UNION SELECT kind, identity FROM given
    ) AS identities GROUP BY kind
)
UPDATE analytic.erasure SET
    -- from here on it covers everything that is stored until the events are renamed (store::erasure::cover)
    covered_until = NULL,
    linked = jsonb_build_object(
        'accounts', coalesce((SELECT number FROM counted WHERE kind = 'account'), 0),
        'customers', coalesce((SELECT number FROM counted WHERE kind = 'customer'), 0),
        'sessions', coalesce((SELECT number FROM counted WHERE kind = 'session'), 0),
        'shared', greatest((linked->>'shared')::bigint, $4))
WHERE id = $1
