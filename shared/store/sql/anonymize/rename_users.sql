-- store::anonymize::rename_users
UPDATE analytic.shop_user AS known SET user_key = renamed.erased
FROM unnest($1::text[], $2::text[]) AS renamed (key, erased) WHERE known.user_key = renamed.key
RETURNING 1
