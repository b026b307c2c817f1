-- store::user::save
INSERT INTO analytic.shop_user (user_key, registered_at, deleted_at)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS saved (user_key, registered_at, deleted_at)
ORDER BY user_key
ON CONFLICT (user_key) DO UPDATE SET registered_at = excluded.registered_at, deleted_at = excluded.deleted_at
