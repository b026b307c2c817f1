-- store::rollup::add_event
WITH moved AS (
    INSERT INTO analytic.event_rollup AS rollup
        (grain, bucket, service, event_type, events)
    SELECT * FROM unnest(
            $1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[])
        AS moved (grain, bucket, service, event_type, events)
    ORDER BY grain, bucket, service, event_type
    ON CONFLICT (grain, bucket, service, event_type) DO UPDATE SET
        events = rollup.events + excluded.events
    RETURNING rollup.ctid AS place, rollup.events
)
-- the rows that are empty now, to be removed
SELECT place::text AS place FROM moved WHERE events = 0
