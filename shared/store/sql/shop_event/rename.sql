-- store::shop_event::rename
-- this transaction has just logged these events, so no other one sees or locks them
UPDATE analytic.shop_event AS logged SET fingerprint = NULL, content = content || jsonb_build_object('customer', renamed.key)
FROM unnest($1::uuid[], $2::text[]) AS renamed (id, key) WHERE logged.id = renamed.id
