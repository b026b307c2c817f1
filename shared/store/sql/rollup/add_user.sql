-- store::rollup::add_user
WITH moved AS (
    INSERT INTO analytic.user_rollup AS rollup
        (grain, bucket, registered)
    SELECT * FROM unnest(
            $1::text[], $2::timestamptz[], $3::bigint[])
        AS moved (grain, bucket, registered)
    ORDER BY grain, bucket
    ON CONFLICT (grain, bucket) DO UPDATE SET
        registered = rollup.registered + excluded.registered
    RETURNING rollup.ctid AS place, rollup.registered
)
-- the rows that are empty now, to be removed
SELECT place::text AS place FROM moved WHERE registered = 0
