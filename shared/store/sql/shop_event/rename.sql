-- store::shop_event::rename
-- the transaction has just logged these events, so nobody else sees or holds them
UPDATE analytic.shop_event AS logged SET fingerprint = NULL, content = content || jsonb_build_object('customer', renamed.key)
FROM unnest($1::uuid[], $2::text[]) AS renamed (id, key) WHERE logged.id = renamed.id
