-- store::learning_gain::set
WITH changed AS (
    SELECT $1::text AS event_type, $2::float8 AS gain
    WHERE $2::float8 IS DISTINCT FROM (SELECT gain FROM analytic.learning_gain WHERE event_type = $1)
), removed AS (
    DELETE FROM analytic.learning_gain WHERE event_type IN (SELECT event_type FROM changed WHERE gain IS NULL)
), stored AS (
    INSERT INTO analytic.learning_gain (event_type, gain) SELECT event_type, gain FROM changed WHERE gain IS NOT NULL
    ON CONFLICT (event_type) DO UPDATE SET gain = excluded.gain
)
-- the clock and not the start of the transaction: learners were waited for since, and the others wait
INSERT INTO analytic.learning_gain_change (event_type, gain, date_created) SELECT event_type, gain, clock_timestamp() FROM changed
RETURNING 1
