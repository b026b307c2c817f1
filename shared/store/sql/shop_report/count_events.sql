-- store::shop_report::count_events
SELECT figure.service, figure.event_type, sum(figure.events)::bigint AS events
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS piece (grain, lower, upper)
JOIN analytic.event_rollup AS figure
  ON figure.grain = piece.grain AND figure.bucket >= piece.lower AND figure.bucket < piece.upper
GROUP BY figure.service, figure.event_type
HAVING sum(figure.events) > 0
ORDER BY figure.service COLLATE "C", figure.event_type COLLATE "C"
