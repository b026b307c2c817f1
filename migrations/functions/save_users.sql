-- store::user::save
CREATE OR REPLACE FUNCTION analytic.save_users(
    user_keys text[], registration_times timestamptz[], deletion_times timestamptz[]
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $function$
#variable_conflict use_column
BEGIN
    INSERT INTO analytic.shop_user (user_key, registered_at, deleted_at)
    SELECT * FROM unnest(user_keys, registration_times, deletion_times) AS saved (user_key, registered_at, deleted_at)
    ORDER BY user_key
    ON CONFLICT (user_key) DO UPDATE SET registered_at = excluded.registered_at, deleted_at = excluded.deleted_at;
END
$function$;
COMMENT ON FUNCTION analytic.save_users IS 'Saves when users registered and left.';
