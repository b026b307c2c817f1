-- store::weight::list
SELECT weight.event_type, weight_micros, counter, trusted, now_in_force.daily_cap, now_in_force.network_daily_cap,
       next.daily_cap AS next_daily_cap, next.network_daily_cap AS next_network_daily_cap, next.first_day::text AS next_day
FROM analytic.event_weight AS weight
-- a change is for one of the next days, so there is at most one that is not in force
LEFT JOIN analytic.event_cap_period AS now_in_force
    ON now_in_force.event_type = weight.event_type AND (now() AT TIME ZONE 'UTC')::date >= now_in_force.first_day
   AND (now() AT TIME ZONE 'UTC')::date < now_in_force.end_day
LEFT JOIN LATERAL (
    SELECT * FROM analytic.event_cap AS cap
    WHERE cap.event_type = weight.event_type AND first_day > (now() AT TIME ZONE 'UTC')::date ORDER BY first_day DESC LIMIT 1) AS next ON true
ORDER BY weight_micros DESC, weight.event_type
