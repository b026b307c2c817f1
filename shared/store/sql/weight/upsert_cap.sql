-- store::weight::upsert_cap
-- from the next UTC day on, or the one after it in the last hour of a day: events may lie a little ahead of their arrival,
-- and a day has one cap
INSERT INTO analytic.event_cap (event_type, first_day, daily_cap, network_daily_cap)
VALUES ($1, ((now() + interval '1 hour') AT TIME ZONE 'UTC')::date + 1, $2, $3)
ON CONFLICT (event_type, first_day) DO UPDATE SET daily_cap = excluded.daily_cap, network_daily_cap = excluded.network_daily_cap
