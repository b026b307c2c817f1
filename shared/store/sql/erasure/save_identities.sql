-- store::erasure::save_identities
-- one that another erasure is at work on is left to that
INSERT INTO analytic.erasure_identity (erasure_id, kind, identity)
SELECT $1, kind, identity FROM unnest($2::text[], $3::text[]) AS given (kind, identity) ON CONFLICT DO NOTHING
