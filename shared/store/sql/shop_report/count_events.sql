-- store::shop_report::count_events
SELECT figure.service, figure.event_type, sum(figure.events)::bigint AS events
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS span (grain, lower, upper)
-- each part separately: with a join, Postgres plans a scan of the whole table
CROSS JOIN LATERAL (
    SELECT service, event_type, sum(events) AS events FROM analytic.event_rollup
    WHERE grain = span.grain AND bucket >= span.lower AND bucket < span.upper
    GROUP BY service, event_type
) AS figure
GROUP BY figure.service, figure.event_type
HAVING sum(figure.events) > 0
ORDER BY figure.service COLLATE "C", figure.event_type COLLATE "C"
